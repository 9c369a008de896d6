"""`siamloss table` and `siamloss figure` on finished results."""

import io

import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from siamloss import cli
from siamloss.errors import ConfigError, MissingDataError, UnknownNameError
from siamloss.report import single_figure, single_table, style
from siamloss.report.figure_data import FigureData
from siamloss.report.job import read_numbers
from siamloss.report.origin import find_benchmark, find_results
from siamloss.report.table_data import table_data


@pytest.fixture(scope="module")
def call(home):
    """Runs a verb on the results; gives what it prints, or raises its error."""

    def run(*words, of=("--profile", str(home.root))):
        result = CliRunner().invoke(cli.app, [*map(str, words), *of])
        if result.exception is not None:
            raise result.exception
        return result.output

    return run


@pytest.fixture(scope="module")
def numbers(experiment, home):
    return read_numbers(experiment, home)


@pytest.fixture
def quick(monkeypatch, numbers):
    """The numbers are computed once for all tests."""
    monkeypatch.setattr(single_table, "read_numbers", lambda *_: numbers)


def test_a_table_is_printed_in_every_format_and_csv_has_every_digit(call, numbers, quick):
    assert call("table", "main").startswith("| variant | synthetic-otb")
    tex = call("table", "main", "--format", "latex")
    assert tex.startswith("% \\usepackage{booktabs}\n\\begin{table*}")
    assert r"\textless{}script\textgreater{}" in tex
    found = pd.read_csv(io.StringIO(call("table", "main", "--format", "csv")))
    row = numbers.summary.set_index(["benchmark", "metric", "variant"]).loc[("synthetic-otb", "success_auc", "gsl")]
    shown = found.set_index(["benchmark", "metric", "variant"]).loc[("synthetic-otb", "success_auc", "gsl")]
    assert shown["diff_low"] == row["diff_low"]
    assert set(found["metric"]) == {
        "success_auc",
        "precision_20",
        "accuracy",
        "failures",
        "eao",
        "ao",
        "sr_50",
        "sr_75",
    }


def test_a_table_goes_to_a_file(call, quick, tmp_path):
    assert call("table", "tuning", "--out", tmp_path / "tuning.md") == ""
    assert (tmp_path / "tuning.md").read_text(encoding="utf-8").startswith("| variant |")


def test_every_table_has_numbers_of_its_own_behind_it(experiment, numbers):
    made = single_table.build_tables(experiment, numbers)
    frames = {name: table_data(name, numbers, experiment) for name in made}
    assert all(len(frame) for frame in frames.values())
    assert set(frames["moments"]["quantity"]) == {"pos_mean", "pos_var", "neg_mean", "neg_var"}
    assert set(frames["hard-samples"]["group"]) == {"distractor", "plain"}
    assert set(frames["overfitting"]["stage"]) == {"epoch"}
    assert not set(frames["further"]["metric"]) & set(frames["main"]["metric"])
    by_attribute = frames["attributes-synthetic-vot-failures"]
    assert (set(by_attribute["benchmark"]), set(by_attribute["metric"])) == ({"synthetic-vot"}, {"failures"})


def test_a_table_by_attribute_is_chosen_by_benchmark_and_metric(call, quick):
    text = call("table", "attributes", "--benchmark", "vot", "--metric", "failures")
    assert "synthetic-vot: Failures" in text
    with pytest.raises(
        ConfigError, match="2 tables by attribute are meant; give --benchmark and --metric, or one of: "
    ):
        call("table", "attributes", "--benchmark", "vot")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["table", "mian"], UnknownNameError, "unknown table 'mian'; did you mean 'main'"),
        (["table", "main", "--format", "latxe"], UnknownNameError, "did you mean 'latex'"),
        (["table", "claims"], ConfigError, "these results have no table 'claims'; choose one of: main, "),
        (["table", "main", "--benchmark", "otb"], ConfigError, "is about all benchmarks"),
        (["table"], ConfigError, "'siamloss table --list' says all"),
        (["figure", "sucess", "--out", "a.pdf"], UnknownNameError, "unknown figure 'sucess'; did you mean 'success'"),
        (["figure", "success"], ConfigError, "name a figure and a file"),
        (["figure", "success", "--out", "a.pdf"], ConfigError, "2 figures 'success' are meant; choose by --benchmark"),
        (["figure", "success", "--benchmark", "vot", "--out", "a.pdf"], ConfigError, "0 figures 'success' are meant"),
        (["figure", "success", "--benchmark", "tob", "--out", "a.pdf"], UnknownNameError, "unknown benchmark 'tob'"),
        (["figure", "training", "--width", "colum", "--out", "a.pdf"], UnknownNameError, "did you mean 'column'"),
        (["figure", "score-map", "--variant", "gls", "--out", "a.pdf"], UnknownNameError, "did you mean 'gsl'"),
        (["figure", "normalized-precision", "--out", "a.pdf"], ConfigError, "nothing to draw"),
        (["figure", "hard-samples", "--out", "a.tiff"], ConfigError, "does not end in a known format"),
    ],
)
def test_what_cannot_be_made_is_named(call, quick, words, error, message):
    with pytest.raises(error, match=message):
        call(*words)


def test_a_figure_is_drawn_for_its_width_and_a_score_map_has_one(call, tmp_path, monkeypatch):
    monkeypatch.setattr(style, "DPI", 50)
    for width, inches in style.WIDTHS.items():
        out = tmp_path / f"{width}.png"
        call("figure", "hard-samples", "--width", width, "--out", out)
        with Image.open(out) as image:
            assert image.width == round(50 * inches)
    with pytest.raises(ConfigError, match="no layout for a column; leave --width out"):
        call("figure", "score-map", "--variant", "gsl", "--width", "column", "--out", tmp_path / "a.png")


def test_a_lone_success_plot_and_the_figures_of_vot(experiment, home):
    data = FigureData(experiment, home)
    drawn = {name: list(single_figure._drawings(data, name)) for name in ("success", "eao", "accuracy-robustness")}
    assert [item.about for item in drawn["success"]] == ["synthetic-otb", "synthetic-got10k"]
    axes = drawn["success"][0].figure("column").axes
    assert [a.get_title(loc="left") for a in axes] == ["Success plot, synthetic-otb", ""]
    (eao,) = drawn["eao"]
    shown = [text.get_text() for text in eao.figure().axes[1].get_legend().get_texts()]
    means = data.summary[data.summary["metric"] == "eao"].set_index("variant")["mean"]
    assert f"[{means['gsl']:.3f}]  GSL" in shown
    (plane,) = drawn["accuracy-robustness"]
    points = {tuple(line.get_xydata()[0]) for line in plane.figure("column").axes[0].lines}
    found = data.summary[data.summary["variant"] == "gsl"].set_index("metric")["mean"]
    assert (found["failures"], found["accuracy"]) in points


def test_benchmarks_are_found_by_layout_and_by_part_of_their_name(experiment):
    assert find_benchmark("otb", experiment) == find_benchmark("synthetic-otb", experiment) == "synthetic-otb"
    with pytest.raises(UnknownNameError, match="'synth' can be any of synthetic-otb, synthetic-vot"):
        find_benchmark("synth", experiment)


def test_results_that_are_not_there_are_named(tmp_path):
    with pytest.raises(MissingDataError, match="run 'snakemake', or give --profile or --spec"):
        find_results(None, tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="give one of them"):
        find_results(tmp_path / "spec.json", tmp_path)


def test_lists_say_every_name_in_one_line(call):
    for verb, names in (("table", single_table.TABLES), ("figure", single_figure.FIGURES)):
        lines = call(verb, "--list", of=()).splitlines()
        assert [line.split()[0] for line in lines] == list(names)
        assert max(map(len, lines)) <= 110

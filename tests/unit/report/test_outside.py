"""Tables and figures of anybody's result files."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.evaluate import test_vot as vot
from tests.unit.evaluate.files import boxes_of, off_by, write
from typer.testing import CliRunner

from siamloss import cli
from siamloss.errors import ConfigError, RecordError, UnknownNameError
from siamloss.report.outside import read_outside
from siamloss.report.single_figure import make_outside_figure

NAMES = ("Deer", "Boy", "Jogging-1", "Jogging-2", "Ski_ng")


@pytest.fixture
def otb(tmp_path):
    """Annotations, and two trackers that are off by 3 and by 6 px."""
    for name in NAMES:
        write(tmp_path / "annotations" / f"{name}.txt", boxes_of(name), form="{:.0f}")
        for tracker, pixels in (("near_&_good", 3), ("far", 6)):
            write(tmp_path / tracker / f"{name}.txt", off_by(boxes_of(name), pixels))
    return tmp_path / "annotations", [tmp_path / "near_&_good", tmp_path / "far"]


def options(otb):
    annotations, results = otb
    return [
        "--benchmark",
        "otb",
        "--annotations",
        annotations,
        *(p for folder in results for p in ("--results", folder)),
    ]


def call(*words):
    result = CliRunner().invoke(cli.app, [*map(str, words)])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_means_are_those_of_the_evaluation_with_interval_and_paired_difference(otb):
    outside = read_outside("otb", *otb, baseline="far")
    found = outside.summary.set_index(["metric", "variant"])
    overall = {name: result.overall for name, result in outside.evaluation.trackers.items()}
    for (metric, name), row in found.iterrows():
        assert row["mean"] == overall[name][metric]
        assert row["low"] <= row["mean"] <= row["high"]
    gain = overall["near_&_good"]["success_auc"] - overall["far"]["success_auc"]
    row = found.loc[("success_auc", "near_&_good")]
    assert row["diff"] == pytest.approx(gain, abs=1e-12)
    assert 0 < row["diff_low"] <= row["diff"] <= row["diff_high"]
    table = outside.table()
    assert [item.label for item in table.rows] == ["near_&_good", "far"]
    assert "difference to far" in table.caption
    assert "trained" not in table.caption


def test_weighted_means_over_sequences_are_the_benchmarks_own(tmp_path):
    """For VOT, whose sequences weigh by their frames, the interval must be about the number that is printed."""
    for name in vot.LENGTHS:
        write(tmp_path / "vot" / name / "groundtruth.txt", vot.box_to_polygon(vot.truth_of(name)))
        (tmp_path / "vot" / name / "sequence").write_text(f"width={vot.SIZE[0]}\nheight={vot.SIZE[1]}\n")
        vot.write_run(tmp_path / "mine" / "baseline" / name / f"{name}_001.txt", *vot.run_of(name))
    outside = read_outside("vot", tmp_path / "vot", [tmp_path / "mine"], year=2018)
    overall = outside.evaluation.trackers["mine"].overall
    found = outside.summary.set_index("metric")
    for metric in ("accuracy", "failures"):
        assert found.loc[metric, "mean"] == overall[metric]
        assert found.loc[metric, "low"] <= overall[metric] <= found.loc[metric, "high"]
    assert found.loc["eao", "mean"] == overall["eao"]
    assert np.isnan(found.loc["eao", "low"])
    assert "EAO is no mean over sequences" in outside.table().caption
    make_outside_figure(outside, "accuracy-robustness", tmp_path / "ar.svg", "column")
    assert (tmp_path / "ar.svg").stat().st_size > 1000
    with pytest.raises(ConfigError, match="'vot2018' has no figure 'success'"):
        make_outside_figure(outside, "success", tmp_path / "a.svg")


def test_without_a_baseline_nothing_is_compared(otb):
    table = read_outside("otb", *otb).table()
    assert "Δ" not in table.caption
    assert not any("Δ" in line for row in table.rows for cell in row.cells for line in cell.details)
    assert {row.role for row in table.rows} == {""}


def test_verbs_take_result_files(otb, tmp_path):
    text = call("table", "main", "--format", "latex", *options(otb), "--baseline", "far")
    assert r"near\_\&\_good" in text
    call("table", "main", "--format", "csv", *options(otb), "--out", tmp_path / "main.csv")
    assert set(pd.read_csv(tmp_path / "main.csv")["tracker"]) == {"far", "near_&_good"}
    for name in ("success", "normalized-precision"):
        call("figure", name, *options(otb), "--width", "column", "--out", tmp_path / f"{name}.pdf")
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    call("figure", "differences", *options(otb), "--baseline", "far", "--out", tmp_path / "differences.svg")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["table", "tuning"], UnknownNameError, "unknown table of result files 'tuning'; choose one of: main"),
        (["table", "main", "--baseline", "fra"], UnknownNameError, "unknown tracker 'fra' in --baseline; did you mean"),
        (["figure", "training", "--out", "a.pdf"], UnknownNameError, "unknown figure of result files 'training'"),
        (["figure", "differences", "--out", "a.pdf"], ConfigError, "name it with --baseline"),
        (["figure", "eao", "--out", "a.pdf"], ConfigError, "'otb' has no figure 'eao'"),
    ],
)
def test_what_cannot_be_made_of_result_files_is_named(otb, words, error, message):
    with pytest.raises(error, match=message):
        call(*words, *options(otb))


def test_result_files_need_all_three_options_and_good_files(otb):
    with pytest.raises(ConfigError, match="need --annotations FOLDER, --results FOLDER and --benchmark"):
        call("table", "main", *options(otb)[2:])
    with pytest.raises(UnknownNameError, match="unknown benchmark 'otbb' of result files; did you mean 'otb'"):
        read_outside("otbb", *otb)
    (otb[1][0] / "Boy.txt").unlink()
    with pytest.raises(RecordError, match="has no results for sequence 'Boy'"):
        read_outside("otb", *otb)

"""The poster's figures for any run, sequence and frame, from the command line."""

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from scipy.integrate import quad
from tests.unit.report.fakes_runs import make_results, write_networks

from siamloss.cli import main
from siamloss.data.open import open_dataset
from siamloss.errors import ConfigError, CorruptError, MissingDataError, UnknownNameError
from siamloss.paths import Home
from siamloss.report import poster, style
from siamloss.report.poster import make_animation, make_fig1, make_qualitative, parse_frames, parse_width, save_poster
from siamloss.report.poster_source import (
    find_footage,
    guess_layout,
    open_eyes,
    open_folder,
    run_labels,
    scores_of,
    spec_of,
)
from siamloss.report.scoremap import blend


@pytest.fixture(scope="module")
def experiment(tiny, tmp_path_factory):
    made = make_results(tiny, tmp_path_factory.mktemp("poster"))
    write_networks(made, maps=True)
    return made


@pytest.fixture(scope="module")
def runs(experiment):
    return [Home(experiment).run(name, 0) for name in ("gsl", "logistic")]


@pytest.fixture(scope="module")
def named(experiment):
    """A sequence of the OTB set by dataset and name."""
    dataset = experiment.datasets.test[0]
    return f"{dataset.name}/{open_dataset(experiment, dataset)[0].name}"


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def outside(axes):
    """Labels of ticks beyond the limits, which are not drawn."""
    ticks = [
        (tick, axis) for axis in (axes.xaxis, axes.yaxis) for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
    ]
    for tick, axis in ticks:
        low, high = sorted(axis.get_view_interval())
        if not low <= tick.get_loc() <= high:
            yield from (tick.label1, tick.label2)


def panels(figure):
    return [axes for axes in figure.axes if axes.get_xlabel() == "score"]


@pytest.fixture(scope="module")
def drawn(runs, named):
    return make_fig1(runs[0], named, 2, runs[1], threads=1, device="cpu")


def test_fig1_has_both_branches_the_map_and_both_runs(drawn, named):
    shown = words(drawn)
    for text in (
        "exemplar",
        "search image",
        "score map",
        "on the search image",
        "φ",
        "∗",
        "this frame",
        "8 unseen pairs",
    ):
        assert text in shown, text
    assert shown.count("φ") == 4
    assert shown.index("Logistic (SiamFC)") < shown.index("GSL")
    assert f"{named.replace('/', ': ')}, frame 2" in shown
    assert len(panels(drawn)) == 4


def test_gaussians_are_mean_and_deviation_of_the_cells(drawn, runs, named, experiment):
    footage = find_footage(named, experiment)
    for index, run in enumerate((runs[1], runs[0])):
        moment = open_eyes([run], experiment, 1, "cpu")[0].tracked(footage.sequence, "otb", 1)
        pooled = scores_of(run)
        cases = ((moment.score_map[None], moment.labels), (pooled.val, pooled.labels))
        for axes, (maps, labels) in zip(panels(drawn)[2 * index :], cases, strict=False):
            lines = {line.get_color(): line.get_data() for line in axes.lines}
            both = []
            for sign, color in ((1, style.POSITIVE), (-1, style.NEGATIVE)):
                cells = maps[:, labels == sign].astype(np.float64)
                mean, deviation = np.mean(cells), np.std(cells)
                x, y = lines[color]
                expected = np.exp(-((x - mean) ** 2) / (2 * deviation**2)) / (deviation * np.sqrt(2 * np.pi))
                np.testing.assert_allclose(y, expected, rtol=1e-9)
                both.append((mean, deviation))
            (a, s), (b, t) = both

            def lower(x, a=a, s=s, b=b, t=t):
                normal = lambda m, d: np.exp(-((x - m) ** 2) / (2 * d * d)) / (d * np.sqrt(2 * np.pi))  # noqa: E731
                return min(normal(a, s), normal(b, t))

            low, high = min(a - 9 * s, b - 9 * t), max(a + 9 * s, b + 9 * t)
            area = quad(lower, low, high, limit=400, points=sorted((a, b)))[0]
            assert f"overlap {area:.3f}" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("width", ["column", "page", "5.5"])
@pytest.mark.parametrize("pairs", [True, False])
def test_nothing_is_clipped_and_no_words_overlap(runs, named, width, pairs):
    figure = make_fig1(runs[0], named, 2, width=width, pairs=pairs, search="truth", threads=1, device="cpu")
    assert figure.get_figwidth() == pytest.approx(parse_width(width))
    figure.canvas.draw()
    boxes = []
    unseen = {label for axes in figure.axes for label in outside(axes)}
    for text in set(figure.findobj(Text)) - unseen:
        if text.get_visible() and text.get_text():
            box = text.get_window_extent()
            if box.width and text.get_text() not in ("φ", "∗"):
                boxes.append((text.get_text(), box))
            assert min(box.x0, box.y0) >= 0, text.get_text()
            assert max(box.x1 - figure.bbox.x1, box.y1 - figure.bbox.y1) <= 1, text.get_text()
            assert text.get_fontsize() >= 6
    titles = [(text, box) for text, box in boxes if any(letter.isalpha() for letter in text)]
    for number, (text, box) in enumerate(titles):
        for other, another in titles[number + 1 :]:
            assert not box.overlaps(another), (text, other)


def test_files_are_of_the_asked_kind_and_the_same_every_time(runs, named, tmp_path, monkeypatch):
    assert poster.DPI == 300
    monkeypatch.setattr(poster, "DPI", 60)
    for name in ("one", "two"):
        figure = make_fig1(runs[0], named, 2, pairs=False, threads=1, device="cpu")
        assert [path.suffix for path in save_poster(figure, tmp_path / name)] == [".png", ".pdf", ".svg"]
    for kind in ("png", "pdf", "svg"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()
    from PIL import Image

    with Image.open(tmp_path / "one.png") as image:
        assert image.width == round(7.2 * 60)
    assert save_poster(figure, tmp_path / "alone.pdf") == [tmp_path / "alone.pdf"]
    assert sorted(path.name for path in tmp_path.glob("alone*")) == ["alone.pdf"]


def test_the_map_lies_in_the_middle_of_the_search_image():
    search = np.full((100, 100, 3), 128, np.uint8)
    scores = np.zeros((5, 5))
    scores[0, 4] = 1.0
    found = blend(search, scores, 0.5)
    changed = np.abs(found - 128 / 255).max(axis=2) > 0.01
    rows, columns = np.nonzero(changed)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (25, 74, 25, 74)
    yellow = np.unravel_index((found[..., 0] - found[..., 2]).argmax(), (100, 100))
    assert yellow[0] < 36
    assert yellow[1] > 63
    np.testing.assert_allclose(blend(search, np.ones((5, 5)), 0.5), 128 / 255)


def test_qualitative_has_the_baseline_above_and_the_chosen_frames(runs, named):
    figure = make_qualitative(runs[0], named, "2,5,11", runs[1], threads=1, device="cpu")
    labels = [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert len(labels) == 2
    assert "Logistic" in labels[0]
    assert [text for text in words(figure) if text.startswith("#")] == ["#2", "#5", "#11"] * 2
    assert figure.get_figwidth() == style.WIDTHS["page"]
    narrow = make_qualitative(runs[0], named, "2", width="column", threads=1, device="cpu")
    assert narrow.get_figwidth() == style.WIDTHS["column"]


def test_a_folder_is_a_sequence_and_its_layout_is_guessed(experiment, tmp_path):
    for dataset in experiment.datasets.test:
        sequence = open_dataset(experiment, dataset)[0]
        folder = sequence.frame_paths[0].parent
        folder = folder.parent if folder.name in ("img", "color") else folder
        assert guess_layout(folder) == dataset.format
        footage = open_folder(folder)
        assert (footage.layout, footage.sequence.name, footage.dataset) == (dataset.format, sequence.name, "")
        np.testing.assert_array_equal(footage.sequence.boxes, sequence.boxes)
    own = tmp_path / "clip"
    own.mkdir()
    for path in sequence.frame_paths:
        shutil.copy(path, own)
    np.savetxt(own / "boxes.txt", sequence.boxes, delimiter=",")
    assert open_folder(own).layout == "folder"
    with pytest.raises(UnknownNameError, match="unknown format 'otbb'; did you mean 'otb'"):
        open_folder(own, "otbb")


def test_the_configuration_is_that_of_the_results_of_the_run(experiment, runs, tmp_path):
    assert spec_of(runs[0]).to_dict() == experiment.to_dict()
    shutil.copytree(runs[0], tmp_path / "lone" / "seed00")
    assert spec_of(tmp_path / "lone" / "seed00") is None
    assert scores_of(tmp_path / "lone" / "seed00") is None


def test_what_is_not_there_is_named(runs, named, experiment, tmp_path):
    dataset, name = named.split("/")
    with pytest.raises(UnknownNameError, match=rf"no sequence '{name}x' in .*; did you mean '{name}'\?"):
        make_fig1(runs[0], f"{dataset}/{name}x", 5)
    with pytest.raises(ConfigError, match=r"has no frame 13 to search in; choose one from 2 to 12"):
        make_fig1(runs[0], named, 13)
    with pytest.raises(ConfigError, match=r"has no frame 40; choose frames from 1 to 12"):
        make_qualitative(runs[0], named, "3,40")
    with pytest.raises(MissingDataError, match="is no run directory; give results"):
        make_fig1(tmp_path / "gone", named, 5, spec=Home(experiment).spec)
    with pytest.raises(ConfigError, match=r"no configuration to look the name up in; give a folder, or --spec"):
        find_footage("Basketball", None)
    with pytest.raises(ConfigError, match="would be compared with itself"):
        make_fig1(runs[0], named, 2, runs[0])
    with pytest.raises(ConfigError, match="unknown search 'peak'; choose one of: tracked, truth"):
        make_fig1(runs[0], named, 2, search="peak")


def test_a_name_that_several_datasets_have_must_be_told_apart(experiment, monkeypatch):
    sequences = {item.name: open_dataset(experiment, item) for item in experiment.all_datasets}
    names = [sequence.name for item in experiment.datasets.test for sequence in sequences[item.name]]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        with pytest.raises(UnknownNameError, match=rf"several datasets have a sequence '{twice[0]}'; write .*/.* or "):
            find_footage(twice[0], experiment)
    else:
        assert find_footage(names[0], experiment).sequence.name == names[0]


@pytest.mark.parametrize("make", [make_fig1, make_qualitative])
def test_a_changed_frame_or_annotation_is_not_drawn(runs, named, experiment, make):
    dataset = experiment.datasets.test[0]
    sequence = open_dataset(experiment, dataset)[0]
    folder = sequence.frame_paths[0].parents[1]
    for path in (sequence.frame_paths[-1], folder / "groundtruth_rect.txt"):
        data = path.read_bytes()
        try:
            path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])
            for name in (named, named.partition("/")[2]):
                with pytest.raises(CorruptError, match=rf"{path.name} .*restore the dataset"):
                    make(runs[0], name, 2 if make is make_fig1 else "2", threads=1, device="cpu")
        finally:
            path.write_bytes(data)


def test_a_dataset_without_a_manifest_is_read_as_it_is(runs, named, experiment, tmp_path):
    manifest = Home(experiment).manifest(experiment.datasets.test[0].name)
    manifest.rename(tmp_path / "away")
    try:
        assert find_footage(named, experiment).sequence.name == named.partition("/")[2]
    finally:
        (tmp_path / "away").rename(manifest)


def test_a_changed_label_is_not_shown(runs, experiment, tmp_path):
    path = runs[0] / "run.json"
    data = path.read_bytes()
    assert run_labels(runs, experiment) == ["GSL", "Logistic (SiamFC)"]
    try:
        path.write_bytes(data.replace(b'"gsl"', b'"gsm"'))
        for drawn in (partial(make_animation, runs[0], tmp_path / "film.png"), partial(run_labels, runs, None)):
            with pytest.raises(CorruptError, match=r"gsl/seed00/run\.json was changed .*; delete .* again"):
                drawn()
    finally:
        path.write_bytes(data)


@pytest.mark.parametrize("text", ["", "a", "-3", "0", "1", "nan", "inf", "99"])
def test_bad_widths_are_named(text):
    with pytest.raises(ConfigError, match=r"is no width; write column, page or inches from 2\.5 to 40"):
        parse_width(text)


@pytest.mark.parametrize("text", ["", "a", "1,,2", "1;2", "-1", "1.5", "²", "99999999999"])
def test_bad_frame_lists_are_named(text):
    with pytest.raises(ConfigError, match="are no list of frame numbers"):
        parse_frames(text)


def test_by_the_command_line(runs, named, tmp_path, capsys, monkeypatch):
    common = ["--run", str(runs[0]), "--sequence", named, "--threads", "1", "--device", "cpu"]
    monkeypatch.setattr(poster, "DPI", 60)
    for verb, option, out in (
        ("fig1", ["--frame", "2", "--no-pairs"], "a.png"),
        ("qualitative", ["--frames", "3,6"], "b.svg"),
    ):
        monkeypatch.setattr("sys.argv", ["siamloss", "poster", verb, *common, *option, "--out", str(tmp_path / out)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        assert (tmp_path / out).stat().st_size > 1000
    monkeypatch.setattr(
        "sys.argv", ["siamloss", "poster", "fig1", *common, "--frame", "99", "--out", str(tmp_path / "c.png")]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "ConfigError" in capsys.readouterr().err
    assert not Path(tmp_path / "c.png").exists()

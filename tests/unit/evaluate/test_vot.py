"""`siamloss evaluate vot`."""

import numpy as np
import pytest
from tests.unit.evaluate.files import boxes_of, off_by, write

from siamloss.errors import AnnotationError, ConfigError, MissingDataError, RecordError
from siamloss.metrics import eao, vot_supervised
from siamloss.metrics.protocols import VOT_YEARS
from siamloss.metrics.vot import box_to_polygon
from siamloss.records import Status

SIZE = (70, 60)
LENGTHS = {"bag": 130, "ball": 60}
FAILED = 20


def truth_of(name):
    return boxes_of(name, LENGTHS[name]) % [60, 50, 99, 99]


def run_of(name, pixels=3.0):
    """Boxes and status of a run that fails at frame 20 and starts again 5 frames later."""
    boxes, status = off_by(truth_of(name), pixels), np.full(LENGTHS[name], int(Status.TRACKED), np.int8)
    status[[0, FAILED + 5]], status[FAILED], status[FAILED + 1 : FAILED + 5] = (
        Status.INIT,
        Status.FAILURE,
        Status.SKIPPED,
    )
    return np.where((status == Status.TRACKED)[:, None], boxes, 0.0), status


def write_run(path, regions, status):
    path.parent.mkdir(parents=True, exist_ok=True)
    codes = {Status.INIT: "1", Status.FAILURE: "2", Status.SKIPPED: "0"}
    lines = [codes.get(s) or ",".join(f"{v:.4f}" for v in row) for row, s in zip(regions, status.tolist(), strict=True)]
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def annotations(tmp_path):
    for name in LENGTHS:
        write(tmp_path / "vot" / name / "groundtruth.txt", box_to_polygon(truth_of(name)))
        write(
            tmp_path / "vot" / name / "occlusion.tag", [[frame % 3 == 0] for frame in range(LENGTHS[name])], form="{:d}"
        )
        (tmp_path / "vot" / name / "sequence").write_text(f"name={name}\nwidth={SIZE[0]}\nheight={SIZE[1]}\n")
    return tmp_path / "vot"


@pytest.fixture
def results(tmp_path):
    for name in LENGTHS:
        write_run(tmp_path / "mine" / "baseline" / name / f"{name}_001.txt", *run_of(name))
    return tmp_path / "mine"


def expected(variant, year):
    truths, runs = [], []
    for name in LENGTHS:
        tags = {"occlusion": np.arange(LENGTHS[name]) % 3 == 0}
        visible = np.ones(LENGTHS[name], bool)
        truths.append(vot_supervised.Truth(box_to_polygon(truth_of(name)), SIZE, visible, tags))
        runs.append(vot_supervised.measure_runs(truths[-1], [run_of(name)]))
    score = vot_supervised.score_benchmark(truths, runs, variant)
    interval = VOT_YEARS[year].eao_interval
    if variant == "pysot":
        bound = (SIZE[0] - 1.0, SIZE[1] - 1.0)
        runs = [
            vot_supervised.measure_runs(truth, [run_of(name)], bound)
            for truth, name in zip(truths, LENGTHS, strict=True)
        ]
    terms = [vot_supervised.eao_terms(run, interval[1] + 1, variant) for run in runs if variant != "got10k"]
    return score, eao.eao(terms[0] + terms[1], interval, variant) if terms else None


@pytest.mark.parametrize("variant", ["vot-toolkit", "pysot", "got10k"])
def test_files_score_as_records_do(command, annotations, results, variant):
    given = ("vot", "--annotations", annotations, "--results", results, "--variant", variant)
    score, _ = expected(variant, 2019)
    found = command(*given)
    for metric in ("accuracy", "robustness", "failures"):
        assert found[metric] == pytest.approx(getattr(score, metric), abs=1e-9)
    assert "eao" not in found
    assert {name: item["frames"] for name, item in found["trackers"]["mine"]["sequences"].items()} == LENGTHS


@pytest.mark.parametrize("variant", ["vot-toolkit", "pysot"])
def test_a_year_adds_eao(command, annotations, results, variant):
    given = ("vot", "--annotations", annotations, "--results", results, "--variant", variant)
    found = command(*given, "--year", 2019)
    assert found["eao"] == pytest.approx(expected(variant, 2019)[1], abs=1e-9)
    assert found["benchmark"] == "vot2019"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--variant", "got10k", "--year", 2019),
            "the variant 'got10k' has no expected average overlap; leave --year out",
        ),
        (("--year", 2014), "the challenge of 2014 had no expected average overlap; leave --year out"),
    ],
)
def test_a_year_without_eao_is_refused(command, annotations, results, options, words):
    with pytest.raises(ConfigError, match=words):
        command("vot", "--annotations", annotations, "--results", results, *options)


def test_polygons_score_as_the_boxes_they_are(command, annotations, results, tmp_path):
    for name in LENGTHS:
        boxes, status = run_of(name)
        write_run(tmp_path / "poly" / name / f"{name}_001.txt", box_to_polygon(boxes), status)
    found = command("vot", "--annotations", annotations, "--results", results, "--results", tmp_path / "poly")[
        "trackers"
    ]
    assert found["poly"]["overall"] == pytest.approx(found["mine"]["overall"], abs=1e-9)


def test_one_plot_of_accuracy_and_robustness(command, annotations, results, tmp_path):
    command("vot", "--annotations", annotations, "--results", results, "--plot", tmp_path / "ar.png")
    assert (tmp_path / "ar.png").read_bytes().startswith(b"\x89PNG")


def test_bad_input_is_refused_or_counted(command, annotations, results):
    given = ("vot", "--annotations", annotations, "--results", results)
    path = results / "baseline" / "ball" / "ball_001.txt"
    path.write_text("\n".join(path.read_text().splitlines()[:50]) + "\n")
    with pytest.raises(RecordError, match=r"ball_001.txt, line 51: 50 results for 60 annotated frames"):
        command(*given)
    found = command(*given, "--allow-missing")
    assert (found["missing"], set(found["trackers"]["mine"]["sequences"])) == (1, {"bag"})
    with pytest.raises(ConfigError, match="VOT2021 is no supervised challenge"):
        command(*given, "--year", 2021)
    (annotations / "bag" / "sequence").unlink()
    with pytest.raises(MissingDataError, match="tells no image size"):
        command(*given)


def test_a_short_tag_file_is_filled_up_and_label_files_count_as_tags(command, annotations, results):
    """As both toolkits read them; VOT2013 and 2014 have .label files."""

    def accuracy():
        given = ["vot", "--annotations", annotations, "--results", results, "--variant", "got10k"]
        return [tracker["overall"]["accuracy"] for tracker in command(*given)["trackers"].values()]

    for name, length in LENGTHS.items():
        write(annotations / name / "occlusion.tag", [[1]] * 20 + [[0]] * (length - 20), form="{:d}")
    whole = accuracy()
    for name in LENGTHS:
        write(annotations / name / "occlusion.tag", [[1]] * 20, form="{:d}")
    assert accuracy() == whole
    for name in LENGTHS:
        (annotations / name / "occlusion.tag").rename(annotations / name / "occlusion.label")
    assert accuracy() == whole


def test_a_tag_file_that_is_too_long_is_refused(command, annotations, results):
    write(annotations / "ball" / "occlusion.tag", [[1]] * (LENGTHS["ball"] + 1), form="{:d}")
    with pytest.raises(AnnotationError, match=r"ball/occlusion.tag: 61 tags for 60 frames; restore"):
        command("vot", "--annotations", annotations, "--results", results)

"""`siamloss evaluate otb`: formats that must score alike, and input that must be refused or counted."""

import csv
import re

import numpy as np
import pytest
from tests.unit.evaluate.files import boxes_of, off_by, write

from siamloss.errors import AnnotationError, MissingDataError, RecordError, UnknownNameError
from siamloss.metrics import otb

NAMES = ("Deer", "Boy", "Jogging-1", "Jogging-2")


@pytest.fixture
def annotations(tmp_path):
    """A flat folder of annotations."""
    for name in NAMES:
        write(tmp_path / "annotations" / f"{name}.txt", boxes_of(name), form="{:.0f}")
    return tmp_path / "annotations"


@pytest.fixture
def results(tmp_path):
    """Results 3 px off."""
    for name in NAMES:
        write(tmp_path / "mine" / f"{name}.txt", off_by(boxes_of(name), 3))
    return tmp_path / "mine"


def options(annotations, *results):
    return ["--annotations", annotations, *(part for folder in results for part in ("--results", folder))]


def expected(pixels=3):
    """Scores of results that are off by some px, the first frame being given."""
    scores = [otb.score_sequence(off_by(boxes_of(name), pixels), boxes_of(name)) for name in NAMES]
    return otb.mean_score(scores)


def test_json_has_overall_and_per_sequence_numbers(command, annotations, results):
    found = command("otb", *options(annotations, results))
    assert (found["benchmark"], found["list"], found["missing"]) == ("otb", "all", 0)
    for metric in ("success_auc", "precision_20", "normalized_precision", "normalized_precision_20"):
        assert found[metric] == pytest.approx(getattr(expected(), metric), abs=1e-12)
        assert found["trackers"]["mine"]["overall"][metric] == found[metric]
    sequences = found["trackers"]["mine"]["sequences"]
    assert set(sequences) == set(NAMES)
    assert np.mean([item["success_auc"] for item in sequences.values()]) == pytest.approx(found["success_auc"])
    assert "mine" in found["printed"]


@pytest.mark.parametrize("separator", [",", "\t", " ", ", "])
def test_every_separator_scores_alike(command, annotations, tmp_path, separator):
    for name in NAMES:
        write(tmp_path / "t" / f"{name}.txt", off_by(boxes_of(name), 3), separator)
    assert command("otb", *options(annotations, tmp_path / "t"))["success_auc"] == pytest.approx(expected().success_auc)


def test_layout_and_names_of_the_toolkit_score_alike(command, results, tmp_path):
    """Annotations in OTB's own layout, results named by the GOT-10k toolkit, their times ignored."""
    for name in ("Deer", "Boy"):
        write(tmp_path / "otb" / name / "groundtruth_rect.txt", boxes_of(name), "\t", "{:.0f}")
    for number in "12":
        write(tmp_path / "otb" / "Jogging" / f"groundtruth_rect.{number}.txt", boxes_of(f"Jogging-{number}"), " ")
        (results / f"Jogging-{number}.txt").rename(results / f"Jogging.{number}.txt")
    write(results / "times" / "Deer_time.txt", [[0.1]])
    (tmp_path / "otb" / "Deer" / "groundtruth_rect.1.txt").touch()  # OTB's Human4 has an empty one
    found = command("otb", *options(tmp_path / "otb", results))
    assert found["success_auc"] == pytest.approx(expected().success_auc)
    assert set(found["trackers"]["mine"]["sequences"]) == set(NAMES)


def test_zero_based_results(command, annotations, tmp_path):
    for name in NAMES:
        write(tmp_path / "zero" / f"{name}.txt", off_by(boxes_of(name), 3) - [1, 1, 0, 0])
    given = options(annotations, tmp_path / "zero")
    assert command("otb", *given, "--zero-based")["success_auc"] == pytest.approx(expected().success_auc)
    assert command("otb", *given)["success_auc"] != pytest.approx(expected().success_auc)


def test_repetitions_are_averaged(command, annotations, tmp_path):
    for name in NAMES:
        for number, pixels in ((1, 0), (2, 9)):
            write(tmp_path / "t" / name / f"{name}_00{number}.txt", off_by(boxes_of(name), pixels))
    found = command("otb", *options(annotations, tmp_path / "t"))
    assert found["success_auc"] == pytest.approx((expected(0).success_auc + expected(9).success_auc) / 2, abs=1e-12)


def test_an_oracle_scores_the_maximum_and_a_copy_of_the_first_frame_its_known_value(command, annotations, tmp_path):
    for name in NAMES:
        write(tmp_path / "oracle" / f"{name}.txt", boxes_of(name))
        write(tmp_path / "copy" / f"{name}.txt", np.tile(boxes_of(name)[0], (12, 1)))
    found = command("otb", *options(annotations, tmp_path / "oracle", tmp_path / "copy"))["trackers"]
    assert found["oracle"]["overall"]["success_auc"] == pytest.approx(20 / 21, abs=1e-15)
    copies = [otb.score_sequence(np.tile(boxes_of(name)[0], (12, 1)), boxes_of(name)) for name in NAMES]
    assert found["copy"]["overall"]["success_auc"] == pytest.approx(otb.mean_score(copies).success_auc, abs=1e-12)


def test_several_trackers_give_one_table_and_one_plot(command, annotations, results, tmp_path):
    for name in NAMES:
        write(tmp_path / "all" / "better" / f"{name}.txt", off_by(boxes_of(name), 1))
    outputs = [tmp_path / name for name in ("t.csv", "t.md", "t.png")]
    flags = ["--csv", outputs[0], "--markdown", outputs[1], "--plot", outputs[2]]
    found = command("otb", *options(annotations, tmp_path / "all", results), *flags)
    assert list(found["trackers"]) == ["better", "mine"]
    assert "success_auc" not in found
    rows = list(csv.DictReader(outputs[0].open()))
    assert [row["tracker"] for row in rows] == ["better", "mine"]
    assert float(rows[1]["success_auc"]) == found["trackers"]["mine"]["overall"]["success_auc"]
    assert outputs[1].read_text().count("\n") == 4
    assert outputs[2].read_bytes().startswith(b"\x89PNG")


def test_a_list_chooses_and_orders(command, annotations, results, tmp_path):
    (tmp_path / "two.txt").write_text("Boy\n\nDeer\n")
    found = command("otb", *options(annotations, results), "--list", tmp_path / "two.txt")
    assert (found["list"], list(found["trackers"]["mine"]["sequences"])) == ("two", ["Boy", "Deer"])


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("Boy\nBoy\n", AnnotationError, "entry 2: sequence 'Boy' is listed twice"),
        ("Boy\nDear\n", MissingDataError, "'Dear' of the list has no annotation.*did you mean 'Deer'"),
        ("\n", AnnotationError, "line 1: the sequence list is empty"),
    ],
)
def test_bad_lists_are_refused(command, annotations, results, tmp_path, text, error, message):
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(error, match=message):
        command("otb", *options(annotations, results), "--list", tmp_path / "list.txt")


def test_an_unknown_list_is_refused(command, annotations, results):
    with pytest.raises(UnknownNameError, match="did you mean 'otb100'"):
        command("otb", *options(annotations, results), "--list", "otb-100")


BAD = {
    "short": (lambda rows: rows[:7], "line 8: 7 results for 12 annotated frames of 'Boy'"),
    "long": (lambda rows: [*rows, rows[0]], "line 13: 13 results for 12 annotated frames"),
    "nan": (lambda rows: [*rows[:4], "NaN,NaN,NaN,NaN\n", *rows[5:]], "line 5: NaN or infinity"),
    "negative size": (lambda rows: [*rows[:11], "1,2,-3,4\n"], "line 12: a negative size"),
    "header": (lambda rows: ["x,y,w,h\n", *rows[1:]], "line 1: 'x,y,w,h' is a header"),
    "eight columns": (lambda rows: ["1,2,3,4,5,6,7,8\n", *rows[1:]], "line 1: 8 numbers instead of 4"),
    "empty": (lambda rows: [], "line 1: the file is empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_results_are_refused_or_counted(command, annotations, results, name):
    change, message = BAD[name]
    path = results / "Boy.txt"
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))
    with pytest.raises(RecordError, match=re.escape(f"{path}, ") + message) as caught:
        command("otb", *options(annotations, results))
    assert "\n" not in str(caught.value)
    found = command("otb", *options(annotations, results), "--allow-missing")
    assert found["missing"] == 1
    assert re.search(message, found["trackers"]["mine"]["missing_sequences"]["Boy"])
    assert set(found["trackers"]["mine"]["sequences"]) == set(NAMES) - {"Boy"}
    assert "not scored: mine, Boy" in found["printed"]


def test_a_binary_file_is_refused(command, annotations, results):
    (results / "Boy.txt").write_bytes(b"\x80\x81\xff" * 50)
    with pytest.raises(RecordError, match="line 1: not text"):
        command("otb", *options(annotations, results))


def test_missing_sequences_are_refused_or_counted(command, annotations, results):
    (results / "Boy.txt").unlink()
    (results / "Deer.txt").unlink()
    with pytest.raises(RecordError, match=r"'mine' has no results for sequence 'Boy' and 1 more; .*--allow-missing"):
        command("otb", *options(annotations, results))
    found = command("otb", *options(annotations, results), "--allow-missing")
    assert (found["missing"], found["trackers"]["mine"]["missing"]) == (2, 2)
    assert found["trackers"]["mine"]["missing_sequences"] == {"Boy": "no results file", "Deer": "no results file"}


def test_nothing_left_to_score_is_an_error_even_where_missing_is_allowed(command, annotations, tmp_path):
    write(tmp_path / "t" / "Boy.txt", boxes_of("Boy")[:3])
    with pytest.raises(RecordError, match="'t' has no sequence that can be scored"):
        command("otb", *options(annotations, tmp_path / "t"), "--allow-missing")


def test_two_results_of_one_sequence_are_refused(command, annotations, results):
    write(results / "boy" / "boy_001.txt", boxes_of("Boy"))
    with pytest.raises(RecordError, match="'Boy' has two results"):
        command("otb", *options(annotations, results))


def test_attributes_are_read_where_they_are(annotations, results):
    from siamloss.evaluate.otb import evaluate_otb

    write(annotations / "att" / "Boy.txt", [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]], form="{}")
    found = evaluate_otb(annotations, [results])
    assert found.attributes == {"Boy": frozenset({"IV", "FM"})}
    ((tracker, result),) = found.trackers.items()
    told = found.to_dict()["trackers"][tracker]["attributes"]
    assert list(told) == ["FM", "IV"]
    assert told["FM"] == pytest.approx({"sequences": 1, **result.sequences["Boy"]})
    write(annotations / "att" / "Deer.txt", [[1, 0]], form="{}")
    with pytest.raises(AnnotationError, match="not 11 flags"):
        evaluate_otb(annotations, [results])

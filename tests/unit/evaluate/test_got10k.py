"""`siamloss evaluate got10k`."""

import cv2
import numpy as np
import pytest
from tests.unit.evaluate.files import boxes_of, off_by, write

from siamloss.errors import AnnotationError, MissingDataError, RecordError
from siamloss.metrics import got10k

CLASSES = {"A": "dog", "B": "dog", "C": "car"}
SIZE = (90, 80)


@pytest.fixture
def split(tmp_path):
    """Three sequences of 12 frames; the target of A is not visible in frames 4 and 5, where its box is NaN."""
    root = tmp_path / "val"
    for name, kind in CLASSES.items():
        boxes, cover = boxes_of(name), np.full((12, 1), 8)
        if name == "A":
            boxes[3:5], cover[3:5] = np.nan, 0
        write(root / name / "groundtruth.txt", boxes)
        write(root / name / "cover.label", cover, form="{}")
        meta = f"[METAINFO]\nurl: x\nobject_class: {kind}\nresolution: ({SIZE[0]}, {SIZE[1]})\n"
        (root / name / "meta_info.ini").write_text(meta)
    (root / "list.txt").write_text("C\nA\nB\n")
    return root


@pytest.fixture
def results(tmp_path):
    for name in CLASSES:
        write(tmp_path / "mine" / name / f"{name}_001.txt", off_by(boxes_of(name), 4))
        write(tmp_path / "mine" / name / f"{name}_time.txt", [[0.1]] * 12)
    return tmp_path / "mine"


def scores(variant="got10k", pixels=4):
    result = {}
    for name in CLASSES:
        visible = np.ones(12, bool)
        visible[3:5] = name != "A"
        result[name] = got10k.score_sequence(off_by(boxes_of(name), pixels), boxes_of(name), visible, SIZE, variant)
    return result


@pytest.mark.parametrize("variant", got10k.VARIANTS)
def test_every_variant_equals_sequence_by_sequence(command, split, results, variant):
    found = command("got10k", "--annotations", split, "--results", results, "--variant", variant)
    expected = scores(variant)
    assert list(found["trackers"]["mine"]["sequences"]) == ["C", "A", "B"]
    for name, item in found["trackers"]["mine"]["sequences"].items():
        assert item == pytest.approx({key: getattr(expected[name], key) for key in item}, abs=1e-12)
    frames = [item.frames for item in expected.values()]
    for metric in ("ao", "sr_50", "sr_75"):
        values = {name: getattr(item, metric) for name, item in expected.items()}
        assert found[metric] == pytest.approx(np.average(list(values.values()), weights=frames), abs=1e-12)
        balanced = ((values["A"] + values["B"]) / 2 + values["C"]) / 2
        assert found[f"m{metric}"] == pytest.approx(balanced, abs=1e-12)
    curve = np.average([item.success for item in expected.values()], axis=0, weights=frames)
    np.testing.assert_allclose(found["trackers"]["mine"]["curves"]["success"], curve, atol=1e-12)


def test_frames_of_repetitions_are_pooled(command, split, results):
    for name in CLASSES:
        write(results / name / f"{name}_002.txt", boxes_of(name))
    found = command("got10k", "--annotations", split, "--results", results)
    assert found["trackers"]["mine"]["sequences"]["B"] == pytest.approx(
        {"ao": (scores()["B"].ao + 1) / 2, "sr_50": 1.0, "sr_75": (scores()["B"].sr_75 + 1) / 2, "frames": 22}
    )


def test_without_classes_there_is_no_balanced_mean(command, split, results):
    meta = split / "B" / "meta_info.ini"
    meta.write_text(meta.read_text().replace("object_class: dog\n", ""))
    assert "mao" not in command("got10k", "--annotations", split, "--results", results)


def test_without_a_resolution_the_first_image_tells_it(command, split, results):
    (split / "B" / "meta_info.ini").unlink()
    with pytest.raises(MissingDataError, match="tells no image size"):
        command("got10k", "--annotations", split, "--results", results)
    assert command("got10k", "--annotations", split, "--results", results, "--variant", "unbounded")["ao"] > 0
    cv2.imwrite(str(split / "B" / "00000001.jpg"), np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
    found = command("got10k", "--annotations", split, "--results", results)
    assert found["trackers"]["mine"]["sequences"]["B"]["ao"] == pytest.approx(scores()["B"].ao, abs=1e-12)


def test_bad_input_is_refused_or_counted(command, split, results):
    path = results / "B" / "B_001.txt"
    path.write_text(path.read_text().replace("\n", "\n1,2,3\n", 1))
    given = ("got10k", "--annotations", split, "--results", results)
    with pytest.raises(RecordError, match=r"B_001.txt, line 2: 3 numbers instead of 4"):
        command(*given)
    write(path, boxes_of("B")[:5])
    with pytest.raises(RecordError, match=r"B_001.txt, line 6: 5 results for 12 annotated frames"):
        command(*given)
    found = command(*given, "--allow-missing")
    assert (found["missing"], set(found["trackers"]["mine"]["sequences"])) == (1, {"A", "C"})
    path.unlink()
    with pytest.raises(RecordError, match="has no results for sequence 'B'"):
        command(*given)


def test_annotations_that_do_not_fit_are_refused(command, split, results):
    given = ("got10k", "--annotations", split, "--results", results)
    write(split / "B" / "cover.label", [[8]] * 11, form="{}")
    with pytest.raises(AnnotationError, match=r"cover.label, line 12: 11 labels for 12 boxes"):
        command(*given)
    (split / "B" / "cover.label").unlink()
    boxes = boxes_of("B")
    boxes[6] = np.nan
    write(split / "B" / "groundtruth.txt", boxes)
    with pytest.raises(AnnotationError, match=r"groundtruth.txt, line 7: NaN"):
        command(*given)

"""The verb on datasets with one fault each, and on real sequences."""

import json
import shutil

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from siamloss.cli_check import app
from siamloss.data.check.run import check_dataset
from siamloss.errors import AnnotationError, ConfigError, MissingDataError, UnknownNameError


@pytest.fixture
def split(tmp_path, draw_frames):
    """A sound GOT-10k split of two sequences with four frames each."""
    root = tmp_path / "split"
    for number, name in enumerate(("S1", "S2")):
        draw_frames(root / name, range(1, 5), size=(60, 40))
        for frame in range(1, 5):
            path = root / name / f"{frame:08d}.jpg"
            draw_frames(root / name, (10 * number + 20 + frame,), size=(60, 40))
            (root / name / f"{10 * number + 20 + frame:08d}.jpg").replace(path)
        (root / name / "groundtruth.txt").write_text("5,5,20,20\n" * 4)
    (root / "list.txt").write_text("S1\nS2\n")
    return root


def codes(root, layout="got10k", **options):
    return [
        (item.level, item.code, item.sequence, item.frame) for item in check_dataset(root, layout, **options).findings
    ]


def run(*command):
    return CliRunner().invoke(app, ["check-dataset", *map(str, command)], catch_exceptions=False)


def test_a_sound_dataset_has_no_finding(split):
    report = check_dataset(split, "got10k")
    assert report.findings == []
    assert report.facts == {
        "sequences": 2,
        "frames": 8,
        "visible": 8,
        "images": 8,
        "smallest_image": [60, 40],
        "largest_image": [60, 40],
        "target_side_px": [20.0, 20.0, 20.0],
    }


def test_one_bad_sequence_does_not_hide_another(split, draw_frames):
    (split / "list.txt").write_text("S1\nS2\nS3\nS4\n")
    (split / "S1" / "groundtruth.txt").write_text("5,5,20,20\n" * 3)
    (split / "S2" / "absence.label").write_text("1\n0\n0\n0\n")
    (split / "S4").mkdir()
    assert codes(split) == [
        ("error", "annotation", "S1", 0),
        ("error", "empty", "S2", 0),
        ("error", "missing", "S3", 0),
        ("error", "missing", "S4", 0),
    ]


def test_labels_of_another_count_are_an_error(split):
    (split / "S2" / "cover.label").write_text("8\n8\n8\n")
    assert codes(split) == [("error", "annotation", "S2", 0)]


def test_every_unreadable_image_is_an_error(split):
    (split / "S1" / "00000002.jpg").write_bytes(b"")
    whole = (split / "S2" / "00000004.jpg").read_bytes()
    (split / "S2" / "00000004.jpg").write_bytes(whole[:-200])
    assert codes(split) == [("error", "image", "S1", 2), ("error", "image", "S2", 4)]


def test_changes_of_the_resolution_are_a_note(split, draw_frames):
    draw_frames(split / "S1", (3, 4), size=(90, 60))
    found = check_dataset(split, "got10k").findings
    assert [(item.level, item.code, item.frame) for item in found] == [("note", "resolution", 3)]
    assert found[0].message == "60 x 40 becomes 90 x 60; 2 frames differ from the first"


def test_boxes_are_compared_with_the_image_of_their_own_frame(split, draw_frames):
    draw_frames(split / "S1", (4,), size=(90, 60))
    (split / "S1" / "groundtruth.txt").write_text("35,15,20,20\n45,25,20,20\n58,40,20,20\n65,36,20,20\n")
    assert codes(split) == [
        ("error", "box-outside", "S1", 3),
        ("note", "box-partly-out", "S1", 2),
        ("note", "resolution", "S1", 4),
    ]


def test_gaps_in_the_numbers_and_single_frames_are_warnings(split):
    (split / "S1" / "00000004.jpg").rename(split / "S1" / "00000005.jpg")
    for number in (2, 3, 4):
        (split / "S2" / f"{number:08d}.jpg").unlink()
    (split / "S2" / "groundtruth.txt").write_text("5,5,20,20\n")
    assert codes(split) == [("warning", "frame-gap", "S1", 4), ("warning", "short", "S2", 0)]


def test_errors_come_before_warnings_and_notes(split):
    (split / "S1" / "00000004.jpg").rename(split / "S1" / "00000005.jpg")
    (split / "S1" / "absence.label").write_text("0\n1\n0\n0\n")
    (split / "S2" / "00000002.jpg").write_bytes(b"")
    assert [(level, code) for level, code, _, _ in codes(split)] == [
        ("error", "image"),
        ("warning", "frame-gap"),
        ("note", "absent"),
    ]


def test_repeats_are_looked_for_in_the_whole_dataset(split):
    shutil.copy(split / "S1" / "00000002.jpg", split / "S2" / "00000001.jpg")
    shutil.copy(split / "S1" / "00000001.jpg", split / "S1" / "00000002.jpg")
    shutil.copy(split / "S2" / "00000004.jpg", split / "S1" / "00000004.jpg")
    assert codes(split) == [("warning", "repeat-across", "S1", 4), ("warning", "repeat-leading", "S1", 1)]


def test_shared_scenes_are_found_between_two_formats(split, tmp_path):
    other = tmp_path / "own" / "copy"
    shutil.copytree(split / "S2", other)
    shutil.move(other / "groundtruth.txt", other / "boxes.txt")
    options = {"against": tmp_path / "own", "against_layout": "folder"}
    assert codes(split, **options) == [("error", "scene-shared", "S2", 1)]
    (other / "boxes.txt").write_text("5,5,20,20\n")
    assert codes(split, **options) == [("warning", "other-unread", "copy", 0)]
    shutil.rmtree(other)
    with pytest.raises(MissingDataError, match="holds no sequence"):
        codes(split, **options)


def test_the_verb_prints_writes_and_fails_with_a_named_error(split, tmp_path):
    out, sheet = tmp_path / "found.json", tmp_path / "sheet.png"
    result = run(split, "--format", "got10k", "--json", out, "--contact-sheet", sheet, "--threads", 2)
    assert result.exit_code == 0
    assert "2 sequences, 8 frames, 8 with the target; errors: 0, warnings: 0, notes: 0" in result.output
    assert sheet.read_bytes().startswith(b"\x89PNG")
    (split / "S1" / "00000002.jpg").write_bytes(b"")
    with pytest.raises(
        AnnotationError, match=r"split has 1 error, first sequence 'S1', image; see .*found\.json"
    ) as error:
        run(split, "--format", "got10k", "--json", out)
    assert error.value.exit_code == 2
    found = json.loads(out.read_text())
    assert (found["errors"], found["warnings"], found["frames"]) == (1, 0, 8)
    assert found["findings"] == [
        {"level": "error", "code": "image", "sequence": "S1", "frame": 2, "message": "00000002.jpg is empty"}
    ]


def test_a_format_that_does_not_exist_names_the_nearest(split):
    with pytest.raises(UnknownNameError, match=r"unknown format 'got10'; did you mean 'got10k'\?"):
        run(split, "--format", "got10")


def test_many_findings_of_a_kind_are_printed_as_their_first_and_a_count(split):
    (split / "list.txt").write_text("S1\n" + "".join(f"Gone{number:02d}\n" for number in range(25)))
    with pytest.raises(AnnotationError, match="has 25 errors"):
        run(split, "--format", "got10k")
    from siamloss.data.check.findings import printed

    lines = printed(check_dataset(split, "got10k").findings)
    assert len(lines) == 21
    assert lines[-1].endswith("and 5 more; --json lists them all")


def test_drawn_datasets_have_no_error(tiny):
    from siamloss.data.open import dataset_root

    for dataset in tiny.all_datasets:
        found = check_dataset(dataset_root(tiny, dataset), dataset.format).findings
        assert [item for item in found if item.level == "error"] == []


def test_real_training_scenes_are_not_among_the_real_test_scenes(realmini):
    val = realmini / "got10k" / "val"
    for path, layout in (("otb", "otb"), ("vot", "vot")):
        found = check_dataset(val, "got10k", realmini / path, layout, frames_sampled=8).findings
        assert [item for item in found if item.level == "error" or item.code == "scene-shared"] == []
    found = check_dataset(realmini / "vot", "vot", realmini / "vot", "vot").findings
    assert sorted(item.sequence for item in found if item.code == "scene-shared") == sorted(
        path.name for path in (realmini / "vot").iterdir() if path.is_dir()
    )


def test_a_report_that_cannot_be_written_is_named(split):
    with pytest.raises(ConfigError, match=r"cannot write /dev/null/x\.json \(.*\); choose another place"):
        run(split, "--format", "got10k", "--json", "/dev/null/x.json")


def test_the_same_file_is_found_where_it_is_dull_or_not_in_the_sample(split, tmp_path, draw_frames):
    other = tmp_path / "own" / "copy"
    draw_frames(other, (900, 901, 902), size=(60, 40))
    (other / "boxes.txt").write_text("5,5,20,20\n" * 3)
    options = {"against": tmp_path / "own", "against_layout": "folder", "frames_sampled": 2}
    assert codes(split, **options) == []
    shutil.copy(split / "S2" / "00000002.jpg", other / "00000900.jpg")
    assert codes(split, **options) == [("error", "scene-shared", "S2", 2)]
    cv2.imwrite(str(split / "S1" / "00000003.jpg"), np.zeros((40, 60, 3), np.uint8))
    shutil.copy(split / "S1" / "00000003.jpg", other / "00000900.jpg")
    assert codes(split, **options) == [("error", "scene-shared", "S1", 3)]

"""A video and its boxes become a sequence."""

import os

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from siamloss.cli_check import app
from siamloss.data.folder import read_folder
from siamloss.data.importing import import_frames
from siamloss.errors import AnnotationError, ConfigError, EmptySequenceError, MissingDataError


@pytest.fixture
def video(tmp_path):
    """A video file of five frames, each redder than the one before, and its box file."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for level in range(5):
        writer.write(np.full((48, 64, 3), (20, 20, 40 * level + 20), np.uint8))
    writer.release()
    (tmp_path / "boxes.csv").write_text("1,2,10,12\n2,3,10,12\nnan\n4,5,10,12\n5,6,10,12\n")
    return path


def run(video, out, boxes="boxes.csv", *options):
    command = ["import-video", str(video), "--boxes", str(video.with_name(boxes)), "--out", str(out), *options]
    return CliRunner().invoke(app, command, catch_exceptions=False)


@pytest.mark.parametrize(("options", "ending"), [((), ".jpg"), (("--lossless",), ".png")])
def test_a_video_becomes_a_sequence_of_the_folder_format(video, tmp_path, options, ending):
    result = run(video, tmp_path / "set" / "clip", "boxes.csv", *options)
    assert result.exit_code == 0
    found = read_folder(tmp_path / "set")[0]
    assert (found.name, len(found)) == ("clip", 5)
    assert found.visible.tolist() == [True, True, False, True, True]
    np.testing.assert_array_equal(found.boxes[3], [4, 5, 10, 12])
    assert {path.suffix for path in found.frame_paths} == {ending}
    assert [round(found.image(frame)[..., 0].mean() / 40 - 0.5) for frame in range(5)] == [0, 1, 2, 3, 4]


def test_a_sequence_appears_whole_or_not_at_all(video, tmp_path):
    out = tmp_path / "set" / "clip"
    video.with_name("short.csv").write_text("1,2,10,12\n" * 4)
    with pytest.raises(AnnotationError, match=r"short\.csv has 4 lines for 5 frames; write one line per frame"):
        run(video, out, "short.csv")
    video.with_name("late.csv").write_text("nan\n" + "1,2,10,12\n" * 4)
    with pytest.raises(EmptySequenceError, match="sequence 'clip' starts without its target"):
        run(video, out, "late.csv")
    assert list((tmp_path / "set").iterdir()) == []
    run(video, out)
    before = sorted(path.name for path in out.iterdir())
    with pytest.raises(ConfigError, match="is there already; remove it, or choose another --out"):
        run(video, out)
    assert sorted(path.name for path in out.iterdir()) == before


def test_a_broken_box_file_is_found_before_the_video_is_read(video, tmp_path):
    def frames():
        yield pytest.fail("the video was read")

    video.with_name("bad.csv").write_text("1,2,3\n")
    with pytest.raises(AnnotationError, match=r"bad\.csv, line 1"):
        import_frames(frames(), 5, video.with_name("bad.csv"), tmp_path / "clip", False)


@pytest.mark.parametrize("kind", ["folder", "secret"])
def test_a_box_file_that_cannot_be_read_is_named(video, tmp_path, kind):
    path = tmp_path / "boxes"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_text("1,2,3,4\n")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read every file")
    with pytest.raises(MissingDataError, match=r"box file .*boxes cannot be read \(.*\); give a file that can"):
        run(video, tmp_path / "clip", "boxes")
    assert not (tmp_path / "clip").exists()

"""Tracking a video to the files, to its end or to what ends it early."""

import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from tests.unit.demo.conftest import BOX, MODEL, drawn_frames, read_back, read_table, write_file, write_folder

from siamloss.config import TrackConfig
from siamloss.demo.draw import BASELINE, OURS
from siamloss.demo.follow import TABLE, VIDEO, Entrant, follow
from siamloss.demo.video import DEFAULT_FPS, Video, open_video
from siamloss.errors import AnnotationError, ConfigError, StoppedError, UnreadableImageError
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.tracking.siamfc import SiamFCTracker


def tracker(seed, **changes):
    return SiamFCTracker(build_model(MODEL, seed).eval(), TrackConfig(**changes), GEOMETRY["small"])


def entrants():
    looks = {"baseline": BASELINE, "ours": OURS}
    return [Entrant(label, tracker(seed), GEOMETRY["small"], look) for seed, (label, look) in enumerate(looks.items())]


def choose(image):
    return BOX


def plain_loop(seed, frames):
    """Rows x, y, w, h, score of the tracker by itself."""
    single = tracker(seed)
    single.init(frames[0], BOX)
    rows = [[*BOX, 0.0]]
    for image in frames[1:]:
        box, score = single.update(image)
        rows.append([*box, score])
    return np.array(rows)


def check_whole(out, count):
    """Both files hold so many frames, and nothing else is there."""
    assert sorted(path.name for path in out.iterdir()) == [TABLE, VIDEO]
    found, fps = read_back(out / VIDEO)
    table = read_table(out / TABLE)
    assert len(found) == count
    assert table.groupby("tracker")["frame"].apply(list).tolist() == [list(range(count))] * 2
    return found, fps, table


def source(frames, fps=DEFAULT_FPS, path=Path(__file__)):
    """A video of frames at hand; no path makes it a camera."""
    return Video("clip", (image for image in frames), None, fps, path)


def test_table_equals_a_plain_loop_exactly(tmp_path, frames):
    video = open_video(str(write_folder(tmp_path / "clip", frames)))
    done = follow(video, choose, entrants(), tmp_path / "out")
    assert (done.frames, done.video, done.table) == (8, tmp_path / "out" / VIDEO, tmp_path / "out" / TABLE)
    _, fps, table = check_whole(tmp_path / "out", 8)
    assert fps == DEFAULT_FPS
    assert list(table) == ["tracker", "frame", "x", "y", "w", "h", "score", "seconds"]
    for seed, label in enumerate(("baseline", "ours")):
        rows = table.loc[table["tracker"] == label, ["x", "y", "w", "h", "score"]]
        np.testing.assert_array_equal(rows.to_numpy(), plain_loop(seed, frames))
    assert (table["seconds"] > 0).all()


def test_first_row_is_the_baseline_and_boxes_are_where_the_table_says(tmp_path, frames):
    follow(source(frames), choose, entrants(), tmp_path)
    found, _, table = check_whole(tmp_path, 8)
    scale, band, row = 3.0, 28, 28 + 360 + 4
    assert found[-1].shape == (2 * (28 + 360) + 4, 480 + 4 + 360, 3)
    for index, look in enumerate((BASELINE, OURS)):
        x, y, _, h = table[table["frame"] == 7].iloc[index][["x", "y", "w", "h"]].to_numpy(dtype=float)
        left, top = (x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5 + band + index * row
        edge = found[-1][round(top) : round(top + (h - 1) * scale), round(left)].astype(float)
        # The code halves the resolution of colours: of a line they are a mixture with what is beside it.
        blue_minus_red = (edge[:, 2] - edge[:, 0]).mean()
        assert blue_minus_red > 20 if look is BASELINE else blue_minus_red < -40


def test_score_map_covers_what_the_tracker_says(frames):
    entrant = Entrant("ours", tracker(1, peak="cell"), GEOMETRY["small"], OURS)
    entrant.see(frames[0], BOX)
    moved = []
    for image in frames[1:]:
        view, _ = entrant.see(image, None)
        center = view.box[:2] + (view.box[2:] - 1) / 2
        # The tracker moves by whole cells of the map, upsampled 16 times, and finds its peak between their centres.
        moved.append((center - view.search_center) / view.map_side * GEOMETRY["small"].score_cells * 16 - 0.5)
    np.testing.assert_allclose(moved, np.round(moved), atol=1e-6)
    assert np.abs(moved).max() > 5


def test_only_so_many_frames_are_even_read(tmp_path, frames):
    read = []

    def images():
        for image in frames:
            read.append(image)
            yield image

    assert follow(Video("clip", images(), 8, 25.0, Path(__file__)), choose, entrants(), tmp_path, frames=3).frames == 3
    assert len(read) == 3
    check_whole(tmp_path, 3)


def test_unreadable_frame_in_the_middle_keeps_what_is_before(tmp_path, frames):
    folder = write_folder(tmp_path / "clip", frames)
    (folder / "5.png").write_bytes(b"no image")
    with pytest.raises(UnreadableImageError, match=r"5.png is not a readable.*frames 0 to 3 are tracked in") as caught:
        follow(open_video(str(folder)), choose, entrants(), tmp_path / "out")
    assert caught.value.exit_code == 2
    _, _, table = check_whole(tmp_path / "out", 4)
    rows = table.loc[table["tracker"] == "ours", ["x", "y", "w", "h", "score"]].to_numpy()
    np.testing.assert_array_equal(rows, plain_loop(1, frames[:4]))


def test_nothing_is_written_where_tracking_cannot_start(tmp_path, frames):
    out = tmp_path / "out"
    for bad in ([200.0, 10, 5, 5], [np.nan, 1, 1, 1], [1.0, 1, 0, 5]):
        with pytest.raises(AnnotationError, match="cannot start on box"):
            follow(source(frames), lambda image, bad=bad: np.array(bad), entrants(), out)
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip" / "1.png").write_bytes(b"no image")
    with pytest.raises(UnreadableImageError, match=r"restore the file from its source$"):
        follow(open_video(str(tmp_path / "clip")), choose, entrants(), out)
    assert not out.exists()


def test_folder_that_cannot_be(tmp_path, frames):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(ConfigError, match=r"cannot write to the folder .*; give another one with --out"):
            follow(source(frames), choose, entrants(), out)


def test_frames_that_change_size(tmp_path, frames):
    frames = [*frames[:4], *(cv2.resize(image, (200, 90)) for image in frames[4:])]
    follow(source(frames), choose, entrants(), tmp_path)
    found, _, table = check_whole(tmp_path, 8)
    assert len({image.shape for image in found}) == 1
    rows = table.loc[table["tracker"] == "ours", ["x", "y", "w", "h", "score"]].to_numpy()
    np.testing.assert_array_equal(rows, plain_loop(1, frames))


def test_gray_images_and_odd_sizes(tmp_path):
    frames = [image[:119, :157, :1].repeat(3, axis=2) for image in drawn_frames(3)]
    folder = write_folder(tmp_path / "clip", frames)
    cv2.imwrite(str(folder / "2.png"), frames[1][..., 0])
    follow(open_video(str(folder)), choose, entrants(), tmp_path / "out")
    _, _, table = check_whole(tmp_path / "out", 3)
    rows = table.loc[table["tracker"] == "baseline", ["x", "y", "w", "h", "score"]].to_numpy()
    np.testing.assert_array_equal(rows, plain_loop(0, frames))


def test_the_video_that_is_read_is_not_replaced(tmp_path, frames):
    path = write_file(tmp_path / VIDEO, frames, "mp4v")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="would replace the video that is read; give another folder with --out"):
        follow(open_video(str(path)), choose, entrants(), tmp_path)
    assert path.read_bytes() == before


def signalled(frames, number, at):
    """Frames, and a signal to this process when frame ``at`` is read."""
    for frame, image in enumerate(frames):
        if frame == at:
            os.kill(os.getpid(), number)
        yield image


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("at", [1, 3])
def test_signal_ends_a_file_properly(tmp_path, frames, number, code, at):
    video = Video("clip", signalled(frames, number, at), 8, 25.0, Path(__file__))
    with pytest.raises(StoppedError, match=f"{number.name}: frames 0 to {at} are tracked in") as caught:
        follow(video, choose, entrants(), tmp_path)
    assert caught.value.exit_code == code
    check_whole(tmp_path, at + 1)


def test_ctrl_c_is_how_a_camera_ends(tmp_path, frames):
    camera = Video("camera0", signalled(frames, signal.SIGINT, 5), None, None, None)
    assert follow(camera, choose, entrants(), tmp_path).frames == 6
    _, fps, _ = check_whole(tmp_path, 6)
    assert 1 <= fps <= 60


def test_second_ctrl_c_where_a_camera_hangs(tmp_path, frames):
    def hanging():
        yield from frames[:3]
        raise KeyboardInterrupt

    assert follow(Video("camera0", hanging(), None, None, None), choose, entrants(), tmp_path).frames == 3
    check_whole(tmp_path, 3)


def test_results_are_replaced_as_a_whole(tmp_path, frames):
    for count in (8, 5):
        follow(source(frames[:count]), choose, entrants(), tmp_path)
        assert len(pd.read_csv(tmp_path / TABLE)) == 2 * count
        check_whole(tmp_path, count)

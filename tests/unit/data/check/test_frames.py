"""Images that can and cannot be used."""

import numpy as np
import pytest

from siamloss.data.check.frames import THUMBNAIL_PX, look_at, look_at_all, sample


@pytest.mark.parametrize("ending", [".jpg", ".png", ".bmp"])
def test_a_whole_image_has_its_size_and_no_problem(tmp_path, draw_frames, ending):
    draw_frames(tmp_path, (1,), size=(90, 60), ending=ending)
    look = look_at(tmp_path / f"00000001{ending}", thumbnail=True)
    assert (look.size, look.problem) == ((90, 60), "")
    assert look.thumbnail.shape == (THUMBNAIL_PX, THUMBNAIL_PX)
    assert look_at(tmp_path / f"00000001{ending}", thumbnail=False).thumbnail is None


@pytest.mark.parametrize("ending", [".jpg", ".png", ".bmp"])
@pytest.mark.parametrize("lost", [0.5, 0.01])
def test_an_image_that_was_cut_short_is_found(tmp_path, draw_frames, ending, lost):
    draw_frames(tmp_path, (1,), size=(200, 160), ending=ending)
    path = tmp_path / f"00000001{ending}"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * (1 - lost))])
    assert look_at(path, False).problem == "is no image, or cut short"
    path.write_bytes(whole + b"\0" * 100)
    assert look_at(path, False).problem == "", "some cameras pad their files"


def test_what_is_no_image_is_said(tmp_path):
    path = tmp_path / "1.jpg"
    assert look_at(path, False).problem == "cannot be read (No such file or directory)"
    path.write_bytes(b"")
    assert look_at(path, False).problem == "is empty"
    path.write_bytes(b"a text")
    look = look_at(path, True)
    assert look.problem == "is no image, or cut short"
    assert look.thumbnail is None
    assert np.isnan(look.size).all()


def test_files_are_looked_at_once_and_come_back_by_path_whatever_the_threads(tmp_path, draw_frames, monkeypatch):
    monkeypatch.setattr("siamloss.data.check.frames.BLOCK", 3)
    draw_frames(tmp_path, range(8))
    paths = sorted(tmp_path.iterdir())
    found = [look_at_all([*paths, *paths], {paths[3]}, threads, "frames") for threads in (1, 4)]
    assert list(found[0]) == list(found[1]) == paths
    assert [look.digest for look in found[0].values()] == [look.digest for look in found[1].values()]
    assert len({look.digest for look in found[0].values()}) == 8
    assert [path for path, look in found[0].items() if look.thumbnail is not None] == [paths[3]]


def test_samples_reach_from_the_first_to_the_last_frame():
    assert sample(tuple(range(100)), 4) == [0, 33, 66, 99]
    assert sample(tuple(range(3)), 10) == [0, 1, 2]
    assert sample((0,), 5) == [0]
    assert sample((), 5) == []

"""What is odd about GOT-10k folders, one test each."""

import pytest

from siamloss.data.got10k import read_got10k
from siamloss.errors import AnnotationError, MissingDataError


@pytest.fixture
def split(tmp_path, draw_frames):
    """A split with the sequence S1 of three frames."""
    draw_frames(tmp_path / "S1", (1, 2, 3))
    (tmp_path / "S1" / "groundtruth.txt").write_text("1,1,5,5\n" * 3)
    (tmp_path / "list.txt").write_text("S1\n")
    return tmp_path


def test_frames_cut_by_the_image_are_a_tag_and_stay_visible(split):
    assert read_got10k(split)[0].tags == {}
    file = split / "S1" / "cut_by_image.label"
    file.write_text("0\n1\n1\n")
    found = read_got10k(split)[0]
    assert found.tags["cut"].tolist() == [False, True, True]
    assert found.visible.all()
    file.write_text("0\n1\n")
    with pytest.raises(AnnotationError, match=r"cut_by_image\.label has 2 labels for 3 frames"):
        read_got10k(split)


def test_the_resolution_may_change_within_a_sequence(split, draw_frames):
    """Val_000136 and Val_000137 do, and some training sequences."""
    draw_frames(split / "S1", (3,), size=(64, 48))
    found = read_got10k(split)[0]
    assert [found.image(frame).shape for frame in range(3)] == [(20, 30, 3), (20, 30, 3), (48, 64, 3)]


def test_listed_names_that_are_not_there_are_all_named(split):
    (split / "list.txt").write_text("S1\n" + "".join(f"Train_{number:06d}\n" for number in range(2, 14)))
    with pytest.raises(MissingDataError, match=r"12 of 13 .*: Train_000002, .*, Train_000011 and 2 more; restore them"):
        read_got10k(split)
    assert [item.name for item in read_got10k(split, ("S1",))] == ["S1"]

"""TrackingNet's layout."""

import numpy as np
import pytest

from siamloss.data.trackingnet import read_trackingnet
from siamloss.errors import AnnotationError, MissingDataError


@pytest.fixture
def root(tmp_path, draw_frames):
    """Three sequences in the splits 2, 10 and the test split."""
    for split, name in (("TRAIN_2", "b_0"), ("TRAIN_10", "a_1"), ("TEST", "t_0")):
        draw_frames(tmp_path / split / "frames" / name, range(12), digits=1)
        (tmp_path / split / "anno").mkdir()
        (tmp_path / split / "anno" / f"{name}.txt").write_text("".join(f"{i},1,5.5,6\n" for i in range(12)))
    return tmp_path


def test_frames_are_in_the_order_of_their_numbers(root):
    found = read_trackingnet(root, ("b_0",))[0]
    assert [int(path.stem) for path in found.frame_paths] == list(range(12))
    np.testing.assert_array_equal(found.boxes[10], [10, 1, 5.5, 6])
    assert found.visible.all()


def test_splits_come_in_the_order_of_their_numbers_and_without_the_test_split(root):
    assert [item.name for item in read_trackingnet(root)] == ["b_0", "a_1"]
    assert [item.name for item in read_trackingnet(root, ("TRAIN_10", "b_0"))] == ["a_1", "b_0"]
    assert [item.name for item in read_trackingnet(root / "TEST")] == ["t_0"]


def test_what_is_missing_is_named(root):
    with pytest.raises(MissingDataError, match=r"2 of 3 listed sequences are missing in .*: c_0, TRAIN_3; restore"):
        read_trackingnet(root, ("a_1", "c_0", "TRAIN_3"))
    (root / "TRAIN_2" / "frames" / "b_0").rename(root / "elsewhere")
    with pytest.raises(MissingDataError, match=r"1 of 2 listed sequences are missing in .*: b_0; restore"):
        read_trackingnet(root)


def test_the_withheld_truth_of_a_test_split_is_no_truth(root):
    (root / "TEST" / "anno" / "t_0.txt").write_text("1,1,5,5\n")
    with pytest.raises(AnnotationError, match="sequence 't_0' has 12 frames but 1 boxes"):
        read_trackingnet(root / "TEST")

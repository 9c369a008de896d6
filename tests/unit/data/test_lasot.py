"""LaSOT's layout."""

import numpy as np
import pytest

from siamloss.data.lasot import read_lasot
from siamloss.errors import AnnotationError, MissingDataError


@pytest.fixture
def root(tmp_path, draw_frames):
    """One sequence in the folder of its class, one beside."""
    for folder in (tmp_path / "airplane" / "airplane-1", tmp_path / "polar-bear-12"):
        draw_frames(folder / "img", range(1, 5))
        (folder / "groundtruth.txt").write_text("1,2,3,4\n5,6,7,8\n0,0,0,0\n9,9,9,9\n")
        (folder / "full_occlusion.txt").write_text("0,0,0,0\n")
        (folder / "out_of_view.txt").write_text("0,1,0,0")
    return tmp_path


def test_boxes_are_as_written_and_the_class_is_the_name_without_its_number(root):
    found = read_lasot(root, ("airplane-1", "polar-bear-12"))
    assert [(item.name, item.object_class) for item in found] == [
        ("airplane-1", "airplane"),
        ("polar-bear-12", "polar-bear"),
    ]
    np.testing.assert_array_equal(found[0].boxes[0], [1, 2, 3, 4])


def test_flags_of_both_kinds_and_boxes_without_area_are_absent(root):
    folder = root / "airplane" / "airplane-1"
    assert read_lasot(root, ("airplane-1",))[0].visible.tolist() == [True, False, False, True]
    (folder / "full_occlusion.txt").write_text("0,0,0,1\n")
    assert read_lasot(root, ("airplane-1",))[0].visible.tolist() == [True, False, False, False]
    (folder / "out_of_view.txt").unlink()
    assert read_lasot(root, ("airplane-1",))[0].visible.tolist() == [True, True, False, False]
    for wrong in ("0,0,1\n", "0,0,2,0\n"):
        (folder / "full_occlusion.txt").write_text(wrong)
        with pytest.raises(AnnotationError, match=r"full_occlusion\.txt must hold a 0 or 1 for each of 4 frames"):
            read_lasot(root, ("airplane-1",))


def test_without_names_all_classes_are_read_or_what_the_list_says(root):
    assert [item.name for item in read_lasot(root)] == ["airplane-1"]
    (root / "list.txt").write_text("polar-bear-12\n")
    assert [item.name for item in read_lasot(root)] == ["polar-bear-12"]
    with pytest.raises(MissingDataError, match=r"2 of 3 listed sequences are missing in .*: zebra-1, zebra-2; restore"):
        read_lasot(root, ("airplane-1", "zebra-{1..2}"))

"""Ground truth of every VOT year, and where the images of a sequence are."""

import numpy as np
import pytest

from siamloss.data.masks import decode_mask, mask_of
from siamloss.data.vot import read_vot
from siamloss.errors import AnnotationError


def encode(mask):
    """The text of a mask, pixel by pixel, with a window that is larger than the target."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = max(rows[0] - 1, 0), max(columns[0] - 2, 0)
    window = mask[top : rows[-1] + 2, left : columns[-1] + 2]
    runs, current, length = [], False, 0
    for pixel in window.ravel():
        if pixel != current:
            runs.append(length)
            current, length = pixel, 0
        length += 1
    return "m" + ",".join(map(str, [left, top, window.shape[1], window.shape[0], *runs, length]))


@pytest.fixture
def write(tmp_path, draw_frames):
    """``write(*lines)``: one sequence with these regions."""

    def sequence(*lines, images="color"):
        draw_frames(tmp_path / "bag" / images, range(1, len(lines) + 1))
        (tmp_path / "bag" / "groundtruth.txt").write_text("\n".join(lines) + "\n")
        (tmp_path / "list.txt").write_text("bag\n")
        return tmp_path

    return sequence


def test_masks_become_tight_boxes_and_come_back_whole(write):
    mask = np.zeros((20, 30), dtype=bool)
    mask[5:9, 10:17] = True
    mask[8, 10:14] = False
    other = np.roll(mask, (3, 4), axis=(0, 1))
    found = read_vot(write(encode(mask), "m0,0,0,0,0", encode(other)))[0]
    np.testing.assert_array_equal(found.boxes, [[10, 5, 7, 4], [0, 0, 0, 0], [14, 8, 7, 4]])
    np.testing.assert_array_equal(found.polygons[0], [10, 5, 17, 5, 17, 9, 10, 9])
    assert found.visible.tolist() == [True, False, True]
    np.testing.assert_array_equal(mask_of(found, 0), mask)
    np.testing.assert_array_equal(mask_of(found, 2), other)
    assert not mask_of(found, 1).any()


def test_runs_begin_with_background_and_go_row_by_row():
    mask, corner = decode_mask("m3,4,3,2,0,2,1,1")
    assert corner == (3, 4)
    assert mask.tolist() == [[True, True, False], [True, False, False]]


def test_a_mask_over_the_border_is_cut(write):
    found = read_vot(write("m28,18,4,4,0,16"))[0]
    assert mask_of(found, 0).sum() == 4
    np.testing.assert_array_equal(found.boxes, [[28, 18, 4, 4]])


def test_files_without_masks_have_none(write):
    found = read_vot(write("1,1,5,1,5,4,1,4"))[0]
    assert found.masks is None
    assert mask_of(found, 0) is None


def test_a_rectangle_among_masks_has_no_mask(write):
    found = read_vot(write("m1,1,2,2,0,4", "3,4,5,6"))[0]
    np.testing.assert_array_equal(found.boxes[1], [3, 4, 5, 6])
    assert mask_of(found, 1) is None


def test_a_single_number_is_a_frame_without_the_target(write):
    found = read_vot(write("1,1,5,1,5,4,1,4", "0"))[0]
    assert found.visible.tolist() == [True, False]


@pytest.mark.parametrize("text", ["m1,1,2,2,0,5", "m1,1,2,2,-1,2", "m1,1,2", "m1,1,2,2,x", "1,2,3", "x"])
def test_what_is_no_region_is_named_with_its_line(write, text):
    with pytest.raises(AnnotationError, match=r"groundtruth\.txt, line 2: .*correct or restore"):
        read_vot(write("m1,1,2,2,0,4", text))


@pytest.mark.parametrize(
    ("images", "entry"),
    [
        ("color", None),
        ("", None),
        ("left", "channels.color=left/%08d.jpg"),
        ("left", "channels.color=left\\%08d.jpg"),
        ("left", "channels.color=left/"),
        ("heat", "channels.ir=heat/%08d.jpg"),
    ],
)
def test_images_are_where_the_sequence_file_says(write, images, entry):
    root = write("1,1,5,1,5,4,1,4", images=images)
    if entry:
        (root / "bag" / "sequence").write_text(f"name=bag\nfps=30\n{entry}\n")
    assert read_vot(root)[0].frame_paths[0] == root / "bag" / images / "00000001.jpg"


def test_the_sequence_file_may_name_the_ground_truth(write):
    root = write("1,1,5,1,5,4,1,4")
    (root / "bag" / "rect.txt").write_text("2,3,4,5\n")
    (root / "bag" / "sequence").write_text("groundtruth=rect.txt\n")
    np.testing.assert_array_equal(read_vot(root)[0].boxes, [[2, 3, 4, 5]])


def test_short_tags_end_without_the_tag_and_both_endings_are_read(write):
    root = write(*["1,1,5,1,5,4,1,4"] * 3)
    (root / "bag" / "occlusion.tag").write_text("0\n1\n")
    (root / "bag" / "camera_motion.label").write_text("1\n1\n1\n")
    tags = read_vot(root)[0].tags
    assert tags["occlusion"].tolist() == [False, True, False]
    assert tags["camera_motion"].tolist() == [True] * 3

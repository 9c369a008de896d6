"""One's own data as folders of images."""

import numpy as np
import pytest

from siamloss.data.folder import read_boxes, read_folder
from siamloss.errors import AnnotationError, EmptySequenceError, MissingDataError


@pytest.fixture
def write(tmp_path, draw_frames):
    """``write(text, name, count, images, file)``: a sequence of images 1.jpg, 2.jpg, ... and its box file."""

    def sequence(text, name="walk", count=3, images="", file="boxes.txt"):
        draw_frames(tmp_path / name / images, range(1, count + 1), digits=1)
        (tmp_path / name / file).write_text(text)
        return tmp_path

    return sequence


def test_boxes_are_zero_based_and_every_separator_is_read(write):
    found = read_folder(write("0,1,5,6\n2\t3\t5\t6\n4.5 5 5 6\n"))[0]
    assert found.name == "walk"
    np.testing.assert_array_equal(found.boxes, [[0, 1, 5, 6], [2, 3, 5, 6], [4.5, 5, 5, 6]])
    assert found.visible.all()


@pytest.mark.parametrize("absent", ["", "nan", "NaN,nan,NAN,nan", "   ", "nan nan nan nan"])
def test_an_empty_line_or_nan_is_a_frame_without_the_target(write, absent):
    for text in (
        f"0,1,5,6\n{absent}\n2,3,5,6\n",
        f"0,1,5,6\n{absent}\n2,3,5,6",
        f"0,1,5,6\r\n{absent}\r\n2,3,5,6\r\n\r\n",
    ):
        found = read_folder(write(text))[0]
        assert found.visible.tolist() == [True, False, True]
        np.testing.assert_array_equal(found.boxes[1], 0)


def test_empty_lines_count_up_to_the_last_frame(write):
    assert read_folder(write("0,1,5,6\n\n\n"))[0].visible.tolist() == [True, False, False]
    assert read_folder(write("0,1,5,6\n\n\n\n\n\n"))[0].visible.tolist() == [True, False, False]
    with pytest.raises(AnnotationError, match="3 frames but 2 boxes"):
        read_folder(write("0,1,5,6\n\n"))
    with pytest.raises(AnnotationError, match="3 frames but 4 boxes"):
        read_folder(write("0,1,5,6\n" * 4))


@pytest.mark.parametrize("line", ["1,2,3", "1,2,nan,4", "a,b,c,d", "1,2,3,inf", "1", "1,2,3,4,5"])
def test_what_is_no_box_is_named_with_its_line(write, line):
    with pytest.raises(AnnotationError, match=r"boxes\.txt, line 2: '.*' is no box; write x,y,w,h, or nan"):
        read_boxes(write(f"0,1,5,6\n{line}\n") / "walk" / "boxes.txt", 2)


def test_images_are_in_natural_order_beside_the_boxes_or_in_an_inner_folder(write):
    for images in ("", "img", "color", "frames"):
        root = write("0,1,5,6\n" * 11, name=f"walk{images}", count=11, images=images)
        found = read_folder(root, (f"walk{images}",))[0]
        assert [int(path.stem) for path in found.frame_paths] == list(range(1, 12))


def test_a_folder_may_be_one_sequence_or_hold_several(write):
    root = write("0,1,5,6\n" * 3, name="b")
    write("0,1,5,6\n" * 3, name="a", file="groundtruth.txt")
    (root / "notes").mkdir()
    assert [item.name for item in read_folder(root)] == ["a", "b"]
    assert [item.name for item in read_folder(root / "b")] == ["b"]
    (root / "list.txt").write_text("b\n")
    assert [item.name for item in read_folder(root)] == ["b"]


def test_what_is_missing_is_said(write):
    root = write("0,1,5,6\n" * 3)
    with pytest.raises(MissingDataError, match=r"1 of 2 listed sequences are missing in .*: run; restore"):
        read_folder(root, ("walk", "run"))
    (root / "walk" / "boxes.txt").unlink()
    with pytest.raises(MissingDataError, match=r"sequence 'walk' has no boxes\.txt"):
        read_folder(root, ("walk",))
    with pytest.raises(MissingDataError, match="holds no sequence"):
        read_folder(root)
    with pytest.raises(EmptySequenceError, match="starts without its target"):
        read_folder(write("nan\n0,1,5,6\n\n"))

"""What is odd about the published OTB folders, one test each."""

import numpy as np
import pytest

from siamloss.data.otb import read_otb
from siamloss.data.text import read_lines
from siamloss.errors import MissingDataError

BOX = "1,1,5,5\n"

ANNOTATED = {"David": (300, 770), "Football1": (1, 74), "Freeman3": (1, 460), "Freeman4": (1, 283), "Diving": (1, 215)}
"""First and last annotated image, as the benchmark's page states them."""


@pytest.fixture
def write(tmp_path, draw_frames):
    """``write(name, boxes, numbers, digits, suffix)``: a folder with images and an annotation."""

    def folder(name, boxes=BOX * 2, numbers=(1, 2), digits=4, suffix=""):
        draw_frames(tmp_path / name / "img", numbers, digits, size=(8, 8))
        (tmp_path / name / f"groundtruth_rect{suffix}.txt").write_text(boxes)
        return tmp_path

    return folder


def test_separators_may_differ_within_a_file(write):
    """Line 496 of BlurCar1 has spaces, the others tabs."""
    root = write("BlurCar1", "1\t2\t3\t4\n5 6 7 8\n9,10,11,12\n", range(247, 250))
    found = read_otb(root)[0]
    np.testing.assert_array_equal(found.boxes[:, 0], [0, 4, 8])
    assert [path.name for path in found.frame_paths] == ["0247.jpg", "0248.jpg", "0249.jpg"]


def test_the_first_image_need_not_be_number_one(write):
    """BlurCar1 starts at 0247, BlurCar3 at 0003, BlurCar4 at 0018, Board at 00001 with five digits."""
    for name, start, digits in (("BlurCar3", 3, 4), ("BlurCar4", 18, 4), ("Board", 1, 5)):
        root = write(name, BOX * 3, range(start, start + 3), digits)
        found = read_otb(root, (name,))[0]
        assert [path.stem for path in found.frame_paths] == [f"{start + i:0{digits}d}" for i in range(3)]


@pytest.mark.parametrize("name", ANNOTATED)
def test_only_the_annotated_part_of_a_folder_is_read(write, name):
    """David's 770 images have 471 boxes, Football1's 81 have 74, and so on."""
    first, last = ANNOTATED[name]
    numbers = [*range(max(first - 2, 1), first + 2), *range(last - 1, last + 4)]
    count = sum(first <= number <= last for number in numbers)
    root = write(name, BOX * (last - first + 1), numbers)
    for number in set(range(first, last + 1)) - set(numbers):
        (root / name / "img" / f"{number:04d}.jpg").write_bytes(b"listed, not decoded")
    found = read_otb(root, (name,))[0]
    assert count < len(found) == last - first + 1
    assert (int(found.frame_paths[0].stem), int(found.frame_paths[-1].stem)) == (first, last)


def test_tiger1_is_read_from_its_first_image(write):
    """Published results of Tiger1 begin at image 6; its annotation, of all 354 images, at image 1."""
    found = read_otb(write("Tiger1", BOX * 9, range(1, 10)))[0]
    assert found.frame_paths[0].stem == "0001"
    assert len(found) == 9


def test_human4_is_its_second_annotation(write):
    """Its first annotation is an empty file."""
    root = write("Human4", "7,7,5,5\n" * 2, suffix=".2")
    only_second = read_otb(root)
    (root / "Human4" / "groundtruth_rect.1.txt").write_text("\n")
    for names in ((), ("Human4",)):
        assert [(item.name, item.boxes[0, 0]) for item in read_otb(root, names)] == [("Human4", 6)]
    assert [(item.name, item.boxes[0, 0]) for item in only_second] == [("Human4", 6)]
    for spelling in ("Human4-2", "Human4.2"):
        assert [(item.name, item.boxes[0, 0]) for item in read_otb(root, (spelling,))] == [("Human4-2", 6)]
    (root / "Human4" / "groundtruth_rect.1.txt").write_text(BOX * 2)
    assert [(item.name, item.boxes[0, 0]) for item in read_otb(root)] == [("Human4", 6)]


def test_empty_annotations_beside_another_are_no_target(write):
    root = write("Walking", "7,7,5,5\n" * 2, suffix=".2")
    (root / "Walking" / "groundtruth_rect.1.txt").write_text("\n")
    assert [(item.name, item.boxes[0, 0]) for item in read_otb(root)] == [("Walking", 6)]


def test_both_spellings_of_a_target_are_one_name(write):
    write("Jogging", "2,1,5,5\n" * 2, suffix=".1")
    root = write("Jogging", "3,1,5,5\n" * 2, suffix=".2")
    for names in (("Jogging-1", "Jogging-2"), ("Jogging.1", "Jogging.2"), ("Jogging", "Jogging-2"), ()):
        assert [(item.name, item.boxes[0, 0]) for item in read_otb(root, names)] == [("Jogging-1", 1), ("Jogging-2", 2)]
    (root / "list.txt").write_text("Jogging.2\n")
    assert [item.name for item in read_otb(root)] == ["Jogging-2"]


def test_98_folders_are_the_100_sequences_of_the_published_list(write, realmini):
    listed = read_lines(realmini.parent / "otb100" / "otb100.txt", "sequence list")
    twice = ("Jogging", "Skating2")
    for name in listed:
        folder, _, number = name.partition("-")
        root = write(folder, suffix=f".{number}" if number else "")
    folders = [path for path in root.iterdir() if path.is_dir()]
    assert len(folders) == 98
    found = [item.name for item in read_otb(root)]
    assert len(found) == 100
    assert sorted(found) == sorted("Human4" if name == "Human4-2" else name for name in listed)
    assert [name for name in found if name.startswith(twice)] == ["Jogging-1", "Jogging-2", "Skating2-1", "Skating2-2"]
    for file, count in (("otb2013", 51), ("otb50", 50), ("otb100", 100)):
        names = tuple(read_lines(realmini.parent / "otb100" / f"{file}.txt", "sequence list"))
        assert [item.name for item in read_otb(root, names)] == list(names)
        assert len(names) == count
        dotted = tuple(name.replace("-", ".") for name in names)
        assert [item.name for item in read_otb(root, dotted)] == list(names)


def test_all_missing_names_are_in_one_error(write):
    root = write("Walking")
    names = ("Walking", "Jogging.2", *(f"Gone{number}" for number in range(11)))
    listed = "Jogging-2, " + ", ".join(f"Gone{number}" for number in range(9))
    with pytest.raises(
        MissingDataError, match=f"12 of 13 listed sequences are missing in .*: {listed} and 2 more; restore"
    ):
        read_otb(root, names)

"""Readers on drawn data in the official layouts, on their quirks, and on real sequences."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from siamloss.config import Dataset
from siamloss.data.got10k import read_got10k, read_meta_info
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.otb import read_otb
from siamloss.data.sequence import Sequence
from siamloss.data.text import expand_names, read_table
from siamloss.data.vot import read_vot
from siamloss.errors import AnnotationError, EmptySequenceError, MissingDataError


def frames(folder, count, digits=8, start=1):
    folder.mkdir(parents=True)
    for number in range(start, start + count):
        cv2.imwrite(str(folder / f"{number:0{digits}d}.jpg"), np.full((20, 30, 3), number % 256, np.uint8))


def test_drawn_sets_are_read_whole(tiny):
    for dataset in tiny.all_datasets:
        sequences = open_dataset(tiny, dataset)
        assert len(sequences) == dataset.synthetic.sequences
        for sequence in sequences:
            assert len(sequence) == dataset.synthetic.frames
            assert sequence.image(0).shape == (120, 160, 3)
            assert (sequence.polygons is not None) == (dataset.format == "vot")


def test_otb_boxes_are_one_based_on_disk_and_zero_based_inside(tmp_path):
    frames(tmp_path / "A" / "img", 2, 4)
    (tmp_path / "A" / "groundtruth_rect.txt").write_text("1,2,10,12\n3,4,10,12\n")
    sequence = read_otb(tmp_path)[0]
    np.testing.assert_array_equal(sequence.boxes, [[0, 1, 10, 12], [2, 3, 10, 12]])


@pytest.mark.parametrize("separator", [",", "\t", " ", " , ", ";"])
def test_separators_of_the_benchmarks(tmp_path, separator):
    path = tmp_path / "boxes.txt"
    path.write_text("\n".join(separator.join(map(str, row)) for row in [(1, 2, 3.5, 4), (5, 6, 7, 8)]) + "\n\n")
    np.testing.assert_array_equal(read_table(path, "annotation", (4,)), [[1, 2, 3.5, 4], [5, 6, 7, 8]])


@pytest.mark.parametrize("text", ["1,2,3\n", "1,2,3,4\n1,2,3,4,5\n", "a,b,c,d\n"])
def test_malformed_tables_are_named_with_their_line(tmp_path, text):
    path = tmp_path / "boxes.txt"
    path.write_text(text)
    with pytest.raises(AnnotationError, match=r"boxes\.txt, line \d"):
        read_table(path, "annotation", (4,))


def test_otb_frame_ranges(tmp_path):
    """David's folder holds 770 images, its annotation begins at image 300."""
    frames(tmp_path / "David" / "img", 12, 4, start=295)
    (tmp_path / "David" / "groundtruth_rect.txt").write_text("1,1,5,5\n" * 471)
    with pytest.raises(AnnotationError, match="frames but 471 boxes"):
        read_otb(tmp_path)
    frames(tmp_path / "two" / "David" / "img", 470 + 5, 4, start=296)
    (tmp_path / "two" / "David" / "groundtruth_rect.txt").write_text("1,1,5,5\n" * 471)
    sequence = read_otb(tmp_path / "two")[0]
    assert (sequence.frame_paths[0].stem, sequence.frame_paths[-1].stem) == ("0300", "0770")


def test_otb_folder_with_two_targets(tmp_path):
    frames(tmp_path / "Jogging" / "img", 2, 4)
    for number in (1, 2):
        (tmp_path / "Jogging" / f"groundtruth_rect.{number}.txt").write_text(f"{number},1,5,5\n" * 2)
    first, second = read_otb(tmp_path, ("Jogging-1", "Jogging-2"))
    assert (first.boxes[0, 0], second.boxes[0, 0]) == (0, 1)
    assert [sequence.name for sequence in read_otb(tmp_path)] == ["Jogging-1", "Jogging-2"]


def test_got10k_absence_and_cover_make_frames_invisible(tmp_path):
    frames(tmp_path / "S1", 4)
    (tmp_path / "list.txt").write_text("S1\n")
    (tmp_path / "S1" / "groundtruth.txt").write_text("1,1,5,5\n" * 4)
    (tmp_path / "S1" / "absence.label").write_text("0\n1\n0\n0\n")
    (tmp_path / "S1" / "cover.label").write_text("8\n8\n0\n3\n")
    assert read_got10k(tmp_path)[0].visible.tolist() == [True, False, False, True]
    (tmp_path / "S1" / "cover.label").write_text("8\n8\n")
    with pytest.raises(AnnotationError, match="2 labels for 4 frames"):
        read_got10k(tmp_path)


def test_got10k_similarities_of_distractors_are_read_when_present(tmp_path):
    frames(tmp_path / "S1", 3)
    (tmp_path / "list.txt").write_text("S1\n")
    (tmp_path / "S1" / "groundtruth.txt").write_text("1,1,5,5\n" * 3)
    assert read_got10k(tmp_path)[0].distractor is None
    file = tmp_path / "S1" / "distractor.label"
    file.write_text("0.0000\n0.8125\n1.0000\n")
    found = read_got10k(tmp_path)[0].distractor
    assert found.dtype == np.float64
    assert found.tolist() == [0.0, 0.8125, 1.0]
    file.write_text("0.0000\n0.8125\n")
    with pytest.raises(AnnotationError, match=r"3 frames but 2 similarities .*restore distractor\.label, or remove it"):
        read_got10k(tmp_path)
    for wrong in ("-0.1", "1.01", "nan"):
        file.write_text(f"0\n0\n{wrong}\n")
        with pytest.raises(AnnotationError, match=r"outside 0\.\.1; correct distractor\.label, or remove it"):
            read_got10k(tmp_path)


def test_got10k_nan_boxes_are_allowed_only_where_the_target_is_absent(tmp_path):
    frames(tmp_path / "S1", 2)
    (tmp_path / "list.txt").write_text("S1\n")
    (tmp_path / "S1" / "groundtruth.txt").write_text("1,1,5,5\nnan,nan,nan,nan\n")
    (tmp_path / "S1" / "absence.label").write_text("0\n1\n")
    assert np.isfinite(read_got10k(tmp_path)[0].boxes).all()
    (tmp_path / "S1" / "absence.label").write_text("0\n0\n")
    with pytest.raises(AnnotationError, match="mark the frame absent"):
        read_got10k(tmp_path)


def test_got10k_object_class_is_read_when_it_is_stated(tmp_path):
    frames(tmp_path / "S1", 2)
    (tmp_path / "S1" / "groundtruth.txt").write_text("1,1,5,5\n" * 2)
    assert read_got10k(tmp_path)[0].object_class == ""
    meta = tmp_path / "S1" / "meta_info.ini"
    meta.write_text("[METAINFO]\nurl: https://a.b/50%25\nresolution: (4, 4)\n")
    assert read_got10k(tmp_path)[0].object_class == ""
    meta.write_text("[METAINFO]\nurl: https://a.b/50%25\nobject_class: arctic fox \nattributes: SV, OCC\n")
    assert read_got10k(tmp_path)[0].object_class == "arctic fox"
    assert read_meta_info(tmp_path / "S1")["url"] == "https://a.b/50%25"
    assert read_got10k(tmp_path)[0].attributes == {"SV", "OCC"}


def test_hidden_files_are_no_frames_and_broken_meta_is_named(tmp_path):
    frames(tmp_path / "S1", 2)
    (tmp_path / "S1" / "._00000001.jpg").write_bytes(b"x")
    (tmp_path / "S1" / "groundtruth.txt").write_text("1,1,5,5\n" * 2)
    assert len(read_got10k(tmp_path)[0]) == 2
    (tmp_path / "S1" / "meta_info.ini").write_text("no section\n")
    with pytest.raises(AnnotationError, match=r"meta_info\.ini is not a valid ini file"):
        read_got10k(tmp_path)


def test_vot_rows_of_nan_are_absent_and_half_nan_is_an_error(tmp_path):
    frames(tmp_path / "bag" / "color", 3)
    (tmp_path / "list.txt").write_text("bag\n")
    good, absent = "0,0,10,0,10,5,0,5\n", ",".join(["nan"] * 8) + "\n"
    annotation = tmp_path / "bag" / "groundtruth.txt"
    annotation.write_text(good + absent + good)
    sequence = read_vot(tmp_path)[0]
    assert sequence.visible.tolist() == [True, False, True]
    assert np.isfinite(sequence.boxes).all()
    annotation.write_text(good + "nan,0,10,0,10,5,0,5\n" + good)
    with pytest.raises(AnnotationError, match="half-NaN polygon at frame 2"):
        read_vot(tmp_path)


def test_vot_2013_boxes_become_polygons(tmp_path):
    frames(tmp_path / "car", 1)
    (tmp_path / "list.txt").write_text("car\n")
    (tmp_path / "car" / "groundtruth.txt").write_text("2,3,10,5\n")
    sequence = read_vot(tmp_path)[0]
    np.testing.assert_array_equal(sequence.polygons, [[2, 3, 12, 3, 12, 8, 2, 8]])
    np.testing.assert_array_equal(sequence.boxes, [[2, 3, 10, 5]])


def test_listed_but_missing_sequence_is_named(tmp_path):
    (tmp_path / "list.txt").write_text("gone\n")
    with pytest.raises(MissingDataError, match="gone"):
        read_got10k(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingDataError, match="holds no sequence"):
        read_otb(tmp_path / "empty")


def test_ranges_of_names():
    assert expand_names(("A_{008..011}", "B")) == ["A_008", "A_009", "A_010", "A_011", "B"]


def test_sequence_must_start_with_its_target(tmp_path):
    frames(tmp_path / "s", 2)
    paths = tuple(sorted((tmp_path / "s").iterdir()))
    boxes = np.ones((2, 4))
    Sequence("s", paths, boxes, np.array([True, False]))
    with pytest.raises(EmptySequenceError, match="starts without its target"):
        Sequence("s", paths, boxes, np.array([False, True]))
    with pytest.raises(AnnotationError, match="box without area at frame 1"):
        Sequence("s", paths, boxes * 0, np.array([True, False]))


def test_images_are_rgb(tmp_path):
    cv2.imwrite(str(tmp_path / "red.png"), np.full((4, 4, 3), (0, 0, 255), np.uint8))
    sequence = Sequence("s", (tmp_path / "red.png",), np.ones((1, 4)), np.array([True]))
    assert sequence.image(0)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("layout", "path", "count", "total"),
    [
        ("got10k", "got10k/train", 10, 2383),
        ("got10k", "got10k/val", 2, 390),
        ("otb", "otb", 6, 789),
        ("vot", "vot", 3, 342),
    ],
)
def test_real_sequences(realmini, tiny, layout, path, count, total):
    dataset = Dataset(name="real", format=layout, role="test", path=path)
    experiment = replace(tiny, data_root=str(realmini))
    assert dataset_root(experiment, dataset) == realmini / path
    sequences = open_dataset(experiment, dataset)
    assert len(sequences) == count
    assert sum(map(len, sequences)) == total
    for sequence in sequences:
        height, width = sequence.image(len(sequence) - 1).shape[:2]
        center = sequence.boxes[sequence.visible, :2] + sequence.boxes[sequence.visible, 2:] / 2
        assert (center > -5).all()
        assert (center < (width + 5, height + 5)).all()

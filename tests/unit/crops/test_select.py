"""Which frames are cut."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from siamloss.config import CropsConfig
from siamloss.crops.select import odd_frames, select_frames, siamfc_filter
from siamloss.data.imagesize import image_size
from siamloss.data.sequence import Sequence
from siamloss.errors import UnreadableImageError
from siamloss.provenance.hashing import sha256_file


def write_frames(folder, sizes, suffix=".jpg"):
    folder.mkdir(exist_ok=True)
    rng, paths = np.random.default_rng(0), []
    for number, (width, height) in enumerate(sizes):
        paths.append(folder / f"{number + 1:08d}{suffix}")
        cv2.imwrite(str(paths[-1]), rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    return tuple(paths)


def sequence_of(paths, boxes=None):
    boxes = np.tile([20.0, 10.0, 30.0, 20.0], (len(paths), 1)) if boxes is None else np.asarray(boxes, float)
    return Sequence("video", paths, boxes, np.ones(len(paths), bool))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp"])
def test_size_from_the_header_is_that_of_the_image(tmp_path, suffix):
    for width, height in ((64, 48), (7, 300)):
        assert image_size(write_frames(tmp_path, [(width, height)], suffix)[0]) == (width, height)


def test_size_of_a_progressive_jpeg(tmp_path):
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), np.zeros((30, 50, 3), np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    assert image_size(path) == (50, 30)


def test_jpeg_turned_by_exif_has_the_size_it_is_read_with(tmp_path):
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), np.zeros((30, 50, 3), np.uint8))
    data = path.read_bytes()
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
    exif = b"Exif\x00\x00" + tiff
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])
    assert image_size(path) == (30, 50)


def test_no_image_has_no_size(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8 not an image")
    for name in ("a.jpg", "absent.jpg"):
        with pytest.raises(UnreadableImageError):
            image_size(tmp_path / name)


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        ((0, 0, 30, 30), True),
        ((0, 0, 20, 20), True),
        ((0, 0, 19, 30), False),  # narrow
        ((0, 0, 30, 19), False),  # low
        ((0, 0, 501, 300), False),  # wide
        ((0, 0, 300, 501), False),  # high
        ((0, 0, 500, 500), True),
        ((0, 0, 100, 25), True),  # 4 to 1
        ((0, 0, 101, 25), False),
        ((0, 0, 25, 101), False),
        ((0, 0, 25, 100), True),
    ],
)
def test_siamfc_filter_by_size_and_shape(box, kept):
    assert siamfc_filter(np.array([box], float), (2000, 2000)).tolist() == [kept]


def test_siamfc_filter_by_share_of_the_image_and_cover():
    box = np.array([[0, 0, 60.0, 60.0]])
    assert siamfc_filter(box, (120, 120)).tolist() == [True]
    assert siamfc_filter(box, (119, 120)).tolist() == [False]
    assert siamfc_filter(box, (6000, 120)).tolist() == [True]
    assert siamfc_filter(box, (6001, 120)).tolist() == [False]
    boxes = np.repeat(box, 5, axis=0)
    assert siamfc_filter(boxes, (300, 300), np.array([8, 3, 2, 1, 0])).tolist() == [True, True, False, False, False]
    assert siamfc_filter(boxes, (300, 300), np.array([2, 2, 1, 1, 0])).tolist() == [True, True, False, False, False]


def test_filter_option_reads_the_cover_labels_and_comes_before_the_limit(tmp_path):
    paths = write_frames(tmp_path, [(100, 80)] * 6)
    sequence = sequence_of(paths, [[20, 10, 30, 30]] * 5 + [[20, 10, 90, 30]])
    assert select_frames(sequence, CropsConfig()).tolist() == [0, 1, 2, 3, 4, 5]
    config = CropsConfig(frame_filter="siamfc")
    assert select_frames(sequence, config).tolist() == [0, 1, 2, 3, 4]
    (tmp_path / "cover.label").write_text("8\n1\n8\n8\n8\n8\n")
    assert select_frames(sequence, config).tolist() == [0, 2, 3, 4]
    assert select_frames(sequence, replace(config, frames_per_sequence=2)).tolist() == [0, 4]


def test_odd_frames_are_left_out(tmp_path):
    """Frame 1 repeats frame 0, 2 has another size, 3 is no image, the target of 4 is outside, 5 is good."""
    paths = write_frames(tmp_path, [(100, 80), (100, 80), (80, 100), (100, 80), (100, 80), (100, 80)])
    paths[1].write_bytes(paths[0].read_bytes())
    paths[3].write_bytes(b"nothing")
    boxes = np.tile([20.0, 10.0, 30.0, 20.0], (6, 1))
    boxes[4, 0] = 90
    sequence = sequence_of(paths, boxes)
    hashes = [sha256_file(path) for path in paths]
    assert odd_frames(sequence, hashes).tolist() == [False, True, True, True, True, False]
    assert odd_frames(sequence).tolist() == [False, False, True, True, True, False]
    assert select_frames(sequence, CropsConfig(skip_odd_frames=True), hashes).tolist() == [0, 5]
    assert select_frames(sequence, CropsConfig(), hashes).tolist() == [0, 1, 2, 3, 4, 5]

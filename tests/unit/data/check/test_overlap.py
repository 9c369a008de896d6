"""The same scene in two datasets."""

import cv2
import numpy as np
import pytest

from siamloss.data.check.overlap import (
    BITS_APART,
    Scenes,
    check_overlap,
    first_places,
    perceptual_hash,
    same_files,
)


def scene(seed, size=(320, 240)):
    """A picture of blurred blobs, gray uint8."""
    rng = np.random.default_rng(seed)
    return cv2.resize(rng.integers(0, 256, (9, 12), dtype=np.uint8), size, interpolation=cv2.INTER_CUBIC)


def thumbnail(image):
    return cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA)


def shifted(image):
    """Two per cent further to the side, as in another frame of the scene."""
    return np.roll(image, image.shape[1] // 50, axis=1)


CHANGES = {
    "smaller": lambda image: cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA),
    "compressed": lambda image: cv2.imdecode(cv2.imencode(".jpg", image, [1, 20])[1], cv2.IMREAD_GRAYSCALE),
    "brighter": lambda image: np.clip(image * 0.7 + 60, 0, 255).astype(np.uint8),
    "shifted": shifted,
}


def scenes(*images, name="a"):
    return Scenes.of([(name, number, thumbnail(image), image.tobytes()) for number, image in enumerate(images, 1)])


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(5))
def test_a_changed_picture_of_a_scene_is_found(change, seed):
    found = list(check_overlap(scenes(scene(99), scene(seed)), scenes(CHANGES[change](scene(seed)), name="b"), "there"))
    assert [(each.level, each.code, each.sequence, each.frame) for each in found] == [
        ("warning", "scene-shared", "a", 2)
    ]
    assert "frame 1 of 'b' in there; 1 frame of the sample match" in found[0].message


def test_the_same_file_is_an_error():
    found = list(check_overlap(scenes(scene(1)), scenes(scene(2), scene(1), name="b"), "there"))
    assert [each.level for each in found] == ["error"]
    assert found[0].message == "the same file as frame 2 of 'b' in there; 1 frame of the sample match"


def test_other_scenes_are_not_found_and_their_hashes_are_far_apart():
    hashes = np.array([perceptual_hash(thumbnail(scene(seed))) for seed in range(60)], dtype=np.uint64)
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None])[np.triu_indices(60, 1)]
    assert 28 < apart.mean() < 36
    here, there = (scenes(*map(scene, seeds)) for seeds in (range(30), range(30, 60)))
    assert list(check_overlap(here, there, "there")) == []


def test_close_hashes_alone_are_no_match():
    """Two thumbnails with the same signs of their low frequencies, and otherwise unlike."""
    rng = np.random.default_rng(0)
    waves = cv2.idct(np.pad(rng.choice([-1.0, 1.0], (8, 8)), ((0, 24), (0, 24))).astype(np.float32) * 4)
    pictures = []
    for seed in (1, 2):
        noise = np.random.default_rng(seed).normal(0, 40, (32, 32)).astype(np.float32)
        high = cv2.dct(noise)
        high[:8, :8] = 0
        pictures.append(np.clip(128 + 8 * waves + cv2.idct(high), 0, 255).astype(np.uint8))
    one, other = map(perceptual_hash, pictures)
    assert (one ^ other).bit_count() <= BITS_APART
    here, there = (Scenes.of([("s", 1, picture, picture.tobytes())]) for picture in pictures)
    assert list(check_overlap(here, there, "there")) == []


def test_flat_frames_are_left_out():
    black = np.full((240, 320), 3, np.uint8)
    assert scenes(black, scene(1)).frames.tolist() == [2]
    assert list(check_overlap(scenes(black), scenes(black), "there")) == []


def test_pairs_are_found_wherever_the_blocks_end(monkeypatch):
    monkeypatch.setattr("siamloss.data.check.overlap.BLOCK", 7)
    here, there = (scenes(*map(scene, range(5)), name=name) for name in "ab")
    assert "5 frames of the sample match" in next(check_overlap(here, there, "there")).message


def test_a_file_that_is_known_to_be_in_both_is_an_error_even_where_nothing_is_to_be_seen():
    black = scenes(np.full((240, 320), 3, np.uint8))
    places = first_places([("a", [b"x", b"black"]), ("b", [b"black", b""])])
    assert places == {b"x": ("a", 1), b"black": ("a", 2)}
    same = list(same_files(places, [("c", 5, b"black"), ("c", 6, b""), ("d", 1, b"y")]))
    found = list(check_overlap(black, black, "there", same))
    assert [(each.level, each.sequence, each.frame) for each in found] == [("error", "a", 2)]
    assert found[0].message == "the same file as frame 5 of 'c' in there; 1 frame of the sample match"

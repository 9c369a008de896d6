"""Cutting patches."""

import cv2
import numpy as np
import pytest

from siamloss.crops import cut
from siamloss.crops.cut import cut_patch, mean_color


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def test_inside_at_scale_one_is_a_slice(image):
    patch = cut_patch(image, np.array([30.0, 20.0]), 11, 11, (0, 0, 0))
    np.testing.assert_array_equal(patch, image[15:26, 25:36])


def test_outside_is_the_fill_colour(image):
    patch = cut_patch(image, np.array([0.0, 0.0]), 21, 21, (10, 20, 30))
    np.testing.assert_array_equal(patch[10:, 10:], image[:11, :11])
    assert (patch[:10] == (10, 20, 30)).all()
    assert (patch[:, :10] == (10, 20, 30)).all()


@pytest.mark.parametrize("center", [(-500.0, 20.0), (30.0, 900.0), (1e4, 1e4)])
def test_far_outside_is_all_fill(image, center):
    assert (cut_patch(image, np.array(center), 21, 15, (1, 2, 3)) == (1, 2, 3)).all()


def test_window_larger_than_the_image(image):
    patch = cut_patch(image, np.array([29.5, 19.5]), 120, 120, (9, 9, 9))
    np.testing.assert_array_equal(patch[40:80, 30:90], image)
    assert (patch[:40] == 9).all()


def test_resized_patch_keeps_its_centre():
    """A bright dot at the window's centre stays at the patch's centre."""
    image = np.zeros((101, 101, 3), np.uint8)
    image[47:54, 57:64] = 255
    patch = cut_patch(image, np.array([60.0, 50.0]), 41, 123, (0, 0, 0))
    rows, columns = np.nonzero(patch[..., 0] > 100)
    assert rows.mean() == pytest.approx(61, abs=0.6)
    assert columns.mean() == pytest.approx(61, abs=0.6)


def test_mean_color_is_the_mean(image):
    np.testing.assert_allclose(mean_color(image), image.reshape(-1, 3).mean(axis=0))


@pytest.mark.parametrize(("center", "side"), [((30.0, 20.0), 301.0), ((-40.0, 90.0), 333.0), ((500.0, 20.0), 200.0)])
def test_a_huge_square_is_sampled_as_it_would_be_padded(monkeypatch, center, side):
    """A square of millions of pixels takes no more memory than its result."""
    image = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8), (0, 0), 2)
    padded = cut.cut_patch(image, np.array(center), side, 127, (10.0, 20.0, 30.0))
    monkeypatch.setattr(cut, "PADDED_PX", 100)
    sampled = cut.cut_patch(image, np.array(center), side, 127, (10.0, 20.0, 30.0))
    difference = np.abs(padded.astype(int) - sampled.astype(int))
    assert difference.mean() < 0.5
    assert difference.max() <= 8
    assert cut.cut_patch(image, np.array([30.0, 20.0]), 5e6, 127, (1.0, 2.0, 3.0)).shape == (127, 127, 3)

"""Cutting and augmenting stored crops."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from siamloss.pairs import tiles
from siamloss.pairs.augment import cut_batch, cut_whole, to_gray
from siamloss.pairs.labels import label_map
from siamloss.pairs.taps import find_taps


def crops(side=21, batch=3, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 256, (batch, side, side, 3), dtype=np.uint8))


def test_without_augmentation_it_is_the_centre():
    stored = crops()
    result = cut_batch(stored, 9, torch.zeros(3, 2), torch.ones(3, 2))
    assert torch.equal(result, stored[:, 6:15, 6:15].permute(0, 3, 1, 2).float())


def test_whole_pixel_shift_moves_the_window():
    stored = crops()
    result = cut_batch(stored, 9, torch.tensor([[2.0, -1.0]]).repeat(3, 1), torch.ones(3, 2))
    assert torch.equal(result, stored[:, 5:14, 8:17].permute(0, 3, 1, 2).float())


def test_equals_torch_grid_sample():
    stored, side, out = crops(), 21, 11
    shift = torch.tensor([[0.3, -1.7], [2.2, 0.0], [-0.9, 1.1]])
    stretch = torch.tensor([[1.05, 0.95], [1.0, 1.02], [0.97, 1.0]])
    line = (torch.arange(out) - (out - 1) / 2)[None]
    x, y = (2 * (line * stretch[:, i : i + 1] + shift[:, i : i + 1]) / (side - 1) for i in (0, 1))
    grid = torch.stack([x[:, None, :].expand(-1, out, -1), y[:, :, None].expand(-1, -1, out)], dim=-1)
    expected = functional.grid_sample(stored.permute(0, 3, 1, 2).float(), grid, align_corners=True)
    torch.testing.assert_close(cut_batch(stored, out, shift, stretch), expected, atol=1e-3, rtol=0)


def test_gray_images_have_equal_channels_and_the_others_are_untouched():
    images = torch.rand(2, 3, 4, 4)
    result = to_gray(images.clone(), torch.tensor([True, False]))
    assert torch.equal(result[0, 0], result[0, 2])
    torch.testing.assert_close(result[0, 0], 0.299 * images[0, 0] + 0.587 * images[0, 1] + 0.114 * images[0, 2])
    assert torch.equal(result[1], images[1])


def test_label_map_has_siamfc_counts():
    labels = label_map(15, 8.0, 16.0)
    assert labels.shape == (1, 1, 15, 15)
    assert ((labels > 0).sum(), (labels < 0).sum()) == (13, 212)
    assert (label_map(17, 8.0, 16.0) < 0).sum() == 276
    assert labels[0, 0, 7, 9] == 1
    assert labels[0, 0, 8, 9] == -1


@pytest.mark.parametrize("channel", range(3))
def test_channels_keep_their_order(channel):
    stored = torch.zeros(1, 5, 5, 3, dtype=torch.uint8)
    stored[..., channel] = 200
    result = cut_batch(stored, 3, torch.zeros(1, 2), torch.ones(1, 2))
    assert result.amax(dim=(0, 2, 3)).argmax() == channel


def random_moves(batch, reach=4.0, seed=1):
    rng = np.random.default_rng(seed)
    shift, stretch = rng.uniform(-reach, reach, (batch, 2)), rng.uniform(0.95, 1.05, (batch, 2))
    return torch.from_numpy(shift.astype(np.float32)), torch.from_numpy(stretch.astype(np.float32))


@pytest.mark.parametrize("out", [1, 79, 80, 81, 127, 200])
@pytest.mark.parametrize("pixels", [221, 7 * 221, 80 * 221, 10**6])
def test_tiles_of_any_height_equal_the_whole_batch_to_the_bit(monkeypatch, out, pixels):
    """The path of other devices, run here on the CPU."""
    stored, moves = crops(side=221, batch=2), random_moves(2)
    monkeypatch.setattr(tiles, "TILE_PIXELS", pixels)
    whole = cut_whole(stored, find_taps(221, out, *moves, 221))
    assert torch.equal(cut_batch(stored, out, *moves), whole)
    assert whole.is_contiguous()


def test_windows_that_leave_the_crop_repeat_its_border():
    stored, moves = crops(side=41, batch=4), random_moves(4, reach=30.0)
    found = cut_batch(stored, 31, *moves)
    assert torch.equal(found, cut_whole(stored, find_taps(41, 31, *moves, 41)))
    far = cut_batch(stored, 31, torch.tensor([[1e3, 0.0]]).repeat(4, 1), torch.ones(4, 2))
    assert torch.equal(far, stored[:, 5:36, -1:].permute(0, 3, 1, 2).float().expand(-1, -1, -1, 31))


@pytest.mark.parametrize(("side", "center"), [(131, 79), (131, 131), (130, 80)])
def test_the_centre_of_a_crop_gives_the_same_bits_as_all_of_it(side, center):
    stored, moves = crops(side=side, batch=5), random_moves(5)
    margin = (side - center) // 2
    cropped = stored[:, margin : margin + center, margin : margin + center]
    assert torch.equal(cut_batch(cropped, 63, *moves, side), cut_batch(stored, 63, *moves))

"""Batches of pairs from a crop store."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore, open_store, store_px
from siamloss.geometry.network import GEOMETRY
from siamloss.pairs.loader import PairLoader
from siamloss.pairs.sampler import sample_pairs

CPU = torch.device("cpu")
CONFIG = PairsConfig(gray_probability=0.5)
PAIRS = np.arange(24)


@pytest.fixture(scope="module")
def store(tiny_stores):
    return open_store(tiny_stores[0])


def noise_store(backbone, count=6, value=None):
    """A store of noise, or of one value, with crops of the side that the backbone needs."""
    geometry = GEOMETRY[backbone]
    side = store_px(geometry.train_search_px, CONFIG.translate_px * geometry.resolution, CONFIG.stretch)
    crops = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    crops = crops if value is None else np.full_like(crops, value)
    return CropStore(crops, np.array([0, count // 2, count]), np.arange(count, dtype=np.int32), ("a", "b"))


def loader(store, seed=0, config=CONFIG, backbone="small"):
    return PairLoader(store, GEOMETRY[backbone], config, seed, CPU)


def equal(left, right):
    return all(torch.equal(one, other) for one, other in zip(left, right, strict=True))


@pytest.mark.parametrize("augment", [True, False])
@pytest.mark.parametrize("size", [1, 5, 8])
def test_split_into_batches_does_not_matter_to_the_bit(store, size, augment):
    whole = loader(store).load(3, PAIRS, augment)
    batches = [loader(store).load(3, PAIRS[start : start + size], augment) for start in range(0, len(PAIRS), size)]
    assert equal(whole, [torch.cat(role) for role in zip(*batches, strict=True)])
    order = np.random.default_rng(0).permutation(PAIRS)
    assert equal([images[order] for images in whole], loader(store).load(3, order, augment))


def test_unaugmented_pairs_are_the_centres_of_their_crops_in_colour(store):
    batch = sample_pairs(store, CONFIG, 0, 2, PAIRS)
    assert batch.gray.any(), "some of these pairs are gray when augmented"
    images = loader(store).load(2, PAIRS, augment=False)
    for role, side in enumerate((63, 119)):
        margin = (store.crops.shape[1] - side) // 2
        crops = store.crops[batch.crop[:, role], margin : margin + side, margin : margin + side]
        np.testing.assert_array_equal(images[role].numpy(), crops.transpose(0, 3, 1, 2).astype(np.float32))


@pytest.mark.parametrize(("backbone", "exemplar", "search"), [("small", 63, 119), ("alexnet", 127, 239)])
def test_shapes_and_range(backbone, exemplar, search):
    images = loader(noise_store(backbone), backbone=backbone).load(1, np.arange(5))
    assert [tuple(each.shape) for each in images] == [(5, 3, exemplar, exemplar), (5, 3, search, search)]
    for each in images:
        assert each.dtype == torch.float32
        assert each.is_contiguous()
        assert each.min() >= 0
        assert each.max() <= 255
        assert each.max() > 200, "not scaled to 0..1"


@pytest.mark.parametrize("value", [0, 255])
def test_flat_crops_stay_flat(value):
    for images in loader(noise_store("small", value=value)).load(1, PAIRS):
        torch.testing.assert_close(images, torch.full_like(images, value), rtol=0, atol=1e-4)
        assert images.max() <= 255


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_gray_pairs_are_gray_in_both_images_and_the_others_in_neither(store, share):
    config = replace(CONFIG, gray_probability=share)
    gray = sample_pairs(store, config, 0, 1, PAIRS).gray
    assert gray.any() == (share > 0)
    assert gray.all() == (share == 1)
    for images in loader(store, config=config).load(1, PAIRS):
        found = [bool((image == image[:1]).all()) for image in images]
        assert found == gray.tolist()


def test_gray_is_the_luma_of_the_coloured_pair(store):
    config = PairsConfig(gray_probability=1.0)
    gray = loader(store, config=config).load(1, PAIRS)
    colour = loader(store, config=replace(config, gray_probability=0.0)).load(1, PAIRS)
    for one, other in zip(gray, colour, strict=True):
        luma = (other * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(dim=1)
        torch.testing.assert_close(one[:, 0], luma, rtol=0, atol=1e-3)


def test_seeds_and_epochs_differ_and_repeat(store):
    images = {(seed, epoch): loader(store, seed).load(epoch, PAIRS)[1] for seed in (0, 1) for epoch in (1, 2)}
    again = loader(store, 1).load(2, PAIRS)[1]
    assert torch.equal(again, images[1, 2])
    assert len({each.numpy().tobytes() for each in images.values()}) == 4


@pytest.mark.parametrize("backbone", ["small", "alexnet"])
def test_translation_is_in_pixels_of_the_255_px_search_image(backbone):
    """On a ramp along x the mean value tells the shift: half as far for the net of half the size."""
    geometry, config = GEOMETRY[backbone], PairsConfig(stretch=0.0, translate_px=8)
    plain = noise_store(backbone)
    ramp = np.broadcast_to(np.arange(plain.crops.shape[1], dtype=np.uint8)[:, None], plain.crops.shape[1:])
    store = replace(plain, crops=np.broadcast_to(ramp, plain.crops.shape).copy())
    exemplars = loader(store, config=config, backbone=backbone).load(1, PAIRS)[0]
    shift = exemplars.double().mean(dim=(1, 2, 3)).numpy() - (store.crops.shape[1] - 1) / 2
    drawn = sample_pairs(store, config, 0, 1, PAIRS).shift[:, 0]
    np.testing.assert_allclose(shift, 8 * geometry.resolution * drawn[:, 0], atol=1e-3)
    assert np.abs(shift).max() > 0.8 * 8 * geometry.resolution

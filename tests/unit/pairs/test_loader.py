"""Batches of pairs from a crop store."""

import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from siamloss.config import CropsConfig, PairsConfig
from siamloss.crops.build import build_store
from siamloss.crops.store import CropStore, open_store, store_px
from siamloss.errors import CorruptError
from siamloss.geometry.network import GEOMETRY
from siamloss.pairs import loader as loader_module
from siamloss.pairs import resident as resident_module
from siamloss.pairs.loader import PairLoader
from siamloss.pairs.resident import make_resident
from siamloss.pairs.sampler import sample_pairs
from siamloss.paths import Home

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


BATCHES = [PAIRS[:5], PAIRS[5:6], PAIRS[6:20], PAIRS[20:]]


def streamed(loader, **options):
    return [torch.cat(role) for role in zip(*loader.stream(3, BATCHES, **options), strict=True)]


@pytest.mark.parametrize("augment", [True, False])
@pytest.mark.parametrize(("ahead", "threads"), [(1, 1), (2, 1), (6, 3)])
def test_stream_equals_loading_to_the_bit(store, augment, ahead, threads):
    found = streamed(loader(store), augment=augment, ahead=ahead, threads=threads)
    assert equal(found, loader(store).load(3, PAIRS, augment))


def test_stream_samples_across_its_groups(store, monkeypatch):
    monkeypatch.setattr(loader_module, "SAMPLED", 3)
    assert equal(streamed(loader(store)), loader(store).load(3, PAIRS))


@pytest.mark.parametrize("augment", [True, False])
def test_resident_crops_give_the_same_pairs_to_the_bit(store, augment):
    held = replace(loader(store), resident=make_resident(store, CPU, store.crops.size))
    assert equal(held.load(3, PAIRS, augment), loader(store).load(3, PAIRS, augment))
    assert equal(streamed(held, augment=augment), loader(store).load(3, PAIRS, augment))


def test_resident_crops_are_those_of_the_store_or_none(store, monkeypatch):
    monkeypatch.setattr(resident_module, "COPIED_BYTES", 5 * store.crops[0].size)
    np.testing.assert_array_equal(make_resident(store, CPU, store.crops.size).numpy(), store.crops)
    assert make_resident(store, CPU, store.crops.size - 1) is None
    assert make_resident(store, CPU) is None


@pytest.fixture(scope="module")
def jpeg_store(tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("jpeg") / "store"
    name = tiny.datasets.train.name
    build_store(replace(tiny, crops=CropsConfig(storage="jpeg")), name, Home(tiny).manifest(name), folder)
    return open_store(folder)


def test_jpeg_store_gives_the_pairs_of_its_decoded_crops_to_the_bit(jpeg_store):
    decoded = replace(jpeg_store, crops=jpeg_store.read(np.arange(len(jpeg_store))), crc32=None)
    expected = loader(decoded).load(3, PAIRS)
    assert equal(loader(jpeg_store).load(3, PAIRS), expected)
    assert equal(streamed(loader(jpeg_store), threads=3), expected)
    held = make_resident(jpeg_store, CPU, decoded.crops.size)
    assert equal(replace(loader(jpeg_store), resident=held).load(3, PAIRS), expected)


def test_damage_is_raised_where_the_pair_is_streamed_and_no_thread_is_left(tiny_stores, tmp_path):
    folder = shutil.copytree(tiny_stores[0], tmp_path / "store")
    whole = loader(open_store(folder))
    file = folder / "crops.u8"
    data = bytearray(file.read_bytes())
    row = int(sample_pairs(whole.store, CONFIG, 0, 3, BATCHES[2]).crop[-1, 1])
    early = sample_pairs(whole.store, CONFIG, 0, 3, PAIRS[:6]).crop
    assert row not in early, "the pairs of the first two batches are whole"
    data[row * whole.store.crops[0].size + 9] ^= 1
    file.write_bytes(data)
    before, images = threading.active_count(), loader(open_store(folder, check="rows")).stream(3, BATCHES)
    for indices in BATCHES[:2]:
        assert equal(next(images), whole.load(3, indices))
    with pytest.raises(CorruptError, match="another checksum"):
        next(images)
    assert threading.active_count() == before


def test_a_consumer_that_stops_leaves_no_thread(store):
    before = threading.active_count()
    for _ in loader(store).stream(1, (np.arange(4) for _ in range(10**9))):
        break
    assert threading.active_count() == before
    images = loader(store).stream(1, [PAIRS] * 9)
    next(images)
    assert threading.active_count() > before
    images.close()
    assert threading.active_count() == before


def test_any_number_of_torch_threads_gives_the_same_bits(store):
    before = torch.get_num_threads()
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        found.append(loader(store).load(3, PAIRS))
    torch.set_num_threads(before)
    assert equal(*found)

"""Pairs for the full-width network from a store of 640x480 video, one thread; run by `make bench`, not by the tests.

``--benchmark-timer=time.process_time`` counts the core's own time, which busy neighbours change less.
"""

from itertools import count

import cv2
import numpy as np
import pytest
import torch
from benchmarks.peer import load_batch
from benchmarks.video import draw_video

from siamloss.crops.build import build_store
from siamloss.crops.store import open_store
from siamloss.data.open import open_dataset
from siamloss.geometry.network import GEOMETRY
from siamloss.pairs.loader import PairLoader
from siamloss.pairs.resident import make_resident
from siamloss.pairs.sampler import sample_pairs
from siamloss.paths import Home

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("video")


def open_loader(folder, storage="raw", check="all"):
    experiment, out = draw_video(folder, storage=storage), folder / storage
    name = experiment.datasets.train.name
    if not out.exists():
        build_store(experiment, name, Home(experiment).manifest(name), out)
    return PairLoader(open_store(out, check), GEOMETRY["alexnet"], experiment.pairs, 0, CPU)


def report(benchmark, pairs):
    benchmark.extra_info["pairs_per_s"] = round(pairs / benchmark.stats["median"])
    benchmark.extra_info["best_pairs_per_s"] = round(pairs / benchmark.stats["min"])


@pytest.mark.parametrize("storage", ["raw", "jpeg"])
@pytest.mark.parametrize("size", [8, 64])
def test_batch(benchmark, folder, storage, size):
    """Store -> augmented batch: sampling, reading, cutting, a quarter of the pairs gray."""
    loader, number = open_loader(folder, storage), count()
    benchmark.pedantic(
        lambda: loader.load(1, next(number) * size + np.arange(size)), rounds=400 // size, warmup_rounds=5
    )
    report(benchmark, size)


def test_batch_of_8_with_every_crop_checked(benchmark, folder):
    """As in the first epoch on a store too large to be checked when it is opened."""
    loader, number = open_loader(folder, check="rows"), count()

    def first_touch():
        loader.store._checked[:] = False
        loader.load(1, next(number) * 8 + np.arange(8))

    benchmark.pedantic(first_touch, rounds=50, warmup_rounds=5)
    report(benchmark, 8)


def test_batch_of_8_from_resident_crops(benchmark, folder):
    plain, number = open_loader(folder), count()
    held = make_resident(plain.store, CPU, plain.store.crops.size)
    loader = PairLoader(plain.store, plain.geometry, plain.config, 0, CPU, held)
    benchmark.pedantic(lambda: loader.load(1, next(number) * 8 + np.arange(8)), rounds=50, warmup_rounds=5)
    report(benchmark, 8)


def test_stream_of_50_batches_of_8(benchmark, folder):
    loader = open_loader(folder)
    batches = np.arange(400).reshape(50, 8)
    benchmark.pedantic(lambda: list(map(len, loader.stream(1, batches))), rounds=5, warmup_rounds=1)
    report(benchmark, 400)


def test_sampling_of_64_batches_of_8(benchmark, folder):
    loader = open_loader(folder)
    benchmark(sample_pairs, loader.store, loader.config, 0, 1, np.arange(512))
    report(benchmark, 512)


def test_peer_batch_of_8(benchmark, folder):
    """siamfc-pytorch's work per pair."""
    experiment = draw_video(folder)
    sequence, rng = open_dataset(experiment, experiment.datasets.train)[0], np.random.default_rng(0)
    benchmark.pedantic(load_batch, args=(sequence, 8, rng), rounds=7, warmup_rounds=1)
    report(benchmark, 8)

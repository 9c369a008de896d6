"""Time of the chain's inner steps on one CPU thread; run by `make bench`, never by the tests."""

import numpy as np
import pytest
import torch

from siamloss.config import ModelConfig, PairsConfig, TrackConfig
from siamloss.crops.store import CropStore, store_px
from siamloss.geometry import polygon_overlap
from siamloss.geometry.network import GEOMETRY
from siamloss.losses import make_loss
from siamloss.model import build_model
from siamloss.pairs.labels import label_map
from siamloss.pairs.loader import PairLoader
from siamloss.tracking.siamfc import SiamFCTracker

BACKBONES = ["small", "alexnet"]


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def loader(backbone):
    geometry = GEOMETRY[backbone]
    side = store_px(geometry.train_search_px, 4 * geometry.resolution, 0.05)
    crops = np.random.default_rng(0).integers(0, 256, (200, side, side, 3), dtype=np.uint8)
    store = CropStore(crops, np.array([0, 100, 200]), np.tile(np.arange(100, dtype=np.int32), 2), ("a", "b"))
    return PairLoader(store, geometry, PairsConfig(gray_probability=0.25), 0, torch.device("cpu"))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_batch_of_8_augmented_pairs(benchmark, backbone):
    pairs = loader(backbone)
    benchmark(pairs.load, 1, np.arange(8))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_training_step_batch_8(benchmark, backbone):
    pairs, model = loader(backbone), build_model(ModelConfig(backbone), 0)
    loss, labels = make_loss("logistic", {}), label_map(15, 8.0, 16.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9)

    def step():
        optimizer.zero_grad()
        loss(model(*pairs.load(1, np.arange(8))), labels).total.backward()
        optimizer.step()

    benchmark.pedantic(step, rounds=7, warmup_rounds=2)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_tracker_update_640x480(benchmark, backbone):
    image = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    tracker = SiamFCTracker(build_model(ModelConfig(backbone), 0).eval(), TrackConfig(), GEOMETRY[backbone])
    tracker.init(image, np.array([300.0, 200.0, 60.0, 80.0]))
    benchmark.pedantic(tracker.update, args=(image,), rounds=15, warmup_rounds=3)


def test_polygon_overlap_1500_frames(benchmark):
    rng = np.random.default_rng(0)
    center, size = rng.uniform(50, 270, (1500, 2)), rng.uniform(20, 80, (1500, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    polygons = (center[:, None] + corners * size[:, None]).reshape(-1, 8)
    boxes = np.concatenate([center - 20, np.full((1500, 2), 50.0)], axis=1)
    benchmark(polygon_overlap, polygons, boxes, (320, 240))

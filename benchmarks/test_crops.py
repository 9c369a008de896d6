"""Building a crop store from 640x480 JPEG video, on one thread and on two; run by `make bench`, never by the tests.

``--benchmark-timer=time.process_time`` counts the core's own time, which busy neighbours change less.
"""

import hashlib
import shutil
import zlib

import cv2
import numpy as np
import pytest
from benchmarks.video import draw_video

from siamloss.crops.build import build_store
from siamloss.crops.cut import cut_patch, mean_color
from siamloss.crops.store import open_store
from siamloss.data.open import open_dataset
from siamloss.geometry import box_center, context_size
from siamloss.paths import Home


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("video")


def build(experiment, out, threads):
    shutil.rmtree(out, ignore_errors=True)
    name = experiment.datasets.train.name
    build_store(experiment, name, Home(experiment).manifest(name), out, threads=threads)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("storage", ["raw", "jpeg"])
def test_build(benchmark, folder, tmp_path, storage, threads):
    """The whole verb: checking the dataset, the forecast, cutting, writing, index and manifest."""
    experiment = draw_video(folder, storage=storage)
    benchmark.pedantic(build, args=(experiment, tmp_path / "store", threads), rounds=5, warmup_rounds=1)
    store = open_store(tmp_path / "store")
    size = sum(path.stat().st_size for path in (tmp_path / "store").iterdir())
    benchmark.extra_info["frames_per_s"] = round(len(store) / benchmark.stats["median"])
    benchmark.extra_info["kB_per_crop"] = round(size / len(store) / 1e3, 1)


@pytest.mark.parametrize("step", ["sha256", "decode", "mean colour", "mean colour in numpy", "cut", "crc32", "jpeg"])
def test_step_of_a_frame(benchmark, folder, step):
    sequence = open_dataset(draw_video(folder), draw_video(folder).datasets.train)[0]
    path, image, box = sequence.frame_paths[9], sequence.image(9), sequence.boxes[9]
    side = float(context_size(box[2:])) * 261 / 127
    crop = cut_patch(image, box_center(box), side, 261, mean_color(image))
    steps = {
        "sha256": lambda: hashlib.sha256(path.read_bytes()).hexdigest(),
        "decode": lambda: sequence.image(9),
        "mean colour": lambda: mean_color(image),
        "mean colour in numpy": lambda: np.mean(image, axis=(0, 1), dtype=float),
        "cut": lambda: cut_patch(image, box_center(box), side, 261, (1, 2, 3)),
        "crc32": lambda: zlib.crc32(crop),
        "jpeg": lambda: cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, 95]),
    }
    cv2.setNumThreads(1)
    benchmark(steps[step])


@pytest.mark.parametrize("check", ["rows", "all"])
def test_open(benchmark, folder, tmp_path, check):
    """``all`` reads every crop; ``rows`` the index only."""
    build(draw_video(folder), tmp_path / "store", 1)
    benchmark(open_store, tmp_path / "store", check)
    benchmark.extra_info["bytes"] = (tmp_path / "store" / "crops.u8").stat().st_size

"""A short drawn video, its box, runs of random weights, and a reader of what was written."""

from dataclasses import asdict

import cv2
import numpy as np
import pandas as pd
import pytest

from siamloss.config import ModelConfig
from siamloss.model import build_model
from siamloss.provenance.atomic import atomic_folder
from siamloss.training.run import write_run

BOX = np.array([60.0, 40.0, 30.0, 24.0])
MODEL = ModelConfig("small", 0.125)


def drawn_frames(count=8, width=160, height=120, seed=0):
    """A checked patch that moves 3 px right and 2 px down per frame over a smooth ground; RGB."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.integers(0, 160, (6, 8, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    patch = np.kron(rng.integers(0, 255, (4, 5, 3), np.uint8), np.ones((6, 6, 1), np.uint8))
    frames = []
    for frame in range(count):
        image = ground.copy()
        x, y = int(BOX[0]) + 3 * frame, int(BOX[1]) + 2 * frame
        image[y : y + 24, x : x + 30] = patch[: height - y, : width - x]
        frames.append(image)
    return frames


def write_folder(folder, frames, suffix=".png"):
    """Images 1, 2, ... without leading zeros: name order is not time order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(frames, start=1):
        assert cv2.imwrite(str(folder / f"{number}{suffix}"), image[..., ::-1])
    return folder


def write_file(path, frames, codec, fps=20.0):
    """A video file by OpenCV itself."""
    size = frames[0].shape[1::-1]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), fps, size)
    assert writer.isOpened()
    for image in frames:
        writer.write(np.ascontiguousarray(image[..., ::-1]))
    writer.release()
    return path


def read_back(path):
    """Frames of a video file as RGB, and its rate."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    frames = []
    while True:
        found, image = capture.read()
        if not found:
            break
        frames.append(image[..., ::-1])
    return frames, capture.get(cv2.CAP_PROP_FPS)


def read_table(path):
    """The table as it was written, to the last bit."""
    return pd.read_csv(path)


@pytest.fixture
def frames():
    return drawn_frames()


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """Results with two runs of random weights, the second the newer."""
    folder = tmp_path_factory.mktemp("results")
    for seed, variant in enumerate(("logistic", "gsl")):
        with atomic_folder(folder / "demo" / "train" / variant / "seed00") as run:
            facts = {"variant": variant, "seed": 0, "head": "correlation", "model": asdict(MODEL), "context": 0.5}
            write_run(run, build_model(MODEL, seed), [], facts)
    return folder


@pytest.fixture(scope="session")
def run_folders(results):
    """Run directories of the baseline and of ours."""
    return [results / "demo" / "train" / variant / "seed00" for variant in ("logistic", "gsl")]

"""The example tracks as the package does, with neither torch nor the package at hand."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.unit.export.runs import put_run, settled_model

from siamloss.config import ModelConfig
from siamloss.export.job import export_run
from siamloss.tracking.load import open_run

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "track_onnx.py"
BLOCK = """
import sys


class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "siamloss"):
            raise ImportError(f"{name} is blocked")


sys.meta_path.insert(0, Block())
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Run Python where torch and siamloss cannot be imported; returns what it prints."""
    folder = tmp_path_factory.mktemp("blocked")
    (folder / "sitecustomize.py").write_text(BLOCK)

    def run(*arguments):
        environment = os.environ | {"PYTHONPATH": str(folder)}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    return run


def package_boxes(run, sequence, frames):
    tracker = open_run(run, threads=1, device="cpu")
    tracker.init(sequence.image(0), sequence.boxes[0])
    return np.array([tracker.update(sequence.image(frame))[0] for frame in range(1, frames)])


def example_boxes(python, exported, sequence, frames, folder):
    for path in sequence.frame_paths[:frames]:
        (folder / path.name).symlink_to(path)
    start = ",".join(str(float(value)) for value in sequence.boxes[0])
    return np.loadtxt(python(EXAMPLE, exported, folder, start).splitlines(), delimiter=",")


@pytest.mark.parametrize("name", ["torch", "siamloss"])
def test_the_subprocess_cannot_import_what_the_example_must_not_need(python, name):
    with pytest.raises(subprocess.CalledProcessError) as caught:
        python("-c", f"import {name}")
    assert f"ImportError: {name} is blocked" in caught.value.stderr


def test_the_example_is_short():
    assert len(EXAMPLE.read_text().splitlines()) <= 46


def test_boxes_are_those_of_the_tracker(python, exported, run, sequence, tmp_path):
    expected = package_boxes(run, sequence, len(sequence))
    assert np.ptp(expected, axis=0).min() > 1.0, "the target must move and change size for this to mean anything"
    found = example_boxes(python, exported, sequence, len(sequence), tmp_path)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.1)


def test_boxes_of_the_full_width_network_are_those_of_the_tracker(python, sequence, tmp_path):
    config, frames = ModelConfig("alexnet", 1.0), 10
    run = put_run(tmp_path / "run", settled_model(config, sequence), config)
    export_run(run, tmp_path / "out")
    (tmp_path / "frames").mkdir()
    found = example_boxes(python, tmp_path / "out", sequence, frames, tmp_path / "frames")
    np.testing.assert_allclose(found, package_boxes(run, sequence, frames), rtol=0, atol=0.1)


def test_a_target_that_leaves_the_image_is_followed_by_the_same_boxes(python, exported, run, sequence, tmp_path):
    """The start box hangs over the corner of the image, so that windows are padded with the mean colour."""
    moved = type(sequence)("corner", sequence.frame_paths, sequence.boxes.copy(), sequence.visible)
    height, width = sequence.image(0).shape[:2]
    moved.boxes[0] = [width - 20, height - 14, 40, 30]
    found = example_boxes(python, exported, moved, len(moved), tmp_path)
    np.testing.assert_allclose(found, package_boxes(run, moved, len(moved)), rtol=0, atol=0.1)

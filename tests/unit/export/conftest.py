"""One sequence, networks of both heads and one export, made once."""

import pytest
from tests.unit.export.runs import put_run, settled_model

from siamloss.config import ModelConfig
from siamloss.data.open import open_dataset
from siamloss.export.job import export_run

SMALL = ModelConfig("small", 0.5)
SEED = 7
"""With these weights the two highest cells of every upsampled map differ by 1e-5 of the peak or more, ten times what
rounding moves: no trajectory of these tests hangs on a tie."""


@pytest.fixture(scope="session")
def sequence(tiny):
    dataset = next(item for item in tiny.datasets.test if item.format == "otb")
    return open_dataset(tiny, dataset)[0]


@pytest.fixture(scope="session")
def models(sequence):
    """Small networks by head."""
    return {head: settled_model(SMALL, sequence, head, SEED) for head in ("correlation", "cosine")}


@pytest.fixture(scope="session")
def run(models, tmp_path_factory):
    return put_run(tmp_path_factory.mktemp("runs") / "small", models["correlation"], SMALL)


@pytest.fixture(scope="session")
def exported(run, tmp_path_factory):
    """Folder of the small network with the correlation head."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    folder = tmp_path_factory.mktemp("exports") / "small"
    export_run(run, folder)
    return folder

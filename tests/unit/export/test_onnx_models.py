"""The two models: any batch, both heads, names, opsets."""

import copy
import sys

import numpy as np
import pytest
import torch

from siamloss.errors import ConfigError
from siamloss.export.onnx_models import EXEMPLAR, OPSETS, SEARCH, write_models
from siamloss.geometry.network import GEOMETRY

onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
HEADS = ("correlation", "cosine")
SMALL = GEOMETRY["small"]


@pytest.fixture(scope="module")
def folders(models, tmp_path_factory):
    """Exports by head."""
    root = tmp_path_factory.mktemp("models")
    for head in HEADS:
        (root / head).mkdir()
        write_models(models[head], SMALL, root / head, 17)
    return {head: root / head for head in HEADS}


def run_onnx(folder, exemplars, images):
    exemplar, search = (onnxruntime.InferenceSession(folder / name) for name in (EXEMPLAR, SEARCH))
    (features,) = exemplar.run(["features"], {"image": exemplars.numpy()})
    return search.run(["scores"], {"features": features, "image": images.numpy()})[0]


def random_images(count, side, seed):
    return torch.randint(0, 256, (count, 3, side, side), generator=torch.Generator().manual_seed(seed)).float()


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(("count", "each"), [(1, 1), (1, 5), (2, 3), (4, 1)])
def test_each_exemplar_is_compared_with_its_share_of_the_images(models, folders, head, count, each):
    exemplars = random_images(count, SMALL.exemplar_px, 0)
    images = random_images(count * each, SMALL.search_px, 1)
    found = run_onnx(folders[head], exemplars, images)
    assert found.shape == (count * each, 1, 17, 17)
    assert found.dtype == np.float32
    model = models[head]
    with torch.inference_mode():
        for number in range(count):
            own = slice(number * each, (number + 1) * each)
            expected = model(exemplars[number : number + 1], images[own]).numpy()
            np.testing.assert_allclose(found[own], expected, rtol=0, atol=1e-5 * np.ptp(expected))


def test_images_without_any_feature_have_cosine_zero(models, tmp_path):
    blind = copy.deepcopy(models["cosine"])
    with torch.no_grad():
        blind.backbone[-1].weight.zero_()
        blind.backbone[-1].bias.zero_()
    write_models(blind, SMALL, tmp_path, 17)
    found = run_onnx(tmp_path, random_images(1, SMALL.exemplar_px, 0), random_images(2, SMALL.search_px, 1))
    np.testing.assert_array_equal(found, 0.0)


def test_images_that_cannot_be_divided_among_the_exemplars_are_refused(folders):
    with pytest.raises(Exception, match="cannot be reshaped"):
        run_onnx(folders["correlation"], random_images(3, 63, 0), random_images(4, 127, 1))


def test_names_and_batch_axes_are_those_of_the_documentation(folders):
    sessions = [onnxruntime.InferenceSession(folders["correlation"] / name) for name in (EXEMPLAR, SEARCH)]
    inputs = [{item.name: item.shape for item in session.get_inputs()} for session in sessions]
    channels = inputs[1]["features"][1]
    assert inputs == [
        {"image": ["exemplars", 3, 63, 63]},
        {"features": ["exemplars", channels, 6, 6], "image": ["images", 3, 127, 127]},
    ]
    outputs = [{item.name: item.shape for item in session.get_outputs()} for session in sessions]
    assert outputs == [{"features": ["exemplars", channels, 6, 6]}, {"scores": ["images", 1, 17, 17]}]


@pytest.mark.parametrize("head", HEADS)
def test_every_opset_gives_the_same_scores(models, folders, tmp_path, head):
    exemplars, images = random_images(2, SMALL.exemplar_px, 0), random_images(4, SMALL.search_px, 1)
    expected = run_onnx(folders[head], exemplars, images)
    for opset in OPSETS:
        write_models(models[head], SMALL, tmp_path, opset)
        assert onnx.load(tmp_path / SEARCH).opset_import[0].version == opset
        np.testing.assert_array_equal(run_onnx(tmp_path, exemplars, images), expected)


@pytest.mark.parametrize("opset", [OPSETS[0] - 1, OPSETS[-1] + 1])
def test_another_opset_is_refused(models, tmp_path, opset):
    with pytest.raises(ConfigError, match=rf"opset {opset} cannot be written; give --opset 13 to 23"):
        write_models(models["correlation"], SMALL, tmp_path, opset)
    assert list(tmp_path.iterdir()) == []


def test_batch_normalisation_is_folded_and_the_network_left_as_it_was(models, folders):
    operators = {node.op_type for node in onnx.load(folders["correlation"] / SEARCH).graph.node}
    assert "Conv" in operators
    assert "BatchNormalization" not in operators
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in models["correlation"].modules())


def test_the_same_network_gives_the_same_bytes(models, folders, tmp_path):
    write_models(models["correlation"], SMALL, tmp_path, 17)
    for name in (EXEMPLAR, SEARCH):
        assert (tmp_path / name).read_bytes() == (folders["correlation"] / name).read_bytes()


def test_a_layer_without_onnx_form_is_named(models, tmp_path):
    other = copy.deepcopy(models["correlation"])
    other.backbone.append(torch.nn.GELU())
    with pytest.raises(ConfigError, match=r"type GELU cannot be exported; add it to siamloss/export/graph\.py"):
        write_models(other, SMALL, tmp_path, 17)


@pytest.mark.parametrize("name", ["onnx", "onnxruntime"])
def test_a_missing_package_is_named(monkeypatch, models, tmp_path, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=rf"needs the package '{name}'; install 'siamloss\[onnx\]'"):
        write_models(models["correlation"], SMALL, tmp_path, 17)

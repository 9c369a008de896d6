"""The network as two ONNX models with dynamic batch: one for exemplar images, one for search images."""

import copy
import importlib
from pathlib import Path

import torch

from siamloss.errors import ConfigError
from siamloss.export.graph import Graph, put_backbone, put_correlation, put_norm
from siamloss.geometry.network import InputGeometry
from siamloss.model import SiamFC
from siamloss.model.frozen import fold

EXEMPLAR, SEARCH = "exemplar.onnx", "search.onnx"
PACKAGES = ("onnx", "onnxruntime")
OPSETS = range(13, 24)
"""Operator sets in which every node used here means the same."""


def require_packages() -> None:
    """Raise :class:`ConfigError` where a package is missing that an export needs."""
    for name in PACKAGES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ConfigError(f"exporting needs the package '{name}'; install 'siamloss[onnx]'") from error


def write_models(model: SiamFC, geometry: InputGeometry, folder: Path, opset: int) -> None:
    """Write both models, with the weights inside and batch normalisation folded.

    ``exemplar.onnx`` takes ``image (N, 3, E, E)`` and gives ``features (N, C, h, h)``. ``search.onnx`` takes
    ``features (N, C, h, h)`` and ``image (S, 3, P, P)`` and gives ``scores (S, 1, R, R)``, where S is a multiple of N:
    the first S / N images are compared with the first exemplar, the next S / N with the second, and so on. All are
    float32, images RGB in 0..255.

    Parameters
    ----------
    model : network in evaluation mode on the CPU; it is left as it is.
    geometry : its image sizes.
    folder : an existing folder.
    opset : ONNX operator set, one of ``OPSETS``.

    Raises
    ------
    ConfigError : the opset is none of these, a package is missing, or the network has a layer without ONNX form.
    """
    require_packages()
    if opset not in OPSETS:
        raise ConfigError(f"opset {opset} cannot be written; give --opset {OPSETS[0]} to {OPSETS[-1]}")
    network = copy.deepcopy(model).eval()
    network.backbone = fold(network.backbone)
    exemplar_px, search_px = geometry.exemplar_px, geometry.search_px
    with torch.inference_mode():
        channels, cells = network.features(torch.zeros(1, 3, exemplar_px, exemplar_px)).shape[1:3]
        side = network.features(torch.zeros(1, 3, search_px, search_px)).shape[-1]
    image = ["exemplars", 3, exemplar_px, exemplar_px]
    features = ["exemplars", channels, cells, cells]
    scores = ["images", 1, geometry.score_cells, geometry.score_cells]

    graph = Graph()
    result = put_backbone(graph, "image", network.backbone)
    _write(folder / EXEMPLAR, graph, {"image": image}, "features", features, result, opset)

    graph = Graph()
    found = put_backbone(graph, "image", network.backbone)
    if network.head == "cosine":
        exemplar = graph.put("Div", "features", put_norm(graph, "features", [1, 2, 3]))
        products = put_correlation(graph, exemplar, found, channels, cells, side)
        result = graph.put("Div", products, put_norm(graph, found, [1], window=cells))
    else:
        products = put_correlation(graph, "features", found, channels, cells, side)
        scaled = graph.put("Mul", products, graph.constant(network.gain))
        result = graph.put("Add", scaled, graph.constant(network.bias.detach().numpy()))
    inputs = {"features": features, "image": ["images", 3, search_px, search_px]}
    _write(folder / SEARCH, graph, inputs, "scores", scores, result, opset)


def _write(
    path: Path, graph: Graph, inputs: dict[str, list], output: str, shape: list, result: str, opset: int
) -> None:
    """Call the result by its name, check the whole and save it for the oldest runtimes that know the opset."""
    import onnx
    from onnx import TensorProto, helper

    graph.put("Identity", result, output=output)
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in inputs.items()]
    made = helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
    version = helper.make_opsetid("", opset)
    proto = helper.make_model(
        helper.make_graph(graph.nodes, path.stem, given, [made], graph.constants),
        producer_name="siamloss",
        opset_imports=[version],
        ir_version=helper.find_min_ir_version_for([version]),
    )
    onnx.checker.check_model(proto, full_check=True)
    path.write_bytes(proto.SerializeToString(deterministic=True))

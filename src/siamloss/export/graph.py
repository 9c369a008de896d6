"""An ONNX graph in the making, and the network's parts as its nodes.

The graph is written node by node, not traced: the network has three kinds of layers and two heads, so this needs one
package less than the exporter of PyTorch and takes no time. What it means is checked in :mod:`siamloss.export.check`.

N exemplars, S search images, K = S / N, C channels; h exemplar cells, H search cells, R = H - h + 1 score cells a side.
"""

from typing import Any

import numpy as np
from torch import nn

from siamloss.errors import ConfigError
from siamloss.model.correlation import EPSILON


class Graph:
    """Nodes and constants under generated names; :meth:`put` and :meth:`constant` return the name of their value."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def put(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Append a node."""
        from onnx import helper

        name = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, values: Any) -> str:
        """Store an array; Python integers become int64, other numbers float32."""
        from onnx import numpy_helper

        array = np.asarray(values)
        array = np.ascontiguousarray(array, dtype=np.int64 if array.dtype.kind == "i" else np.float32)
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array.reshape(np.shape(values)), name))
        return name

    def window(self, name: str, starts: list[int], ends: list[int], axes: list[int]) -> str:
        """Part of a value along some of its axes."""
        return self.put("Slice", name, *(self.constant(item) for item in (starts, ends, axes)))


def put_backbone(graph: Graph, image: str, layers: nn.Sequential) -> str:
    """Features of images; batch normalisation must have been folded.

    Raises
    ------
    ConfigError : a layer of another kind.
    """
    value = image
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            arrays = (parameter.detach().numpy() for parameter in (layer.weight, layer.bias))
            shape = {"strides": layer.stride, "pads": layer.padding * 2, "dilations": layer.dilation}
            value = graph.put("Conv", value, *map(graph.constant, arrays), group=layer.groups, **shape)
        elif isinstance(layer, nn.MaxPool2d):
            value = graph.put("MaxPool", value, kernel_shape=[layer.kernel_size] * 2, strides=[layer.stride] * 2)
        elif isinstance(layer, nn.ReLU):
            value = graph.put("Relu", value)
        else:
            raise ConfigError(
                f"a layer of type {type(layer).__name__} cannot be exported; add it to siamloss/export/graph.py"
            )
    return value


def put_correlation(graph: Graph, features_NChw: str, search_SCHH: str, channels: int, cells: int, side: int) -> str:
    """Cross-correlation ``(S, 1, R, R)`` of each exemplar with its K search images.

    One matrix product compares all cells of a pair; the scores are sums of its diagonals, along x and then along y.

    Parameters
    ----------
    channels, cells, side : C, h and H.
    """
    one = graph.put("Gather", graph.put("Shape", features_NChw), graph.constant([0]))
    shape = graph.put("Concat", one, graph.constant([-1, channels, side * side]), axis=0)
    search_NKCL = graph.put("Reshape", search_SCHH, shape)
    exemplar_N1Cl = graph.put("Reshape", features_NChw, graph.constant([-1, 1, channels, cells * cells]))
    exemplar_N1lC = graph.put("Transpose", exemplar_N1Cl, perm=[0, 1, 3, 2])
    products_NKlL = graph.put("MatMul", exemplar_N1lC, search_NKCL)
    sums = graph.put("Reshape", products_NKlL, graph.constant([-1, cells, cells, side, side]))  # (S, h, w, H, W)
    last = side - cells + 1
    for exemplar_axis, search_axis in ((2, 4), (1, 3)):
        parts = [
            graph.window(sums, [cell, cell], [cell + 1, cell + last], [exemplar_axis, search_axis])
            for cell in range(cells)
        ]
        sums = graph.put("Sum", *parts)
    return graph.put("Reshape", sums, graph.constant([-1, 1, last, last]))


def put_norm(graph: Graph, features: str, axes: list[int], window: int = 0) -> str:
    """Square root of the sum of squares over some axes, and over windows of that side where one is given."""
    energy = graph.put("ReduceSum", graph.put("Mul", features, features), graph.constant(axes), keepdims=1)
    if window:
        energy = graph.put("Conv", energy, graph.constant(np.ones((1, 1, window, window))))
    return graph.put("Sqrt", graph.put("Max", energy, graph.constant(EPSILON)))

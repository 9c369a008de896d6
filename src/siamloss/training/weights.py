"""Putting weights into a network, or saying why they do not fit."""

from collections.abc import Mapping
from pathlib import Path

import torch

from siamloss.errors import CorruptError

WEIGHTS = "weights.safetensors"


def put_weights(model: torch.nn.Module, weights: Mapping[str, torch.Tensor], path: Path) -> None:
    """Load weights and batch statistics by name.

    Raises
    ------
    CorruptError : they belong to another architecture; the first tensor that differs is named with both shapes. The
        network is left as it was.
    """
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    for name in [*expected, *given]:
        if expected.get(name) != given.get(name):
            raise CorruptError(
                f"{path} has another architecture, first at tensor '{name}': {_said(given.get(name))} in the file, "
                f"{_said(expected.get(name))} in the network; use the run's own model settings"
            )
    model.load_state_dict(dict(weights))


def _said(shape: tuple[int, ...] | None) -> str:
    return "missing" if shape is None else "x".join(map(str, shape)) or "a number"

"""Putting weights into a network, or saying why they do not fit; and what identifies tensors."""

import hashlib
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


def tensor_digest(tensors: Mapping[str, torch.Tensor], told: str = "") -> str:
    """Hexadecimal sha256 over names, kinds, shapes and bytes of tensors on the CPU, and over a text beside them."""
    digest = hashlib.sha256(told.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()


def _said(shape: tuple[int, ...] | None) -> str:
    return "missing" if shape is None else "x".join(map(str, shape)) or "a number"

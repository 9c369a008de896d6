"""Where a fine-tuning begins: the weights of a finished run, or of a file."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from siamloss.errors import CorruptError, MissingDataError
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import NAME as MANIFEST
from siamloss.provenance.manifest import verify_manifest
from siamloss.training.weights import WEIGHTS, put_weights


def load_start(model: torch.nn.Module, start: Path) -> None:
    """Give a network the weights and batch statistics of a run directory or a ``.safetensors`` file.

    Raises
    ------
    MissingDataError : there is no such file.
    CorruptError : it is damaged or of another architecture; the first differing tensor is named.
    """
    if start.is_dir():
        verify_manifest(start)
    path = start / WEIGHTS if start.is_dir() else start
    if not path.is_file():
        raise MissingDataError(f"{path}: no weights to start from; train that variant first or correct 'start'")
    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise CorruptError(f"{path} is no file of weights (safetensors); give another one") from error
    put_weights(model, weights, path)


def start_hash(start: Path | None) -> str:
    """What identifies the weights a training begins with; "" for those of its seed."""
    if start is None:
        return ""
    path = start / MANIFEST if start.is_dir() else start
    return sha256_file(path) if path.is_file() else ""

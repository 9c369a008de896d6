"""Everything needed to continue a training, in one safetensors file (no pickle)."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import write_bytes
from siamloss.training.weights import put_weights, tensor_digest


@dataclass
class Progress:
    """Where a training stands.

    Attributes
    ----------
    step : optimisation steps done.
    sums : sums of each loss term over the steps of the unfinished epoch.
    curve : finished epochs, as written to ``curve.jsonl``.
    seconds : time spent in steps so far.
    first_spread : spread of the scores inside the maps of the first training batch, before any weight was changed.
    collapsed_since : the epoch from which on the validation maps have been collapsed, 0 where they are not.
    collapse : what shows it, one line.
    """

    step: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    curve: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    first_spread: float = 0.0
    collapsed_since: int = 0
    collapse: str = ""


def save_state(path: Path, model: torch.nn.Module, optimizer: torch.optim.SGD, progress: Progress) -> None:
    """Write weights, momentum buffers and progress atomically."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for number, parameter in enumerate(optimizer.param_groups[0]["params"]):
        momentum = optimizer.state.get(parameter, {}).get("momentum_buffer")
        if momentum is not None:
            tensors[f"momentum.{number}"] = momentum
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    told = json.dumps(asdict(progress))
    write_bytes(path, save(whole, {"progress": told, "sha256": tensor_digest(whole, told)}))


def load_state(path: Path, model: torch.nn.Module, optimizer: torch.optim.SGD) -> Progress:
    """Restore what :func:`save_state` wrote; returns a fresh :class:`Progress` when there is no file.

    Raises
    ------
    CorruptError : a byte of the file is not what was written, or it is of another architecture.
    """
    if not path.exists():
        return Progress()
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            told = file.metadata()
            progress = Progress(**json.loads(told["progress"]))
            whole = told["sha256"] == tensor_digest(tensors, told["progress"])
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptError(f"{path} is damaged; delete it to train from the start") from error
    if not whole:
        raise CorruptError(f"{path} is damaged; delete it to train from the start")
    put_weights(model, {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")}, path)
    for number, parameter in enumerate(optimizer.param_groups[0]["params"]):
        if f"momentum.{number}" in tensors:
            optimizer.state[parameter]["momentum_buffer"] = tensors[f"momentum.{number}"].to(parameter.device)
    return progress

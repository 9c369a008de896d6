"""Score maps after each epoch on fixed pairs: kept beside the saved state, collected into the run directory.

File ``maps.safetensors``: float32 ``train.001``, ``val.001``, ... ``(N, H, W)``, numbered by epoch.
"""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import write_bytes
from siamloss.training.weights import tensor_digest

MAPS = "maps.safetensors"


def maps_folder(state_path: Path) -> Path:
    """Where the maps of a training's finished epochs lie."""
    return state_path.with_suffix(".maps")


def _file(folder: Path, epoch: int) -> Path:
    return folder / f"epoch{epoch:03d}.safetensors"


def keep_maps(folder: Path, epoch: int, maps: dict[str, torch.Tensor]) -> None:
    """Write the maps of one epoch by role, atomically; an epoch done once more replaces its file."""
    named = {f"{role}.{epoch:03d}": tensor.contiguous() for role, tensor in maps.items()}
    write_bytes(_file(folder, epoch), save(named, {"sha256": tensor_digest(named)}))


def collect_maps(folder: Path, epochs: int) -> dict[str, torch.Tensor]:
    """The maps of epochs 1 to ``epochs``, by role and epoch.

    Raises
    ------
    CorruptError : the file of an epoch is missing or damaged.
    """
    maps: dict[str, torch.Tensor] = {}
    for epoch in range(1, epochs + 1):
        path = _file(folder, epoch)
        try:
            with safe_open(path, framework="pt") as file:
                found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
                if file.metadata()["sha256"] != tensor_digest(found):
                    raise ValueError("other maps than were written")
            maps.update(found)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise CorruptError(
                f"{path} is missing or damaged; delete {folder.parent} to train from the start"
            ) from error
    return maps

"""Weights of siamfc-pytorch as a run directory, and a run's weights as a file for siamfc-pytorch."""

import io
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors

from siamloss import __version__
from siamloss.errors import ConfigError, CorruptError, MissingDataError
from siamloss.model import build_model
from siamloss.model.peer_layout import PEER_MODEL, from_peer, to_peer
from siamloss.provenance.atomic import atomic_folder, write_bytes
from siamloss.provenance.hashing import sha256_bytes
from siamloss.training.run import FACTS, load_run, read_facts, read_network, write_run
from siamloss.training.weights import put_weights

NESTED = ("state_dict", "model")
"""Keys under which training scripts keep the weights beside other things."""


def import_weights(path: Path, out: Path, name: str = "imported") -> None:
    """Write a run directory with the weights of a ``.pth`` or ``.safetensors`` file in siamfc-pytorch's layout.

    Parameters
    ----------
    path : a pickled state dict, alone or under the key ``state_dict`` or ``model``. Only tensors and plain containers
        are unpickled; anything else in the file is refused, not executed.
    out : run directory to write; replaces a run, nothing else.
    name : what ``run.json`` gives as the variant.

    Raises
    ------
    MissingDataError : there is no such file.
    CorruptError : it is damaged, holds other things than tensors, or another network; the first tensor is named.
    ConfigError : ``out`` is something else than a run directory.
    """
    if not path.is_file():
        raise MissingDataError(f"{path} is no file; give a .pth or .safetensors file with weights of siamfc-pytorch")
    if out.exists() and not (out / FACTS).is_file():
        raise ConfigError(f"{out} exists and is no run directory; choose another --out")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingDataError(f"cannot read {path} ({error.strerror}); correct its permissions") from error
    model = build_model(PEER_MODEL, seed=0)
    put_weights(model, from_peer(_read_state(data, path), str(path)), path)
    with atomic_folder(out) as temporary:
        write_run(temporary, model, [], _facts(path, sha256_bytes(data), name))


def export_weights(run: Path, out: Path) -> list[str]:
    """Write a run's weights as a ``.pth`` state dict in siamfc-pytorch's layout.

    Returns
    -------
    What its layout cannot hold, one line each; empty if the exported network gives the same scores.

    Raises
    ------
    MissingDataError, CorruptError : there is no run, or it is damaged.
    ConfigError : its network is not the one of siamfc-pytorch: cosine head, another backbone or another width; or
        ``out`` is a folder.
    """
    facts = read_facts(run)
    config, _ = read_network(run)
    if facts.get("head", "correlation") != "correlation":
        raise ConfigError(f"{run} has a {facts['head']} head, siamfc-pytorch only correlation; export another run")
    if (config.backbone, config.width) != (PEER_MODEL.backbone, PEER_MODEL.width):
        raise ConfigError(
            f"{run} has backbone {config.backbone} of width {config.width:g}, siamfc-pytorch only alexnet of width 1; "
            "export another run"
        )
    if out.is_dir():
        raise ConfigError(f"{out} is a folder; give --out a file name that ends in .pth")
    model = load_run(run, config, torch.device("cpu"))
    buffer = io.BytesIO()
    torch.save(to_peer(model.state_dict()), buffer)
    write_bytes(out, buffer.getvalue())
    lost = []
    if config.score_gain != PEER_MODEL.score_gain:
        lost.append(f"scores there are multiplied by {PEER_MODEL.score_gain:g}, here by {config.score_gain:g}")
    if model.bias.item() != 0:
        lost.append(f"the bias of the scores, {model.bias.item():.6g}, is left out: the layout has none")
    return lost


def _read_state(data: bytes, path: Path) -> Mapping[str, torch.Tensor]:
    """Tensors by name, out of a safetensors file or a pickle of nothing but tensors."""
    try:
        if path.suffix == ".safetensors":
            return load_safetensors(data)
        found = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    except SafetensorError as error:
        raise CorruptError(f"{path} is no file of weights (safetensors); download it again") from error
    except Exception as error:  # a damaged pickle raises nearly anything
        raise CorruptError(
            f"{path} is damaged or holds more than tensors, and was not executed; save the network's state_dict() alone"
        ) from error
    for key in NESTED:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
    if not isinstance(found, Mapping) or not all(isinstance(name, str) for name in found):
        raise CorruptError(f"{path} holds no tensors by name; save the network's state_dict()")
    return found


def _facts(path: Path, sha256: str, name: str) -> dict[str, Any]:
    """What ``run.json`` says of imported weights; the keys of a trained run where they make sense."""
    return {
        "variant": name,
        "seed": 0,
        "head": "correlation",
        "model": asdict(PEER_MODEL),
        "context": 0.5,
        "chosen": {},
        "collapsed": False,
        "collapse": "",
        "batch_statistics": "imported with the weights",
        "steps": 0,
        "seconds": 0.0,
        "pairs_per_s": 0.0,
        "source": {"file": path.name, "sha256": sha256},
        "versions": {"siamloss": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }

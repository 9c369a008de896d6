"""A run directory: what a finished training leaves, and loading it."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from siamloss.config import ModelConfig
from siamloss.errors import CorruptError, MissingDataError
from siamloss.model import SiamFC, build_model
from siamloss.provenance.atomic import sync_tree
from siamloss.provenance.manifest import rebuild, verify_manifest, write_manifest
from siamloss.training.epochmaps import MAPS
from siamloss.training.weights import WEIGHTS, put_weights

CURVE, FACTS = "curve.jsonl", "run.json"


def write_run(
    folder: Path,
    model: SiamFC,
    curve: list[dict[str, Any]],
    facts: dict[str, Any],
    maps: dict[str, torch.Tensor] | None = None,
) -> None:
    """Fill an empty folder with weights, curve, facts, epoch maps and their manifest, and see them onto the disk."""
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    (folder / WEIGHTS).write_bytes(save(weights))
    (folder / MAPS).write_bytes(save(maps or {}))
    (folder / CURVE).write_text("".join(json.dumps(row) + "\n" for row in curve), encoding="utf-8")
    (folder / FACTS).write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write_manifest(folder)
    sync_tree(folder)


def read_facts(folder: Path) -> dict[str, Any]:
    """What ``run.json`` says of a run.

    Raises
    ------
    MissingDataError : the folder is no run directory.
    CorruptError : it cannot be read.
    """
    if not (folder / FACTS).is_file():
        raise MissingDataError(f"{folder} is no run directory; give results/<profile>/train/<variant>/seed<NN>")
    try:
        return json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise CorruptError(f"{folder / FACTS} is damaged; {rebuild(folder)}") from error


def read_network(folder: Path) -> tuple[ModelConfig, float]:
    """The network that a run says it holds, and the share of context around its targets.

    Raises
    ------
    MissingDataError : there is no run.
    CorruptError : it does not say so, as runs of other releases.
    """
    facts = read_facts(folder)
    try:
        return ModelConfig(**facts["model"]), float(facts["context"])
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptError(f"{folder} does not say which network it holds; train it again") from error


def load_run(folder: Path, config: ModelConfig, device: torch.device) -> SiamFC:
    """The network of a run with the head it was trained with, in evaluation mode, after checking every byte.

    Raises
    ------
    MissingDataError : there is no run.
    CorruptError : the run is damaged, or its weights belong to another architecture (the first tensor is named).
    """
    head = read_facts(folder).get("head", "correlation")
    verify_manifest(folder)
    try:
        model = build_model(config, seed=0, head=head)
        weights = load_file(folder / WEIGHTS)
    except SafetensorError as error:
        raise CorruptError(f"{folder} is damaged; delete it and run snakemake again") from error
    put_weights(model, weights, folder / WEIGHTS)
    return model.to(device).eval()

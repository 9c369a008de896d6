"""Runs of initial weights in results of their own, for what tracks or looks with a network."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from siamloss.config import Experiment
from siamloss.model import build_model
from siamloss.paths import Home
from siamloss.provenance.atomic import atomic_folder, write_text
from siamloss.training.run import write_run

EPOCHS, PAIRS, CELLS = 3, 8, 15


def make_results(tiny: Experiment, folder: Path, names=("logistic", "gsl")) -> Experiment:
    """The tiny experiment with its drawn data copied to a folder, and only these variants."""
    shutil.copytree(tiny.results, folder, dirs_exist_ok=True)
    variants = tuple(variant for variant in tiny.variants if variant.name in names)
    return replace(tiny, variants=variants, baseline=names[0], results=str(folder), device="cpu")


def write_networks(experiment: Experiment, maps: bool = False) -> Home:
    """A run of initial weights for every trained variant, different ones; with ``maps`` also what it kept by epoch."""
    home = Home(experiment)
    for number, variant in enumerate(variant for variant in experiment.variants if variant.loss):
        facts = {"variant": variant.name, "seed": 0, "model": asdict(experiment.model), "context": 0.5}
        kept = epoch_maps(number) if maps else {}
        with atomic_folder(home.run(variant.name, 0)) as folder:
            write_run(folder, build_model(experiment.model, number), [], facts, kept)
        if maps:
            write_scores(home.scores(variant.name, 0), kept, number)
    write_text(home.spec, json.dumps(experiment.to_dict()))
    return home


def labels() -> np.ndarray:
    y, x = np.mgrid[:CELLS, :CELLS] - CELLS // 2
    return np.where(np.hypot(y, x) <= 2, 1, -1).astype(np.int8)


def epoch_maps(seed: int) -> dict[str, torch.Tensor]:
    """Maps whose positives rise above their negatives from epoch to epoch."""
    rng = np.random.default_rng(seed)
    made = {}
    for epoch in range(1, EPOCHS + 1):
        for role in ("train", "val"):
            noise = rng.normal(0, 1 + 0.2 * seed, (PAIRS, CELLS, CELLS))
            made[f"{role}.{epoch:03d}"] = torch.from_numpy((noise + epoch * (labels() > 0)).astype(np.float32))
    return made


def write_scores(path: Path, kept: dict[str, torch.Tensor], seed: int) -> None:
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        train_scores=kept[f"train.{EPOCHS:03d}"].numpy(),
        val_scores=kept[f"val.{EPOCHS:03d}"].numpy(),
        labels=labels(),
        example_exemplars=rng.integers(0, 255, (2, 63, 63, 3), dtype=np.uint8),
        example_searches=rng.integers(0, 255, (2, 119, 119, 3), dtype=np.uint8),
    )

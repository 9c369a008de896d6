"""The verb ``siamloss separability``: score maps of all runs -> one tidy table of how well they separate.

Every run is measured after training, on all of its fixed pairs and on those with and without a look-alike near the
target, and after each epoch on the first of the pairs, where the run kept these maps.
"""

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.errors import CorruptError, DivergedError
from siamloss.metrics.scores_file import Scores, read_scores
from siamloss.metrics.separability import QUANTITIES, separability
from siamloss.paths import Home
from siamloss.provenance.manifest import read_manifest, verify_entries
from siamloss.provenance.parquet import write_parquet

COLUMNS = ["variant", "seed", "stage", "epoch", "role", "group", "quantity", "value", "maps"]
MAPS = "maps.safetensors"
KEY = re.compile(r"(?P<role>train|val)\.(?P<epoch>\d+)")

LOOK_ALIKE = 0.7
"""Similarity from which a distractor makes a map hard: the threshold of "background clutter" in the synthetic sets."""

Measured = tuple[str, int, str, str, dict[str, float], int]
"""Of one run: stage, epoch, role, group, value of every quantity, number of maps."""


def measure_separability(experiment: Experiment, runs: Iterable[tuple[str, int]], home: Home, out: Path) -> None:
    """Measure the score maps of runs and write the Parquet file ``out``.

    Parameters
    ----------
    experiment : says which runs were trained, and for how many epochs.
    runs : (variant, seed), each with a file of score maps.
    home : where score maps and run directories are.
    out : table with :data:`COLUMNS`. ``stage`` is "final" or "epoch"; ``role`` is "train" or "val"; ``group`` is "all",
        and at the final stage "distractor" and "plain" for the maps whose nearest look-alike is known to have at least
        or less than :data:`LOOK_ALIKE`, each only if there is such a map; ``maps`` is the number of maps behind the
        value. Maps with a score that is not finite give NaN for every quantity.

    Raises
    ------
    MissingDataError, CorruptError : score maps that are missing, damaged, or do not fit the labels.
    """
    rows = []
    for variant, seed in tqdm(sorted(runs), desc="separability", unit="run", disable=None):
        scores = read_scores(home.scores(variant, seed))
        trained = bool(experiment.variant(variant).loss)
        measured = list(_final(scores, experiment.train.epochs if trained else 0))
        if trained:
            measured += _epochs(home.run(variant, seed), scores.labels)
        rows += [
            (variant, seed, stage, epoch, role, group, quantity, value, count)
            for stage, epoch, role, group, values, count in measured
            for quantity, value in values.items()
        ]
    write_parquet(out, pd.DataFrame(rows, columns=COLUMNS))


def quantities(scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """:func:`siamloss.metrics.separability.separability`, or NaN for all of it where scores are not finite."""
    try:
        return separability(scores, labels)
    except DivergedError:
        return dict.fromkeys(QUANTITIES, math.nan)


def split_groups(count: int, distractor: np.ndarray | None) -> dict[str, np.ndarray]:
    """Masks bool ``(N,)`` of the maps of each group that has any, from the similarities ``(N,)`` or None."""
    known = np.full(count, np.nan) if distractor is None else distractor
    groups = {"all": np.ones(count, bool), "distractor": known >= LOOK_ALIKE, "plain": known < LOOK_ALIKE}
    return {name: mask for name, mask in groups.items() if mask.any()}


def _final(scores: Scores, epoch: int) -> Iterator[Measured]:
    for role in ("train", "val"):
        maps, distractor = getattr(scores, role), getattr(scores, f"{role}_distractor")
        for group, mask in split_groups(len(maps), distractor).items():
            yield "final", epoch, role, group, quantities(maps[mask], scores.labels), int(mask.sum())


def _epochs(run: Path, labels: np.ndarray) -> Iterator[Measured]:
    """What the run kept after each epoch; nothing if it kept no maps."""
    remedy = f"delete {run} and run snakemake again to rebuild it"
    kept = {name: entry for name, entry in read_manifest(run)["files"].items() if name == MAPS}
    verify_entries(run, kept, remedy)
    try:
        arrays = load_file(run / MAPS) if kept else {}
    except SafetensorError as error:
        raise CorruptError(f"{run / MAPS} is damaged; {remedy}") from error
    for name, maps in sorted(arrays.items()):
        key = KEY.fullmatch(name)
        if key is None or maps.ndim != 3 or maps.shape[1:] != labels.shape or len(maps) == 0:
            raise CorruptError(f"{run / MAPS} has maps '{name}' of shape {maps.shape} that are not expected; {remedy}")
        yield "epoch", int(key["epoch"]), key["role"], "all", quantities(maps, labels), len(maps)

"""Separability of the scores of every run, on training and on unseen scenes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.errors import DivergedError
from siamloss.metrics.separability import separability
from siamloss.report.inputs import Scores


@dataclass(frozen=True)
class Quantity:
    """Label for people, and direction."""

    label: str
    higher_is_better: bool


QUANTITIES = {
    "gaussian_overlap": Quantity("Gaussian overlap", False),
    "empirical_overlap": Quantity("histogram overlap", False),
    "dprime": Quantity("d′", True),
    "roc_auc": Quantity("ROC AUC", True),
    "hard_violation": Quantity("hard violations", False),
}
COLUMNS = ("variant", "quantity", "n_seeds", "val", "train", "gap", "gap_low", "gap_high")


def quantities(scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """:func:`siamloss.metrics.separability.separability`, or NaN for all of it where scores are not finite."""
    try:
        found = separability(scores, labels)
    except DivergedError:
        return dict.fromkeys(QUANTITIES, np.nan)
    return {name: found[name] for name in QUANTITIES}


def measure_separation(runs: Iterable[tuple[str, Scores]]) -> pd.DataFrame:
    """Separability per variant.

    Parameters
    ----------
    runs : (variant name, score maps), one per seed.

    Returns
    -------
    DataFrame, one row per (variant, quantity): ``n_seeds``; ``val``, ``train`` and ``gap`` (val - train), means over
    seeds; ``gap_low, gap_high``, the lowest and highest gap of a seed. One diverged seed makes all of them NaN.
    """
    rows = []
    for variant, scores in runs:
        val, train = quantities(scores.val, scores.labels), quantities(scores.train, scores.labels)
        rows += [(variant, name, val[name], train[name], _gap(val[name], train[name])) for name in QUANTITIES]
    table = pd.DataFrame(rows, columns=["variant", "quantity", "val", "train", "gap"])
    found = []
    for key, seeds in table.groupby(["variant", "quantity"], sort=False):
        val, train, gap = (seeds[name].to_numpy() for name in ("val", "train", "gap"))
        found.append((*key, len(seeds), val.mean(), train.mean(), gap.mean(), gap.min(), gap.max()))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _gap(val: float, train: float) -> float:
    """``val - train``; 0 where both are the same infinity."""
    return 0.0 if val == train else val - train

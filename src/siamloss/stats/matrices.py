"""Tidy metrics -> matrices of runs x sequences."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.errors import RecordError

Key = tuple[str, str, str]
"""Benchmark, metric, variant."""


@dataclass(frozen=True, eq=False)
class Runs:
    """One metric of one variant on one benchmark: values and weights float64 ``(S, Q, N)``, all axes sorted by name.

    N is 1 but for metrics of several terms (:mod:`siamloss.stats.terms`).
    """

    seeds: tuple[int, ...]
    sequences: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray

    def at(self, seeds: tuple[int, ...]) -> "Runs":
        """These seeds only; a single run stands for all of them, by broadcasting (see :func:`shared_seeds`)."""
        if seeds == self.seeds or len(self.seeds) == 1:
            return self
        rows = [self.seeds.index(seed) for seed in seeds]
        return Runs(seeds, self.sequences, self.values[rows], self.weights[rows])


def split_runs(metrics: pd.DataFrame) -> dict[Key, Runs]:
    """Matrices by (benchmark, metric, variant).

    Parameters
    ----------
    metrics : ``benchmark, metric, variant, seed, sequence, term, value, weight``, rows in any order; without ``term``
        every metric has one.

    Raises
    ------
    RecordError : missing or doubled (seed, sequence, term), or NaN where the weight is not 0.
    """
    if "term" not in metrics:
        metrics = metrics.assign(term=0)
    place, levels = np.zeros(len(metrics), dtype=np.int64), []
    for column in ("benchmark", "metric", "variant", "seed", "sequence", "term"):
        codes, names = pd.factorize(metrics[column], sort=True)
        place = place * len(names) + codes
        levels.append(list(names))
    order = np.argsort(place)
    place = place[order]
    values, weights = (metrics[column].to_numpy(dtype=np.float64)[order] for column in ("value", "weight"))
    sizes = [len(names) for names in levels]
    inner = max(math.prod(sizes[3:]), 1)
    runs = {}
    for rows in np.split(np.arange(len(place)), np.flatnonzero(np.diff(place // inner)) + 1) if len(place) else []:
        name = tuple(
            names[code]
            for names, code in zip(levels, np.unravel_index(place[rows[0]] // inner, sizes[:3]), strict=False)
        )
        axes = [np.unique(codes) for codes in np.unravel_index(place[rows] % inner, sizes[3:])]
        grid = np.ravel_multi_index(np.meshgrid(*axes, indexing="ij"), sizes[3:])
        if not np.array_equal(place[rows] % inner, grid.ravel()):
            raise RecordError(
                f"the seeds of '{name[2]}' were not scored on the same sequences of '{name[0]}'; run snakemake again"
            )
        if np.isnan(values[rows][weights[rows] > 0]).any():
            raise RecordError(f"'{name[2]}' has a NaN {name[1]} on '{name[0]}'; run snakemake to score it again")
        seeds, sequences = (tuple(levels[at][code] for code in axes[at - 3]) for at in (3, 4))
        runs[name] = Runs(seeds, sequences, values[rows].reshape(grid.shape), weights[rows].reshape(grid.shape))
    return runs


def find_runs(runs: Mapping[Key, Runs], benchmark: str, metric: str, variant: str) -> Runs:
    """The matrix of a variant; :class:`RecordError` if it was not scored."""
    if (benchmark, metric, variant) not in runs:
        raise RecordError(f"no {metric} of '{variant}' on '{benchmark}'; run snakemake to track and score it")
    return runs[benchmark, metric, variant]


def find_pair(
    runs: Mapping[Key, Runs], benchmark: str, metric: str, variant: str, baseline: str, partial: bool = False
) -> tuple[Runs | None, Runs | None]:
    """The matrices of a variant and of the baseline, which must cover the same sequences.

    With ``partial`` one that was not scored is None instead of a :class:`RecordError`.
    """
    if partial and not {(benchmark, metric, name) for name in (variant, baseline)} <= set(runs):
        return runs.get((benchmark, metric, variant)), runs.get((benchmark, metric, baseline))
    base = find_runs(runs, benchmark, metric, baseline)
    own = find_runs(runs, benchmark, metric, variant)
    if own.sequences != base.sequences or own.values.shape[2] != base.values.shape[2]:
        raise RecordError(
            f"'{variant}' and '{baseline}' cover different sequences of '{benchmark}'; run snakemake again"
        )
    return own, base


def shared_seeds(own: Runs, base: Runs, fixed: bool) -> tuple[int, ...]:
    """Seeds that both have.

    Parameters
    ----------
    fixed : the variant has no randomness, so that its one run is compared to every seed of the baseline. One run that
        is left of a trained variant is not: its seed decides what it is compared to.
    """
    return base.seeds if fixed and len(own.seeds) == 1 else tuple(seed for seed in base.seeds if seed in own.seeds)

"""Tidy metrics -> matrices of runs x sequences."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.errors import RecordError

Key = tuple[str, str, str]
"""Benchmark, metric, variant."""


@dataclass(frozen=True, eq=False)
class Runs:
    """One metric of one variant on one benchmark: values and weights float64 ``(S, Q)``, both axes sorted by name."""

    seeds: tuple[int, ...]
    sequences: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray

    def at(self, seeds: tuple[int, ...]) -> "Runs":
        """These seeds only; the one run of a control without randomness stands for every seed, by broadcasting."""
        if seeds == self.seeds or len(self.seeds) == 1:
            return self
        rows = [self.seeds.index(seed) for seed in seeds]
        return Runs(seeds, self.sequences, self.values[rows], self.weights[rows])


def split_runs(metrics: pd.DataFrame) -> dict[Key, Runs]:
    """Matrices by (benchmark, metric, variant).

    Parameters
    ----------
    metrics : ``benchmark, metric, variant, seed, sequence, value, weight``, rows in any order.

    Raises
    ------
    RecordError : missing or doubled (seed, sequence), or NaN where the weight is not 0.
    """
    keys = ["benchmark", "metric", "variant", "seed", "sequence"]
    codes, names = zip(*(pd.factorize(metrics[key], sort=True) for key in keys), strict=True)
    names = [list(level) for level in names]
    order = np.lexsort(codes[::-1])
    codes = np.stack(codes)[:, order]
    values, weights = (metrics[column].to_numpy(dtype=np.float64)[order] for column in ("value", "weight"))
    starts = np.flatnonzero(np.any(codes[:3, 1:] != codes[:3, :-1], axis=0)) + 1
    runs = {}
    for rows in np.split(np.arange(len(order)), starts) if len(order) else []:
        name = tuple(names[level][codes[level, rows[0]]] for level in range(3))
        seeds, sequences = np.unique(codes[3, rows]), np.unique(codes[4, rows])
        shape = (len(seeds), len(sequences))
        grid = np.stack(np.meshgrid(seeds, sequences, indexing="ij")).reshape(2, -1)
        if not np.array_equal(codes[3:, rows], grid):
            raise RecordError(
                f"the seeds of '{name[2]}' were not scored on the same sequences of '{name[0]}'; run snakemake again"
            )
        if np.isnan(values[rows][weights[rows] > 0]).any():
            raise RecordError(f"'{name[2]}' has a NaN {name[1]} on '{name[0]}'; run snakemake to score it again")
        labels = tuple(names[3][code] for code in seeds), tuple(names[4][code] for code in sequences)
        runs[name] = Runs(*labels, values[rows].reshape(shape), weights[rows].reshape(shape))
    return runs


def find_runs(runs: Mapping[Key, Runs], benchmark: str, metric: str, variant: str) -> Runs:
    """The matrix of a variant; :class:`RecordError` if it was not scored."""
    if (benchmark, metric, variant) not in runs:
        raise RecordError(f"no {metric} of '{variant}' on '{benchmark}'; run snakemake to track and score it")
    return runs[benchmark, metric, variant]


def find_pair(runs: Mapping[Key, Runs], benchmark: str, metric: str, variant: str, baseline: str) -> tuple[Runs, Runs]:
    """The matrices of a variant and of the baseline, which must cover the same sequences."""
    base = find_runs(runs, benchmark, metric, baseline)
    own = find_runs(runs, benchmark, metric, variant)
    if own.sequences != base.sequences:
        raise RecordError(
            f"'{variant}' and '{baseline}' cover different sequences of '{benchmark}'; run snakemake again"
        )
    return own, base


def shared_seeds(own: Runs, base: Runs) -> tuple[int, ...]:
    """Seeds that both have; a variant with one run is compared to every seed of the baseline."""
    return base.seeds if len(own.seeds) == 1 else tuple(seed for seed in base.seeds if seed in own.seeds)

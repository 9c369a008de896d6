"""A training as a film: the score maps that a run kept after each epoch, and what lies between two epochs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from siamloss.errors import ConfigError, CorruptError, DivergedError
from siamloss.metrics.gaussian import gaussian_overlap
from siamloss.metrics.scores_file import Scores
from siamloss.metrics.separability import separability
from siamloss.metrics.separation_job import KEY, MAPS
from siamloss.provenance.manifest import read_manifest, verify_entries

BINS = 60
MOMENTS = ("neg_mean", "neg_var", "pos_mean", "pos_var")


@dataclass(frozen=True)
class Instant:
    """What one picture of the film shows of a run.

    Attributes
    ----------
    position : in epochs; a whole number is an epoch as it was, anything between is eased.
    score_map : ``(H, H)`` of the pair that is shown.
    negative, positive : mean and standard deviation of the scores of the cells of all pairs.
    heights : densities ``(2, BINS)`` of the histograms, negatives first.
    overlap : area below both Gaussians.
    """

    position: float
    score_map: np.ndarray
    negative: tuple[float, float]
    positive: tuple[float, float]
    heights: np.ndarray
    overlap: float


@dataclass(frozen=True)
class Film:
    """One run's training.

    Attributes
    ----------
    epochs : numbers of the epochs whose maps were kept and are finite, E of them.
    maps : float32 ``(E, H, H)`` of the pair that is shown.
    moments : float64 ``(E, 4)``: mean and variance of negatives and of positives over all pairs (:data:`MOMENTS`).
    heights : float64 ``(E, 2, BINS)`` densities of the histograms over ``limits``.
    overlap, dprime : float64 ``(E,)``, as :mod:`siamloss.metrics.separability` measures them.
    pairs : number of validation pairs behind the moments.
    labels, search, covered : labels ``(H, H)``, search image of the pair, share of its side that the map covers.
    """

    label: str
    epochs: tuple[int, ...]
    maps: np.ndarray
    moments: np.ndarray
    heights: np.ndarray
    limits: tuple[float, float]
    overlap: np.ndarray
    dprime: np.ndarray
    pairs: int
    labels: np.ndarray
    search: np.ndarray
    covered: float

    def at(self, position: float) -> Instant:
        """What is shown at a position in ``[0, E - 1]``; between two epochs everything is eased linearly."""
        first = min(int(position), len(self.epochs) - 1)
        second, share = min(first + 1, len(self.epochs) - 1), position - first

        def eased(values: np.ndarray) -> np.ndarray:
            return values[first] if share == 0 else (1 - share) * values[first] + share * values[second]

        means = eased(self.moments[:, [0, 2]])
        deviations = eased(np.sqrt(self.moments[:, [1, 3]]))
        overlap = (
            self.overlap[first]
            if share == 0
            else gaussian_overlap(means[0], deviations[0] ** 2, means[1], deviations[1] ** 2)
        )
        gaussians = tuple((float(mean), float(deviation)) for mean, deviation in zip(means, deviations, strict=True))
        return Instant(position, eased(self.maps), *gaussians, eased(self.heights), float(overlap))


def read_film(run: Path, label: str, scores: Scores, pair: int = 0) -> Film:
    """The training of a run.

    Parameters
    ----------
    run : run directory with score maps by epoch.
    scores : its file of score maps, for the images of the pairs and the labels of the cells.
    pair : which validation pair is shown, from 0.

    Raises
    ------
    ConfigError : the run kept no maps by epoch, or there is no image of that pair.
    DivergedError : not even the maps of the first epoch are finite.
    CorruptError : the maps are damaged.
    """
    if not 0 <= pair < len(scores.searches):
        raise ConfigError(f"there is no picture of pair {pair + 1}; choose one from 1 to {len(scores.searches)}")
    found = read_epoch_maps(run, scores.labels)
    if not found:
        raise ConfigError(f"{run} kept no score maps by epoch; train it with train.epoch_maps above 0")
    if pair >= min(map(len, found.values())):
        least = min(map(len, found.values()))
        raise ConfigError(f"{run} kept the maps of {least} pairs; choose one from 1 to {least}")
    finite = {}
    for epoch, maps in sorted(found.items()):
        if not np.isfinite(maps).all():
            break
        finite[epoch] = maps
    if not finite:
        raise DivergedError(f"the scores of {run} are not finite after the first epoch; choose another run")
    measured = [separability(maps, scores.labels) for maps in finite.values()]
    limits = shown_limits(finite.values(), measured, scores.labels)
    cells, side = scores.labels.shape[0], scores.searches.shape[1]
    stride = (side - scores.exemplars.shape[1]) / (cells - 1)
    return Film(
        label,
        tuple(finite),
        np.stack([maps[pair] for maps in finite.values()]),
        np.array([[values[name] for name in MOMENTS] for values in measured]),
        np.stack([histograms(maps, scores.labels, limits) for maps in finite.values()]),
        limits,
        np.array([values["gaussian_overlap"] for values in measured]),
        np.array([values["dprime"] for values in measured]),
        min(map(len, found.values())),
        scores.labels,
        scores.searches[pair],
        cells * stride / side,
    )


def read_epoch_maps(run: Path, labels: np.ndarray) -> dict[int, np.ndarray]:
    """Validation maps ``(N, H, H)`` by epoch; empty where the run kept none."""
    remedy = f"delete {run} and run snakemake again to rebuild it"
    kept = {name: entry for name, entry in read_manifest(run)["files"].items() if name == MAPS}
    verify_entries(run, kept, remedy)
    try:
        arrays = load((run / MAPS).read_bytes()) if kept else {}
    except SafetensorError as error:
        raise CorruptError(f"{run / MAPS} is damaged; {remedy}") from error
    found = {}
    for name, maps in arrays.items():
        key = KEY.fullmatch(name)
        if key is None or maps.ndim != 3 or maps.shape[1:] != labels.shape or len(maps) == 0:
            raise CorruptError(f"{run / MAPS} has maps '{name}' of shape {maps.shape} that are not expected; {remedy}")
        if key["role"] == "val":
            found[int(key["epoch"])] = maps.astype(np.float64)
    return found


def shown_limits(maps, measured: list[dict[str, float]], labels: np.ndarray) -> tuple[float, float]:
    """Score range that holds nearly all scores of all epochs, and their Gaussians to 3 deviations."""
    low, high = np.inf, -np.inf
    for values, scores in zip(measured, maps, strict=True):
        quantiles = np.quantile(scores[:, labels != 0], [0.005, 0.995])
        for name in ("pos", "neg"):
            mean, deviation = values[f"{name}_mean"], values[f"{name}_var"] ** 0.5
            low, high = min(low, quantiles[0], mean - 3 * deviation), max(high, quantiles[1], mean + 3 * deviation)
    pad = 0.02 * (high - low) or 0.5
    return float(low - pad), float(high + pad)


def histograms(maps: np.ndarray, labels: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Densities ``(2, BINS)`` of negatives and positives; their area is the share of scores within the limits."""
    width = (limits[1] - limits[0]) / BINS
    cells = (maps[:, labels < 0], maps[:, labels > 0])
    return np.stack([np.histogram(values, BINS, limits)[0] / (values.size * width) for values in cells])

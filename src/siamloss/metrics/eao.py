"""Expected average overlap (EAO): the average overlap a tracker is expected to have on a sequence of typical length.

E(n) is the mean, over all fragments of tracking still counted at frame n, of their average overlap on frames 1 to n. A
fragment that ended in a failure counts for ever, with overlap 0 after its end; one that reached the end of its sequence
counts to its end. EAO is the mean of E over the year's interval of n.

EAO is no mean over sequences, but E(n) is a ratio of two sums over sequences. :class:`EaoTerms` holds both sums of one
sequence; the terms of several sequences are added, and a bootstrap over sequences adds the terms of those it drew. In
the tidy tables every n is a term of its own, with a value and a weight for each sequence (:func:`values_by_term`).
"""

from collections.abc import Iterable
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from siamloss.metrics.protocols import VOT
from siamloss.records import Status

EaoVariant = Literal["vot-toolkit", "pysot", "multistart"]


@dataclass(frozen=True)
class Fragment:
    """Overlaps ``(L,)`` from an initialisation on, whether the target was lost at their end, and a weight."""

    overlaps: np.ndarray
    failed: bool
    weight: float = 1.0


@dataclass(frozen=True)
class EaoTerms:
    """Terms of E(n) for n = 0 to N - 1.

    Attributes
    ----------
    sums : ``(N,)``, weighted sum over fragments of their average overlap on frames 1 to n; 0 at n = 0.
    weights : ``(N,)``, weight of the fragments that count at n.
    longest : frames of the longest fragment (pysot: of the longest sequence), at which the official curve ends.
    """

    sums: np.ndarray
    weights: np.ndarray
    longest: int

    def __add__(self, other: "EaoTerms") -> "EaoTerms":
        return EaoTerms(self.sums + other.sums, self.weights + other.weights, max(self.longest, other.longest))


def supervised_fragments(overlaps: np.ndarray, status: np.ndarray) -> list[Fragment]:
    """Fragments as vot-toolkit cuts them: from each initialisation up to the failure, the failing frame excluded.

    A run that never failed is one fragment, whatever it skipped.
    """
    starts, ends = np.flatnonzero(status == Status.INIT), np.flatnonzero(status == Status.FAILURE)
    if not ends.size:
        return [Fragment(overlaps, failed=False)]
    # A failure is always after its own initialisation; only the last initialisation may have none.
    fragments = [Fragment(overlaps[start:end], failed=True) for start, end in zip(starts, ends, strict=False)]
    if len(starts) > len(ends):
        fragments.append(Fragment(overlaps[starts[-1] :], failed=False))
    return fragments


def pysot_fragments(overlaps: np.ndarray, status: np.ndarray, tag: np.ndarray | None = None) -> list[Fragment]:
    """Fragments as pysot cuts them: from 5 frames after a failure, up to and including 5 frames after the next.

    Weights are the share of a fragment's frames that carry ``tag``. A failure in the last 4 frames does not end its
    fragment, which then counts to its end only, as if it had not failed. Where the new start is past the last frame by
    one, the fragment's weight is the share of its frames plus one, as in pysot.

    Parameters
    ----------
    tag : bool ``(T,)``; None: all frames carry it.
    """
    length = len(overlaps)
    tagged = np.ones(length) if tag is None else np.asarray(tag, dtype=np.float64)
    starts = [0, *(int(at) for at in np.flatnonzero(status == Status.FAILURE) + VOT.skip if at <= length)]
    fragments = [
        Fragment(overlaps[a : b + 1], failed=True, weight=tagged[a : b + 1].sum() / (b - a + 1))
        for a, b in pairwise(starts)
    ]
    if starts[-1] < length:
        fragments.append(Fragment(overlaps[starts[-1] :], failed=False, weight=tagged[starts[-1] :].mean()))
    return fragments


def sum_terms(fragments: Iterable[Fragment], frames: int, ended_divisor: int = 0, longest: int = 0) -> EaoTerms:
    """Add up the terms of E(n), n < ``frames``, of fragments.

    Parameters
    ----------
    frames : length of the curve, at least one more than the interval's end.
    ended_divisor : after its end, a failed fragment's sum is divided by n less this many frames.
    longest : frames at which the official curve ends, where it is not the longest fragment.

    Returns
    -------
    Terms; fragments of weight 0 do not count.
    """
    n = np.arange(frames)
    sums, weights = np.zeros(frames), np.zeros(frames)
    for fragment in fragments:
        length = len(fragment.overlaps)
        longest = max(longest, length)
        total = np.cumsum(fragment.overlaps)
        total = (total - total[:1])[np.minimum(n, length - 1)] if length else np.zeros(frames)
        divisor = np.maximum(np.where(n < length, n, n - ended_divisor), 1)
        counted = fragment.failed | (n < length)
        sums += np.where(counted, fragment.weight * total / divisor, 0.0)
        weights += np.where(counted, fragment.weight, 0.0)
    return EaoTerms(sums, weights, longest)


def curve(terms: EaoTerms, variant: EaoVariant = "vot-toolkit") -> np.ndarray:
    """E(n) of summed terms, as long as the variant's own curve.

    ``vot-toolkit`` and ``pysot`` end with the longest fragment or sequence, ``multistart`` does not end early; where
    nothing counts, E is 0. E(0) carries no information: 1 in pysot, 0 in the others.
    """
    end = len(terms.sums) if variant == "multistart" else min(terms.longest, len(terms.sums))
    sums, weights = terms.sums[:end], terms.weights[:end]
    values = np.divide(sums, weights, out=np.zeros(end), where=weights > 0)
    if variant == "pysot":
        values[:1] = 1.0
    return values


def eao(terms: EaoTerms, interval: tuple[int, int], variant: EaoVariant = "vot-toolkit") -> float:
    """Expected average overlap: the mean of E(n) over an interval of n.

    Parameters
    ----------
    terms : of all sequences, added.
    interval : first and last n (:data:`~siamloss.metrics.protocols.VOT_YEARS`).
    variant : ``vot-toolkit`` averages n = low to high; ``pysot``, like the Matlab kit, n = low - 1 to high - 1;
        ``multistart``, whose curve has ``high`` points, n = low to high - 1. All stop where the curve ends.

    Returns
    -------
    In [0, 1]; NaN where the curve ends before the interval.

    Source
    ------
    Kristan et al. 2015 (VOT2015 results); vot-toolkit 0.9.0 ``EAOScore``; pysot toolkit, eao_benchmark.py. Differs from
    the average overlap in that failed fragments count beyond their end and long sequences are cut at the interval.

    Examples
    --------
    >>> terms = sum_terms([Fragment(np.full(6, 0.5), failed=False)], frames=5)
    >>> eao(terms, (2, 4))
    0.5
    """
    low, high = interval
    first, last = {"vot-toolkit": (low, high), "pysot": (low - 1, high - 1), "multistart": (low, high - 1)}[variant]
    values = curve(terms, variant)[first : last + 1]
    return float(values.mean()) if values.size else float("nan")


def values_by_term(
    terms: ListOf[EaoTerms], interval: tuple[int, int], whole: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """EAO of vot-toolkit as a mean over n of weighted means over sequences.

    Parameters
    ----------
    terms : of each of Q sequences of one run, longer than the interval's end.
    interval : first and last n.
    whole : go on to the interval's end where the official curve ends with the run's longest fragment. On short
        sequences the official rule lets a tracker that fails early be averaged over fewer and easier n.

    Returns
    -------
    n : int ``(N,)``, low to high.
    values : float64 ``(Q, N)``, average overlap of a sequence's fragments that count at n; NaN where there is none.
    weights : float64 ``(Q, N)``, how many count; 0 for all sequences from the n on at which the run's curve ends.

    Notes
    -----
    With V and W for values and weights, :func:`eao` of the added terms is the mean, over the n at which any sequence
    has weight, of sum(W V) / sum(W). It is so for every draw of sequences too, but for one thing: the official curve
    of a draw that misses the longest fragment ends earlier, where this one goes on with the fragments that failed.

    Examples
    --------
    >>> one = sum_terms([Fragment(np.full(6, 0.2), failed=False)], frames=5)
    >>> two = sum_terms([Fragment(np.full(4, 0.8), failed=True)], frames=5)
    >>> n, values, weights = values_by_term([one, two], (2, 4))
    >>> values.round(3).tolist(), weights.tolist()
    ([[0.2, 0.2, 0.2], [0.8, 0.8, 0.6]], [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    """
    n = np.arange(interval[0], interval[1] + 1)
    ended = np.full(len(n), False) if whole else n >= max(item.longest for item in terms)
    weights = np.where(ended, 0.0, np.stack([item.weights[n] for item in terms]))
    sums = np.stack([item.sums[n] for item in terms])
    return n, np.divide(sums, weights, out=np.full(weights.shape, np.nan), where=weights > 0), weights


def resample(
    terms: ListOf[EaoTerms], counts: np.ndarray, interval: tuple[int, int], variant: EaoVariant = "vot-toolkit"
) -> np.ndarray:
    """EAO of many draws of sequences, for a bootstrap.

    Parameters
    ----------
    terms : of each of S sequences, equally long.
    counts : int ``(B, S)``, how often each sequence was drawn.

    Returns
    -------
    float64 ``(B,)``. One row of ones gives :func:`eao` of all sequences.

    Examples
    --------
    >>> terms = [sum_terms([Fragment(np.full(6, value), failed=False)], frames=5) for value in (0.2, 0.6)]
    >>> resample(terms, np.array([[1, 1], [0, 2]]), (2, 4)).round(3).tolist()
    [0.4, 0.6]
    """
    counts = np.asarray(counts)
    sums = counts @ np.stack([item.sums for item in terms])
    weights = counts @ np.stack([item.weights for item in terms])
    longest = np.where(counts > 0, [item.longest for item in terms], 0).max(axis=1)
    drawn = zip(sums, weights, longest, strict=True)
    return np.array([eao(EaoTerms(a, b, int(end)), interval, variant) for a, b, end in drawn])

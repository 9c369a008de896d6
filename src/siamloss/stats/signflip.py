"""Paired sign-flip test: exact for few differences, by random flips for many."""

from collections.abc import Callable, Iterator

import numpy as np

MOST_PAIRS = 20
"""Up to here all patterns are enumerated."""

FEWEST_PAIRS = 6
"""With fewer pairs no outcome has a two-sided p below 0.05: the least is 2 / 2**n, 0.031 for 6 and 0.063 for 5."""

DRAWS = 99_999
CHUNK = 8192


def sign_flip_p(differences: np.ndarray, seed: int = 0, draws: int = DRAWS) -> float:
    """Two-sided p of the hypothesis that paired differences are symmetric around 0.

    Up to 20 differences all 2**n ways to flip the signs are enumerated; p is the share of them whose absolute mean is
    at least the observed one. For more, b of m random flips are; p is (b + 1) / (m + 1), which holds its level for
    every m because the observed signs count as one of the flips. Unlike Wilcoxon's signed-rank test it uses the sizes
    of the differences, unlike the t test it assumes no shape.

    Parameters
    ----------
    differences : float ``(n,)``, one per seed (or per sequence); at least one, not NaN.
    seed, draws : of the random flips; without effect up to 20 differences.

    Returns
    -------
    float in [2 / 2**n, 1], or in [1 / (draws + 1), 1]; 1 when all differences are 0.

    Raises
    ------
    ValueError : no difference, or NaN among them.

    Source
    ------
    Fisher 1935, "The Design of Experiments", section 21; (b + 1) / (m + 1): Phipson and Smyth 2010.

    Example
    -------
    >>> sign_flip_p([0.01, 0.02, 0.01, 0.03, 0.02, 0.01]) == 2 / 64
    True
    """
    differences = np.asarray(differences, dtype=np.float64)
    if differences.size == 0 or np.isnan(differences).any():
        raise ValueError("the sign-flip test needs at least one difference and no NaN")
    tolerance = 1e-12 * np.abs(differences).sum()
    return flipped_p(
        lambda flips: differences.sum() - 2 * (flips @ differences), differences.size, tolerance, seed, draws
    )


def flipped_p(
    statistic: Callable[[np.ndarray], np.ndarray], pairs: int, tolerance: float, seed: int, draws: int
) -> float:
    """Share of flips whose absolute statistic is at least that of no flip.

    Parameters
    ----------
    statistic : of flips float64 ``(n, pairs)``, 1 where a pair is flipped, else 0; flipping all pairs negates it. NaN
        counts as at least the observed one.
    pairs : number of pairs; all flips are enumerated up to 20.
    tolerance : by how much a statistic may fall short of the observed one and still tie with it (rounding).
    """
    least = abs(float(statistic(np.zeros((1, pairs)))[0])) - tolerance
    exact = pairs <= MOST_PAIRS
    hits = count = 0
    for flips in _all_flips(pairs) if exact else _random_flips(pairs, seed, draws):
        hits += int(np.sum(~(np.abs(statistic(flips)) < least)))
        count += len(flips)
    return hits / count if exact else (hits + 1) / (count + 1)


def _all_flips(pairs: int) -> Iterator[np.ndarray]:
    """All flips that leave the first pair, in chunks: the others are their negations and have the same size."""
    bits = np.arange(pairs - 1)
    for start in range(0, 1 << (pairs - 1), CHUNK):
        patterns = np.arange(start, min(start + CHUNK, 1 << (pairs - 1)))
        flips = np.zeros((len(patterns), pairs))
        flips[:, 1:] = (patterns[:, None] >> bits) & 1
        yield flips


def _random_flips(pairs: int, seed: int, draws: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng([seed, pairs])
    for start in range(0, draws, CHUNK):
        yield generator.integers(0, 2, (min(CHUNK, draws - start), pairs), dtype=np.int8).astype(np.float64)

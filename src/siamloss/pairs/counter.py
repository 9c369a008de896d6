"""Counter-based randomness: a uniform number is a pure function of integers."""

import numpy as np

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def _mix(state: np.ndarray) -> np.ndarray:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of uint64 with full avalanche."""
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


def random_bits(*counters: np.ndarray | int, start: np.ndarray | int = 0) -> np.ndarray:
    """uint64 of the broadcast shape of the counters; each counter is absorbed in turn.

    ``random_bits(a, b, c)`` is ``random_bits(c, start=random_bits(a, b))``: what many draws share is absorbed once.
    """
    with np.errstate(over="ignore"):
        state = np.asarray(start, dtype=np.uint64)
        for counter in counters:
            state = _mix((state ^ np.asarray(counter).astype(np.uint64)) + _GAMMA)
    return state


def uniform(*counters: np.ndarray | int, start: np.ndarray | int = 0) -> np.ndarray:
    """float64 in [0, 1) of the broadcast shape of the counters; ``start`` as in :func:`random_bits`."""
    return (random_bits(*counters, start=start) >> np.uint64(11)) * 2.0**-53


def permutation(count: int, *counters: int) -> np.ndarray:
    """A permutation of ``range(count)`` determined by the counters."""
    return np.argsort(random_bits(*counters, np.arange(count)), kind="stable")

"""Probability of improvement: how often one training of a loss beats one training of another."""

import numpy as np

from siamloss.stats.bootstrap import Resamples


def wins(own: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Whether seed s of ``own`` ``(S, Q)`` beats seed t of ``base`` ``(T, Q)`` on sequence q: 1, or 0.5 for a tie.

    Returns
    -------
    float64 ``(S, T, Q)``; NaN where a value is NaN. Higher is better: negate both where it is not.
    """
    difference = own[:, None] - base[None]
    return np.where(np.isnan(difference), np.nan, (np.sign(difference) + 1) / 2)


def probability_of_improvement(own: np.ndarray, base: np.ndarray) -> float:
    """Chance that a run of ``own`` beats a run of ``base`` on a sequence, all three drawn at random; ties count half.

    For each sequence the share of pairs of runs that ``own`` wins (the Mann-Whitney statistic), then the mean over
    sequences. It says how often, not by how much: a gain of .001 everywhere has probability 1. It is not the share of
    seeds with the better mean, and not 1 - p.

    Parameters
    ----------
    own, base : float ``(S, Q)`` and ``(T, Q)``, higher is better; sequences on which a value is NaN are left out.

    Returns
    -------
    float in [0, 1]; NaN if no sequence is left.

    Source
    ------
    Agarwal et al. 2021 (rliable), section 4.3 and appendix.

    Example
    -------
    >>> probability_of_improvement(np.array([[0.5, 0.6]]), np.array([[0.4, 0.6], [0.3, 0.7]]))
    0.625
    """
    by_sequence = _by_sequence(wins(own, base))
    return float(by_sequence.mean()) if by_sequence.size else np.nan


def _by_sequence(won: np.ndarray) -> np.ndarray:
    shares = won.mean(axis=(0, 1))
    return shares[~np.isnan(shares)]


def bootstrap_improvement(won: np.ndarray, resamples: Resamples) -> np.ndarray:
    """The probability of improvement in every draw of seeds and sequences.

    Parameters
    ----------
    won : float ``(S, S, Q)`` of :func:`wins`; both variants get the same seeds of a draw, and all sequences do.
    resamples : counts for S seeds and Q sequences.

    Returns
    -------
    float64 ``(draws,)``; NaN where no drawn sequence was scored.
    """
    known = ~np.isnan(won).any(axis=(0, 1))
    counts = resamples.sequences[:, known]
    totals = counts.sum(axis=1)
    pairs = (counts @ won[:, :, known].reshape(won.shape[0] * won.shape[1], known.sum()).T).reshape(-1, *won.shape[:2])
    share = np.einsum("ds,dt,dst->d", resamples.seeds, resamples.seeds, pairs) / won.shape[0] ** 2
    return np.where(totals > 0, share, np.nan) / np.where(totals > 0, totals, 1.0)


def stratified_improvement(won: np.ndarray, seed: int, draws: int) -> np.ndarray:
    """The probability of improvement in every draw of rliable's stratified bootstrap, float64 ``(draws,)``.

    It draws runs anew on every sequence and keeps the sequences: right for reinforcement learning, where every (run,
    task) is a training of its own, too narrow here, where a run has the same weights on all sequences. For comparison
    with numbers that were made so; the tables use :func:`bootstrap_improvement`.
    """
    won = won[:, :, ~np.isnan(won).any(axis=(0, 1))]
    own, base, sequences = won.shape
    generator = np.random.default_rng([seed, own, base, sequences])

    def counts(runs: int) -> np.ndarray:
        return generator.multinomial(runs, np.full(runs, 1.0 / runs), size=(draws, sequences)).astype(np.float64)

    return np.einsum("dqs,dqt,stq->d", counts(own), counts(base), won, optimize=True) / won.size


def improvement_cells(won: np.ndarray) -> np.ndarray:
    """Cells ``(S, Q)`` whose mean is the probability of improvement and whose spread is its own, for an interval.

    The first-order (Hajek) projection of the two-sample statistic: seed s wins as ``own`` and as ``base``. Sequences
    that could not be scored lean nowhere.
    """
    by_sequence = np.broadcast_to(won.mean(axis=(0, 1)), won.shape[1:])
    cells = won.mean(axis=1) + won.mean(axis=0) - by_sequence
    known = ~np.isnan(by_sequence[0])
    estimate = by_sequence[0][known].mean() if known.any() else np.nan
    stretch = known.size / max(known.sum(), 1)
    return np.where(np.isnan(cells), estimate, estimate + stretch * (cells - estimate))

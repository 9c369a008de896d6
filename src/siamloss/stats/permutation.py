"""Paired permutation test over sequences."""

import numpy as np

from siamloss.stats.signflip import DRAWS, flipped_p
from siamloss.stats.terms import blocks, mean_over_terms, weighted_sums


def permutation_p(
    own: np.ndarray,
    base: np.ndarray,
    own_weights: np.ndarray | None = None,
    base_weights: np.ndarray | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> float:
    """Two-sided p of the hypothesis that on each sequence the two variants could swap names.

    The statistic is the benchmark's own number: the difference, averaged over seeds, of the weighted means over
    sequences. A permutation swaps the two variants on some sequences, for all seeds at once, because the runs of a seed
    on different sequences share their weights and are not independent. With equal weights it is the sign-flip test over
    the differences of the sequences. Unlike :func:`siamloss.stats.signflip.sign_flip_p` over seeds it asks about other
    sequences with these trained networks, not about training again.

    Parameters
    ----------
    own, base : float ``(S, Q)``, for N terms ``(S, Q, N)``, or ``(Q,)`` for one run each; a value of weight 0 may be
        NaN.
    own_weights, base_weights : float of the same shapes, 1 without; they move with the values.
    seed, draws : of the random permutations; without effect up to 20 sequences.

    Returns
    -------
    float in (0, 1]: exact up to 20 sequences, (b + 1) / (m + 1) for more. A permutation that leaves a run without
    weight counts as at least as extreme as the observed one.

    Raises
    ------
    ValueError : no sequence, or a run without weight.

    Source
    ------
    Fisher 1935, section 21; Good 2005, "Permutation, Parametric, and Bootstrap Tests of Hypotheses", chapter 3.

    Example
    -------
    >>> permutation_p(np.array([0.5, 0.6, 0.8]), np.array([0.4, 0.4, 0.4]))
    0.25
    """
    own, base = (np.atleast_2d(np.asarray(values, dtype=np.float64)) for values in (own, base))
    own_weights, base_weights = (
        np.ones_like(values) if weights is None else np.broadcast_to(np.asarray(weights, np.float64), values.shape)
        for values, weights in ((own, own_weights), (base, base_weights))
    )
    own, base, own_weights, base_weights = map(np.atleast_3d, np.broadcast_arrays(own, base, own_weights, base_weights))
    seeds, sequences = own.shape[:2]
    if sequences == 0 or not all((weights.sum(axis=(1, 2)) > 0).all() for weights in (own_weights, base_weights)):
        raise ValueError("the permutation test needs at least one sequence, and weight in every run")
    (first, first_weight), (second, second_weight) = (
        weighted_sums(*pair) for pair in ((own, own_weights), (base, base_weights))
    )

    def statistic(flips: np.ndarray) -> np.ndarray:
        differences = []
        for rows in blocks(len(flips), first.shape[1]):
            out, kept = flips[rows], 1.0 - flips[rows]
            one = mean_over_terms(kept @ first + out @ second, kept @ first_weight + out @ second_weight, seeds)
            other = mean_over_terms(kept @ second + out @ first, kept @ second_weight + out @ first_weight, seeds)
            differences.append((one - other).mean(axis=1))
        return np.concatenate(differences)

    scale = max(np.abs(values[weights > 0]).max() for values, weights in ((own, own_weights), (base, base_weights)))
    return flipped_p(statistic, sequences, 1e-12 * scale, seed, draws)

"""Metrics of many runs -> intervals and paired tests.

In: tidy metrics, one row per (benchmark, metric, variant, seed, sequence). Out: one row per (benchmark, metric,
variant) with mean, interval, paired difference to the baseline and p (:func:`summarise`), and beside it interquartile
mean, probability of improvement, detectable difference and p over sequences (:func:`compare`). Inside: matrices float64
``(S, Q)`` of S seeds by Q sequences. docs/statistics.md explains every method.
"""

from siamloss.stats.comparison import COMPARISON_COLUMNS, compare
from siamloss.stats.holm import fewest_pairs, holm
from siamloss.stats.permutation import permutation_p
from siamloss.stats.signflip import sign_flip_p
from siamloss.stats.summary import COLUMNS, summarise

__all__ = [
    "COLUMNS",
    "COMPARISON_COLUMNS",
    "compare",
    "fewest_pairs",
    "holm",
    "permutation_p",
    "sign_flip_p",
    "summarise",
]

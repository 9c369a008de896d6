"""Metrics of many runs -> intervals and paired tests.

In: tidy metrics, one row per (benchmark, metric, variant, seed, sequence). Out: one row per (benchmark, metric,
variant) with mean, interval, paired difference to the baseline and p. Inside: matrices float64 ``(S, Q)`` of S seeds by
Q sequences.
"""

from siamloss.stats.signflip import sign_flip_p
from siamloss.stats.summary import COLUMNS, summarise

__all__ = ["COLUMNS", "sign_flip_p", "summarise"]

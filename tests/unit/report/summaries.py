"""Summaries written by hand: the columns that the report reads, without those it does not."""

import pandas as pd

from siamloss.stats.holm import holm

COLUMNS = ["benchmark", "metric", "variant", "n_seeds", "mean", "low", "high", "diff", "diff_low", "diff_high", "p"]
COLUMNS += ["p_holm"]


def summary_of(rows: list[tuple]) -> pd.DataFrame:
    """Rows of :func:`siamloss.stats.summarise`, in the order of :data:`COLUMNS`; all their seeds are paired."""
    frame = pd.DataFrame(rows, columns=COLUMNS[:-1])
    frame.insert(4, "n_paired", frame["n_seeds"])
    return frame.assign(p_holm=holm(frame["p"].to_numpy(dtype=float)))

"""The tests over seeds in words: what is tested, what it is corrected for, and when no star can be had."""

import math

import pandas as pd

from siamloss.config import Experiment
from siamloss.metrics.catalogue import is_main
from siamloss.report import text
from siamloss.stats.holm import fewest_pairs
from siamloss.stats.signflip import FEWEST_PAIRS, MOST_PAIRS

STAR = 0.05


def count_tests(summary: pd.DataFrame, main: bool = True) -> int:
    """Size of the family that Holm's correction counts: all tests of the main metrics, or of the further ones."""
    shown = summary["metric"].map(is_main).eq(main)
    return int(summary.loc[shown, "p"].notna().sum())


def paired_seeds(summary: pd.DataFrame, experiment: Experiment) -> int:
    """The most seeds that any variant shares with the baseline; those of the profile where there is no such variant."""
    paired = summary.loc[summary["variant"] != experiment.baseline, "n_paired"]
    return int(paired.max()) if len(paired) else len(experiment.seeds)


def can_reject(seeds: int, tests: int) -> bool:
    """Whether any corrected p of so many tests over so many paired seeds can fall below .05."""
    return tests > 0 and seeds >= fewest_pairs(tests)


def shown(p: float, p_holm: float) -> str:
    """``p = .031 (Holm .250)``; empty where no test was made."""
    if math.isnan(p):
        return ""
    corrected = "< .001" if p_holm < 0.001 else text.number(p_holm)
    return f"{text.probability(p)} (Holm {corrected})"


def explain(seeds: int, tests: int) -> str:
    """What p and stars of a table are, or why there are none."""
    if seeds < FEWEST_PAIRS:
        return (
            f"No p and no significance star is printed: with fewer than {FEWEST_PAIRS} paired seeds no two-sided p can "
            "fall below .05."
        )
    kind = "exact paired sign-flip test" if seeds <= MOST_PAIRS else "paired sign-flip test (random flips)"
    words = f"p: {kind} over seeds; in brackets corrected by Holm for the {tests} tests made; * corrected p < .05."
    if tests and not can_reject(seeds, tests):
        words += (
            f" With {seeds} seeds no corrected p of {tests} tests can fall below .05; {fewest_pairs(tests)} seeds "
            "would be needed."
        )
    return words

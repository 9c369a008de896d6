"""Claims against our runs: consistent, lower, higher, undecided, or not comparable, always with the reason.

Pure: tables in, rows out. An effect is turned so that the claim says "above 0", whatever the direction of the measure.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siamloss.config import Dataset, Experiment
from siamloss.metrics.catalogue import METRICS
from siamloss.report import text
from siamloss.report.published import Claim, Claims, Published, differences
from siamloss.report.separation import QUANTITIES
from siamloss.stats.seeds import mean_over_seeds
from siamloss.stats.signflip import FEWEST_PAIRS

CONSISTENT, LOWER, HIGHER, UNDECIDED = "consistent", "lower", "higher", "undecided"
NOT_COMPARABLE = "not comparable"
ABOVE_ZERO = "> 0"


@dataclass(frozen=True)
class Judged:
    """One row of the claims table.

    Attributes
    ----------
    published : the number, or "> 0" for a claim in words.
    ours : the same measure of our runs, or the effect in the claim's direction; NaN if there is none.
    low, high : its interval; NaN if there is none.
    verdict : "consistent": the interval holds the published number, or lies above 0 for a claim in words. "lower",
        "higher": it lies below or above it. "undecided": the interval of a claim in words holds 0, or one seed gives
        none. "not comparable": something else than the runs differs, or nothing was measured.
    reason : what the verdict rests on, or why there is none.
    """

    claim: str
    source: str
    measure: str
    published: str
    ours: float
    low: float
    high: float
    verdict: str
    reason: str


def judge_claims(
    experiment: Experiment, summary: pd.DataFrame, separability: pd.DataFrame, published: Claims
) -> list[Judged]:
    """Judge every claim, in the order of the file.

    Parameters
    ----------
    experiment : what was run; its baseline, datasets and backbone decide what can be compared.
    summary : rows of :func:`siamloss.stats.summarise` of the main list.
    separability : rows of :func:`siamloss.metrics.separation_job.measure_separability`.
    published : from :func:`siamloss.report.published.read_published`.

    Notes
    -----
    Intervals of separability are over seeds alone: all runs are measured on the same scenes. Intervals of metrics are
    over seeds and sequences. No verdict is corrected for the number of claims.
    """
    rows: list[Judged] = []
    for claim in published.claims:
        judged = _tracking(claim, experiment, summary) if claim.kind == "tracking" else None
        rows += judged if judged is not None else _separation(claim, experiment, separability)
    for number in published.numbers:
        rows += _numbers(number, experiment, summary)
    return rows


def _not_comparable(claim: str, source: str, measure: str, published: str, reason: str) -> Judged:
    return Judged(claim, source, measure, published, math.nan, math.nan, math.nan, NOT_COMPARABLE, reason)


def _direction(low: float, high: float) -> str:
    """Verdict on a claim in words, from the interval of its effect."""
    if math.isnan(low) or low <= 0 <= high:
        return UNDECIDED
    return CONSISTENT if low > 0 else LOWER


def _separation(claim: Claim, experiment: Experiment, separability: pd.DataFrame) -> Iterator[Judged]:
    against = experiment.baseline if claim.against == "baseline" else claim.against
    kind = "over-fitting" if claim.kind == "gap" else "unseen scenes"
    final = separability[(separability["stage"] == "final") & (separability["group"] == "all")]
    for quantity in claim.measures:
        info = QUANTITIES[quantity]
        measure = f"{info.label}, {kind}: {claim.variant} against {against}"
        sides = [_by_seed(final, quantity, name) for name in (claim.variant, against)]
        missing = [name for name, side in zip((claim.variant, against), sides, strict=True) if side.empty]
        seeds = sides[0].index.intersection(sides[1].index)
        if missing or not len(seeds):
            why = f"this profile has no runs of '{missing[0]}'" if missing else "the two have no seed in common"
            yield _not_comparable(claim.claim, claim.source, measure, ABOVE_ZERO, why)
            continue
        own, other = (side.loc[seeds] for side in sides)
        sign = 1.0 if info.higher_is_better else -1.0
        if claim.kind == "gap":  # how much better on training scenes; less is claimed
            effects = sign * ((other["train"] - other["val"]) - (own["train"] - own["val"]))
        else:
            effects = sign * (own["val"] - other["val"])
        effects = effects.to_numpy(dtype=np.float64)
        if not np.isfinite(effects).all():
            why = "a run diverged, or separates its scenes without any overlap"
            yield _not_comparable(claim.claim, claim.source, measure, ABOVE_ZERO, why)
            continue
        mean, low, high = mean_over_seeds(effects, experiment.stats)
        reason = _limits(len(seeds), _drawn(experiment.datasets.val), experiment.datasets.val.name)
        if claim.kind == "gap" and sign * float((own["val"] - other["val"]).mean()) < 0:
            values = [text.number(float(side["val"].mean())) for side in (own, other)]
            reason += f"; but {claim.variant} separates unseen scenes worse ({' against '.join(values)})"
        verdict = _direction(low, high)
        yield Judged(claim.claim, claim.source, measure, ABOVE_ZERO, mean, low, high, verdict, reason)


def _by_seed(final: pd.DataFrame, quantity: str, variant: str) -> pd.DataFrame:
    """Columns ``train`` and ``val`` by seed; empty where the variant was not measured on both."""
    rows = final[(final["quantity"] == quantity) & (final["variant"] == variant)]
    wide = rows.pivot(index="seed", columns="role", values="value")
    return wide if {"train", "val"} <= set(wide) else wide.iloc[:0]


def _tracking(claim: Claim, experiment: Experiment, summary: pd.DataFrame) -> list[Judged]:
    against = experiment.baseline if claim.against == "baseline" else claim.against
    rows = []
    for dataset in experiment.datasets.test:
        for metric in claim.measures:
            chosen = (summary["benchmark"] == dataset.name) & (summary["metric"] == metric)
            if metric not in METRICS or not chosen.any():
                continue
            info = METRICS[metric]
            measure = f"{info.label}, {dataset.name}: {claim.variant} against {against}"
            row = _row(summary[chosen], claim.variant)
            if row is None or against != experiment.baseline or pd.isna(row["diff"]):
                why = f"this profile has no paired difference of '{claim.variant}' to '{against}'"
                rows.append(_not_comparable(claim.claim, claim.source, measure, ABOVE_ZERO, why))
                continue
            sign = 1.0 if info.higher_is_better else -1.0
            low, high = sorted((sign * row["diff_low"], sign * row["diff_high"]))
            verdict, reason = _direction(low, high), _limits(int(row["n_paired"]), _drawn(dataset), dataset.name)
            if not pd.isna(row["p_holm"]):
                reason += f"; {text.probability(row['p'])} over seeds, {text.probability(row['p_holm'])} after Holm"
            values = (sign * row["diff"], low, high)
            rows.append(Judged(claim.claim, claim.source, measure, ABOVE_ZERO, *values, verdict, reason))
    if not rows:
        measure = f"metrics: {claim.variant} against {against}"
        why = "this profile has none of its metrics"
        rows = [_not_comparable(claim.claim, claim.source, measure, ABOVE_ZERO, why)]
    return rows


def _row(rows: pd.DataFrame, variant: str) -> pd.Series | None:
    found = rows[rows["variant"] == variant]
    return None if found.empty else found.iloc[0]


def _drawn(dataset: Dataset) -> str:
    return "drawn scenes" if dataset.synthetic else "scenes"


def _limits(seeds: int, scenes: str, name: str) -> str:
    """What a verdict rests on, in so many words."""
    if seeds == 1:
        return f"one seed, {scenes} of {name}: one training cannot tell the loss from luck"
    few = ", too few for a test" if seeds < FEWEST_PAIRS else ""
    return f"{seeds} seeds{few}; {scenes} of {name} only"


def _numbers(number: Published, experiment: Experiment, summary: pd.DataFrame) -> Iterator[Judged]:
    reasons = differences(number, experiment)
    ends = ("diff", "diff_low", "diff_high") if number.against else ("mean", "low", "high")
    for metric, value in number.values.items():
        label = METRICS[metric].label if metric in METRICS else metric.upper()
        shown = text.number(value, signed=bool(number.against))
        heading = (number.tracker, number.source, f"{label}, {number.benchmark}", shown)
        row = _row(summary[(summary["benchmark"] == number.benchmark) & (summary["metric"] == metric)], number.variant)
        if reasons or row is None or row[list(ends)].isna().any():
            absent = f"this profile has no {label} of '{number.variant}' on {number.benchmark}"
            yield _not_comparable(*heading, "; ".join(reasons or [absent]))
            continue
        ours, low, high = (float(row[end]) for end in ends)
        verdict = CONSISTENT if low <= value <= high else HIGHER if low > value else LOWER
        seeds = int(row["n_paired" if number.against else "n_seeds"])
        yield Judged(*heading, ours, low, high, verdict, _limits(seeds, "sequences", number.benchmark))

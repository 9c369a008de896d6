"""The claims table: verdicts from tables whose answer is known, and the reason of each."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes import make_experiment

from siamloss.config import Dataset, Datasets, ModelConfig
from siamloss.report.claims import CONSISTENT, HIGHER, LOWER, NOT_COMPARABLE, UNDECIDED, judge_claims
from siamloss.report.claims_table import claims_frame, claims_table
from siamloss.report.latex import to_latex
from siamloss.report.markdown import to_markdown
from siamloss.report.published import Claim, Claims, Published, read_published
from siamloss.stats.seeds import mean_over_seeds
from siamloss.stats.summary import COLUMNS

PATH = Path(__file__).resolve().parents[3] / "config" / "published.yaml"
SEPARABILITY = ["variant", "seed", "stage", "epoch", "role", "group", "quantity", "value", "maps"]
GAP = Claims((Claim("A over-fits less", "poster", "gap", "gsl", "triplet", ("roc_auc",)),))
OVERLAP = Claims((Claim("A overlaps less", "poster", "separation", "gsl", "triplet", ("gaussian_overlap",)),))
TRACKING = Claims((Claim("A tracks better", "poster", "tracking", "gsl", "logistic", ("ao", "failures")),))
SIX = tuple(range(6))


@pytest.fixture
def experiment(tmp_path):
    return replace(make_experiment(tmp_path), seeds=SIX)


def separability(train, val, quantity="roc_auc", seeds=SIX):
    """Rows from ``{variant: level}`` on both roles; seeds differ a little."""
    rows = [
        (name, seed, "final", 5, role, "all", quantity, level + 0.002 * (seed - 2.5), 64)
        for role, levels in (("train", train), ("val", val))
        for name, level in levels.items()
        for seed in seeds
    ]
    return pd.DataFrame(rows, columns=SEPARABILITY)


def summary(*rows):
    """Rows ``(benchmark, metric, variant, n_seeds, mean, low, high, diff, diff_low, diff_high, p, p_holm)``."""
    return pd.DataFrame([(*row[:4], row[3], *row[4:]) for row in rows], columns=COLUMNS)


def judged(claims, experiment, table=None, separation=None):
    empty = pd.DataFrame(columns=SEPARABILITY)
    return judge_claims(
        experiment, summary() if table is None else table, empty if separation is None else separation, claims
    )


def test_a_smaller_gap_is_less_over_fitting(experiment):
    frame = separability({"gsl": 0.95, "triplet": 0.99}, {"gsl": 0.93, "triplet": 0.92})
    frame["value"] += np.random.default_rng(0).normal(0, 0.001, len(frame))
    (row,) = judged(GAP, experiment, separation=frame)
    wide = frame.pivot(index="seed", columns=["variant", "role"], values="value")
    effects = (wide["triplet", "train"] - wide["triplet", "val"]) - (wide["gsl", "train"] - wide["gsl", "val"])
    assert (row.ours, row.low, row.high) == mean_over_seeds(effects.to_numpy(), experiment.stats)
    assert row.ours == pytest.approx(0.05, abs=0.002)
    assert (row.verdict, row.published) == (CONSISTENT, "> 0")
    assert row.reason == "6 seeds; drawn scenes of val only"
    assert row.measure == "ROC AUC, over-fitting: gsl against triplet"


def test_a_small_gap_of_a_loss_that_separates_worse_is_said_to_be(experiment):
    frame = separability({"gsl": 0.60, "triplet": 0.99}, {"gsl": 0.60, "triplet": 0.90})
    (row,) = judged(GAP, experiment, separation=frame)
    assert row.verdict == CONSISTENT
    assert row.reason.endswith("but gsl separates unseen scenes worse (.600 against .900)")


@pytest.mark.parametrize(
    ("gsl", "verdict", "sign"), [(0.2, CONSISTENT, 1), (0.6, LOWER, -1)], ids=["less-overlap", "more-overlap"]
)
def test_less_overlap_is_the_claimed_direction(experiment, gsl, verdict, sign):
    frame = separability({"gsl": 0.1, "triplet": 0.1}, {"gsl": gsl, "triplet": 0.4}, "gaussian_overlap")
    frame["value"] += np.random.default_rng(1).normal(0, 0.001, len(frame))
    (row,) = judged(OVERLAP, experiment, separation=frame)
    assert row.verdict == verdict
    assert sign * row.ours == pytest.approx(0.2, abs=0.002)
    assert row.low < row.ours < row.high


def test_noise_decides_nothing_and_neither_do_few_seeds(experiment):
    frame = separability({"gsl": 0.1, "triplet": 0.1}, {"gsl": 0.3, "triplet": 0.31}, "gaussian_overlap")
    noisy = frame.assign(value=frame["value"] + 0.05 * (-1.0) ** (frame["seed"] + (frame["variant"] == "gsl")))
    (row,) = judged(OVERLAP, experiment, separation=noisy)
    assert row.verdict == UNDECIDED
    two = noisy[noisy["seed"] < 2]
    (row,) = judged(OVERLAP, experiment, separation=two)
    assert row.reason.startswith("2 seeds, too few for a test; ")
    (row,) = judged(OVERLAP, experiment, separation=noisy[noisy["seed"] < 1])
    assert (row.verdict, math.isnan(row.low)) == (UNDECIDED, True)
    assert "one training cannot tell the loss from luck" in row.reason


def test_what_was_not_measured_is_not_comparable(experiment):
    frame = separability({"gsl": 0.1, "triplet": 0.1}, {"gsl": 0.3, "triplet": 0.3}, "gaussian_overlap")
    cases = {
        "no runs of 'triplet'": frame[frame["variant"] == "gsl"],
        "no runs of 'gsl'": frame[frame["role"] == "val"],
        "no seed in common": frame[(frame["variant"] == "gsl") == (frame["seed"] < 3)],
        "a run diverged": frame.assign(value=frame["value"].where(frame["seed"] != 4)),
    }
    for reason, rows in cases.items():
        (row,) = judged(OVERLAP, experiment, separation=rows)
        assert (row.verdict, math.isnan(row.ours)) == (NOT_COMPARABLE, True)
        assert reason in row.reason


def test_tracking_is_decided_by_the_paired_difference_in_the_metric_s_direction(experiment):
    table = summary(
        ("synthetic-got10k", "ao", "gsl", 6, 0.6, 0.5, 0.7, 0.05, 0.01, 0.09, 0.03125, 0.0625),
        ("synthetic-vot", "failures", "gsl", 6, 2.0, 1.0, 3.0, 0.5, 0.2, 0.9, 0.03125, 0.0625),
        ("synthetic-got10k", "ao", "logistic", 6, 0.55, 0.5, 0.7, *[np.nan] * 5),
    )
    failures, ao = judged(TRACKING, experiment, table)
    assert (ao.verdict, ao.ours, ao.low, ao.high) == (CONSISTENT, 0.05, 0.01, 0.09)
    assert ao.reason == "6 seeds; drawn scenes of synthetic-got10k only; p = .031 over seeds, p = .062 after Holm"
    assert (failures.verdict, failures.ours, failures.low, failures.high) == (LOWER, -0.5, -0.9, -0.2)
    holds = table.assign(diff_low=-0.02)
    assert judged(TRACKING, experiment, holds)[1].verdict == UNDECIDED
    other = replace(experiment, baseline="triplet")
    assert "no paired difference of 'gsl' to 'logistic'" in judged(TRACKING, other, table)[1].reason
    (nothing,) = judged(TRACKING, experiment)
    assert (nothing.verdict, nothing.reason) == (NOT_COMPARABLE, "this profile has none of its metrics")


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.58, CONSISTENT), (0.5, CONSISTENT), (0.49, HIGHER), (0.62, LOWER)], ids=str
)
def test_numbers_are_compared_only_where_nothing_but_the_runs_differs(experiment, value, verdict):
    number = Published("SiamFC", "a paper", "logistic", "otb100", "vid", {"success_auc": value})
    table = summary(("otb100", "success_auc", "logistic", 6, 0.55, 0.5, 0.6, *[np.nan] * 5))
    datasets = Datasets(
        Dataset("vid", "got10k", "train"), Dataset("val", "got10k", "val"), (Dataset("otb100", "otb", "test"),)
    )
    alike = replace(experiment, datasets=datasets, model=ModelConfig())
    (row,) = judged(Claims(numbers=(number,)), alike, table)
    assert (row.verdict, row.ours, row.low, row.high) == (verdict, 0.55, 0.5, 0.6)
    assert row.reason == "6 seeds; sequences of otb100 only"
    (row,) = judged(Claims(numbers=(number,)), replace(alike, model=ModelConfig("small")), table)
    assert (row.verdict, row.reason) == (NOT_COMPARABLE, "backbone alexnet, ours small")
    assert math.isnan(row.ours)
    (row,) = judged(Claims(numbers=(replace(number, variant="focal"),)), alike, table)
    assert row.reason == "this profile has no Success AUC of 'focal' on otb100"


def test_a_published_difference_is_compared_to_the_paired_difference(experiment):
    number = Published("tri minus SiamFC", "a paper", "triplet", "otb100", "vid", {"success_auc": 0.008}, "logistic")
    table = summary(("otb100", "success_auc", "triplet", 6, 0.5, 0.4, 0.6, 0.02, 0.01, 0.03, 0.1, 0.2))
    datasets = Datasets(
        Dataset("vid", "got10k", "train"), Dataset("val", "got10k", "val"), (Dataset("otb100", "otb", "test"),)
    )
    alike = replace(experiment, datasets=datasets, model=ModelConfig())
    (row,) = judged(Claims(numbers=(number,)), alike, table)
    assert (row.verdict, row.ours, row.published) == (HIGHER, 0.02, "+.008")


def test_the_whole_file_on_a_drawn_profile(experiment):
    frame = separability({"gsl": 0.1, "triplet": 0.1, "logistic": 0.1}, {"gsl": 0.3, "triplet": 0.3, "logistic": 0.3})
    published = read_published(PATH)
    rows = judged(published, experiment, separation=frame)
    numbers = rows[-sum(len(number.values) for number in published.numbers) :]
    assert {row.verdict for row in numbers} == {NOT_COMPARABLE}
    assert all("synthetic data" in row.reason for row in numbers)
    assert all(row.reason and row.source and row.measure for row in rows)
    assert rows[0].claim == "GSL over-fits less than the pairwise loss"


def test_rows_as_frame_and_as_table(experiment):
    frame = separability({"gsl": 0.95, "triplet": 0.99}, {"gsl": 0.93, "triplet": 0.92})
    rows = judged(Claims(GAP.claims, read_published(PATH).numbers[:1]), experiment, separation=frame)
    table = claims_table(rows, 0.95)
    assert [row.label for row in table.rows] == [row.claim for row in rows]
    assert [cell.value for cell in table.rows[0].cells] == [rows[0].measure, "> 0", "+.050", "consistent"]
    assert table.rows[1].cells[3].details[0].startswith("this profile tracks drawn scenes (synthetic data), not otb100")
    markdown = to_markdown(table)
    assert all(row.verdict in markdown for row in rows)
    assert "consistent" in to_latex(table)
    saved = claims_frame(rows)
    assert list(saved) == ["claim", "source", "measure", "published", "ours", "low", "high", "verdict", "reason"]
    assert saved.loc[0, "ours"] == rows[0].ours
    assert list(claims_frame([])) == list(saved)

"""Wording of the verdict."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.summaries import summary_of

from siamloss.metrics.catalogue import METRICS
from siamloss.report.verdict import judge, paired_in_words, tally, to_text, verdicts

AUC, FAILURES = METRICS["success_auc"], METRICS["failures"]


def row(diff, low, high, p=np.nan, seeds=2, p_holm=None):
    corrected = p if p_holm is None else p_holm
    return pd.Series({"diff": diff, "diff_low": low, "diff_high": high, "p": p, "p_holm": corrected, "n_paired": seeds})


def test_an_interval_that_holds_zero_is_not_distinguishable():
    found = judge(row(-0.021, -0.05, 0.01), AUC, 1)
    assert found.sentence("GSL", "Logistic", 0.95, 2) == (
        "GSL minus Logistic: \u2212.021 Success AUC, 95 % interval [\u2212.050, +.010], 2 seeds: not distinguishable."
    )


def test_better_and_worse_without_a_test_are_limited_to_the_data_at_hand():
    better, worse = judge(row(0.03, 0.01, 0.05), AUC, 1), judge(row(-0.03, -0.05, -0.01), AUC, 1)
    assert better.conclusion == "better on these seeds and sequences; too few seeds for a test"
    assert worse.conclusion == "worse on these seeds and sequences; too few seeds for a test"
    assert "one seed cannot tell" in judge(row(0.03, 0.01, 0.05, seeds=1), AUC, 1).conclusion


@pytest.mark.parametrize(("sign", "word"), [(1, "worse"), (-1, "better")])
def test_lower_is_better_turns_the_verdict_but_not_the_sign(sign, word):
    found = judge(row(sign * 0.3, *sorted((sign * 0.1, sign * 0.5))), FAILURES, 1)
    assert found.word == word
    assert found.difference == ("+.30" if sign > 0 else "\u2212.30")
    assert "lower is better" in found.metric


def test_with_six_seeds_interval_and_test_must_agree():
    assert judge(row(0.03, 0.01, 0.05, p=0.031, seeds=6), AUC, 1).conclusion == "better (p = .031 (Holm .031))"
    assert judge(row(-0.03, -0.05, -0.01, p=0.031, seeds=6), AUC, 1).conclusion == "worse (p = .031 (Holm .031))"
    assert (
        judge(row(0.01, -0.01, 0.03, p=0.5, seeds=6), AUC, 1).conclusion == "not distinguishable (p = .500 (Holm .500))"
    )
    split = judge(row(0.03, 0.01, 0.05, p=0.094, seeds=6), AUC, 1)
    assert split.word == "not distinguishable"
    assert "the test over seeds does not agree (p = .094 (Holm .094))" in split.conclusion
    other = judge(row(0.03, -0.01, 0.05, p=0.031, seeds=6), AUC, 1)
    assert other.word == "not distinguishable"
    assert "holds 0" in other.conclusion


def test_the_corrected_p_decides_where_it_could():
    found = judge(row(0.03, 0.01, 0.05, p=0.008, seeds=8, p_holm=0.06), AUC, 6)
    assert found.conclusion == (
        "not distinguishable: the interval leaves 0 out, but the test over seeds does not agree (p = .008 (Holm .060))"
    )
    hopeless = judge(row(0.03, 0.01, 0.05, p=0.031, seeds=6, p_holm=1.0), AUC, 42)
    assert hopeless.conclusion == (
        "better on these seeds and sequences; too few seeds for a corrected test (p = .031 (Holm 1.000))"
    )


def test_a_bound_at_zero_is_not_a_difference():
    assert judge(row(0.02, 0.0, 0.04), AUC, 1).word == "not distinguishable"


def test_no_difference_measured_is_said():
    found = judge(row(np.nan, np.nan, np.nan), AUC, 1)
    assert found.word == "not comparable"
    assert "no difference could be measured" in found.sentence("GSL", "GSL", 0.95, 2)


def test_tally_counts_every_measure():
    better, worse, neither = (judge(row(d, d - 0.01, d + 0.01), AUC, 1) for d in (0.02, -0.02, 0.0))
    assert tally({"a": [better, worse], "b": [neither, neither]}, "G", "L") == (
        "Of 4 measures, G is better than L on 1, worse than L on 1 and not distinguishable from L on 2."
    )
    assert tally({"a": [neither] * 3}, "G", "L") == "G is not distinguishable from L on any of 3 measures."
    assert tally({"a": [better] * 2}, "G", "L") == "G is better than L on all 2 measures."


def test_verdicts_and_their_text_are_of_ours_by_benchmark(experiment):
    rows = [
        (dataset.name, "ao", name, 2, 0.5, 0.4, 0.6, diff, -0.1, 0.1, np.nan)
        for dataset in experiment.datasets.test
        for name, diff in (("logistic", np.nan), ("gsl", 0.02), ("<script>", 0.04))
    ]
    found = verdicts(summary_of(rows), experiment)
    assert list(found) == [dataset.name for dataset in experiment.datasets.test]
    assert all(verdict.difference == "+.020" for entries in found.values() for verdict in entries)
    assert to_text(found, experiment, 0).count("GSL minus Logistic (SiamFC): +.020 AO") == len(found)


def test_seeds_behind_the_verdicts_are_those_that_both_have():
    two, one = (judge(row(0.02, 0.01, 0.03, seeds=seeds), AUC, 1) for seeds in (2, 1))
    assert paired_in_words({"a": [two]}, 2) == "2 seeds"
    assert paired_in_words({"a": [one]}, 2) == "1 of 2 seeds"
    assert paired_in_words({"a": [one], "b": [two]}, 2) == "1 to 2 of 2 seeds"
    assert ", 1 of 2 seeds: " in one.sentence("G", "L", 0.95, 2)
    assert ", 2 seeds: " in two.sentence("G", "L", 0.95, 2)

"""Tests over seeds in words."""

import math

import numpy as np
import pytest
from tests.unit.report.summaries import summary_of

from siamloss.report.significance import can_reject, count_tests, explain, shown


def test_a_family_is_every_test_that_was_made():
    rows = [
        ("b", "ao", name, 6, 0.5, 0.4, 0.6, 0.1, 0.0, 0.2, p) for name, p in (("a", np.nan), ("c", 0.03), ("d", 1.0))
    ]
    assert count_tests(summary_of(rows)) == 2


def test_main_and_further_metrics_are_families_of_their_own():
    rows = [
        ("b", metric, "a", 6, 0.5, 0.4, 0.6, 0.1, 0.0, 0.2, 0.03) for metric in ("ao", "sr_50", "mao", "no such metric")
    ]
    assert count_tests(summary_of(rows)) == 3
    assert count_tests(summary_of(rows), main=False) == 1


@pytest.mark.parametrize(
    ("seeds", "tests", "possible"), [(6, 1, True), (5, 1, False), (6, 2, False), (7, 2, True), (9, 0, False)]
)
def test_a_star_needs_seeds_for_its_family(seeds, tests, possible):
    assert can_reject(seeds, tests) is possible


def test_p_is_shown_with_its_correction():
    assert shown(0.031, 0.25) == "p = .031 (Holm .250)"
    assert shown(1e-5, 1e-4) == "p < .001 (Holm < .001)"
    assert shown(math.nan, math.nan) == ""


def test_the_reason_for_no_star_is_said():
    assert "with fewer than 6 paired seeds no two-sided p can fall below .05" in explain(5, 0)
    assert explain(8, 6).endswith("corrected by Holm for the 6 tests made; * corrected p < .05.")
    assert "With 6 seeds no corrected p of 42 tests can fall below .05; 11 seeds would be needed." in explain(6, 42)
    assert "exact" in explain(20, 1)
    assert "random flips" in explain(21, 1)

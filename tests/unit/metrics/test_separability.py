"""Separability of score maps whose result is known by hand, and its invariances."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamloss.errors import DivergedError
from siamloss.metrics import gaussian_overlap, separability

LABELS = np.array([[1, 1, -1], [-1, 0, -1]])
SCALE_FREE = ("gaussian_overlap", "empirical_overlap", "dprime", "roc_auc", "hard_violation")


def maps(*positive_negative):
    """Score maps with these (positive, negative) cells; the ignored cell holds 1e9."""
    return np.array([[[*pos, neg[0]], [neg[1], 1e9, neg[2]]] for pos, neg in positive_negative])


def test_by_hand():
    found = separability(maps(([1, 3], [0, 0, 0]), ([1, 3], [0, 0, 1])), LABELS, bins=3)
    assert (found["pos_mean"], found["pos_var"]) == (2.0, 1.0)
    assert (found["neg_mean"], found["neg_var"]) == (pytest.approx(1 / 6), pytest.approx(5 / 36))
    assert found["dprime"] == pytest.approx((2 - 1 / 6) / math.sqrt((1 + 5 / 36) / 2))
    assert found["roc_auc"] == (24 - 2 * 0.5) / 24
    assert found["hard_violation"] == 0.5
    assert found["empirical_overlap"] == pytest.approx(1 / 6)


def test_keys_and_ranges():
    found = separability(np.random.default_rng(0).normal(size=(20, 2, 3)), LABELS)
    assert list(found) == [
        *("pos_mean", "pos_var", "neg_mean", "neg_var", "gaussian_overlap"),
        *("empirical_overlap", "dprime", "roc_auc", "hard_violation"),
    ]
    assert all(type(value) is float for value in found.values())
    assert all(0 <= found[name] <= 1 for name in SCALE_FREE if name != "dprime")


def test_apart_and_the_same():
    apart = separability(maps(([9, 8], [1, 0, 1])), LABELS)
    assert (apart["empirical_overlap"], apart["roc_auc"], apart["hard_violation"]) == (0.0, 1.0, 0.0)
    assert apart["gaussian_overlap"] < 1e-10
    same = separability(maps(([2, 2], [2, 2, 2])), LABELS)
    assert [same[name] for name in SCALE_FREE] == [1.0, 1.0, 0.0, 0.5, 1.0]


def test_wrong_way_round_has_the_overlap_but_not_the_auc():
    found = separability(maps(([1, 0], [9, 8, 9])), LABELS)
    assert (found["roc_auc"], found["hard_violation"]) == (0.0, 1.0)
    assert found["gaussian_overlap"] < 1e-10


def test_constant_and_different_scores_are_infinitely_apart():
    found = separability(maps(([2, 2], [1, 1, 1])), LABELS)
    assert found["dprime"] == math.inf
    assert found["gaussian_overlap"] == 0.0


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 5.0), (1e-3, 0.0), (40.0, -7.0)])
def test_shift_and_scale_change_nothing_but_the_moments(scale, shift):
    scores = np.random.default_rng(1).normal(size=(30, 2, 3)) + (LABELS == 1)
    before, after = separability(scores, LABELS, bins=8), separability(scores * scale + shift, LABELS, bins=8)
    for name in ("gaussian_overlap", "dprime", "roc_auc", "hard_violation"):
        assert after[name] == pytest.approx(before[name], rel=1e-9)
    assert after["pos_var"] == pytest.approx(before["pos_var"] * scale**2)


def test_float32_maps_are_summed_in_double():
    scores = np.random.default_rng(2).normal(1000, 1e-2, size=(50, 2, 3)).astype(np.float32)
    expected = separability(scores.astype(np.float64), LABELS)
    assert separability(scores, LABELS) == expected


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_scores_that_are_not_finite_are_refused_unless_ignored(value):
    scores = maps(([1, 2], [0, 0, 0]))
    scores[0, 1, 1] = value
    assert separability(scores, LABELS)["pos_mean"] == 1.5
    scores[0, 0, 0] = value
    with pytest.raises(DivergedError, match="train this run again"):
        separability(scores, LABELS)


@pytest.mark.parametrize("missing", [1, -1])
def test_labels_need_both_kinds_of_cells(missing):
    with pytest.raises(ValueError, match="positive and negative cells"):
        separability(np.zeros((1, 2, 3)), np.where(missing == LABELS, 0, LABELS))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0, 1, 0, 1), 1.0),
        ((0, 1, 2, 1), 0.31731050786291415),
        ((5, 4, 1, 4), 0.31731050786291415),
        ((0, 0, 0, 0), 1.0),
        ((0, 0, 1, 0), 0.0),
        ((0, 0, 0, 1), 0.0),
        ((0, 1, 0, 0), 0.0),
        ((0, 1e-300, 0, 1e300), 0.0),
        ((0, 1, 1e6, 1), 0.0),
    ],
    ids=["same", "one-sigma-each", "scaled", "points", "two-points", "point-a", "point-b", "underflow", "far"],
)
def test_gaussian_overlap_by_hand(arguments, expected):
    assert gaussian_overlap(*arguments) == pytest.approx(expected, abs=1e-15)


def test_gaussian_overlap_of_concentric_densities():
    """Equal means, deviations 1 and 2: crossings at +-sqrt(8 ln 2 / 3)."""
    crossing = math.sqrt(8 * math.log(2) / 3)
    expected = math.erf(crossing / 2 / math.sqrt(2)) + math.erfc(crossing / math.sqrt(2))
    assert gaussian_overlap(3, 1, 3, 4) == pytest.approx(expected, abs=1e-15)


finite = st.floats(-1e3, 1e3)
variance = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))


@settings(deadline=None, derandomize=True)
@given(finite, variance, finite, variance)
def test_gaussian_overlap_is_symmetric_and_a_share(mean_a, var_a, mean_b, var_b):
    value = gaussian_overlap(mean_a, var_a, mean_b, var_b)
    assert 0.0 <= value <= 1.0
    assert value == pytest.approx(gaussian_overlap(mean_b, var_b, mean_a, var_a), abs=1e-9)
    assert value == pytest.approx(gaussian_overlap(-mean_a, var_a, -mean_b, var_b), abs=1e-9)


@settings(deadline=None, derandomize=True)
@given(finite, st.floats(1e-3, 1e3), st.floats(0, 100), st.floats(-1e-9, 1e-9))
def test_gaussian_overlap_is_continuous_where_the_variances_meet(mean, var, gap, nudge):
    equal = gaussian_overlap(mean, var, mean + gap, var)
    assert gaussian_overlap(mean, var * (1 + nudge), mean + gap, var) == pytest.approx(equal, abs=1e-8)

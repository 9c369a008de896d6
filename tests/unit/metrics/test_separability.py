"""Separability of score maps whose result is known by hand, and its invariances."""

import math

import numpy as np
import pytest

from siamloss.errors import DivergedError
from siamloss.metrics import separability
from siamloss.metrics.gaussian import gaussian_fit
from siamloss.metrics.separability import QUANTITIES

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
    assert tuple(found) == QUANTITIES
    assert all(type(value) is float for value in found.values())
    assert all(0 <= found[name] <= 1 for name in SCALE_FREE if name != "dprime")


def test_each_class_has_its_own_fit():
    scores = np.random.default_rng(5).gumbel(size=(20, 2, 3))
    found = separability(scores, LABELS)
    for name, label in (("pos", 1), ("neg", -1)):
        expected = gaussian_fit(scores[:, label == LABELS])
        assert {key: found[f"{name}_{key}"] for key in expected} == expected
    assert found["pos_ks"] != found["neg_ks"]


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
    for name in ("gaussian_overlap", "dprime", "roc_auc", "hard_violation", "neg_ks", "pos_skew", "neg_kurtosis"):
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

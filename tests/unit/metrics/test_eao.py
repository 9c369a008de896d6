"""Expected average overlap of fragments worked out by hand."""

import math

import numpy as np
import pytest

from siamloss.metrics import eao
from siamloss.metrics.eao import Fragment
from siamloss.records import Status

T, INIT, FAIL, SKIP = Status.TRACKED, Status.INIT, Status.FAILURE, Status.SKIPPED


def curve_of(*fragments, frames=8, variant="vot-toolkit", **settings):
    return eao.curve(eao.sum_terms(fragments, frames, **settings), variant)


def test_a_fragment_that_reached_the_end_counts_to_its_length():
    """0.6 and 0.2 on frames 1 and 2; frame 0 is not looked at."""
    assert curve_of(Fragment(np.array([9.0, 0.6, 0.2]), failed=False)).tolist() == pytest.approx([0, 0.6, 0.4])


def test_a_failed_fragment_counts_for_ever_with_zeros():
    long = Fragment(np.array([0.0, 1, 1, 1]), failed=False)
    failed = Fragment(np.array([0.0, 0.8]), failed=True)
    assert curve_of(failed, long).tolist() == pytest.approx([0, 0.9, (0.4 + 1) / 2, (0.8 / 3 + 1) / 2])


def test_the_curve_ends_with_the_longest_fragment_except_in_multistart():
    short = Fragment(np.array([0.0, 0.5]), failed=False)
    assert len(curve_of(short)) == 2
    assert len(curve_of(short, variant="multistart")) == 8
    assert len(curve_of(short, variant="pysot", longest=5)) == 5


def test_weights_count_in_both_sums():
    heavy, light = Fragment(np.array([0.0, 0.9]), False, 3.0), Fragment(np.array([0.0, 0.1]), False, 1.0)
    assert curve_of(heavy, light)[1] == pytest.approx((2.7 + 0.1) / 4)


def test_multistart_divides_by_one_frame_less_beyond_the_end():
    failed = Fragment(np.array([0.0, 0.5, 0.5, 0.0]), failed=True)
    curve = curve_of(failed, variant="multistart", ended_divisor=1)
    assert curve.tolist() == pytest.approx([0, 0.5, 0.5, 1 / 3, 1 / 3, 1 / 4, 1 / 5, 1 / 6])


@pytest.mark.parametrize(
    ("variant", "expected"), [("vot-toolkit", (4 + 5 + 6) / 3), ("pysot", (3 + 4 + 5) / 3), ("multistart", (4 + 5) / 2)]
)
def test_the_interval_of_each_variant(variant, expected):
    """E(n) = n shows which n are averaged for the interval 4 to 6."""
    n = np.arange(10.0)
    assert eao.eao(eao.EaoTerms(n, np.ones(10), 10), (4, 6), variant) == pytest.approx(expected)


def test_an_interval_past_the_curve_is_cut_or_undefined():
    terms = eao.EaoTerms(np.arange(10.0), np.ones(10), 6)
    assert eao.eao(terms, (4, 8)) == pytest.approx((4 + 5) / 2)
    assert math.isnan(eao.eao(terms, (7, 8)))


@pytest.mark.parametrize("variant", ["vot-toolkit", "pysot", "multistart"])
def test_an_oracle_has_the_maximum(variant):
    terms = eao.sum_terms([Fragment(np.ones(60), failed=False), Fragment(np.ones(80), failed=False)], 50)
    assert eao.eao(terms, (10, 40), variant) == 1.0


def test_terms_of_sequences_add_up():
    rng = np.random.default_rng(0)
    fragments = [Fragment(rng.random(n), failed=bool(n % 2)) for n in (5, 9, 30, 2, 17)]
    together = eao.sum_terms(fragments, 25)
    one, two = eao.sum_terms(fragments[:2], 25), eao.sum_terms(fragments[2:], 25)
    np.testing.assert_allclose((one + two).sums, together.sums)
    assert (one + two).longest == together.longest == 30


STATUS = np.array([INIT, T, T, FAIL, SKIP, SKIP, SKIP, SKIP, INIT, T, T, T])


def test_toolkit_fragments_leave_the_failing_frame_out():
    overlaps = np.arange(12.0)
    found = [(piece.overlaps.tolist(), piece.failed) for piece in eao.supervised_fragments(overlaps, STATUS)]
    assert found == [([0, 1, 2], True), ([8, 9, 10, 11], False)]


def test_a_run_that_ends_with_a_failure_has_no_last_fragment():
    found = eao.supervised_fragments(np.arange(6.0), STATUS[:6])
    assert [(piece.overlaps.tolist(), piece.failed) for piece in found] == [([0, 1, 2], True)]


def test_pysot_fragments_reach_five_frames_past_the_failure():
    found = eao.pysot_fragments(np.arange(12.0), STATUS)
    assert [(piece.overlaps.tolist(), piece.failed, piece.weight) for piece in found] == [
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], True, 1.0),
        ([8, 9, 10, 11], False, 1.0),
    ]


def test_pysot_takes_a_failure_near_the_end_for_none():
    found = eao.pysot_fragments(np.arange(7.0), STATUS[:7])
    assert [(len(piece.overlaps), piece.failed) for piece in found] == [(7, False)]
    exactly = eao.pysot_fragments(np.arange(8.0), STATUS[:8])
    assert [(len(piece.overlaps), piece.failed, piece.weight) for piece in exactly] == [(8, True, 8 / 9)]


def test_pysot_weights_are_shares_of_a_tag():
    tag = np.array([True] * 3 + [False] * 6 + [True] * 3)
    weights = [piece.weight for piece in eao.pysot_fragments(np.arange(12.0), STATUS, tag)]
    assert weights == pytest.approx([3 / 9, 3 / 4])


@pytest.mark.parametrize("variant", ["vot-toolkit", "pysot", "multistart"])
def test_a_draw_is_the_score_of_the_sequences_drawn(variant):
    rng = np.random.default_rng(3)
    terms = [eao.sum_terms([Fragment(rng.random(n), failed=bool(n % 2))], 25) for n in (12, 19, 22)]
    counts = np.array([[1, 1, 1], [0, 3, 0], [2, 0, 1]])
    found = eao.resample(terms, counts, (5, 20), variant)
    for row, value in zip(counts, found, strict=True):
        drawn = [item for item, count in zip(terms, row, strict=True) for _ in range(count)]
        assert value == pytest.approx(eao.eao(sum(drawn[1:], drawn[0]), (5, 20), variant), abs=1e-14)

"""Multi-start scores of runs whose result is known by hand."""

import math

import numpy as np
import pytest

from siamloss.metrics import eao, multistart
from siamloss.metrics.multistart import MultistartRun


def run(*values, visible=None):
    overlaps = np.array(values, dtype=float)
    return MultistartRun(overlaps, np.ones(len(overlaps), bool) if visible is None else np.array(visible, bool))


def perfect(length):
    return run(0.0, *[1.0] * (length - 1))


def test_an_oracle_is_robust_and_accurate_but_for_its_first_frame():
    score = multistart.score_sequence([perfect(80), perfect(20)], 90)
    assert (score.accuracy, score.robustness, score.tracked, score.length) == (98 / 100, 1.0, 100, 90)
    assert eao.eao(multistart.eao_terms([perfect(80)], 60), (10, 60), "multistart") == 1.0


def test_ten_low_frames_in_a_row_fail_at_the_first_of_them():
    lost = run(0, *[0.5] * 20, *[0.0] * 10, *[0.5] * 9)
    nearly = run(0, *[0.5] * 20, *[0.0] * 9, *[0.5] * 10)
    assert (multistart.progress(lost), multistart.progress(nearly)) == (21, 40)
    score = multistart.score_sequence([lost, nearly], 40)
    assert score.accuracy == pytest.approx((10 + 15) / (21 + 40))
    assert score.robustness == (21 + 40) / 80


@pytest.mark.parametrize(("value", "expected"), [(0.1, 3), (0.1 + 1e-12, 23)])
def test_an_overlap_of_exactly_the_threshold_is_low(value, expected):
    assert multistart.progress(run(0, 0.5, 0.5, *[value] * 20)) == expected


def test_a_frame_without_target_ends_the_row():
    values = [0, 0.5, *[0.0] * 18]
    visible = [True] * 10 + [False] + [True] * 9
    assert multistart.progress(run(*values)) == 2
    assert multistart.progress(run(*values, visible=visible)) == 20


def test_a_tracker_lost_from_the_start_has_no_progress():
    """The anchor's own frame counts as the first low one."""
    score = multistart.score_sequence([run(*[0.0] * 30)], 30)
    assert (score.accuracy, score.robustness, score.tracked) == (0.0, 0.0, 0)
    accuracy, robustness = multistart.mean_score([score])
    assert math.isnan(accuracy)
    assert robustness == 0.0


def test_never_moves_on_a_target_that_leaves_at_constant_speed():
    """Overlap (20 - k) / (20 + k) at frame k, as a 20 px target moves 1 px a frame; above 0.1 until frame 16."""
    overlaps = [0.0] + [max(20 - k, 0) / (20 + k) for k in range(1, 50)]
    known = sum((20 - k) / (20 + k) for k in range(1, 17))
    score = multistart.score_sequence([run(*overlaps)], 50)
    assert (score.robustness, score.accuracy) == (17 / 50, pytest.approx(known / 17))
    terms = multistart.eao_terms([run(*overlaps)], 61)
    assert eao.eao(terms, (40, 41), "multistart") == pytest.approx(known / 40)
    assert eao.eao(terms, (60, 61), "multistart") == pytest.approx(known / 59)


def test_sequences_are_weighted_by_tracked_frames_and_by_length():
    scores = [multistart.MultistartScore(0.8, 0.5, 10, 100), multistart.MultistartScore(0.4, 1.0, 30, 50)]
    assert multistart.mean_score(scores) == (pytest.approx((8 + 12) / 40), pytest.approx((50 + 50) / 150))

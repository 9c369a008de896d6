"""VOT scores of runs whose result is known by hand."""

import math

import numpy as np
import pytest

from siamloss.metrics import vot
from siamloss.records import Status

SIZE = (200, 100)
T, INIT, FAIL, SKIP = Status.TRACKED, Status.INIT, Status.FAILURE, Status.SKIPPED


def still(count, x=50.0):
    """A target that stays: boxes ``(count, 4)``, 20 px wide."""
    return np.tile([x, 40.0, 20.0, 20.0], (count, 1))


def test_the_oracle_scores_one_and_never_fails():
    boxes = still(30)
    score = vot.score_sequence(boxes, np.array([INIT] + [T] * 29), vot.box_to_polygon(boxes), SIZE)
    assert (score.accuracy, score.scored_frames, score.failures, score.length) == (1.0, 20, 0, 30)


def test_a_tracker_that_never_moves():
    """A target 20 px wide that moves 1 px a frame: overlap (20 - k) / (20 + k) at frame k; frames 10 to 19 count."""
    truth = still(20) + np.arange(20)[:, None] * [1.0, 0, 0, 0]
    score = vot.score_sequence(still(20), np.array([INIT] + [T] * 19), vot.box_to_polygon(truth), SIZE)
    assert score.accuracy == pytest.approx(sum((20 - k) / (20 + k) for k in range(10, 20)) / 10, abs=1e-15)


def test_burn_in_starts_again_at_every_initialisation():
    status = np.array([INIT] + [T] * 11 + [FAIL] + [SKIP] * 4 + [INIT] + [T] * 12)
    burning = vot.in_burn_in(status)
    assert np.flatnonzero(burning).tolist() == [*range(10), *range(17, 27)]
    score = vot.score_sequence(still(30), status, vot.box_to_polygon(still(30)), SIZE)
    assert (score.scored_frames, score.failures) == (2 + 3, 1)


def test_frames_before_any_initialisation_are_not_in_a_burn_in():
    assert not vot.in_burn_in(np.array([SKIP, SKIP])).any()


def test_a_failing_frame_is_not_scored_whatever_its_box():
    boxes = still(13)
    boxes[11] = np.nan
    status = np.array([INIT] + [T] * 10 + [FAIL, SKIP])
    score = vot.score_sequence(boxes, status, vot.box_to_polygon(still(13)), SIZE)
    assert (score.accuracy, score.scored_frames, score.failures) == (1.0, 1, 1)


def test_regions_are_cut_at_the_image():
    truth, boxes = still(11, x=-10.0), still(11, x=-30.0)
    boxes[:, 2] = 40.0
    score = vot.score_sequence(boxes, np.array([INIT] + [T] * 10), vot.box_to_polygon(truth), SIZE)
    assert score.accuracy == 1.0


def test_a_rotated_target_is_compared_as_a_polygon():
    diamond = np.tile([60.0, 40, 70, 50, 60, 60, 50, 50], (11, 1))
    score = vot.score_sequence(still(11), np.array([INIT] + [T] * 10), diamond, SIZE)
    assert score.accuracy == pytest.approx(0.5, abs=1e-15)


def test_frames_without_ground_truth_are_not_scored():
    visible = np.ones(12, bool)
    visible[11] = False
    truth = vot.box_to_polygon(still(12))
    truth[11] = 0.0
    score = vot.score_sequence(still(12), np.array([INIT] + [T] * 11), truth, SIZE, visible)
    assert (score.accuracy, score.scored_frames, score.length) == (1.0, 1, 12)


def test_a_run_within_the_burn_in_has_no_accuracy():
    score = vot.score_sequence(still(5), np.array([INIT] + [T] * 4), vot.box_to_polygon(still(5)), SIZE)
    assert math.isnan(score.accuracy)
    assert score.scored_frames == 0


def test_box_to_polygon_goes_round_the_box():
    assert vot.box_to_polygon(np.array([[1.0, 2.0, 3.0, 4.0]])).tolist() == [[1, 2, 4, 2, 4, 6, 1, 6]]

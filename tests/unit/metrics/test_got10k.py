"""GOT-10k scores of trackers whose result is known by hand."""

import math

import numpy as np
import pytest

from siamloss.metrics import got10k

SIZE = (200, 100)


def moving(shifts):
    """Boxes 30 px wide, moved right by each of ``shifts`` px."""
    return np.array([[10.0 + shift, 20.0, 30.0, 40.0] for shift in shifts])


def test_the_oracle_scores_one():
    truth = moving(range(12))
    score = got10k.score_sequence(truth, truth, np.ones(12, bool), SIZE)
    assert (score.ao, score.sr_50, score.sr_75, score.frames) == (1.0, 1.0, 1.0, 11)


def test_a_tracker_that_never_moves():
    """Shifts of 10, 20, 30, 5 px overlap by 1/2, 1/5, 0, 5/7; the first frame does not count."""
    score = got10k.score_sequence(moving([0] * 5), moving([0, 10, 20, 30, 5]), np.ones(5, bool), SIZE)
    assert score.ao == pytest.approx((1 / 2 + 1 / 5 + 5 / 7) / 4, abs=1e-15)
    assert (score.sr_50, score.sr_75, score.frames) == (0.25, 0.0, 4)
    assert score.success[10] == 0.25
    assert score.precision[20] == 0.75


def test_frames_without_target_do_not_count():
    visible = np.array([True, False, True, False])
    score = got10k.score_sequence(moving([0, 99, 10, 99]), moving([0, 0, 0, 0]), visible, SIZE)
    assert (score.ao, score.frames) == (pytest.approx(0.5, abs=1e-15), 1)


def test_the_given_frame_does_not_count_and_the_mask_is_not_changed():
    visible = np.ones(2, bool)
    assert got10k.score_sequence(moving([99, 0]), moving([0, 0]), visible, SIZE).ao == 1.0
    assert visible.all()


def test_a_sequence_with_nothing_to_score_is_nan_with_weight_zero():
    score = got10k.score_sequence(moving([0, 0]), moving([0, 0]), np.array([True, False]), SIZE)
    assert score.frames == 0
    assert all(
        math.isnan(value) for value in (score.ao, score.sr_50, score.sr_75, score.success[0], score.precision[0])
    )


def test_bounding_moves_the_corner_without_cutting_the_box():
    boxes = np.array([[-10.0, -10.0, 30.0, 30.0], [190.0, 90.0, 30.0, 30.0], [500.0, 5.0, 9.0, 9.0]])
    before = boxes.copy()
    bounded = got10k.bound_boxes(boxes, SIZE)
    assert bounded.tolist() == [[0, 0, 30, 30], [190, 90, 10, 10], [200, 5, 0, 9]]
    np.testing.assert_array_equal(boxes, before)


def test_bounding_changes_the_overlap_of_boxes_that_leave_the_image():
    truth = np.array([[0.0, 0, 30, 30], [-15.0, 0, 30, 30]])
    predicted = np.array([[0.0, 0, 30, 30], [0.0, 0, 30, 30]])
    everywhere = np.ones(2, bool)
    assert got10k.score_sequence(predicted, truth, everywhere, SIZE).ao == 1.0
    assert got10k.score_sequence(predicted, truth, everywhere).ao == pytest.approx(1 / 3, abs=1e-15)


def test_a_nan_prediction_makes_the_average_nan():
    predicted = moving([0, 0])
    predicted[1] = np.nan
    assert math.isnan(got10k.score_sequence(predicted, moving([0, 0]), np.ones(2, bool), SIZE).ao)

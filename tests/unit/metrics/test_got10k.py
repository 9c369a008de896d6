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


def test_clipping_cuts_at_every_edge():
    boxes = np.array([[-10.0, -10.0, 30.0, 30.0], [190.0, 90.0, 30.0, 30.0], [500.0, 5.0, 9.0, 9.0]])
    assert got10k.clip_boxes(boxes, SIZE).tolist() == [[0, 0, 20, 20], [190, 90, 10, 10], [200, 5, 0, 9]]


def test_the_variants_differ_where_boxes_leave_the_image():
    """Truth at x = -15, prediction at 0, both 30 wide: moved they are equal, cut they share 15 of 30 px."""
    truth, predicted = np.array([[-15.0, 0, 30, 30]] * 2), np.array([[0.0, 0, 30, 30]] * 2)
    ao = {name: got10k.score_sequence(predicted, truth, np.ones(2, bool), SIZE, name).ao for name in got10k.VARIANTS}
    assert ao == {"got10k": 1.0, "clipped": 0.5, "unbounded": pytest.approx(1 / 3, abs=1e-15)}


def test_bounding_takes_one_size_per_box():
    boxes = np.array([[90.0, 0, 30, 30], [90.0, 0, 30, 30]])
    assert got10k.bound_boxes(boxes, np.array([[100, 50], [200, 50]]))[:, 2].tolist() == [10.0, 30.0]


def test_every_class_counts_the_same():
    values = {"a": 0.9, "b": 0.7, "c": 0.2, "d": math.nan}
    classes = {"a": "dog", "b": "dog", "c": "car", "d": "boat"}
    assert got10k.class_balanced_mean(values, classes) == pytest.approx((0.8 + 0.2) / 2, abs=1e-15)
    assert math.isnan(got10k.class_balanced_mean({"d": math.nan}, classes))

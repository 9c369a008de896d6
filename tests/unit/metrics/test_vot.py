"""VOT scores of runs whose result is known by hand."""

import numpy as np
import pytest

from siamloss.metrics import vot
from siamloss.metrics.vot_supervised import Truth, measure_runs, sequence_score
from siamloss.records import Status

SIZE = (200, 100)
T, INIT, FAIL, SKIP = Status.TRACKED, Status.INIT, Status.FAILURE, Status.SKIPPED


def still(count, x=50.0):
    """A target that stays: boxes ``(count, 4)``, 20 px wide."""
    return np.tile([x, 40.0, 20.0, 20.0], (count, 1))


def score(boxes, status, polygons, visible=None):
    """Accuracy and failures of one run."""
    truth = Truth(polygons, SIZE, np.ones(len(boxes), bool) if visible is None else visible)
    return sequence_score(measure_runs(truth, [(boxes, np.array(status))]))


def test_the_oracle_scores_one_and_never_fails():
    assert score(still(30), [INIT] + [T] * 29, vot.box_to_polygon(still(30))) == (1.0, 0.0)


def test_a_tracker_that_never_moves():
    """A target 20 px wide that moves 1 px a frame: overlap (20 - k) / (20 + k) at frame k; frames 10 to 19 count."""
    truth = still(20) + np.arange(20)[:, None] * [1.0, 0, 0, 0]
    accuracy, _ = score(still(20), [INIT] + [T] * 19, vot.box_to_polygon(truth))
    assert accuracy == pytest.approx(sum((20 - k) / (20 + k) for k in range(10, 20)) / 10, abs=1e-15)


def test_burn_in_starts_again_at_every_initialisation():
    """Frames 10, 11 and 27 to 29 count; only in the first two is the box beside the target."""
    status = [INIT] + [T] * 11 + [FAIL] + [SKIP] * 4 + [INIT] + [T] * 12
    burning = vot.in_burn_in(np.array(status))
    assert np.flatnonzero(burning).tolist() == [*range(10), *range(17, 27)]
    boxes = still(30)
    boxes[[10, 11], 0] += 10.0
    assert score(boxes, status, vot.box_to_polygon(still(30))) == (pytest.approx((2 / 3 + 3) / 5, abs=1e-15), 1.0)


def test_frames_before_any_initialisation_are_not_in_a_burn_in():
    assert not vot.in_burn_in(np.array([SKIP, SKIP])).any()


def test_a_failing_frame_is_not_scored_whatever_its_box():
    boxes = still(13)
    boxes[11] = np.nan
    assert score(boxes, [INIT] + [T] * 10 + [FAIL, SKIP], vot.box_to_polygon(still(13))) == (1.0, 1.0)


def test_regions_are_cut_at_the_image():
    truth, boxes = still(11, x=-10.0), still(11, x=-30.0)
    boxes[:, 2] = 40.0
    assert score(boxes, [INIT] + [T] * 10, vot.box_to_polygon(truth))[0] == 1.0


def test_a_rotated_target_is_compared_as_a_polygon():
    diamond = np.tile([60.0, 40, 70, 50, 60, 60, 50, 50], (11, 1))
    assert score(still(11), [INIT] + [T] * 10, diamond)[0] == pytest.approx(0.5, abs=1e-15)


def test_frames_without_ground_truth_count_as_overlap_zero():
    visible = np.arange(12) != 11
    truth = vot.box_to_polygon(still(12))
    truth[11] = 0.0
    assert score(still(12), [INIT] + [T] * 11, truth, visible)[0] == 0.5


def test_a_run_within_the_burn_in_has_accuracy_zero():
    assert score(still(5), [INIT] + [T] * 4, vot.box_to_polygon(still(5))) == (0.0, 0.0)


def test_box_to_polygon_goes_round_the_box():
    assert vot.box_to_polygon(np.array([[1.0, 2.0, 3.0, 4.0]])).tolist() == [[1, 2, 4, 2, 4, 6, 1, 6]]

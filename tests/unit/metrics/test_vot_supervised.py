"""Accuracy and robustness of a benchmark in the three variants, worked out by hand."""

import numpy as np
import pytest

from siamloss.data.open import open_dataset
from siamloss.metrics import eao, vot, vot_supervised
from siamloss.metrics.vot_supervised import Repetition, Truth
from siamloss.records import Status
from siamloss.tracking.protocols import supervised
from siamloss.tracking.tracker import NeverMoves, Oracle

T, INIT, FAIL, SKIP = Status.TRACKED, Status.INIT, Status.FAILURE, Status.SKIPPED


def truth(length, visible=None, **tags):
    shown = np.ones(length, bool) if visible is None else visible
    return Truth(np.zeros((length, 8)), (100, 100), shown, {name: np.array(tag, bool) for name, tag in tags.items()})


def steady(length, value, count=1):
    return Repetition(np.array([0.0] + [value] * (length - 1)), np.array([INIT] + [T] * (length - 1)), count)


def failing(value):
    """15 frames, 5 of them scored, a failure, 4 skipped: 20."""
    status = np.array([INIT] + [T] * 14 + [FAIL] + [SKIP] * 4)
    return Repetition(np.where(status == T, value, 0.0), status)


def test_toolkit_weights_sequences_by_length():
    score = vot_supervised.score_benchmark([truth(20), truth(60)], [[failing(0.8)], [steady(60, 0.4)]])
    assert score.accuracy == pytest.approx((20 * 0.8 + 60 * 0.4) / 80)
    assert score.failures == pytest.approx(20 / 80)
    assert score.robustness == pytest.approx(np.exp(-30 * 0.25 / 40))


def test_toolkit_counts_a_run_without_scored_frames_as_zero():
    score = vot_supervised.score_benchmark([truth(9), truth(30)], [[steady(9, 1.0)], [steady(30, 1.0)]])
    assert score.accuracy == pytest.approx(30 / 39)


def test_pysot_pools_frames_and_counts_failures_per_hundred_frames():
    score = vot_supervised.score_benchmark([truth(20), truth(60)], [[failing(0.8)], [steady(60, 0.4)]], "pysot")
    assert score.accuracy == pytest.approx((5 * 0.8 + 50 * 0.4) / 55)
    assert (score.robustness, score.failures) == (pytest.approx(100 / 80), 1.0)


def test_got10k_weights_tags_and_counts_tagged_frames_more_than_once():
    """Frames 12 and 13 have no tag; practical is none. Frames 10 to 14 are scored, frame 15 fails."""
    light, turn = [True] * 12 + [False] * 8, [False] * 14 + [True] * 6
    tagged = truth(20, illum_change=light, motion_change=turn, practical=[True] * 20)
    plain = truth(30)
    score = vot_supervised.score_benchmark([tagged, plain], [[failing(0.8)], [steady(30, 0.4)]], "got10k")
    weights = np.array([12, 6, 2 + 30]) / 50
    assert score.accuracy == pytest.approx(weights @ [0.8, 0.8, (2 * 0.8 + 20 * 0.4) / 22])
    assert (score.robustness, score.failures) == (pytest.approx(weights @ [0, 1, 0]), 1.0)


@pytest.mark.parametrize("variant", ["vot-toolkit", "pysot", "got10k"])
def test_repetitions_are_averaged_and_a_count_stands_for_equal_ones(variant):
    runs = [failing(0.8), steady(20, 0.5), steady(20, 0.5)]
    counted = [failing(0.8), steady(20, 0.5, count=2)]
    one = vot_supervised.score_benchmark([truth(20)], [runs], variant)
    assert vot_supervised.score_benchmark([truth(20)], [counted], variant) == one
    assert one.failures == pytest.approx(1 / 3)


def test_identical_runs_are_measured_once():
    boxes = np.tile([10.0, 10, 20, 20], (12, 1))
    status = np.array([INIT] + [T] * 11)
    target = Truth(vot.box_to_polygon(boxes), (100, 100), np.ones(12, bool))
    other = boxes + 1e-9
    measured = vot_supervised.measure_runs(target, [(boxes, status)] * 15 + [(other, status)])
    assert [item.count for item in measured] == [15, 1]
    terms = vot_supervised.eao_terms(measured[:1], 8)
    assert terms.weights[5] == 15


def test_frames_without_ground_truth_count_as_zero_in_the_toolkit_only():
    shown = np.arange(30) < 20
    item = Repetition(np.where(shown, 0.6, 0.0), np.array([INIT] + [T] * 29))
    assert vot_supervised.score_benchmark([truth(30, shown)], [[item]]).accuracy == pytest.approx(0.3)
    assert vot_supervised.score_benchmark([truth(30, shown)], [[item]], "pysot").accuracy == pytest.approx(0.6)


def test_average_overlap_leaves_out_the_burn_in_and_absent_targets():
    overlaps, shown = np.array([0.0, 0.2, 0.4, 0.9]), np.array([True, True, True, False])
    assert vot_supervised.average_overlap(overlaps, shown, 1) == pytest.approx(0.3)
    assert vot_supervised.average_overlap(overlaps, shown, 2) == pytest.approx(0.4)
    assert vot_supervised.average_overlap(overlaps, shown, 10) == 0.0


def test_controls_on_a_real_sequence(tiny):
    """The oracle never fails and beats the tracker that never moves."""
    sequence = next(open_dataset(tiny, item)[0] for item in tiny.datasets.test if item.format == "vot")
    target = Truth.of(sequence)
    scores = {}
    for name, tracker in (("oracle", Oracle(sequence)), ("still", NeverMoves())):
        records = supervised(tracker, sequence)
        runs = [(records[["x", "y", "w", "h"]].to_numpy(), records["status"].to_numpy())]
        scores[name] = vot_supervised.score_benchmark([target], [vot_supervised.measure_runs(target, runs)])
    assert (scores["oracle"].failures, scores["oracle"].robustness) == (0.0, 1.0)
    assert scores["oracle"].accuracy > 0.6
    assert scores["oracle"].accuracy >= scores["still"].accuracy


def moving_target(frames):
    """A target 20 px wide that moves 1 px a frame."""
    boxes = np.tile([20.0, 40, 20, 20], (frames, 1))
    boxes[:, 0] += np.arange(frames)
    return boxes, Truth(vot.box_to_polygon(boxes), (200, 100), np.ones(frames, bool))


def test_expected_overlap_of_an_oracle_is_one():
    boxes, target = moving_target(60)
    runs = [(boxes, np.array([INIT] + [T] * 59))]
    terms = vot_supervised.eao_terms(vot_supervised.measure_runs(target, runs), 51)
    assert eao.eao(terms, (20, 50)) == pytest.approx(1.0, abs=1e-12)


def test_expected_overlap_of_a_tracker_that_never_moves():
    """It fails at frame 20 and starts again at 25; both fragments overlap by (20 - k) / (20 + k) at their frame k."""
    boxes, target = moving_target(45)
    still = np.concatenate([np.repeat(boxes[:1], 25, axis=0), np.repeat(boxes[25:26], 20, axis=0)])
    status = np.array([INIT] + [T] * 19 + [FAIL] + [SKIP] * 4 + [INIT] + [T] * 19)
    terms = vot_supervised.eao_terms(vot_supervised.measure_runs(target, [(still, status)]), 20)
    overlap = [(20 - k) / (20 + k) for k in range(20)]
    known = np.mean([sum(overlap[1 : n + 1]) / n for n in range(5, 16)])
    assert eao.eao(terms, (5, 15)) == pytest.approx(known, abs=1e-12)


def test_many_sequences_at_once_are_measured_as_frame_by_frame():
    """Images of different sizes, or other bounds, regions across their edges, absent targets, equal and other runs."""
    rng = np.random.default_rng(0)
    truths, runs = [], []
    for length, size in ((30, (60, 50)), (1, (90, 40)), (45, (40, 90))):
        boxes = np.concatenate([rng.uniform(-10, 50, (length, 2)), rng.uniform(5, 40, (length, 2))], axis=1)
        truths.append(Truth(vot.box_to_polygon(boxes), size, rng.random(length) < 0.8))
        status = np.where(rng.random(length) < 0.9, T, SKIP)
        first, second = (boxes + rng.normal(0, 6, (length, 1)) for _ in range(2))
        runs.append([(first, status), (second, status), (first, status)])
    for bounds in (None, [(50, 40), (70, 20), (30, 80)]):
        for truth_, own, bound, found in zip(
            truths, runs, bounds or [None] * 3, vot_supervised.measure_all(truths, runs, bounds), strict=True
        ):
            assert [item.count for item in found] == [2, 1]
            for item, (boxes, status) in zip(found, own, strict=False):
                limit = bound or truth_.image_size
                expected = vot.frame_overlaps(boxes, status, truth_.polygons, limit, truth_.visible)
                np.testing.assert_allclose(item.overlaps, expected, rtol=0, atol=1e-12)
                np.testing.assert_array_equal(item.status, status)

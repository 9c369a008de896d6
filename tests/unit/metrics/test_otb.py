"""OTB scores of trackers whose result is known by hand."""

import numpy as np
import pytest

from siamloss.errors import RecordError
from siamloss.metrics import otb
from siamloss.metrics.otb_frames import VARIANTS, score_frames

BOX = [10.0, 20.0, 30.0, 40.0]


def moving(shifts, box=BOX):
    """Boxes ``(T, 4)`` moved right by each of ``shifts`` px."""
    return np.array([[box[0] + shift, *box[1:]] for shift in shifts])


def test_the_oracle_scores_twenty_of_twenty_one():
    truth = moving(range(25))
    score = otb.score_sequence(truth, truth)
    assert score.success_auc == 20 / 21
    assert score.success[-1] == 0.0
    assert score.success[:-1].tolist() == [1.0] * 20
    assert score.precision_20 == 1.0
    assert score.precision[0] == 1.0


def test_a_tracker_that_never_moves():
    """Shifts of 0, 10, 20, 30 px of a box 30 px wide overlap by 1, 1/2, 1/5, 0."""
    score = otb.score_sequence(moving([0, 0, 0, 0]), moving([0, 10, 20, 30]))
    passed = [3] * 4 + [2] * 6 + [1] * 10 + [0]  # 1/5 passes 0 to .15, 1/2 passes to .45, 1 passes to .95
    np.testing.assert_allclose(score.success, np.array(passed) / 4, rtol=0, atol=1e-15)
    assert score.success_auc == pytest.approx(sum(passed) / 84, abs=1e-15)
    assert score.precision_20 == 0.75
    assert (score.precision[9], score.precision[10], score.precision[19], score.precision[30]) == (0.25, 0.5, 0.5, 1.0)


def test_success_is_strict_and_precision_is_not():
    assert otb.success_curve(np.array([0.5])).tolist() == [1.0] * 10 + [0.0] * 11
    assert otb.precision_curve(np.array([7.0])).tolist() == [0.0] * 7 + [1.0] * 44


def test_the_first_prediction_does_not_count():
    truth = moving([0, 0])
    predicted = truth.copy()
    predicted[0] = [500.0, 500.0, 1.0, 1.0]
    assert otb.score_sequence(predicted, truth).success_auc == 20 / 21
    assert predicted[0].tolist() == [500.0, 500.0, 1.0, 1.0]


@pytest.mark.parametrize("bad", [[np.nan] * 4, [10.0, np.nan, 30.0, 40.0], [0.0, 0.0, 0.0, 5.0], [0.0, 0.0, 5.0, -1.0]])
def test_an_invalid_prediction_becomes_the_box_before_it(bad):
    truth = moving([0, 0, 0, 0])
    predicted = moving([0, 10, 0, 0])
    predicted[2] = bad
    predicted[3] = bad
    np.testing.assert_allclose(otb.frame_scores(predicted, truth)[0], [1.0, 0.5, 0.5, 0.5], rtol=0, atol=1e-15)
    assert np.isnan(predicted[2]).any() == np.isnan(bad).any()


@pytest.mark.parametrize("column", range(4))
def test_a_value_of_the_one_based_truth_that_is_not_positive_fails_success_and_passes_precision(column):
    truth = moving([0, 0])
    truth[1, column] = -1.0 if column < 2 else 0.0
    overlaps, errors = otb.frame_scores(truth, truth)
    assert overlaps.tolist() == [1.0, -1.0]
    assert errors.tolist() == [0.0, -1.0]
    score = otb.score_sequence(truth, truth)
    assert score.success[0] == 0.5
    assert score.precision[0] == 1.0


def test_the_first_pixel_is_positive_in_one_based_coordinates():
    truth = np.array([[0.0, 0.0, 5.0, 5.0]])
    assert otb.frame_scores(truth, truth)[0].tolist() == [1.0]


def test_the_mean_over_sequences_ignores_their_lengths():
    good, bad = moving([0] * 10), moving([0])
    bad_truth = np.array([[-1.0, 0.0, 5.0, 5.0]])
    mean = otb.mean_score([otb.score_sequence(good, good), otb.score_sequence(bad, bad_truth)])
    assert mean.success_auc == 10 / 21
    assert mean.success.shape == (21,)
    assert mean.precision.shape == (51,)


def test_only_tiger1_may_be_shorter_and_keeps_its_tail():
    truth = moving(range(354))
    predicted, cut = otb.align(truth[5:], truth, "Tiger1")
    assert (len(predicted), cut[0, 0]) == (349, 15.0)
    assert len(otb.align(truth, truth, "Tiger1")[1]) == 354
    with pytest.raises(RecordError, match="349 results for 354 annotated frames of 'Tiger2'"):
        otb.align(truth[5:], truth, "Tiger2")


@pytest.mark.parametrize("count", [0, 2, 4, 348])
def test_align_refuses_what_cannot_fit(count):
    with pytest.raises(RecordError, match=f"{count} results for 3 annotated frames"):
        otb.align(moving(range(count)) if count else np.empty((0, 4)), moving(range(3)), "Tiger1")


def test_normalised_precision_in_both_definitions():
    """A box 30 px wide, off by 0, 3, 6 and 30 px in x: 0, 0.1, 0.2 and 1 of its width."""
    score = otb.score_sequence(moving([0, 3, 6, 30]), moving([0] * 4))
    assert score.normalized_precision_20 == 0.75
    passed = [1] * 10 + [2] * 10 + [3] * 31
    assert score.normalized_precision == pytest.approx(sum(passed) / 4 / 51, abs=1e-15)


def test_normalised_precision_divides_height_by_height():
    truth = np.array([[10.0, 20.0, 30.0, 40.0]] * 2)
    predicted = truth + np.array([[0, 0, 0, 0], [0, 4, 0, 0]])
    score = otb.score_sequence(predicted, truth)
    assert score.normalized[9:11].tolist() == [0.5, 1.0]


def test_normalised_precision_does_not_depend_on_the_resolution():
    rng = np.random.default_rng(0)
    truth = moving(range(30))
    predicted = truth + rng.normal(0, 3, truth.shape)
    small, large = (score_frames(predicted * k, truth * k, np.array([0]), "got10k").normalized for k in (1, 2))
    np.testing.assert_allclose(small[1:], large[1:], atol=0.02)


def test_the_rules_of_the_toolkits_differ_where_they_say():
    """First prediction wrong, one prediction without area, one undefined ground truth (x = -1)."""
    truth = moving([0] * 4)
    truth[3, 0] = -1.0
    predicted = moving([15, 0, 0, 0])
    predicted[2, 2] = 0.0
    predicted[3] = truth[3]
    overlaps = {name: score_frames(predicted, truth, np.array([0]), name, 0.0).overlaps for name in VARIANTS}
    np.testing.assert_allclose(overlaps["otb"], [1, 1, 1, -1], atol=1e-15)
    np.testing.assert_allclose(overlaps["got10k"], [1, 1, 0, 1], atol=1e-15)
    np.testing.assert_allclose(overlaps["pysot"], [1 / 3, 1, 0, 1], atol=1e-15)


def test_no_variant_scores_above_its_maximum():
    truth = moving(range(25))
    for variant in VARIANTS:
        assert otb.score_sequence(truth, truth, variant).success_auc == otb.HIGHEST_AUC == 20 / 21


def test_sequences_in_one_pass_equal_each_on_its_own():
    rng = np.random.default_rng(1)
    truths = [moving(rng.uniform(0, 9, count)) for count in (5, 1, 12)]
    predictions = [truth + rng.normal(0, 8, truth.shape) for truth in truths]
    for variant in VARIANTS:
        together = otb.sequence_curves(
            np.concatenate(predictions), np.concatenate(truths), np.array([0, 5, 6]), variant, first_pixel=0.0
        )
        for row, pair in enumerate(zip(predictions, truths, strict=True)):
            alone = otb.score_sequence(*pair, variant)
            for curves, curve in zip(together, (alone.success, alone.precision, alone.normalized), strict=True):
                np.testing.assert_array_equal(curves[row], curve)


def test_no_frames_have_no_curve():
    assert np.isnan(otb.success_curve(np.empty(0))).all()
    assert np.isnan(otb.precision_curve(np.empty(0))).all()


def test_nan_fails_both_curves():
    assert not otb.success_curve(np.array([np.nan])).any()
    assert not otb.precision_curve(np.array([np.nan])).any()

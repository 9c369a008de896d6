"""From score maps to a displacement."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamloss.tracking.response import choose_scale, cosine_window, locate_peak, upsample


def maps(seed=0, scales=3, side=17):
    return np.random.default_rng(seed).normal(size=(scales, side, side))


def test_multiplicative_penalty_rewards_a_change_of_scale_below_zero():
    """The trap of the notes: peaks 1.00, 1.01, 1.00 keep the middle scale; minus 1.5 they pick a side scale."""
    responses = np.zeros((3, 2, 2))
    responses[:, 0, 0] = (1.00, 1.01, 1.00)
    assert choose_scale(responses, 0.9745, "multiplicative") == 1
    assert choose_scale(responses - 1.5, 0.9745, "multiplicative") != 1
    assert choose_scale(responses - 1.5, 0.9745, "shift_safe") == 1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.floats(-100, 100), factor=st.floats(0.01, 100))
def test_shift_safe_choice_and_peak_ignore_level_and_scale(seed, shift, factor):
    responses = maps(seed)
    window = cosine_window(17)
    changed = responses * factor + shift
    chosen = choose_scale(responses, 0.9745, "shift_safe")
    assert choose_scale(changed, 0.9745, "shift_safe") == chosen
    before, after = (locate_peak(r[chosen], window, 0.176) for r in (responses, changed))
    np.testing.assert_allclose(after, before, atol=1e-9)


def test_a_clearly_better_outer_scale_is_chosen():
    responses = np.zeros((3, 4, 4))
    responses[:, 1, 1] = (0.2, 0.9, 1.0)
    assert choose_scale(responses, 0.9745, "shift_safe") == 2
    assert choose_scale(responses, 0.85, "shift_safe") == 1


def test_flat_maps_neither_move_nor_resize():
    flat = np.full((3, 16, 16), -2.0)
    assert choose_scale(flat, 0.9745, "shift_safe") == 1
    np.testing.assert_array_equal(locate_peak(flat[0], cosine_window(16), 0.176), [0, 0])


def test_peak_position_is_x_then_y_from_the_centre():
    response = np.zeros((17, 17))
    response[3, 10] = 1
    np.testing.assert_array_equal(locate_peak(response, cosine_window(17), 0.0), [10 - 8, 3 - 8])


def test_window_pulls_towards_the_centre():
    response = np.zeros((17, 17))
    response[8, 8], response[0, 0] = 0.99, 1.0
    window = cosine_window(17)
    assert np.abs(locate_peak(response, window, 0.0)).sum() == 16
    assert np.abs(locate_peak(response, window, 0.3)).sum() == 0
    assert window.sum() == pytest.approx(1)


def test_upsampling_is_bicubic_and_keeps_the_centre():
    scores = np.zeros((1, 17, 17), np.float32)
    scores[0, 8, 8] = 1
    response = upsample(scores, 16)
    assert response.shape == (1, 272, 272)
    np.testing.assert_allclose(locate_peak(response[0], cosine_window(272), 0.0), [0, 0], atol=0.51)
    assert response.min() < -0.01, "bicubic interpolation undershoots, bilinear does not"

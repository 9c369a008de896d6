"""From score maps to a displacement."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from siamloss.tracking import response


def choose_scale(responses_SRR, factor, penalty):
    """Of one target, from its whole responses."""
    responses = torch.from_numpy(responses_SRR)[None]
    peaks, floor = responses.amax(dim=(2, 3)), responses.amin(dim=(1, 2, 3))
    return int(response.choose_scale(peaks, floor, factor, penalty)[0])


def locate_peak(response_RR, window_RR, influence, subcell=False):
    """Of one target."""
    maps = torch.from_numpy(response_RR)[None]
    return response.locate_peak(maps, torch.from_numpy(window_RR), influence, subcell)[0].numpy()


def upsample(scores_SHH, factor):
    """Of one target."""
    matrix = torch.from_numpy(response.bicubic_matrix(scores_SHH.shape[-1], factor))
    return response.upsample(torch.from_numpy(scores_SHH)[None], matrix)[0].numpy()


cosine_window = response.cosine_window


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
    for subcell in (True, False):
        for influence in (0.0, 0.176):
            np.testing.assert_array_equal(locate_peak(flat[0], cosine_window(16), influence, subcell), [0, 0])


def test_peak_position_is_x_then_y_from_the_centre():
    response = np.zeros((17, 17))
    response[3, 10] = 1
    np.testing.assert_array_equal(locate_peak(response, cosine_window(17), 0.0), [10 - 8, 3 - 8])


def bump(x, y, side=33):
    """A parabola with its top at a place, in cells from the centre."""
    cells = np.arange(side) - (side - 1) / 2
    return 1000 - (cells[None] - x) ** 2 - 2 * (cells[:, None] - y) ** 2


@pytest.mark.parametrize(("x", "y"), [(0, 0), (3.25, -2.0), (-7.49, 5.31), (0.5, 0.5), (2.5, -1.25)])
def test_the_top_of_a_parabola_is_found_between_the_cells(x, y):
    found = locate_peak(bump(x, y), cosine_window(33), 0.0, subcell=True)
    np.testing.assert_allclose(found, [x, y], atol=1e-9)
    np.testing.assert_allclose(locate_peak(bump(x, y), cosine_window(33), 0.0), [x, y], atol=0.5 + 1e-9)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), axis=st.integers(0, 1))
def test_rounding_hardly_moves_a_peak_between_two_equal_cells(seed, axis):
    """The best cell is another after a change in the seventh digit, and its own place a whole cell further."""
    rng = np.random.default_rng(seed)
    place = rng.integers(-6, 6, 2).astype(float)
    place[axis] += 0.5
    smooth = bump(*place) + cv2.GaussianBlur(rng.normal(size=(33, 33)), (0, 0), 6)
    best = np.unravel_index(smooth.argmax(), smooth.shape)
    values = [smooth[best[0] + (axis == 1) * step, best[1] + (axis == 0) * step] for step in (-1, 1)]
    step = int(np.sign(values[1] - values[0]))
    other = (best[0] + (axis == 1) * step, best[1] + (axis == 0) * step)
    pair = []
    for sign in (1, -1):
        changed = smooth.copy()
        changed[other] = changed[best] + sign * 1e-7 * np.ptp(smooth)
        pair.append([locate_peak(changed, cosine_window(33), 0.0, subcell) for subcell in (True, False)])
    assert np.abs(pair[0][0] - pair[1][0]).max() < 0.05
    assert np.abs(pair[0][1] - pair[1][1]).max() == 1


def test_a_peak_on_the_border_stays_there():
    response = np.zeros((17, 17))
    response[0, 3:5] = 1.0, 0.9
    assert locate_peak(response, cosine_window(17), 0.0, subcell=True)[1] == -8
    assert -5 < locate_peak(response, cosine_window(17), 0.0, subcell=True)[0] < -4.4


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
    large = upsample(scores, 16)
    assert large.shape == (1, 272, 272)
    np.testing.assert_allclose(locate_peak(large[0], cosine_window(272), 0.0), [0, 0], atol=0.51)
    assert large.min() < -0.01, "bicubic interpolation undershoots, bilinear does not"


def test_upsampling_is_that_of_opencv_to_the_border():
    scores = maps().astype(np.float32)
    expected = [cv2.resize(one, (272, 272), interpolation=cv2.INTER_CUBIC) for one in scores]
    np.testing.assert_allclose(upsample(scores, 16), expected, atol=2e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 5))
def test_each_target_is_treated_by_itself(seed, count):
    """The others of a batch, better or worse, change nothing."""
    rng = np.random.default_rng(seed)
    many = rng.normal(size=(count, 3, 9, 9)) * rng.uniform(0.01, 100, (count, 1, 1, 1)) + rng.normal(
        size=(count, 1, 1, 1)
    )
    window = cosine_window(9)
    tensor = torch.from_numpy(many)
    chosen = response.choose_scale(tensor.amax(dim=(2, 3)), tensor.amin(dim=(1, 2, 3)), 0.9745, "shift_safe")
    assert chosen.tolist() == [choose_scale(one, 0.9745, "shift_safe") for one in many]
    cells = response.locate_peak(tensor[torch.arange(count), chosen], torch.from_numpy(window), 0.176)
    alone = [locate_peak(one[scale], window, 0.176) for one, scale in zip(many, chosen.tolist(), strict=True)]
    np.testing.assert_allclose(cells.numpy(), alone, atol=1e-12)

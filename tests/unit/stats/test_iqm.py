"""The interquartile mean against scipy; its draws are in tests/reference."""

import numpy as np
import pytest
from scipy.stats import trim_mean

from siamloss.stats.bootstrap import resample
from siamloss.stats.iqm import bootstrap_iqm, interquartile_mean, iqm_cells


@pytest.mark.parametrize("count", range(1, 12))
def test_is_the_trimmed_mean_that_rliable_uses(count):
    values = np.random.default_rng(count).random((2, count))
    assert interquartile_mean(values) == pytest.approx(trim_mean(values, 0.25, axis=None), abs=1e-15)


def test_extremes_do_not_move_it():
    values = np.arange(12.0).reshape(3, 4)
    moved = values.copy()
    moved[0, 0], moved[2, 3] = -1e9, 1e9
    assert interquartile_mean(moved) == interquartile_mean(values) == 5.5
    assert np.abs(iqm_cells(moved)).max() < 20


def test_nothing_gives_nan_and_holes_are_left_out():
    empty = np.full((2, 3), np.nan)
    resamples = resample("x", 0, 5, 2, 3)
    assert np.isnan(interquartile_mean(empty))
    assert np.isnan(bootstrap_iqm(empty, resamples)).all()
    assert np.isnan(iqm_cells(empty)).all()
    holed = np.array([[0.1, np.nan, 0.3], [0.2, 0.4, np.nan]])
    assert interquartile_mean(holed) == pytest.approx(0.25)
    assert iqm_cells(holed).mean() == pytest.approx(0.25)

"""Curves of many sequences at once, against comparing every value with every threshold."""

import numpy as np
import pytest

from siamloss.metrics import otb_curves
from siamloss.metrics.otb_curves import shares_above, shares_within

GRIDS = {
    "success": otb_curves.SUCCESS_THRESHOLDS,
    "success of the toolkits": otb_curves.TOOLKIT_SUCCESS_THRESHOLDS,
    "pixels": otb_curves.PRECISION_THRESHOLDS,
    "normalised": otb_curves.NORMALIZED_THRESHOLDS,
    "normalised of the toolkit": otb_curves.TOOLKIT_NORMALIZED_THRESHOLDS,
    "rates": np.array([0.5, 0.75]),
}


def awkward_values(thresholds):
    """Every threshold, its neighbours among the floats, values beyond both ends, and what is no number."""
    rng = np.random.default_rng(0)
    exact = [thresholds, np.nextafter(thresholds, -np.inf), np.nextafter(thresholds, np.inf)]
    spread = rng.uniform(-0.2, 1.2, 2000) * thresholds[-1]
    return np.concatenate([*exact, spread, [-1.0, 0.0, -0.0, 1e300, np.inf, -np.inf, np.nan, np.nan]])


@pytest.mark.parametrize("name", GRIDS)
def test_shares_equal_plain_comparisons(name):
    thresholds = GRIDS[name]
    values = awkward_values(thresholds)
    starts = np.array([0, 1, 40, 41, len(values) - 1])
    for row, part in enumerate(np.split(values, starts[1:])):
        above = (part[:, None] > thresholds).mean(axis=0)
        within = (part[:, None] <= thresholds).mean(axis=0)
        np.testing.assert_array_equal(shares_above(values, starts, thresholds)[row], above)
        np.testing.assert_array_equal(shares_within(values, starts, thresholds)[row], within)


def test_a_sequence_without_values_has_no_shares():
    shares = shares_above(np.array([0.5, 0.5]), np.array([0, 0, 2]), GRIDS["success"])
    assert np.isnan(shares[[0, 2]]).all()
    assert shares[1, 0] == 1.0


def test_the_toolkits_grid_is_one_rounding_step_off_at_some_thresholds():
    ours, theirs = GRIDS["success"], GRIDS["success of the toolkits"]
    assert np.flatnonzero(ours != theirs).tolist() == [3, 6, 7, 12, 14, 17, 19]
    assert np.abs(ours - theirs).max() < 2e-16

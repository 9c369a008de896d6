"""The SiamFC context window."""

import numpy as np
import pytest

from siamloss.geometry import context_size


def test_square_target_gets_twice_its_side():
    assert context_size(np.array([30.0, 30.0])) == pytest.approx(60.0)


def test_equals_the_papers_equation():
    width, height = 40.0, 90.0
    margin = (width + height) / 4
    side = context_size(np.array([[width, height]]))[0]
    assert side**2 == pytest.approx((width + 2 * margin) * (height + 2 * margin))


def test_without_context_the_area_is_that_of_the_target():
    assert context_size(np.array([16.0, 25.0]), context=0.0) == pytest.approx(20.0)

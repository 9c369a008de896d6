"""Parameters out of their range."""

import pytest

from siamloss.losses.shared.checks import choice, number, whole_number


@pytest.mark.parametrize("value", ["1", None, True, float("nan"), float("inf"), [1]])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^eta is .* but must be a finite number$"):
        number("eta", value)


def test_bounds():
    assert number("eta", 0, low=0) == 0.0
    assert number("eta", 2, above=0) == 2.0
    with pytest.raises(ValueError, match="eta is -1 but must be 0 or more"):
        number("eta", -1, low=0)
    with pytest.raises(ValueError, match=r"eta is 0.0 but must be above 0"):
        number("eta", 0.0, above=0)


def test_whole_numbers():
    assert whole_number("k", 3.0, low=1) == 3
    assert isinstance(whole_number("k", 3.0, low=1), int)
    with pytest.raises(ValueError, match=r"k is 2.5 but must be a whole number"):
        whole_number("k", 2.5, low=1)
    with pytest.raises(ValueError, match="k is 0 but must be 1 or more"):
        whole_number("k", 0, low=1)


def test_choices():
    assert choice("scope", "map", ("batch", "map")) == "map"
    with pytest.raises(ValueError, match="scope is 'maps' but must be one of: batch, map"):
        choice("scope", "maps", ("batch", "map"))

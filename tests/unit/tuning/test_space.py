"""Search space of the tuning: ranges, the variant's own values, and points spread evenly."""

from dataclasses import replace

import numpy as np
import pytest

from siamloss.config import TuneConfig, Variant
from siamloss.errors import ConfigError, UnknownKeyError
from siamloss.tuning.space import own_values, search_space, spread_values

GSL = Variant("gsl", "gsl", {"eta": 0.1, "alpha": 0.2}, tune={"eta": [0.01, 1.0], "alpha": (0.02, 2)}, lr_scale=0.7)
CONFIG = TuneConfig(trials=4, lr_scale=(0.03, 3.0))


def test_learning_rate_comes_first_and_is_the_same_for_all():
    assert list(search_space(GSL, CONFIG)) == ["lr_scale", "eta", "alpha"]
    assert search_space(GSL, CONFIG) == {"lr_scale": (0.03, 3.0), "eta": (0.01, 1.0), "alpha": (0.02, 2.0)}
    assert search_space(Variant("logistic", "logistic"), CONFIG) == {"lr_scale": (0.03, 3.0)}


def test_variant_may_have_its_own_range_of_rates():
    assert search_space(replace(GSL, tune={"lr_scale": [0.1, 0.2]}), CONFIG) == {"lr_scale": (0.1, 0.2)}


def test_what_the_name_fixes_is_left_out():
    assert list(search_space(replace(GSL, fixed=("eta",)), CONFIG)) == ["lr_scale", "alpha"]


@pytest.mark.parametrize(
    "wrong", [[0.0, 1.0], [-1, 1], [1.0, 0.5], [1.0], [1, 2, 3], 3.0, ["a", "b"], [1, np.inf], None]
)
def test_range_that_is_none_names_variant_and_parameter(wrong):
    with pytest.raises(ConfigError, match=r"variant 'gsl': the range of 'eta' to tune is .*; give \[low, high\]"):
        search_space(replace(GSL, tune={"eta": wrong}), CONFIG)
    with pytest.raises(ConfigError, match=r"variant 'logistic': the range of 'lr_scale'"):
        search_space(Variant("logistic", "logistic", tune={"lr_scale": wrong}), CONFIG)


def test_parameter_that_the_loss_lacks_is_named():
    with pytest.raises(UnknownKeyError, match=r"'alpa'.*did you mean 'alpha'"):
        search_space(replace(GSL, tune={"alpa": [0.1, 1]}), CONFIG)


def test_control_has_nothing_to_tune():
    with pytest.raises(ConfigError, match="'oracle' is a control and has nothing to tune"):
        search_space(Variant("oracle", control="oracle"), CONFIG)


def test_own_values_are_those_of_the_catalogue():
    assert own_values(GSL, search_space(GSL, CONFIG)) == {"lr_scale": 0.7, "eta": 0.1, "alpha": 0.2}
    silent = replace(GSL, params={"eta": 0.1})
    assert own_values(silent, search_space(silent, CONFIG)) == {"lr_scale": 0.7, "eta": 0.1}


@pytest.mark.parametrize(
    ("names", "roots"),
    [("a", [1.6180339887]), ("ab", [1.3247179572, 1.3247179572**2]), ("abc", [1.2207440846**n for n in (1, 2, 3)])],
)
def test_points_are_those_of_roberts(names, roots):
    """Roots of x^(d + 1) = x + 1: the golden ratio, the plastic number, ..."""
    space = dict.fromkeys(names, (0.01, 10.0))
    for trial in (1, 2, 7):
        found = spread_values(space, trial)
        for name, root in zip(names, roots, strict=True):
            share = (0.5 + trial / root) % 1.0
            assert found[name] == pytest.approx(0.01 * 1000.0**share, rel=1e-3)


def shares(space, trials):
    """Where the first points lie in each range, 0 to 1 in logarithms: ``(trials, parameters)``."""
    points = [spread_values(space, trial) for trial in range(1, trials + 1)]
    low, high = np.array(list(space.values())).T
    return np.log(np.array([list(point.values()) for point in points]) / low) / np.log(high / low)


@pytest.mark.parametrize("trials", [4, 8, 16])
def test_one_parameter_is_covered_by_any_number_of_trials(trials):
    counts, _ = np.histogram(shares({"lr_scale": (0.03, 3.0)}, trials), bins=4, range=(0, 1))
    assert set(counts) == {trials // 4}


def test_two_parameters_are_covered_together():
    found = shares({"lr_scale": (0.03, 3.0), "eta": (0.001, 10.0)}, 16)
    assert {(x > 0.5, y > 0.5) for x, y in found[:5]} == {(a, b) for a in (False, True) for b in (False, True)}
    distance = np.linalg.norm(found[:, None] - found, axis=-1)[np.triu_indices(16, 1)]
    assert distance.min() > 0.12, "no two of 16 trials are nearly the same"


def test_range_of_one_value_is_that_value():
    assert {spread_values({"a": (0.5, 0.5), "b": (1.0, 2.0)}, trial)["a"] for trial in range(1, 9)} == {0.5}

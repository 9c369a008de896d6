"""The choice of the tuning stage: reading and applying it."""

import json

import pytest

from siamloss.config import Variant
from siamloss.errors import ConfigError, CorruptError, UnknownKeyError
from siamloss.training.chosen import apply_choice, read_choice, used_choice

GSL = Variant("gsl", "gsl", {"eta": 0.1, "delta": 0.1}, lr_scale=0.7)


def test_chosen_values_replace_those_of_the_variant():
    found = apply_choice(GSL, {"lr_scale": 0.2, "eta": 0.4, "alpha": 0.3})
    assert (found.lr_scale, found.params) == (0.2, {"eta": 0.4, "delta": 0.1, "alpha": 0.3})
    assert (GSL.lr_scale, GSL.params) == (0.7, {"eta": 0.1, "delta": 0.1})
    assert apply_choice(GSL, {}) == GSL
    assert apply_choice(GSL, {"eta": 0.4}).lr_scale == 0.7


def test_what_the_name_fixes_stays():
    cell = Variant("gsl[eta=0.5]", "gsl", {"eta": 0.5}, fixed=("eta",), tuned_as="gsl")
    assert used_choice(cell, {"lr_scale": 0.2, "eta": 0.4}) == {"lr_scale": 0.2}
    assert apply_choice(cell, {"lr_scale": 0.2, "eta": 0.4}).params == {"eta": 0.5}


def test_choice_of_another_loss_is_refused():
    with pytest.raises(UnknownKeyError, match="loss 'logistic' of variant 'logistic' has no parameter 'eta'"):
        apply_choice(Variant("logistic", "logistic"), {"lr_scale": 0.2, "eta": 0.4})


def test_control_takes_no_choice():
    with pytest.raises(ConfigError, match="'untrained' is a control and has nothing to tune; leave out its choice"):
        apply_choice(Variant("untrained", control="untrained"), {"lr_scale": 0.2})


def test_choice_is_read(tmp_path):
    path = tmp_path / "gsl.json"
    path.write_text(json.dumps({"variant": "gsl", "chosen": {"lr_scale": 1, "eta": 0.25}, "chosen_trial": 3}))
    assert read_choice(path) == {"lr_scale": 1.0, "eta": 0.25}


DAMAGED = {
    "empty": "",
    "half": '{"chosen": {"lr_sc',
    "no choice": '{"variant": "gsl"}',
    "a list": '{"chosen": [1, 2]}',
    "not a number": '{"chosen": {"lr_scale": "fast"}}',
    "nothing": '{"chosen": {"lr_scale": null}}',
    "other": "[]",
    "missing": None,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_choice_is_named(tmp_path, damage):
    path = tmp_path / "gsl.json"
    if DAMAGED[damage] is not None:
        path.write_text(DAMAGED[damage])
    with pytest.raises(CorruptError, match=r"gsl\.json holds no choice of the tuning stage; delete it and run"):
        read_choice(path)

"""Impossible settings of the crop store."""

from dataclasses import replace

import pytest

from siamloss.config import CropsConfig
from siamloss.config_check import check_experiment
from siamloss.errors import ConfigError


@pytest.mark.parametrize(
    ("setting", "value"), [("jpeg_quality", 0), ("jpeg_quality", 101), ("context", -0.1), ("frames_per_sequence", -1)]
)
def test_impossible_value_is_refused_by_name(tiny, setting, value):
    check_experiment(tiny)
    with pytest.raises(ConfigError, match=rf"'crops\.{setting}' is {value}; give"):
        check_experiment(replace(tiny, crops=CropsConfig(**{setting: value})))

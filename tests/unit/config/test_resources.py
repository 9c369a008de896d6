"""What a cluster is asked for: set by kind of job, and no part of any result."""

from dataclasses import replace
from pathlib import Path

import pytest

from siamloss import jobs
from siamloss.config import ResourcesConfig
from siamloss.config_io import load_profile
from siamloss.errors import ConfigError, UnknownKeyError

DEMO = Path(__file__).resolve().parents[3] / "config" / "demo.yaml"


def asked(**resources):
    return load_profile(DEMO, resources=resources)


def test_a_kind_keeps_its_own_defaults_where_one_value_is_set():
    resources = asked(train={"mem_mb": 32000}, crops={"cpus": 4}).resources
    assert (resources.train.mem_mb, resources.train.runtime_min, resources.train.gpus) == (32000, 1440, 1)
    assert (resources.crops.cpus, resources.crops.runtime_min) == (4, 720)
    assert resources.track == ResourcesConfig().track


def test_they_change_nothing_that_is_computed():
    plain, more = load_profile(DEMO), asked(growth=3, train={"mem_mb": 9, "gpus": 4, "gpu_type": "h100"})
    assert more != plain
    assert more.to_dict() == plain.to_dict()
    assert jobs.report_part(more) == jobs.report_part(plain)
    assert replace(more, resources=ResourcesConfig()) == plain


@pytest.mark.parametrize(
    ("resources", "error", "message"),
    [
        ({"train": {"mem_mb": 0}}, ConfigError, r"'resources\.train\.mem_mb' is 0; give a value of 1 or above"),
        ({"track": {"gpus": -1}}, ConfigError, r"'resources\.track\.gpus' is -1; give a value of 0 or above"),
        ({"scores": {"gpu_mb": -1}}, ConfigError, r"'resources\.scores\.gpu_mb' is -1"),
        ({"growth": 0.5}, ConfigError, r"'resources\.growth' is 0\.5; give a factor of 1 or above"),
        ({"data": {"gpus": 1}}, UnknownKeyError, r"unknown key 'resources\.data\.gpus'; did you mean 'cpus'"),
        ({"trains": {}}, UnknownKeyError, r"unknown key 'resources\.trains'; did you mean 'train'"),
        ({"train": {"runtime": 5}}, UnknownKeyError, "did you mean 'runtime_min'"),
    ],
)
def test_mistakes_are_named(resources, error, message):
    with pytest.raises(error, match=message):
        asked(**resources)


def test_a_cluster_without_gpus_asks_for_none():
    assert asked(track={"gpus": 0}).resources.track.gpus == 0

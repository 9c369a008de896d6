"""Reading and resolving configuration."""

import json
from pathlib import Path

import pytest

from siamloss.config import Experiment
from siamloss.config_io import build, load_profile, read_spec, resolve, resolve_variant
from siamloss.errors import ConfigError, RoleError, UnknownKeyError, UnknownNameError

CONFIG = Path(__file__).resolve().parents[3] / "config"
GOOD = {
    "profile": "x",
    "seeds": [0],
    "variants": ["logistic", "gsl"],
    "datasets": {"train": "synthetic-train", "val": "synthetic-val", "test": ["synthetic-otb"]},
}


def changed(**changes):
    return resolve({**GOOD, **changes}, CONFIG)


@pytest.mark.parametrize("name", ["demo", "realmini", "paper"])
def test_every_profile_survives_a_round_trip_through_json(name):
    profile = CONFIG / f"{name}.yaml"
    experiment = load_profile(profile)
    again = build(Experiment, json.loads(json.dumps(experiment.to_dict())))
    assert again == experiment


def test_numbers_that_yaml_reads_as_text_are_numbers():
    assert changed(train={"lr_start": "1e-3"}).train.lr_start == 1e-3


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"sedes": [1]}, UnknownKeyError, "unknown key 'sedes'; did you mean 'seeds'"),
        ({"train": {"epoch": 3}}, UnknownKeyError, r"unknown key 'train\.epoch'; did you mean 'epochs'"),
        ({"variants": ["logistic", "gls"]}, UnknownNameError, "unknown variant 'gls'; did you mean 'gsl'"),
        ({"datasets": {**GOOD["datasets"], "val": "synthetic-vall"}}, UnknownNameError, "did you mean 'synthetic-val'"),
        ({"datasets": {**GOOD["datasets"], "val": "synthetic-otb"}}, RoleError, "role test and cannot be used as val"),
        ({"datasets": {**GOOD["datasets"], "test": ["synthetic-train"]}}, RoleError, "cannot be used as test"),
        ({"datasets": {"train": "synthetic-train"}}, ConfigError, "'datasets.val' is missing"),
        ({"datasets": {**GOOD["datasets"], "tets": []}}, UnknownKeyError, "did you mean 'test'"),
        ({"seeds": []}, ConfigError, "give at least one seed"),
        ({"seeds": [0, 0]}, ConfigError, "seed '0' is listed twice"),
        ({"seeds": 3}, ConfigError, "must be a list"),
        ({"seeds": ["a"]}, ConfigError, "must be of type int"),
        ({"train": {"epochs": 0}}, ConfigError, "give a value above 0"),
        ({"train": {"epochs": True}}, ConfigError, "must be of type int"),
        ({"train": 3}, ConfigError, "'?train'? must be a mapping"),
        ({"model": {"backbone": "alexnett"}}, ConfigError, "did you mean 'alexnet'"),
        ({"datasets": {**GOOD["datasets"], "test": 3}}, ConfigError, "must be a list"),
        ({"datasets": {**GOOD["datasets"], "test": [["a"]]}}, UnknownNameError, "unknown dataset"),
        ({"datasets": {**GOOD["datasets"], "train": ["synthetic-train"]}}, UnknownNameError, "unknown dataset"),
        ({"seeds": [-1]}, ConfigError, "seed -1 is negative"),
        ({"train": {"checkpoint_steps": 0}}, ConfigError, "give a value above 0"),
        ({"train": {"val_pairs": 0}}, ConfigError, "give a value above 0"),
        ({"train": {"lr_start": float("nan")}}, ConfigError, "must be of type float"),
        ({"variants": ["logistic", "gsl[eta:1]"]}, ConfigError, "is not written as"),
        ({"variants": ["logistic", "gsl[etta=1]"]}, UnknownKeyError, "did you mean 'eta'"),
        ({"variants": ["logistic[eta=1]", "logistic"]}, UnknownKeyError, "no parameter 'eta'"),
        ({"baseline": "triplet"}, UnknownNameError, "not among 'variants'"),
        ({"variants": ["logistic", "gsl", "oracle"], "baseline": "oracle"}, ConfigError, "is a control"),
    ],
)
def test_mistakes_are_named(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        changed(**changes)
    assert "\n" not in str(caught.value)


def test_missing_key_is_named():
    with pytest.raises(ConfigError, match="'profile' is missing"):
        resolve({key: value for key, value in GOOD.items() if key != "profile"}, CONFIG)


def test_instance_changes_parameters_and_keeps_its_name():
    catalogue = {"gsl": {"loss": "gsl", "params": {"eta": 1.0, "lambda": 1.0}}}
    variant = resolve_variant("gsl[eta=0.5,moments=map]", catalogue)
    assert variant.name == "gsl[eta=0.5,moments=map]"
    assert variant.params == {"eta": 0.5, "lambda": 1.0, "moments": "map"}


def test_variant_without_a_loss_or_with_a_wrong_one_is_refused():
    with pytest.raises(UnknownNameError, match="unknown loss ''"):
        resolve_variant("mine", {"mine": {"label": "Mine"}})
    with pytest.raises(UnknownNameError, match="did you mean 'triplet'"):
        resolve_variant("mine", {"mine": {"loss": "tripplet"}})
    with pytest.raises(UnknownNameError, match="unknown variant"):
        resolve_variant("mine", {"mine": None})


def test_numbers_written_as_text_in_parameters():
    assert resolve_variant("gsl", {"gsl": {"loss": "gsl", "params": {"delta": "1e-1"}}}).params == {"delta": 0.1}


def test_broken_files_are_named(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [1, 2\nb: 3\n")
    with pytest.raises(ConfigError, match="not valid YAML near line"):
        load_profile(bad)
    with pytest.raises(ConfigError, match="cannot read"):
        load_profile(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="not a readable spec"):
        read_spec(bad)


def test_yaml_cannot_execute_anything(tmp_path):
    evil = tmp_path / "evil.yaml"
    evil.write_text(f"!!python/object/apply:pathlib.Path.touch [{tmp_path / 'pwned'}]\n")
    with pytest.raises(ConfigError):
        load_profile(evil)
    assert not (tmp_path / "pwned").exists()

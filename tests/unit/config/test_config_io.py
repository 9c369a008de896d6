"""Reading and resolving configuration."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from siamloss.config import Experiment, ResourcesConfig
from siamloss.config_build import build
from siamloss.config_io import load_profile, read_spec, read_yaml, resolve
from siamloss.errors import ConfigError, RoleError, UnknownKeyError, UnknownNameError
from siamloss.metrics.protocols import eao_interval

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
    assert again == replace(experiment, resources=ResourcesConfig()), "resources are no part of an experiment"


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
        ({"variants": ["logistic", "gsl", "poster-gsl"]}, ConfigError, "variant 'gsl' is listed twice"),
        ({"variants": ["logistic", "gsl", "gsl[delta=0.1]"]}, ConfigError, "variant 'gsl' is listed twice"),
        ({"ablation": {"grids": ["etta"]}}, UnknownNameError, "unknown grid 'etta'; did you mean 'eta'"),
        ({"ablation": {"grids": ["eta", "eta"]}}, ConfigError, "grid 'eta' is listed twice"),
        ({"ablation": {"seeds": [-2]}}, ConfigError, "seed -2 is negative"),
        ({"tune": {"trials": 2, "epochs": 0}}, ConfigError, r"'tune\.epochs' is 0"),
        ({"tune": {"lr_scale": [0, 1]}}, ConfigError, r"'tune\.lr_scale' is \[0.0, 1.0\]; write \[low, high\]"),
        ({"train": {"epoch_maps": -1}}, ConfigError, r"'train\.epoch_maps' is -1"),
    ],
)
def test_mistakes_are_named(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        changed(**changes)
    assert "\n" not in str(caught.value)


def test_missing_key_is_named():
    with pytest.raises(ConfigError, match="'profile' is missing"):
        resolve({key: value for key, value in GOOD.items() if key != "profile"}, CONFIG)


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


def test_grids_are_expanded_wherever_variants_are_listed():
    names = ["gsl", "gsl[lambda=0.1]", "gsl[lambda=0.3]", "gsl[lambda=3]", "gsl[lambda=10]"]
    experiment = changed(
        variants=["logistic", "gsl", "lambda"],
        baseline="poster-baseline",
        report={"ours": "gsl[delta=0.1]", "terms": ["lambda"]},
    )
    assert [variant.name for variant in experiment.variants] == ["logistic", *names]
    assert (experiment.baseline, experiment.report.ours) == ("logistic", "gsl")
    assert set(experiment.report.terms) == set(names)


def test_cells_outside_the_main_list_are_kept_apart_and_tuned_as_their_base():
    experiment = changed(ablation={"grids": ["lambda", "eta", "delta"], "seeds": [3]})
    assert [variant.name for variant in experiment.variants] == ["logistic", "gsl"]
    assert experiment.grids[0].variants[2] == "gsl"
    assert "gsl" not in [variant.name for variant in experiment.grid_variants]
    assert experiment.variant("gsl[eta=0.3]").tuned_as == "gsl"
    assert experiment.variant("gsl[delta=0.3]").tuned_as == "gsl[delta=0.3]", "tune: own"
    assert experiment.ablation_seeds == (3,)
    alone = changed(variants=["logistic"], report={"ours": "logistic"}, ablation={"grids": ["scope"]})
    assert alone.variant("gsl[moments=map]").tuned_as == "gsl", "the base is a cell of the grid"


REAL = {"format": "otb", "path": "otb100"}


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"year": 2018}, ""),
        ({"year": 2013}, ""),
        ({"eao_interval": [20, 49]}, ""),
        ({}, ""),
        ({"year": 2018, "eao_interval": [20, 49]}, "has 'year' and 'eao_interval'; keep one of them"),
        ({"year": 2020}, "dataset 'c': VOT2020 is no supervised challenge; choose the year from 2013, .*2019$"),
        ({"year": 1999}, "VOT1999 is no supervised challenge"),
        ({"eao_interval": [49, 20]}, r"is \[49, 20\]; write \[low, high\]"),
        ({"eao_interval": [0, 20]}, r"is \[0, 20\]; write \[low, high\]"),
        ({"eao_interval": [20]}, r"is \[20\]; write \[low, high\]"),
        ({"eao_interval": ["a", "b"]}, "must be of type int"),
        ({"format": "otb", "year": 2018}, "dataset 'c' is no VOT set; remove its 'year' and 'eao_interval'"),
    ],
)
def test_a_vot_set_has_a_year_or_an_interval_or_neither(tmp_path, extra, message):
    real = {**REAL, "format": "got10k"}
    sets = {
        "a": {**real, "role": "train", "path": "a"},
        "b": {**real, "role": "val", "path": "b"},
        "c": {**real, "format": "vot", "role": "test", "path": "c", **extra},
    }
    (tmp_path / "datasets.yaml").write_text(json.dumps(sets))
    (tmp_path / "variants.yaml").write_text((CONFIG / "variants.yaml").read_text())
    raw = {**GOOD, "datasets": {"train": "a", "val": "b", "test": ["c"]}}
    if message:
        with pytest.raises(ConfigError, match=message):
            resolve(raw, tmp_path)
        return
    found = resolve(raw, tmp_path).datasets.test[0]
    year, interval = extra.get("year", 0), tuple(extra.get("eao_interval", ()))
    assert (found.year, found.eao_interval) == (year, interval)
    assert eao_interval(found) == {2018: (100, 356), 2013: None}.get(year, interval or None)


def test_the_catalogue_says_where_eao_is_taken():
    sets = read_yaml(CONFIG / "datasets.yaml")
    assert sets["vot2018"]["year"] == 2018
    low, high = sets["synthetic-vot"]["eao_interval"]
    assert 1 <= low < high < sets["synthetic-vot"]["synthetic"]["frames"]
    assert all({"year", "eao_interval"} & set(item) for item in sets.values() if item["format"] == "vot")


@pytest.mark.parametrize(
    ("val", "test", "clash"),
    [
        ({}, {}, True),
        ({"sequences": ["Car{1..3}"]}, {"sequences": ["Car3", "Dog"]}, True),
        ({"sequences": ["Car{1..3}"]}, {"sequences": ["Car4", "Dog"]}, False),
        ({"path": "./otb100/"}, {}, True),
        ({"path": "otb50"}, {}, False),
    ],
)
def test_files_that_are_tested_on_cannot_be_chosen_on_under_another_name(tmp_path, val, test, clash):
    sets = {
        "a": {**REAL, "role": "train", "path": "vid"},
        "b": {**REAL, "role": "val", **val},
        "c": {**REAL, "role": "test", **test},
    }
    (tmp_path / "datasets.yaml").write_text(json.dumps(sets))
    (tmp_path / "variants.yaml").write_text((CONFIG / "variants.yaml").read_text())
    raw = {**GOOD, "datasets": {"train": "a", "val": "b", "test": ["c"]}}
    if not clash:
        assert resolve(raw, tmp_path).datasets.val.name == "b"
        return
    with pytest.raises(RoleError, match=r"'b' \(role val\) and 'c' \(role test\) share sequences"):
        resolve(raw, tmp_path)

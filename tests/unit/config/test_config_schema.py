"""The schema that editors use is the one the dataclasses give."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from siamloss.config_schema import profile_schema

ROOT = Path(__file__).resolve().parents[3]


def test_stored_schema_is_current():
    stored = json.loads((ROOT / "workflow" / "schemas" / "profile.schema.json").read_text())
    assert stored == json.loads(json.dumps(profile_schema())), (
        "run: siamloss schema --out workflow/schemas/profile.schema.json"
    )


@pytest.mark.parametrize("name", ["demo", "realmini", "paper"])
def test_profiles_fit_the_schema(name):
    profile = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())
    Draft202012Validator(profile_schema()).validate(profile)


def test_misspelt_key_does_not_fit():
    profile = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text())
    profile["train"]["epoch"] = 3
    errors = list(Draft202012Validator(profile_schema()).iter_errors(profile))
    assert [list(error.path) for error in errors] == [["train"]]

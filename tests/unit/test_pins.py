"""The pins of pyproject.toml, environment.yml and constraints.txt agree."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CLUSTERS = ("cluster", "kubernetes")
"""Extras that only users of a cluster install: each plug-in makes every start of Snakemake slower."""


def project_pins(without: tuple[str, ...] = ()) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {name: pins for name, pins in project["optional-dependencies"].items() if name not in without}
    return {pin for pins in (project["dependencies"], *extras.values()) for pin in pins}


def test_every_dependency_is_pinned():
    assert all(pin.count("==") == 1 for pin in project_pins())


def test_environment_yml_has_the_same_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    packages = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert {package for package in packages if not package.startswith("--")} == project_pins(CLUSTERS)


def test_constraints_hold_every_pin():
    lines = set((ROOT / "constraints.txt").read_text().lower().splitlines())
    assert {pin.lower() for pin in project_pins()} <= lines

"""Which sources an experiment's datasets name, and what is wrong with a dataset that lies elsewhere."""

from dataclasses import replace

import pytest
import yaml

from siamloss.config import Dataset
from siamloss.data.fetch.wanted import wanted_sources
from siamloss.errors import ConfigError
from siamloss.provenance.manifest import write_manifest

SOURCE = {"kind": "archives", "layout": "otb", "licence": "-", "urls": ["http://127.0.0.1/{name}.zip"], "names": ["A"]}
MANUAL = {"kind": "manual", "layout": "otb", "licence": "-", "how_to_get": "ask the moon"}


@pytest.fixture
def wanted(tiny, tmp_path):
    catalogue = tmp_path / "sources.yaml"
    catalogue.write_text(yaml.safe_dump({"x": {**SOURCE, "path": "x"}, "far": {**MANUAL, "path": "far"}}))

    def wanted(source, path):
        dataset = Dataset("mine", "otb", "test", path=path, source=source)
        datasets = replace(tiny.datasets, test=(dataset,))
        experiment = replace(tiny, data_root=str(tmp_path), datasets=datasets)
        return wanted_sources(experiment, catalogue)

    return wanted


def test_a_dataset_lies_at_its_source_or_below(wanted):
    assert wanted("x", "x") == wanted("x", "x/val") == ({"x": "x"}, [])
    assert "ask the moon" in wanted("far", "far")[1][0]


@pytest.mark.parametrize(("source", "path"), [("x", "sub/x"), ("x", "xy"), ("far", "x")])
def test_a_dataset_that_lies_elsewhere_is_named(wanted, source, path):
    with pytest.raises(ConfigError, match=f"dataset 'mine' lies at '{path}', but its source '{source}' becomes"):
        wanted(source, path)


def test_a_copy_with_its_own_manifest_is_not_fetched(wanted, tmp_path):
    (tmp_path / "x").mkdir()
    write_manifest(tmp_path / "x", kind="copy")
    assert wanted("x", "x") == ({}, [])
    write_manifest(tmp_path / "x", source="x")
    assert wanted("x", "x") == ({"x": "x"}, [])

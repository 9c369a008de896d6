"""The catalogue that is delivered, and what is wrong with one that a user wrote."""

import re
from pathlib import Path

import pytest
import yaml

from siamloss.data.fetch.catalogue import expected, find_source, load_sources
from siamloss.data.text import expand_names
from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError

ROOT = Path(__file__).resolve().parents[4]
CATALOGUE = ROOT / "config" / "sources.yaml"
LISTS = ROOT.parent / "shared" / "data" / "otb100"
DATASETS = yaml.safe_load((ROOT / "config" / "datasets.yaml").read_text())
SOURCES = load_sources(CATALOGUE)


def test_every_source_is_there():
    challenges = [f"vot{year}" for year in range(2013, 2023)]
    assert set(SOURCES) == {"otb100", *challenges, "got10k", "ilsvrc2015-vid", "lasot", "trackingnet"}
    assert {name for name, source in SOURCES.items() if source.kind == "manual"} == {
        "got10k",
        "ilsvrc2015-vid",
        "lasot",
        "trackingnet",
    }


def test_otb_has_98_archives_and_100_sequences():
    otb = SOURCES["otb100"]
    assert len(set(otb.names)) == 98
    assert len(set(otb.sequences)) == 100
    assert {re.sub(r"-[12]$", "", name) for name in otb.sequences} == set(otb.names)
    assert {name for name in otb.sequences if name not in otb.names} == {
        "Human4-2",
        "Jogging-1",
        "Jogging-2",
        "Skating2-1",
        "Skating2-2",
    }


def test_otb_agrees_with_the_published_list_and_annotations():
    if not LISTS.is_dir():
        pytest.skip(f"the lists of OTB are not at {LISTS}")
    assert list(SOURCES["otb100"].sequences) == (LISTS / "otb100.txt").read_text().split()
    lines = sum(len(path.read_text().split("\n")) - 1 for path in (LISTS / "annotations").glob("*.txt"))
    assert expected("otb100", CATALOGUE) == {"sequences": 100, "frames": lines}


def test_otb_agrees_with_the_got10k_toolkit():
    toolkit = pytest.importorskip("got10k.datasets.otb")
    assert set(SOURCES["otb100"].names) == set(toolkit.OTB._OTB__tb100_seqs)


def test_datasets_and_sources_fit():
    for name, dataset in DATASETS.items():
        if dataset.get("source"):
            source = SOURCES[dataset["source"]]
            assert dataset["path"].split("/")[0] == source.path
            assert dataset["licence"] == source.licence
            counted = expected(name, CATALOGUE).get("sequences")
            if dataset.get("sequences"):
                assert counted == len(expand_names(tuple(dataset["sequences"])))
    assert {name for name in DATASETS if "got10k-" in name and "synthetic" not in name} <= set(
        SOURCES["got10k"].expected
    )
    assert expected("realmini-otb", CATALOGUE) == {}


def test_an_unknown_source_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'otb100'"):
        find_source("otb", CATALOGUE)


GOOD = {
    "kind": "archives",
    "layout": "otb",
    "path": "x",
    "licence": "none",
    "urls": ["http://a/{name}.zip"],
    "names": ["A", "B"],
}
MANUAL = {"kind": "manual", "layout": "otb", "path": "x", "licence": "none"}


@pytest.mark.parametrize(
    ("raw", "error", "words"),
    [
        ({**GOOD, "lisence": "x"}, UnknownKeyError, "did you mean 'licence'"),
        ({**GOOD, "kind": "archive"}, ConfigError, "did you mean 'archives'"),
        ({**GOOD, "path": "../x"}, ConfigError, "give a folder under the root"),
        ({**GOOD, "path": "a/../../x"}, ConfigError, "give a folder under the root"),
        ({**GOOD, "path": "/x"}, ConfigError, "give a folder under the root"),
        ({**GOOD, "path": "."}, ConfigError, "give a folder under the root"),
        ({**GOOD, "path": ".downloads/x"}, ConfigError, "give a folder under the root"),
        ({**GOOD, "names": ["A", "../../../street"]}, ConfigError, r"'x.names' holds '\.\./\.\./\.\./street'"),
        ({**GOOD, "names": ["A\n"]}, ConfigError, "'x.names' holds"),
        ({**GOOD, "sequences": ["A", "a/b"]}, ConfigError, "'x.sequences' holds 'a/b', which cannot name a file"),
        ({**GOOD, "urls": ["http://a/b.zip"]}, ConfigError, "has no {name}"),
        ({**GOOD, "urls": ["ftp://a/{name}.zip"]}, ConfigError, "no http or https address"),
        ({**GOOD, "urls": []}, ConfigError, "urls"),
        ({**GOOD, "names": []}, ConfigError, "list the archives"),
        ({**GOOD, "archives": {"A.zip": {"sha": "1"}}}, UnknownKeyError, "did you mean 'sha256'"),
        ({**GOOD, "archives": {"A.zip": {"sha256": "abc"}}}, ConfigError, "64 hexadecimal digits"),
        ({**GOOD, "archives": {"A.zip": {"bytes": "many"}}}, ConfigError, "must be of type int"),
        ({**GOOD, "expected": {"x": {"sequence": 3}}}, UnknownKeyError, "did you mean 'sequences'"),
        (MANUAL, ConfigError, "say where a user gets the data"),
        ({**GOOD, "layout": "vot"}, ConfigError, "goes with the kind vot-description only"),
        ({**GOOD, "kind": "vot-description"}, ConfigError, "goes with the kind vot-description only"),
        ({**MANUAL, "how_to_get": "ask", "urls": ["http://a/b"]}, ConfigError, "urls"),
        ("text", ConfigError, "must be a mapping"),
    ],
)
def test_mistakes_in_a_catalogue(tmp_path, raw, error, words):
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump({"x": raw}))
    with pytest.raises(error, match=words):
        load_sources(path)


@pytest.mark.parametrize("key", ["../x", "a/b", ".hidden", ""])
def test_a_source_cannot_be_named_like_a_path(tmp_path, key):
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump({key: GOOD}))
    with pytest.raises(ConfigError, match=rf"source '{re.escape(key)}' cannot name a folder"):
        load_sources(path)


def test_facts_of_archives(tmp_path):
    path = tmp_path / "sources.yaml"
    archives = {"A.zip": {"bytes": 10, "sha256": "1" * 64}, "B.zip": {"bytes": 5}}
    path.write_text(yaml.safe_dump({"x": {**GOOD, "archives": archives, "expected": {"x": {"frames": 7}}}}))
    source = find_source("x", path)
    assert source.bytes == 15
    assert source.known("A.zip").sha256 == "1" * 64
    assert source.known("C.zip").bytes is None
    assert expected("x", path) == {"frames": 7}

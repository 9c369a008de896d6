"""Notes of what was placed: a damaged one is named, and never makes our own data a stranger's."""

import json
import shutil
from functools import partial

import numpy as np
import pytest
from tests.faults.harm import HARMS
from tests.unit.data.fetch.fetching import fetch

from siamloss.data.fetch.placed import Placed
from siamloss.errors import CorruptError
from siamloss.provenance.manifest import verify_manifest
from siamloss.provenance.sealed import read_json

DAMAGED = r"placed/Boy\.zip\.json .*; restore it, or delete it, move .*otb100 away and fetch again"


def folder_of(tmp_path):
    return tmp_path / ".downloads" / "otb" / "placed"


@pytest.mark.parametrize("kind", HARMS)
def test_damage_is_named_by_whatever_reads_the_note(otb, tmp_path, kind):
    fetch(otb, tmp_path)
    path, rng = folder_of(tmp_path) / "Boy.zip.json", np.random.default_rng(0)
    whole = path.read_bytes()
    for number in range(120):
        path.write_bytes(HARMS[kind](whole, rng)[0])
        placed = Placed(path.parent, tmp_path / "otb100")
        uses = [placed.owned, placed.names, partial(placed.is_whole, "Boy.zip"), partial(placed.forget, "Boy.zip")]
        with pytest.raises(CorruptError, match=DAMAGED):
            uses[number % 4]()


def test_a_fetch_stops_at_a_damaged_note_and_goes_on_as_it_says(otb, server, tmp_path):
    fetch(otb, tmp_path)
    path, asked = folder_of(tmp_path) / "Boy.zip.json", len(server.requests)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Boy/img/0001.jpg", b"Boy/img/0009.jpg"))
    with pytest.raises(CorruptError, match=DAMAGED):
        fetch(otb, tmp_path)
    assert len(server.requests) == asked
    verify_manifest(tmp_path / "otb100")
    path.unlink()
    shutil.move(tmp_path / "otb100", tmp_path / "away")
    assert fetch(otb, tmp_path).new == 3
    verify_manifest(tmp_path / "otb100")


def test_notes_of_an_older_version_are_read(otb, server, tmp_path):
    fetch(otb, tmp_path)
    asked = len(server.requests)
    for path in folder_of(tmp_path).glob("*.json"):
        path.write_text(json.dumps(read_json(path), sort_keys=True) + "\n")
    assert fetch(otb, tmp_path).before == 3
    (tmp_path / "otb100" / "Boy" / "img" / "0001.jpg").unlink()
    assert fetch(otb, tmp_path).new == 1
    assert len(server.requests) == asked + 1
    verify_manifest(tmp_path / "otb100")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": "1", "targets": [], "done": 1, "files": {}}'])
def test_a_file_that_is_no_note_is_named(otb, tmp_path, text):
    fetch(otb, tmp_path)
    (folder_of(tmp_path) / "Boy.zip.json").write_text(text)
    with pytest.raises(CorruptError, match=r"Boy\.zip\.json is not a note of what was placed; restore it"):
        fetch(otb, tmp_path)

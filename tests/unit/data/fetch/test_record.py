"""The record of hashes: the first fetch is trusted, later ones must match."""

import json
import threading

import numpy as np
import pytest
from tests.faults.harm import HARMS
from tests.unit.data.fetch.common import DATA, OTHER, SHA, absent, tools

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import download
from siamloss.data.fetch.record import Record
from siamloss.errors import CorruptError, DownloadError
from siamloss.provenance.sealed import read_json


def test_the_first_fetch_is_trusted_and_later_ones_must_match(server, target, tmp_path):
    record = Record(tmp_path)
    url = server.put("/a.zip", DATA)
    download([url], target, Want(), tools(record=record))
    facts = read_json(tmp_path / "fetched.json")[url]
    assert (facts["bytes"], facts["sha256"], facts["etag"]) == (len(DATA), SHA, '"v1"')
    assert set(facts) == {"bytes", "sha256", "etag", "last_modified", "when"}
    target.unlink()
    server.files["/a.zip"].body = OTHER
    before = (tmp_path / "fetched.json").read_bytes()
    absent(lambda: download([url], target, Want(), tools(record=record)), target, r"recorded in fetched\.json")
    assert (tmp_path / "fetched.json").read_bytes() == before
    mirror = server.put("/m.zip", OTHER)
    absent(lambda: download([mirror, url], target, Want(), tools(record=record)), target, "recorded")


def test_a_record_that_differs_or_is_damaged_says_what_to_do(tmp_path):
    record = Record(tmp_path)
    record.add("http://a/b", 3, "1" * 64)
    record.add("http://a/b", 3, "1" * 64)
    with pytest.raises(DownloadError, match=r"remove its entry from .*fetched\.json, with .* and fetch again"):
        record.add("http://a/b", 3, "2" * 64)
    for text in ("[]", "{", '{"a": {}}', '{"a": 3}'):
        (tmp_path / "fetched.json").write_text(text)
        with pytest.raises(CorruptError, match="restore it, or delete it"):
            record.known(["http://a/b"])


def test_many_writers_of_one_record_lose_nothing(tmp_path):
    threads = [
        threading.Thread(target=Record(tmp_path).add, args=(f"http://a/{number}", 1, f"{number:064d}"))
        for number in range(20)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(read_json(tmp_path / "fetched.json")) == 20


@pytest.mark.parametrize("kind", HARMS)
def test_no_damage_drops_a_pin_or_blames_the_publisher(tmp_path, kind):
    record, path, rng = Record(tmp_path), tmp_path / "fetched.json", np.random.default_rng(0)
    for number in range(3):
        record.add(f"http://a/{number}", number, f"{number:064d}")
    whole = path.read_bytes()
    uses = [lambda: record.known(["http://a/1"]), lambda: record.check("http://a/1", "1" * 64)]
    uses.append(lambda: record.add("http://a/1", 1, f"{1:064d}"))
    for number in range(150):
        damaged = HARMS[kind](whole, rng)[0]
        path.write_bytes(damaged)
        with pytest.raises(CorruptError, match=r"fetched\.json .*; restore it, .*or delete it to trust anew"):
            uses[number % 3]()
        assert path.read_bytes() == damaged


def test_a_record_of_an_older_version_is_read_and_sealed_by_the_next_entry(tmp_path):
    record, path = Record(tmp_path), tmp_path / "fetched.json"
    old = {"http://a/b": {"bytes": 3, "sha256": "1" * 64, "etag": "", "last_modified": "", "when": "2024-05-01"}}
    path.write_text(json.dumps(old, indent=1, sort_keys=True) + "\n")
    assert record.known(["http://a/b"]) == "1" * 64
    record.add("http://a/c", 3, "2" * 64)
    assert [record.known([f"http://a/{name}"]) for name in "bcd"] == ["1" * 64, "2" * 64, None]
    path.write_bytes(path.read_bytes().replace(b"http://a/b", b"http://a/f"))
    with pytest.raises(CorruptError, match=r"fetched\.json was changed after it was written"):
        record.known(["http://a/b"])


def test_a_record_mended_by_hand_as_the_message_says_is_taken(tmp_path):
    record, path = Record(tmp_path), tmp_path / "fetched.json"
    for name in "ab":
        record.add(f"http://a/{name}", 3, "1" * 64)
    with pytest.raises(DownloadError, match=r"with the line 'sha256_of_the_rest' and the empty last line") as error:
        record.check("http://a/b", "2" * 64)
    assert f"remove its entry from {path}, with" in str(error.value)
    lines = path.read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if "http://a/b" in line)
    mended = [line for line in lines[: begin - 1] if "sha256_of_the_rest" not in line] + [" }", "}"]
    path.write_text("\n".join(mended) + "\n")
    assert record.known(["http://a/a"]) == "1" * 64
    record.add("http://a/b", 3, "2" * 64)
    assert record.known(["http://a/b"]) == "2" * 64

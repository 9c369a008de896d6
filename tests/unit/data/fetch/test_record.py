"""The record of hashes: the first fetch is trusted, later ones must match."""

import json
import threading

import pytest
from tests.unit.data.fetch.common import DATA, OTHER, SHA, absent, tools

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import download
from siamloss.data.fetch.record import Record
from siamloss.errors import CorruptError, DownloadError


def test_the_first_fetch_is_trusted_and_later_ones_must_match(server, target, tmp_path):
    record = Record(tmp_path)
    url = server.put("/a.zip", DATA)
    download([url], target, Want(), tools(record=record))
    facts = json.loads((tmp_path / "fetched.json").read_text())[url]
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
    with pytest.raises(DownloadError, match=r"remove its entry from .*fetched\.json and fetch again"):
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
    assert len(json.loads((tmp_path / "fetched.json").read_text())) == 20

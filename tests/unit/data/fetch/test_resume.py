"""Cuts and interruptions: what is there is continued, and at most one chunk is fetched twice."""

import json
import threading

import pytest
from tests.unit.data.fetch.common import CHUNK, DATA, KNOWN, OTHER, SHA, tools, whole
from tests.unit.data.fetch.server import Fault

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import download
from siamloss.data.fetch.policy import HaltedError


def test_a_good_server_is_asked_once(server, target):
    fetched = download([server.put("/a.zip", DATA)], target, KNOWN, tools())
    whole(target)
    assert (fetched.bytes, fetched.sha256, server.asked("/a.zip")) == (len(DATA), SHA, [None])


@pytest.mark.parametrize("percent", range(100))
@pytest.mark.parametrize("want", [KNOWN, Want()], ids=["known", "unknown"])
def test_a_cut_at_every_percent_is_continued(server, target, percent, want):
    cut = len(DATA) * percent // 100
    url = server.put("/a.zip", DATA, faults=[Fault(cut=cut)])
    download([url], target, want, tools())
    whole(target)
    assert len(server.asked("/a.zip")) == 2
    assert len(DATA) <= server.sent() <= len(DATA) + CHUNK


def test_cuts_in_a_row_count_only_while_nothing_new_comes(server, target):
    cuts = [Fault(cut=len(DATA) // 30) for _ in range(20)]
    download([server.put("/a.zip", DATA, faults=cuts)], target, KNOWN, tools())
    whole(target)
    assert len(server.requests) == 21
    assert server.sent() <= len(DATA) + 20 * CHUNK


def test_an_interrupted_call_is_continued_by_the_next_one(server, target):
    url = server.put("/a.zip", DATA)

    def interrupt(count):
        if target.with_name("a.zip.part").stat().st_size > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download([url], target, KNOWN, tools(on_bytes=interrupt))
    assert not target.exists()
    here = target.with_name("a.zip.part").stat().st_size
    assert 100_000 < here <= 100_000 + CHUNK
    download([url], target, KNOWN, tools())
    whole(target)
    assert server.asked("/a.zip")[1:] == [f"bytes={here}-"]


@pytest.mark.parametrize("moment", ["on the way", "in a pause"])
def test_a_download_that_is_told_to_stop_can_be_continued(server, target, moment):
    url = server.put("/a.zip", DATA, faults=[Fault(cut=50_000)] if moment == "in a pause" else [])
    stop = threading.Event()
    if moment == "in a pause":
        shared = tools(stop=stop, sleep=lambda seconds: stop.set())
    else:
        shared = tools(stop=stop, on_bytes=lambda count: stop.set())
    with pytest.raises(HaltedError):
        download([url], target, KNOWN, shared)
    here = target.with_name("a.zip.part").stat().st_size
    assert 0 < here <= 50_000
    download([url], target, KNOWN, tools())
    whole(target)
    assert server.asked("/a.zip")[1:] == [f"bytes={here}-"]


def test_a_whole_part_is_not_asked_for_again(server, target):
    url = server.put("/a.zip", DATA)
    download([url], target, KNOWN, tools())
    facts = {"url": url, "etag": '"v1"', "last_modified": "", "validator": '"v1"', "total": len(DATA)}
    target.rename(target.with_name("a.zip.part"))
    target.with_name("a.zip.part.json").write_text(json.dumps(facts))
    download([url], target, KNOWN, tools())
    whole(target)
    assert len(server.requests) == 1


def test_a_part_that_is_longer_than_the_file_is_dropped(server, target):
    url = server.put("/a.zip", DATA)
    facts = {"url": url, "etag": '"v1"', "last_modified": "", "validator": '"v1"', "total": 10}
    target.parent.mkdir()
    target.with_name("a.zip.part").write_bytes(DATA[:11])
    target.with_name("a.zip.part.json").write_text(json.dumps(facts))
    download([url], target, KNOWN, tools())
    whole(target)
    assert server.asked("/a.zip") == [None]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"url": 3}', '{"url": "x", "total": "many"}', '{"other": 1}'])
def test_a_part_of_unknown_version_is_dropped(server, target, text):
    target.parent.mkdir()
    target.with_name("a.zip.part").write_bytes(OTHER[:5000])
    target.with_name("a.zip.part.json").write_text(text)
    download([server.put("/a.zip", DATA)], target, Want(), tools())
    whole(target)
    assert server.asked("/a.zip") == [None]


def test_without_a_length_the_end_is_known_from_the_archive(server, target):
    bare = {"Content-Length": None}
    faults = [Fault(cut=100_000, headers=bare), Fault(headers=bare)]
    download([server.put("/a.zip", DATA, faults=faults, always=Fault(headers=bare))], target, Want(), tools())
    whole(target)
    assert server.sent() == len(DATA)


@pytest.mark.parametrize("cut", [0, 100_000, 100_400, 301_000])
@pytest.mark.parametrize("want", [KNOWN, Want()], ids=["known", "unknown"])
def test_a_cut_in_a_chunked_transfer_is_noticed(server, target, cut, want):
    faults = [Fault(chunked=True, cut=cut)]
    download([server.put("/a.zip", DATA, faults=faults, always=Fault(chunked=True))], target, want, tools())
    whole(target)
    assert len(server.requests) == 2
    assert server.sent() <= 1.01 * len(DATA) + CHUNK


def test_many_cuts_of_a_file_without_a_length_are_continued_where_the_size_is_known(server, target):
    bare = {"Content-Length": None}
    cuts = [Fault(cut=len(DATA) // 30, headers=bare) for _ in range(20)]
    download([server.put("/a.zip", DATA, faults=cuts, always=Fault(headers=bare))], target, KNOWN, tools())
    whole(target)
    assert server.sent() == len(DATA)


def test_two_at_once_fetch_one_file_once(server, target, tmp_path):
    url = server.put("/a.zip", DATA, faults=[Fault(cut=100_000, stall_s=0.1)])
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(download([url], target, KNOWN, tools()).sha256)) for _ in range(3)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == [SHA] * 3
    whole(target)
    assert server.sent() == len(DATA)

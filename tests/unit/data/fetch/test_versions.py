"""Answers of another range or another version: nothing is pieced together wrongly."""

import json
import threading
from dataclasses import replace
from email.utils import formatdate

import pytest
from tests.unit.data.fetch.common import DATA, FAST, KNOWN, OTHER, absent, tools, whole
from tests.unit.data.fetch.server import Fault

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import Tools, download
from siamloss.errors import DownloadError


def test_416_after_the_last_byte_of_an_unknown_length_ends_the_download(server, target):
    url = server.put("/a.zip", DATA)
    facts = {"url": url, "etag": '"v1"', "last_modified": "", "validator": '"v1"', "total": None}
    target.parent.mkdir()
    target.with_name("a.zip.part").write_bytes(DATA)
    target.with_name("a.zip.part.json").write_text(json.dumps(facts))
    download([url], target, KNOWN, tools())
    whole(target)
    assert server.asked("/a.zip") == [f"bytes={len(DATA)}-"]
    assert server.sent() == 0


def test_416_before_the_end_starts_anew(server, target):
    odd = Fault(status=416, headers={"Content-Range": "bytes */7"})
    faults = [Fault(cut=9000), odd, Fault(cut=9000), odd]
    download([server.put("/a.zip", DATA, faults=faults)], target, Want(), Tools(policy=replace(FAST, attempts=6)))
    whole(target)
    assert server.asked("/a.zip") == [None, "bytes=9000-", None, "bytes=9000-", None]


def test_a_whole_answer_to_a_request_for_the_rest_is_not_appended(server, target):
    faults = [Fault(cut=50_000), Fault(ignore_range=True)]
    download([server.put("/a.zip", DATA, faults=faults)], target, KNOWN, tools())
    whole(target)
    assert server.sent() == len(DATA) + 50_000


@pytest.mark.parametrize(
    "lie",
    [
        "bytes 0-9/{n}",
        "bytes 50001-{e}/{n}",
        "bytes 50000-{e}/7",
        "bytes 50000-{e}/900000",
        "bytes 50000-{n}/{n}",
        "items 1-2/3",
        None,
    ],
)
def test_another_range_than_asked_for_starts_anew(server, target, lie):
    lie = lie and lie.format(n=len(DATA), e=len(DATA) - 1)
    faults = [Fault(cut=50_000), Fault(headers={"Content-Range": lie})]
    download([server.put("/a.zip", DATA, faults=faults)], target, Want(), tools())
    whole(target)
    assert server.asked("/a.zip") == [None, "bytes=50000-", None]


def test_a_range_that_was_not_asked_for_is_not_taken(server, target):
    faults = [Fault(status=206, reply=DATA, headers={"Content-Range": f"bytes 0-{len(DATA) - 1}/{len(DATA)}"})]
    download([server.put("/a.zip", DATA, faults=faults)], target, KNOWN, tools())
    whole(target)
    assert len(server.requests) == 2


@pytest.mark.parametrize("noticed", ["by If-Range and the answer", "by If-Range", "by the answer"])
def test_a_file_that_changes_between_two_requests_is_not_pieced_together(server, target, noticed):
    url = server.put("/a.zip", DATA, faults=[Fault(cut=100_000)])
    changed = threading.Event()

    def change(seconds):
        server.files["/a.zip"].body = OTHER
        if "If-Range" in noticed:
            server.files["/a.zip"].etag = '"v2"'
        if noticed == "by If-Range":  # the answer names no version
            server.files["/a.zip"].faults = [Fault(headers={"ETag": None})]
        if noticed == "by the answer":  # a server that honours If-Range for the wrong version, but names the new one
            server.files["/a.zip"].faults = [Fault(headers={"ETag": '"v2"'})]
        changed.set()

    download([url], target, Want(), Tools(policy=FAST, sleep=change))
    assert changed.is_set()
    whole(target, OTHER)


def test_the_same_validator_for_another_file_is_found_by_the_hash(server, target):
    """Size and hash are known, the server lies about the version: one more request for the whole."""
    url = server.put("/a.zip", DATA, faults=[Fault(cut=100_000, body=OTHER)])
    assert len(OTHER) == len(DATA)
    download([url], target, KNOWN, tools())
    whole(target)
    assert server.asked("/a.zip") == [None, "bytes=100000-", None]


@pytest.mark.parametrize(
    ("etag", "modified", "resumed"),
    [
        ('W/"v1"', None, False),
        ("v1", None, False),
        (None, None, False),
        ('W/"v1"', formatdate(1_600_000_000, usegmt=True), True),
        (None, formatdate(1_600_000_000, usegmt=True), True),
        (None, "now", False),
    ],
)
def test_only_strong_validators_resume(server, target, etag, modified, resumed):
    modified = formatdate(usegmt=True) if modified == "now" else modified
    url = server.put("/a.zip", DATA, etag=etag, modified=modified, faults=[Fault(cut=100_000)])
    download([url], target, Want(), tools())
    whole(target)
    assert server.asked("/a.zip") == [None, "bytes=100000-" if resumed else None]


@pytest.mark.parametrize("want", [KNOWN, Want()], ids=["known", "unknown"])
@pytest.mark.parametrize("length", [len(DATA) - 1000, len(DATA) + 1000])
def test_a_wrong_length_never_gives_a_wrong_file(server, target, length, want):
    wrong = Fault(headers={"Content-Length": str(length)})
    url = server.put("/a.zip", DATA, faults=[wrong])
    try:
        download([url], target, want, tools())
    except DownloadError:
        assert not target.exists()
    else:
        whole(target)
    server.put("/b.zip", DATA, always=wrong)
    absent(lambda: download([server.url("/b.zip")], target.with_name("b"), KNOWN, tools()), target.with_name("b"), "b")


def test_bytes_behind_the_announced_end_do_not_reach_the_file(server, target):
    longer = Fault(body=DATA + b"x" * 500, headers={"Content-Length": str(len(DATA))})
    download([server.put("/a.zip", DATA, faults=[longer])], target, Want(), tools())
    whole(target)


def test_bytes_of_one_mirror_are_not_continued_at_another(server, target):
    first = server.put("/a.zip", OTHER, faults=[Fault(cut=50_000)], always=Fault(status=410))
    second = server.put("/m.zip", DATA)
    download([first, second], target, Want(), tools())
    whole(target)
    assert server.asked("/m.zip") == [None]


def test_a_mirror_that_was_begun_with_is_asked_first(server, target):
    urls = [server.url("/gone.zip"), server.put("/m.zip", DATA, faults=[Fault(cut=90_000)], always=Fault(status=500))]
    with pytest.raises(DownloadError):
        download(urls, target, KNOWN, tools())
    server.files["/m.zip"].always = Fault()
    server.put("/gone.zip", DATA)
    download(urls, target, KNOWN, tools())
    whole(target)
    assert server.asked("/m.zip")[-1] == "bytes=90000-"
    assert server.sent() == len(DATA)

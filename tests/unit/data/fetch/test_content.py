"""What a file must be before it gets its name: known digests and sizes, else a whole archive."""

import hashlib
import json

import pytest
from tests.unit.data.fetch.common import (
    DATA,
    KNOWN,
    OTHER,
    PAGE,
    absent,
    compressed,
    tarred,
    tools,
    whole,
)
from tests.unit.data.fetch.server import Fault

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import download


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (PAGE, "no zip or tar archive but a web page"),
        (b"", "but empty"),
        (b"MZ" + bytes(900), "no zip or tar archive and begins with b'mz"),
        (DATA[:-30], "damaged archive, or its end is missing"),
        (compressed("gzip")[:-30], "damaged archive"),
        (compressed("bz2")[:-30], "damaged archive"),
        (compressed("lzma")[:-30], "damaged archive"),
        (tarred()[:-20_000], "damaged archive"),
        (tarred()[:512], "damaged archive"),
        (tarred()[: 512 + -(-len(DATA) // 512) * 512], "damaged archive"),
        (b"PK\3\4" + bytes(5000), "damaged archive"),
    ],
)
def test_what_is_no_whole_archive_is_refused(server, target, body, words):
    absent(lambda: download([server.put("/a.zip", body)], target, Want(), tools()), target, words)
    assert not list(target.parent.glob("*.part*"))
    assert len(server.requests) <= 2


@pytest.mark.parametrize("body", [DATA, compressed("gzip"), compressed("bz2"), compressed("lzma"), tarred()])
def test_whole_archives_of_every_kind_are_taken(server, target, body):
    download([server.put("/a.zip", body)], target, Want(), tools())
    whole(target, body)


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_digests_by_their_length(server, target, kind):
    url = server.put("/a.zip", DATA)
    right = hashlib.new(kind, DATA).hexdigest()
    download([url], target, Want(digests=((right.upper(), "here"),)), tools())
    whole(target)
    target.unlink()
    wrong = Want(digests=((hashlib.new(kind, OTHER).hexdigest(), "says the catalogue"),))
    absent(lambda: download([url], target, wrong, tools()), target, f"{kind} is .* says the catalogue")
    assert len(server.requests) == 2, "a file that came in one piece is not asked for again"


def test_a_size_that_differs_is_refused_before_the_body(server, target):
    url = server.put("/a.zip", DATA)
    absent(lambda: download([url], target, Want(bytes=7), tools()), target, "bytes instead of 7")
    assert target.with_name("a.zip.part").stat().st_size == 0
    bare = server.put("/b.zip", DATA, always=Fault(headers={"Content-Length": None}))
    absent(lambda: download([bare], target, Want(bytes=7), tools()), target, "bytes instead of 7")


def test_a_file_that_is_there_is_checked_and_kept_or_replaced(server, target):
    url = server.put("/a.zip", DATA)
    target.parent.mkdir()
    target.write_bytes(DATA)
    download([url], target, KNOWN, tools())
    assert server.requests == []
    target.write_bytes(OTHER)
    download([url], target, KNOWN, tools())
    whole(target)


def test_descriptions_are_json(server, target):
    want = Want(kind="json")
    absent(lambda: download([server.put("/d", PAGE)], target, want, tools()), target, "not valid JSON but a web page")
    download([server.put("/d", b'{"sequences": []}')], target, want, tools())
    assert json.loads(target.read_bytes()) == {"sequences": []}


def test_a_transfer_that_the_server_compresses_is_refused(server, target):
    url = server.put("/a.zip", DATA, always=Fault(headers={"Content-Encoding": "gzip"}))
    absent(lambda: download([url], target, Want(), tools()), target, "coding 'gzip'")

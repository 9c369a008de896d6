"""Servers that fail, stall or ask to wait, and mirrors: how long one is asked, and which is next."""

from dataclasses import replace
from email.utils import formatdate

import pytest
from tests.unit.data.fetch.common import CHUNK, DATA, FAST, KNOWN, absent, tools, whole
from tests.unit.data.fetch.server import Fault

from siamloss.data.fetch.download import Tools, download
from siamloss.data.fetch.policy import Policy
from siamloss.errors import DownloadError


@pytest.mark.parametrize("code", [500, 502, 503, 504, 408, 429])
def test_a_burst_of_errors_is_waited_out(server, target, code):
    bursts = [Fault(status=code), Fault(status=code), Fault(cut=60_000), Fault(status=code), Fault(status=code)]
    download([server.put("/a.zip", DATA, faults=bursts)], target, KNOWN, tools())
    whole(target)
    assert server.sent() <= len(DATA) + CHUNK


def test_errors_without_end_end(server, target):
    url = server.put("/a.zip", DATA, always=Fault(status=503))
    absent(
        lambda: download([url], target, KNOWN, tools()), target, r"answered 503.*3 requests in a row.*try again later"
    )
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("7", 7, 7), ("999999", 300, 300), (formatdate(4e9, usegmt=True), 300, 300), ("soon", 0, 0.002), ("-5", 0, 0.002)],
)
def test_retry_after_is_honoured_within_bounds(server, target, header, least, most):
    waits = []
    url = server.put("/a.zip", DATA, faults=[Fault(status=429, headers={"Retry-After": header})])
    download([url], target, KNOWN, Tools(policy=FAST, sleep=waits.append))
    whole(target)
    assert len(waits) == 1
    assert least <= waits[0] <= most


def test_pauses_grow_and_are_spread(server, target):
    waits = []
    policy = Policy(backoff_s=1.0, backoff_max_s=5.0, attempts=6)
    url = server.put("/a.zip", DATA, always=Fault(status=500))
    with pytest.raises(DownloadError):
        download([url], target, KNOWN, Tools(policy=policy, sleep=waits.append))
    assert len(waits) == 5
    for wait, limit in zip(waits, (1, 2, 4, 5, 5), strict=True):
        assert limit / 2 <= wait <= limit
    assert len({round(wait / limit, 6) for wait, limit in zip(waits, (1, 2, 4, 5, 5), strict=True)}) > 1


@pytest.mark.parametrize("after", [0, 40_000])
def test_a_server_that_stalls_is_left_and_asked_for_the_rest(server, target, after):
    url = server.put("/a.zip", DATA, faults=[Fault(cut=after, stall_s=3.0)])
    download([url], target, KNOWN, Tools(policy=replace(FAST, read_s=0.5)))
    whole(target)
    assert server.asked("/a.zip") == [None, f"bytes={after}-" if after else None]


def test_nobody_listens(server, target):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/a.zip"
    absent(lambda: download([url], target, KNOWN, tools()), target, "ConnectionError")


def test_the_next_mirror_has_it(server, target):
    urls = [
        server.url("/gone.zip"),
        server.put("/down.zip", DATA, always=Fault(status=500)),
        server.put("/m.zip", DATA),
    ]
    fetched = download(urls, target, KNOWN, tools())
    whole(target)
    assert fetched.address == urls[2]
    assert [len(server.asked(path)) for path in ("/gone.zip", "/down.zip", "/m.zip")] == [1, 3, 1]


def test_nowhere_names_every_address_and_no_secret(server, target):
    urls = [server.url("/x.zip?token=SECRET"), server.url("/y.zip").replace("//", "//me:SECRET@")]
    with pytest.raises(DownloadError) as caught:
        download(urls, target, KNOWN, tools())
    message = str(caught.value)
    assert message.count("answered 404") == 2
    assert "SECRET" not in message
    assert "--url" in message

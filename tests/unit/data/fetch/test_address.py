"""Which addresses are asked, how redirects are followed, and that https is never left; with a real TLS server."""

import ssl
import subprocess
import threading
import time

import pytest
from tests.unit.data.fetch.common import DATA, FAST, KNOWN, absent, tools, whole
from tests.unit.data.fetch.server import Fault, Server

from siamloss.data.fetch.address import check_address, file_name, follow, host_of, shown
from siamloss.data.fetch.download import download
from siamloss.data.fetch.hosts import Hosts
from siamloss.data.fetch.policy import RefusedError


@pytest.fixture
def secure(tmp_path, monkeypatch):
    """A server with a certificate of its own, which this test trusts."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try:
        subprocess.run([*command, "-keyout", key, "-out", certificate, *subject], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a certificate needs openssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with Server(context) as server:
        yield server
        server.shutdown()


def moved(location, code=302):
    return Fault(status=code, headers={"Location": location})


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_followed_also_for_the_rest(server, target, code):
    server.put("/real/a.zip", DATA, faults=[Fault(cut=50_000)])
    url = server.put("/a.zip", b"", always=moved("/real/a.zip", code))
    fetched = download([url], target, KNOWN, tools())
    whole(target)
    assert fetched.address == url, "the record names the address that was asked for"
    assert server.asked("/real/a.zip") == [None, "bytes=50000-"]


def test_redirects_in_a_circle_end(server, target):
    server.put("/a", b"", always=moved("/b"))
    url = server.put("/b", b"", always=moved("/a"))
    absent(lambda: download([url], target, KNOWN, tools()), target, f"more than {FAST.redirects} redirects")
    assert len(server.requests) == FAST.redirects + 1


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/a", "file:///etc/passwd", "http://[", "gopher:x"])
def test_redirects_to_what_is_no_web_address_are_refused(server, target, location):
    url = server.put("/a.zip", b"", always=moved(location))
    absent(lambda: download([url], target, KNOWN, tools()), target, r"a\.zip")
    assert len(server.requests) == 1


def test_https_works_and_is_checked(secure, target, monkeypatch):
    url = secure.put("/a.zip", DATA, faults=[Fault(cut=70_000)])
    download([url], target, KNOWN, tools())
    whole(target)
    target.unlink()
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    asked, waits = len(secure.requests), []
    absent(lambda: download([url], target, KNOWN, tools(sleep=waits.append)), target, "SSLError")
    assert len(secure.requests) == asked
    assert waits == [], "a certificate is not right the next time"


def test_https_is_never_left(secure, server, target):
    plain = server.put("/a.zip", DATA)
    url = secure.put("/a.zip", b"", always=moved(plain))
    absent(lambda: download([url], target, KNOWN, tools()), target, "from https to http")
    assert server.requests == []


def test_http_may_lead_to_https(secure, server, target):
    url = server.put("/a.zip", b"", always=moved(secure.put("/a.zip", DATA)))
    download([url], target, KNOWN, tools())
    whole(target)


@pytest.mark.parametrize(
    ("url", "location", "goal"),
    [
        ("https://a.b/c/d.json", "e.zip", "https://a.b/c/e.zip"),
        ("https://a.b/c/d/x.json", "../../s/e.zip", "https://a.b/s/e.zip"),
        ("https://a.b/c", "//x.y/e.zip", "https://x.y/e.zip"),
        ("http://a.b/c", "https://x.y/e.zip", "https://x.y/e.zip"),
        ("http://a.b/c", "http://x.y/e.zip", "http://x.y/e.zip"),
    ],
)
def test_where_addresses_lead(url, location, goal):
    assert follow(url, location) == goal


def test_a_downgrade_is_named():
    with pytest.raises(RefusedError, match="from https to http"):
        follow("https://a.b/c", "http://a.b/c")


@pytest.mark.parametrize(
    "url", ["", "a.zip", "ftp://a/b", "http://", "http:///x", "http://a:x/", "http://a:0/", "http://["]
)
def test_what_is_no_address(url):
    with pytest.raises(RefusedError, match="no http or https address"):
        check_address(url)


def test_addresses_are_shown_without_secrets():
    one, two = shown("https://me:pw@a.b:8/c/d.zip?id=1&key=S"), shown("https://a.b:8/c/d.zip?id=2&key=S")
    assert one.startswith("https://a.b:8/c/d.zip?~")
    assert one != two
    assert shown("http://a.b/c.zip") == "http://a.b/c.zip"
    assert host_of("http://me@A.b:8/c") == "a.b:8"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://a/b/val_data.zip?x=1", "val_data.zip"),
        ("http://a/b%20c.zip", "b c.zip"),
        ("http://a/", "archive"),
        ("http://a/..", "archive"),
        ("http://a/x%2F..%5C..%5Ce.zip", "archive"),
    ],
)
def test_names_of_files_are_safe(url, name):
    assert file_name(url) == name


def test_a_host_has_so_many_places():
    hosts, lock, now, most = Hosts(), threading.Lock(), {"a": 0, "b": 0}, {"a": 0, "b": 0}

    def work(host):
        with hosts.slot(host, 2):
            with lock:
                now[host] += 1
                most[host] = max(most[host], now[host])
            time.sleep(0.01)
            with lock:
                now[host] -= 1

    threads = [threading.Thread(target=work, args=(host,)) for host in "ab" * 6]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert most == {"a": 2, "b": 2}

"""A server on loopback, and where a download goes."""

import pytest
from tests.unit.data.fetch.archives import otb_zip, put_vot
from tests.unit.data.fetch.server import Server

from siamloss.data.fetch.catalogue import Source


@pytest.fixture
def server():
    with Server() as server:
        yield server
        server.shutdown()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "down" / "a.zip"


NAMES = ("Boy", "Human4", "Jogging")


@pytest.fixture
def otb(server):
    """A source of three OTB archives with four sequences."""
    server.put("/seq/Boy.zip", otb_zip("Boy"))
    server.put("/seq/Human4.zip", otb_zip("Human4", targets=2))
    server.put("/seq/Jogging.zip", otb_zip("Jogging", targets=2))
    listed = ("Boy", "Human4-2", "Jogging-1", "Jogging-2")
    url = server.url("/seq/{name}.zip")
    return Source("otb", "archives", "otb", "otb100", "none", urls=(url,), names=NAMES, sequences=listed)


@pytest.fixture
def vot(server):
    url = put_vot(server, ("bag", "ants1"))
    return Source("vot2099", "vot-description", "vot", "vot2099", "none", urls=(url,))

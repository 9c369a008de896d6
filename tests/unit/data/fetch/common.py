"""What the tests of downloads share: two archives of the same size, a quick policy, and what must hold at the end."""

import hashlib
import io
import random
import tarfile
import zipfile

import pytest

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import Tools
from siamloss.data.fetch.policy import Policy
from siamloss.errors import DownloadError

CHUNK = 4096


FAST = Policy(connect_s=5, read_s=10.0, attempts=3, backoff_s=0.001, backoff_max_s=0.002, chunk=CHUNK)


def make_zip(seed=0, size=300_000):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.bin", random.Random(seed).randbytes(size))
    return buffer.getvalue()


DATA = make_zip()


OTHER = make_zip(1)


SHA = hashlib.sha256(DATA).hexdigest()


KNOWN = Want(bytes=len(DATA), digests=((SHA, "as the test knows"),))


def tools(**settings):
    return Tools(policy=FAST, **settings)


def whole(target, data=DATA):
    """The file is right, and nothing of the download is left beside it but the empty lock."""
    assert target.read_bytes() == data
    assert sorted(path.name for path in target.parent.iterdir()) == ["a.zip", "a.zip.lock"]


def absent(call, target, match):
    with pytest.raises(DownloadError, match=match):
        call()
    assert not target.exists()


PAGE = b"<!DOCTYPE html><html>Please log in</html>" + b" " * 3000


def compressed(module, data=DATA):
    return __import__(module).compress(data)


def tarred():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.bin")
        info.size = len(DATA)
        archive.addfile(info, io.BytesIO(DATA))
    return buffer.getvalue()

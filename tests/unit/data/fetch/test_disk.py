"""A disk that is full before or during a download: named, nothing under the final name, continued later."""

import shutil
import subprocess

import pytest
from tests.unit.data.fetch.common import DATA, KNOWN, tools, whole
from tests.unit.data.fetch.server import Fault

from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import download
from siamloss.errors import DiskFullError


@pytest.fixture
def disk(tmp_path):
    """A real file system of 400 kB of which 200 kB are free."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    (disk / "ballast").write_bytes(bytes(200_000))
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_file_that_cannot_fit_is_not_begun(server, disk):
    target = disk / "down" / "a.zip"
    url = server.put("/a.zip", DATA)
    with pytest.raises(DiskFullError, match=r"no space for the 0\.3 MB .* free some space"):
        download([url], target, Want(), tools())
    assert not target.exists()
    assert target.with_name("a.zip.part").stat().st_size == 0
    (disk / "ballast").unlink()
    download([url], target, KNOWN, tools())
    whole(target)


def test_a_disk_that_fills_up_on_the_way(server, disk):
    target = disk / "down" / "a.zip"
    bare = Fault(headers={"Content-Length": None})
    url = server.put("/a.zip", DATA, always=bare)
    with pytest.raises(DiskFullError, match=r"a\.zip.*free some space"):
        download([url], target, Want(), tools())
    assert not target.exists()
    here = target.with_name("a.zip.part").stat().st_size
    assert here > 100_000
    (disk / "ballast").unlink()
    download([url], target, Want(), tools())
    whole(target)
    assert server.asked("/a.zip") == [None, f"bytes={here}-"]
    assert shutil.disk_usage(disk).free > 0

"""Good archives come out exactly; what is around them is as it was."""

import bz2
import gzip
import io
import lzma
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest
from tests.unit.data.unpack.build import Entry, tar_bytes, tar_member, write, zip_bytes

from siamloss.data.unpack import Limits, unpack
from siamloss.errors import ArchiveError, DiskFullError, MissingDataError
from siamloss.provenance.hashing import sha256_bytes

FILES = {
    "list.txt": b"one\ntwo\n",
    "one/00000001.jpg": os.urandom(3 * 10**5),
    "one/groundtruth.txt": b"1,2,3,4\n" * 5000,
    "Čeština/日本/größe é.txt": b"names",
    "empty.txt": b"",
    f"{'long' * 30}/{'name' * 40}.txt": b"behind the plain header",
}
EMPTY = "nothing in here"


def as_zip(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(f"{EMPTY}/", b"")
        for name, data in FILES.items():
            archive.writestr(name, data)
    return out.getvalue()


def as_streamed_zip():
    """Sizes behind the content, as a writer does that cannot seek."""

    class Pipe(io.RawIOBase):
        data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir(EMPTY)
        for name, data in FILES.items():
            archive.writestr(name, data)
    return out.data


def as_long_zip():
    """With the fields of archives above 4 GB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir(EMPTY)
        for name, data in FILES.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(data)
    return out.getvalue()


def as_tar(form):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        folder = tarfile.TarInfo(f"./{EMPTY}")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o2700
        archive.addfile(folder)
        for name, data in FILES.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.uid, info.mtime = len(data), 0o400, 4711, 1e9
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


ARCHIVES = {
    "stored zip": lambda: as_zip(zipfile.ZIP_STORED),
    "deflated zip": lambda: as_zip(zipfile.ZIP_DEFLATED),
    "streamed zip": as_streamed_zip,
    "long zip": as_long_zip,
    "GNU tar": lambda: as_tar(tarfile.GNU_FORMAT),
    "pax tar": lambda: as_tar(tarfile.PAX_FORMAT),
    "tar.gz": lambda: gzip.compress(as_tar(tarfile.GNU_FORMAT)),
    "tar.gz in two streams": lambda: b"".join(
        gzip.compress(part) for part in (as_tar(tarfile.GNU_FORMAT)[:1000], as_tar(tarfile.GNU_FORMAT)[1000:])
    ),
    "tar.bz2": lambda: bz2.compress(as_tar(tarfile.PAX_FORMAT)),
    "tar.xz": lambda: lzma.compress(as_tar(tarfile.PAX_FORMAT)),
}


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_good_archive_comes_out_exactly(tmp_path, kind):
    archive = write(tmp_path / "no suffix tells", ARCHIVES[kind]())
    before = time.time() - 5
    old = os.umask(0o077)
    try:
        names = unpack(archive, tmp_path / "deep" / "into")
    finally:
        os.umask(old)
    into = tmp_path / "deep" / "into"
    assert names == sorted(FILES)
    assert content(into) == FILES
    assert (into / EMPTY).is_dir()
    assert not list((into / EMPTY).iterdir())
    for path in (into, *into.rglob("*")):
        assert stat.S_IMODE(path.lstat().st_mode) == (0o755 if path.is_dir() else 0o644), path
        assert path.lstat().st_uid == os.getuid()
        assert path.lstat().st_mtime > before
    assert sorted(os.listdir(tmp_path)) == ["deep", "no suffix tells"]
    assert os.listdir(tmp_path / "deep") == ["into"]


@pytest.mark.parametrize("command", [["tar", "cf"], ["tar", "czf"], ["tar", "cJf"], ["zip", "-qr"]])
def test_archives_of_the_usual_programs(tmp_path, command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    for name, data in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    subprocess.run([*command, tmp_path / "a.zip", "."], cwd=tmp_path / "in", check=True)
    assert unpack(tmp_path / "a.zip", tmp_path / "into") == sorted(FILES)
    assert content(tmp_path / "into") == FILES


def test_folders_may_be_listed_behind_their_files_and_carry_the_bit_of_their_group(tmp_path):
    data = zip_bytes(Entry("f/x"), Entry("f/", b"", mode=0o042755))
    assert unpack(write(tmp_path / "a", data), tmp_path / "into") == ["f/x"]


def test_several_tools_names_are_kept_apart(tmp_path):
    names = [
        "CONTROL.txt",
        "auxiliary",
        "a.b.c",
        ".hidden",
        "...x",
        "com10",
        "nul-1",
        "~x",
        "x y",
        "[1]",
        "a'b",
        "100%",
    ]
    data = tar_bytes(*(tar_member(name, name.encode()) for name in names))
    assert unpack(write(tmp_path / "a", data), tmp_path / "into") == sorted(names)


@pytest.mark.parametrize("kind", ["deflated zip", "tar.gz"])
def test_expected_sha256_is_compared_before_anything_else(tmp_path, kind):
    data = ARCHIVES[kind]()
    archive = write(tmp_path / "a", data)
    assert unpack(archive, tmp_path / "into", sha256=sha256_bytes(data).upper()) == sorted(FILES)
    write(archive, data[:100] + b"changed" + data[107:])
    with pytest.raises(
        ArchiveError, match=r"a has sha256 \w{64} instead of \w{64}; nothing was extracted, download it"
    ):
        unpack(archive, tmp_path / "other", sha256=sha256_bytes(data))
    assert sorted(os.listdir(tmp_path)) == ["a", "into"]


def test_missing_archive_is_named(tmp_path):
    with pytest.raises(MissingDataError, match=r"archive .*nowhere is not there; download it again"):
        unpack(tmp_path / "nowhere", tmp_path / "into")


@pytest.mark.parametrize("kind", ["file", "full folder", "link to nowhere", "link to an empty folder"])
def test_what_is_there_already_is_left_alone(tmp_path, kind):
    archive, into = write(tmp_path / "a", as_zip(0)), tmp_path / "into"
    (tmp_path / "empty").mkdir()
    if kind.startswith("link"):
        into.symlink_to(tmp_path / ("empty" if kind.endswith("folder") else "nowhere"))
    elif kind == "file":
        into.write_text("mine")
    else:
        into.mkdir()
        (into / "mine").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArchiveError, match=r"cannot be unpacked into .*, which holds something; remove that"):
        unpack(archive, into)
    assert sorted(tmp_path.rglob("*")) == before


def test_empty_folder_is_filled(tmp_path):
    (tmp_path / "into").mkdir()
    assert unpack(write(tmp_path / "a", as_zip(0)), tmp_path / "into") == sorted(FILES)


def test_content_that_does_not_fit_on_the_disk_is_not_begun(tmp_path):
    size = shutil.disk_usage(tmp_path).free * 2
    field = b"\x80" + size.to_bytes(11, "big")
    data = tar_bytes(tar_member("big.bin", b"", size_field=field))
    archive = tmp_path / "a"
    with open(archive, "wb") as file:  # a sparse file: the header is there, its content takes no space
        file.write(data[:512])
        file.seek(512 + size + -size % 512)
        file.write(bytes(1024))
    with pytest.raises(DiskFullError, match=r"a needs \d+ MB in .* but \d+ MB are free; free some space"):
        unpack(archive, tmp_path / "into", Limits(bytes=size * 2))
    assert os.listdir(tmp_path) == ["a"]


def test_disk_that_fills_up_is_named_and_left_clean(tmp_path):
    """A limit on the size of a file stands for the full disk, in a process of its own."""
    archive = write(tmp_path / "a", zip_bytes(Entry("small"), Entry("x", os.urandom(10**6))))
    code = (
        "import errno, os, resource, signal, sys, pathlib\n"
        "from siamloss.data.unpack import unpack\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10**5, 10**5))\n"
        "try:\n    unpack(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "except OSError as error:\n    sys.exit(errno.errorcode[error.errno])\n"
    )
    command = [sys.executable, "-c", code, archive, tmp_path / "into"]
    assert "EFBIG" in subprocess.run(command, capture_output=True, text=True).stderr
    assert os.listdir(tmp_path) == ["a"]


def test_an_interrupt_leaves_nothing(tmp_path):
    """Ctrl-C while the content is written: the temporary folder is there at that moment, and then is not."""
    archive = write(tmp_path / "a", zip_bytes(*(Entry(f"{n}", b"x" * 100) for n in range(20000))))
    code = "import sys, pathlib\nfrom siamloss.data.unpack import unpack\nunpack(*map(pathlib.Path, sys.argv[1:]))\n"
    running = subprocess.Popen([sys.executable, "-c", code, archive, tmp_path / "into"], stderr=subprocess.PIPE)
    while not list(tmp_path.glob(".into.*.part/9")):
        assert running.poll() is None
        time.sleep(0.002)
    running.send_signal(2)
    assert b"KeyboardInterrupt" in running.communicate(timeout=30)[1]
    assert os.listdir(tmp_path) == ["a"]

"""Files and folders that are whole or absent."""

import errno
import os
import subprocess
import sys

import pytest

from siamloss.errors import ConfigError, DiskFullError
from siamloss.provenance.atomic import (
    LOCKS,
    _owner,
    atomic_folder,
    atomic_path,
    publish_folder,
    write_bytes,
    write_text,
)


def test_file_takes_its_name_only_on_success(tmp_path):
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_folder_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "run"
    for text in ("one", "two"):
        with atomic_folder(target) as folder:
            (folder / text).write_text(text)
    assert [path.name for path in target.iterdir()] == ["two"]
    with pytest.raises(RuntimeError), atomic_folder(target) as folder:
        (folder / "three").write_text("three")
        raise RuntimeError
    assert [path.name for path in target.iterdir()] == ["two"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_has_a_name_and_leaves_nothing(tmp_path, code):
    with pytest.raises(DiskFullError, match="free some space"), atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("half")
        raise OSError(code, "no space")
    assert not list(tmp_path.iterdir())


def test_other_system_errors_keep_their_name(tmp_path):
    for way in (atomic_path, atomic_folder):
        for error in (PermissionError(errno.EACCES, "no"), NotADirectoryError(errno.ENOTDIR, "no")):
            with pytest.raises(type(error)) as raised, way(tmp_path / "a"):
                raise error
            assert raised.value is error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["file/a.txt", "file/deep/a.txt", "folder"])
def test_a_place_that_cannot_be_written_to_is_named(tmp_path, place):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    target = tmp_path / place
    message = rf"^cannot write {target} \(.+\); choose another place$"
    with pytest.raises(ConfigError, match=message):
        write_text(target, "text")
    with pytest.raises(ConfigError, match=message):
        write_bytes(target, b"bytes")
    if place != "folder":
        with pytest.raises(ConfigError, match=message), atomic_folder(target):
            pytest.fail("the block was entered")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    if os.access(tmp_path / "closed", os.W_OK):
        pytest.skip("this user may write everywhere")
    for way in (atomic_path, atomic_folder):
        message = r"cannot write .*closed/a \(Permission denied\); choose"
        with pytest.raises(ConfigError, match=message), way(tmp_path / "closed" / "a"):
            pytest.fail("the block was entered")


def test_a_full_disk_keeps_its_name_where_nothing_can_be_made(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("pathlib.Path.mkdir", full)
    with pytest.raises(DiskFullError, match="free some space"):
        write_text(tmp_path / "new" / "a.txt", "text")


def test_leftovers_of_a_killed_process_are_swept(tmp_path):
    code = (
        "import os, pathlib, sys\n"
        "from siamloss.provenance.atomic import atomic_folder, atomic_path\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "with atomic_path(root / 'a.txt') as file, atomic_folder(root / 'run') as folder:\n"
        "    file.write_text('half'); (folder / 'x').write_text('half'); os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    write_text(tmp_path / "a.txt", "whole")
    with atomic_folder(tmp_path / "run") as folder:
        (folder / "x").write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "run"]


def test_leftovers_of_other_machines_are_swept_where_the_workflow_locks_products(tmp_path, monkeypatch):
    """And only those of the same name: a manifest may lie beside its folder."""
    dead, other = ".run.node7-12.part", ".run.node7-12.old"
    beside = [".run.manifest.node7-12.part.json", ".run2.node7-12.part", ".run.progress"]
    for name in (dead, other, *beside):
        (tmp_path / name).mkdir()
    with atomic_folder(tmp_path / "run"):
        pass
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"run", dead, other, *beside}, "another machine's process may be at it"
    monkeypatch.setenv(LOCKS, str(tmp_path / "locks"))
    with atomic_folder(tmp_path / "run"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"run", *beside}


def test_what_an_older_version_left_on_a_host_with_dots_in_its_name_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "node1.cluster.local")
    left, other = (tmp_path / f".run.{host}-{2**22 + 5}.part" for host in ("node1.cluster.local", "manifest.node1"))
    left.mkdir()
    other.mkdir()
    with atomic_folder(tmp_path / "run"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"run", other.name}


def test_a_folder_behind_a_link_is_replaced_and_the_link_stays(tmp_path):
    disk, link = tmp_path / "disk", tmp_path / "results" / "run"
    (disk / "run").mkdir(parents=True)
    link.parent.mkdir()
    link.symlink_to(disk / "run")
    for text in ("one", "two"):
        with atomic_folder(link) as folder:
            assert folder.parent == disk, "renamed on the disk that the link leads to"
            (folder / "x").write_text(text)
        assert (link / "x").read_text() == text
    assert link.is_symlink()
    assert [path.name for path in disk.iterdir()] == ["run"]
    assert [path.name for path in link.parent.iterdir()] == ["run"]


def test_a_link_that_a_kill_left_is_swept_and_what_it_leads_to_stays(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / f".run.{_owner().rpartition('-')[0]}-{2**22 + 5}.old").symlink_to(tmp_path / "kept")
    with atomic_folder(tmp_path / "run"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "run"}


def test_an_old_folder_that_a_kill_left_is_swept_with_the_next_one(tmp_path):
    left = tmp_path / f".store.{_owner().rpartition('-')[0]}-{2**22 + 5}.old"
    left.mkdir()
    (tmp_path / "new").mkdir()
    publish_folder(tmp_path / "new", tmp_path / "store")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]

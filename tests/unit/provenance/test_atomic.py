"""Files and folders that are whole or absent."""

import errno
import subprocess
import sys

import pytest

from siamloss.errors import DiskFullError
from siamloss.provenance.atomic import atomic_folder, atomic_path, write_text


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
    with pytest.raises(PermissionError), atomic_path(tmp_path / "a"):
        raise PermissionError(errno.EACCES, "no")


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

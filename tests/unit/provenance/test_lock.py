"""The lock of a job, between real processes."""

import errno
import fcntl
import os
import re
import select
import shutil
import subprocess
import sys

import pytest

from siamloss.errors import ConfigError
from siamloss.provenance.lock import exclusive, if_free, lock_of
from siamloss.provenance.unfinished import clear_done, leave
from siamloss.records.ledger import append_evaluation

HOLDER = """
import sys
from pathlib import Path
from siamloss.provenance.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    if sys.stdin.read() == "fail":
        raise SystemExit(3)
"""


@pytest.fixture
def start():
    """Start a process that takes the lock, says "held", and keeps it until its input ends."""
    processes = []

    def started(path):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        processes.append(subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], text=True, **pipes))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def says_something(stream, seconds):
    return bool(select.select([stream], [], [], seconds)[0])


def line(stream):
    assert says_something(stream, 20), "the process says nothing"
    return stream.readline()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_has_a_name(tmp_path, monkeypatch, number):
    """Lustre without ``-o flock``, for one."""

    def refuse(file, how):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    path = tmp_path / "job.lock"
    path.touch()
    for use in (lambda: exclusive(path).__enter__(), lambda: if_free(path).__enter__()):
        with pytest.raises(
            ConfigError, match=rf"cannot lock {re.escape(str(path))} \(.*\); mount its file system with"
        ):
            use()
    with pytest.raises(ConfigError, match="cannot lock"):
        append_evaluation(tmp_path / "ledger.jsonl", {})


def test_second_waits_says_so_and_goes_on_when_the_first_is_killed(start, tmp_path):
    path = tmp_path / "job.lock"
    first = start(path)
    assert line(first.stdout) == "held\n"
    second = start(path)
    assert line(second.stderr) == f"waiting for another process that is at the same job ({path})\n"
    assert not says_something(second.stdout, 0.3), "it does not hold the lock yet"
    assert second.poll() is None
    first.kill()
    assert first.wait() == -9
    assert line(second.stdout) == "held\n", "a crash releases the lock"
    _, rest = second.communicate("", timeout=20)
    assert (second.returncode, rest) == (0, "")


def test_third_process_waits_for_the_one_that_waited(start, tmp_path):
    path = tmp_path / "job.lock"
    first = start(path)
    line(first.stdout)
    second = start(path)
    line(second.stderr)
    first.communicate("", timeout=20)
    assert line(second.stdout) == "held\n"
    third = start(path)
    assert line(third.stderr).startswith("waiting for another process")
    assert not says_something(third.stdout, 0.2)


def test_free_lock_is_taken_in_silence_and_left_after_an_error(start, tmp_path):
    path = tmp_path / "job.lock"
    for text, code in (("fail", 3), ("", 0)):
        process = start(path)
        out, err = process.communicate(text, timeout=20)
        assert (out, err, process.returncode) == ("held\n", "", code)


def test_finished_work_is_cleared_and_nobody_can_be_at_it_meanwhile(start, tmp_path, monkeypatch):
    done, busy, open_ = (tmp_path / name for name in ("done", "busy", "open"))
    for folder in (done, busy):
        leave(folder, keep=True)
    open_.mkdir()
    assert line(start(lock_of(busy)).stdout) == "held\n"
    remove, waited = shutil.rmtree, []

    def removed(folder, **options):
        other = start(lock_of(folder))
        waited.append(line(other.stderr))
        remove(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", removed)
    clear_done(tmp_path)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"busy", "open"}
    assert [text.split(" (")[0] for text in waited] == ["waiting for another process that is at the same job"]


def test_jobs_with_other_locks_do_not_wait(start, tmp_path):
    first, second = start(tmp_path / "a.lock"), start(tmp_path / "b.lock")
    assert line(first.stdout) == line(second.stdout) == "held\n"


def test_lock_in_this_process_holds_another_back_in_folders_made_for_it(start, tmp_path):
    path = tmp_path / ".progress" / "deep" / "job.lock"
    with exclusive(path):
        assert path.is_file()
        other = start(path)
        assert line(other.stderr).startswith("waiting for another process")
        assert not says_something(other.stdout, 0.2)
    assert line(other.stdout) == "held\n"

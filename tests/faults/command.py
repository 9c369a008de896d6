"""The command line as a user calls it, and what it must say of what it refuses."""

import multiprocessing
import os
import resource
import signal
import sys
import traceback
from dataclasses import dataclass

import cv2
import numpy as np

from siamloss import cli

CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["torch", "pyarrow.parquet", "tests.faults.command"])
"""Forks processes with all modules and no threads: a fork of the test run may wait for ever for a lock of a thread."""


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stderr: str


def siamloss(folder, *arguments):
    """The command line in a folder, in a process of its own that has torch already, with 4 GB of memory for data."""
    said = folder.with_name(f"{folder.name}.stderr")
    child = CLEAN.Process(target=_run, args=(folder, said, list(map(str, arguments))))
    child.start()
    child.join(120)
    return Done(child.exitcode, said.read_text(errors="replace"))


def _run(folder, said, arguments):
    code = 1
    try:
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_DATA, (4 * 2**30, 4 * 2**30))
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["siamloss", *arguments]
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        signal.alarm(90)
        cli.main()
    except SystemExit as error:
        code = error.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def assert_refused(done, folder, error=""):
    """One line that names an error, exit code 2, and nothing executed."""
    said = [line for line in done.stderr.splitlines() if line.startswith("siamloss: ")]
    assert (done.returncode, len(said)) == (2, 1), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert said[0].startswith(f"siamloss: {error}"), said[0]
    assert not list(folder.rglob("canary*"))


def sequence_folder(root, name="a", frames=3):
    """A sequence in GOT-10k's layout, which a list names."""
    folder = root / name
    folder.mkdir(parents=True)
    for number in range(frames):
        cv2.imwrite(str(folder / f"{number + 1:08d}.jpg"), np.full((40, 50, 3), 99, np.uint8))
    (folder / "groundtruth.txt").write_text("5,5,10,10\n" * frames)
    (root / "list.txt").write_text(f"{name}\n")
    return folder

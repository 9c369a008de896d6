"""The command line as a user calls it, and what it must say of what it refuses."""

import os
import resource
import signal
import sys
import traceback
from dataclasses import dataclass

import cv2
import numpy as np

from siamloss import cli


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stderr: str


def siamloss(folder, *arguments):
    """The command line in a folder, in a process of its own that has torch already, with 4 GB of memory for data."""
    sys.stdout.flush()
    said = folder.with_name(f"{folder.name}.stderr")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.chdir(folder)
            resource.setrlimit(resource.RLIMIT_DATA, (4 * 2**30, 4 * 2**30))
            output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.argv = ["siamloss", *map(str, arguments)]
            sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
            signal.alarm(90)
            cli.main()
        except SystemExit as error:
            code = error.code
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return Done(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.read_text(errors="replace"))


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

"""The user draws the box, on a screen that nobody sees."""

import os
import shutil
import subprocess
import sys
from itertools import chain

import pytest
from tests.unit.demo.conftest import read_table, write_folder

from siamloss.demo.choose import require_screen
from siamloss.errors import ConfigError

WHOLE = """
import sys
from pathlib import Path
from siamloss.demo.run import run_demo
run_demo(sys.argv[1], None, Path(sys.argv[2]), out=Path(sys.argv[3]))
"""
ALONE = """
import numpy as np
from siamloss.demo.choose import choose_box
choose_box(np.zeros((120, 160, 3), np.uint8))
"""


@pytest.fixture
def screen():
    """Environment with a display of 800x600 of its own."""
    missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed")
    pytest.importorskip("tkinter")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as said:
        number = said.readline().strip()
    yield {**os.environ, "DISPLAY": f":{number}"}
    server.terminate()
    server.wait()


def user(screen, *actions):
    """Do things in the window, once it is there."""
    command = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Drag a box", *actions]
    subprocess.run(command, env=screen, check=True, timeout=60, stdout=subprocess.DEVNULL)


def drag(*points):
    """Mouse pressed at the first point, moved over the others, released at the last; window pixels."""
    moves = [["mousemove", "--window", "%1", str(x), str(y), "sleep", "0.1"] for x, y in points]
    return [*moves[0], "mousedown", "1", *chain(*moves[1:]), "mouseup", "1", "sleep", "0.1"]


def press(key):
    """A key for whichever window has the focus (0), as from a keyboard: it may close before the key is let go."""
    return ["key", "--window", "0", key]


def start(screen, code, *words):
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(command, env=screen, stderr=subprocess.PIPE, text=True)


def test_drawn_box_is_tracked(screen, tmp_path, frames, run_folders):
    folder = write_folder(tmp_path / "clip", frames[:2])
    child = start(screen, WHOLE, folder, run_folders[0], tmp_path / "out")
    # 160x120 is shown three times as large. The first box is thought better of; the second is drawn up and to the left.
    user(screen, *drag((30, 30), (90, 60)), *drag((270, 192), (200, 150), (180, 120)), *press("Return"))
    assert child.wait(timeout=60) == 0, child.stderr.read()
    first = read_table(tmp_path / "out" / "tracked.csv").iloc[0]
    assert first[["x", "y", "w", "h"]].tolist() == [60.0, 40.0, 30.0, 24.0]


def test_leaving_without_a_box(screen):
    child = start(screen, ALONE)
    # Enter without a box does nothing.
    user(screen, *press("Return"), "sleep", "0.1", *press("Escape"))
    assert child.wait(timeout=60) == 1
    said = child.stderr.read()
    assert "ConfigError: no box was drawn; drag one with the mouse and press Enter" in said
    assert said.count("Traceback") == 1


def test_without_a_screen(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ConfigError, match="there is no screen to draw a box on; give the box with --init x,y,w,h"):
        require_screen()

"""Processes of a session, found in /proc."""

import contextlib
import os
import signal
from pathlib import Path


def session(leader):
    """Process ids of a session."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                text = Path(entry.path, "stat").read_text()
                if int(text.rpartition(")")[2].split()[3]) == leader:
                    found.append(int(entry.name))
    return found


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def kill_session(leader):
    for pid in session(leader):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

"""TraX server: a program that evaluates trackers (the VOT toolkit) drives ours over standard input and output.

A message is one line: ``@@TRAX:`` and its name, then arguments in double quotes, then optional ``key=value`` arguments.
Lines without that prefix are not meant for us. This is version 1 of the protocol, which newer clients speak as well,
with image files and with rectangles or polygons as regions:

    server  hello
    client  initialize "file:///a/00000001.jpg" "x,y,w,h"        server  state "x,y,w,h" "confidence=0.5"
    client  frame "file:///a/00000002.jpg"                       server  state ...
    client  quit
"""

import re
import sys
from typing import TextIO

import numpy as np

from siamloss.data.sequence import read_image
from siamloss.errors import ProtocolError, SiamlossError
from siamloss.geometry import polygon_to_box
from siamloss.tracking.tracker import Tracker

PREFIX = "@@TRAX:"
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^"\s]\S*)')
_ESCAPED = {"n": "\n", '"': '"', "\\": "\\"}


def read_message(line: str) -> tuple[str, list[str]] | None:
    """Name and arguments of a message; None for a line that is none.

    Examples
    --------
    >>> read_message('@@TRAX:frame "file:///a b.jpg"')
    ('frame', ['file:///a b.jpg'])
    """
    if not line.startswith(PREFIX):
        return None
    name, _, rest = line[len(PREFIX) :].strip().partition(" ")
    arguments = [quoted or bare for quoted, bare in _ARGUMENT.findall(rest)]
    return name, [re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[0]), item) for item in arguments]


def write_message(name: str, *arguments: str) -> str:
    """The line of a message, with its end."""
    escaped = (item.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for item in arguments)
    return " ".join([PREFIX + name, *(f'"{item}"' for item in escaped)]) + "\n"


def parse_region(text: str) -> np.ndarray:
    """Box float64 ``(4,)`` x, y, w, h of a rectangle or a polygon.

    Four corners become the box our VOT reader makes of them, other polygons their bounding box.

    Raises
    ------
    ProtocolError : neither of the two.
    """
    try:
        values = np.array([float(value) for value in text.split(",")])
    except ValueError:
        values = np.empty(0)
    if len(values) < 4 or len(values) == 5 or len(values) % 2 or not np.isfinite(values).all():
        raise ProtocolError(f"'{text[:40]}' is no region; send x,y,w,h or the corners of a polygon")
    if len(values) == 4:
        return values
    if len(values) == 8:
        return polygon_to_box(values[None])[0]
    low, high = values.reshape(-1, 2).min(axis=0), values.reshape(-1, 2).max(axis=0)
    return np.concatenate([low, high - low])


def _image(arguments: list[str]) -> np.ndarray:
    address = arguments[0] if arguments else ""
    if not address.startswith("file://"):
        raise ProtocolError(f"'{address[:40]}' is no image file; send file:// and an absolute path")
    return read_image(address.removeprefix("file://"))


def _answer(tracker: Tracker, name: str, arguments: list[str], started: bool) -> str:
    """The state after an ``initialize`` or ``frame``."""
    if name == "initialize":
        if len(arguments) < 2:
            raise ProtocolError("initialize came without a region; send an image and a region")
        box, properties = parse_region(arguments[1]), []
        tracker.init(_image(arguments), box)
    elif name == "frame" and started:
        box, score = tracker.update(_image(arguments))
        properties = [f"confidence={score:.6f}"]
    else:
        raise ProtocolError(f"'{name}' is not allowed here; send initialize, then frame, then quit")
    return write_message("state", ",".join(f"{value:.4f}" for value in box), *properties)


def serve(
    tracker: Tracker, name: str = "siamloss", incoming: TextIO | None = None, outgoing: TextIO | None = None
) -> None:
    """Answer a client until it quits or hangs up; ``initialize`` may come any number of times.

    Parameters
    ----------
    tracker : the tracker; a tracker that needs the sequence (the oracle) cannot be served.
    name : what the client is told.
    incoming, outgoing : text streams; standard input and output by default. What else is printed does no harm.

    Raises
    ------
    SiamlossError : a message or an image that cannot be read; the client is told before.

    Source
    ------
    TraX protocol specification, https://trax.readthedocs.io (Cehovin 2017).
    """
    incoming, outgoing = incoming or sys.stdin, outgoing or sys.stdout

    def send(message: str) -> None:
        outgoing.write(message)
        outgoing.flush()

    formats = ("trax.version=1", f"trax.name={name}", "trax.image=path;", "trax.region=rectangle;polygon;")
    # What was printed before may have left the line open.
    send("\n" + write_message("hello", *formats))
    started = False
    for line in incoming:
        message = read_message(line)
        if message is None:
            continue
        if message[0] == "quit":
            return
        try:
            send(_answer(tracker, *message, started))
        except SiamlossError as error:
            send(write_message("quit", f"trax.reason={error}"))
            raise
        started = True

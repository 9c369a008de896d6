"""Damage to files on the disk: one bit, a lost end, something twice; as old as before, and mended afterwards."""

import os
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Target:
    """A file, the places in it that may be flipped (all without any), and the verb that would use it."""

    path: object
    use: object
    places: range | None = None


def flip(data, rng, places=None):
    """One bit of one byte changed; the size stays."""
    places = places or range(len(data))
    place, bit = places[rng.integers(len(places))], int(rng.integers(8))
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :], f"bit {bit} of byte {place}"


def truncate(data, rng, places=None):
    """Cut off somewhere; one time in four nothing is left, or all but the last byte."""
    size = (0, len(data) - 1, *rng.integers(len(data), size=6))[rng.integers(8)]
    return data[:size], f"cut to {size} bytes"


def repeat(data, rng, places=None):
    """A block written twice, of any place and size; one time in four the whole file behind itself."""
    if rng.integers(4) == 0:
        return data + data, "the file behind itself"
    begin, size = int(rng.integers(len(data))), int(rng.choice([1, 16, 512, 4096]))
    return data[: begin + size] + data[begin:], f"{size} bytes from {begin} on twice"


HARMS = {"flip": flip, "truncation": truncate, "repetition": repeat}


@contextmanager
def harmed(target, kind, rng):
    """The file of a target, damaged; yields what was done. Its time stamps are kept."""
    path = target.path
    facts, whole = path.stat(), path.read_bytes()
    data, what = HARMS[kind](whole, rng, target.places)
    assert data != whole
    try:
        path.write_bytes(data)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        assert path.stat().st_mtime_ns == facts.st_mtime_ns
        yield what
    finally:
        path.write_bytes(whole)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

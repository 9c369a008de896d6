"""The same frame twice: one after another, elsewhere in its sequence, or in another sequence."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from siamloss.data.check.boxes import frames
from siamloss.data.check.findings import Finding
from siamloss.data.check.frames import Look
from siamloss.data.sequence import Sequence


def check_repeats(sequences: list[Sequence], looks: Mapping[Path, Look]) -> Iterator[Finding]:
    """Findings on files with the same bytes; two targets of one video share their files, and are no pair."""
    owners: dict[bytes, dict[str, tuple[int, Path]]] = defaultdict(dict)
    for sequence in sequences:
        digests = [looks[path].digest for path in sequence.frame_paths]
        yield from _within(sequence.name, digests)
        for frame, (digest, path) in enumerate(zip(digests, sequence.frame_paths, strict=True)):
            if digest:
                owners[digest].setdefault(sequence.name, (frame, path))
    yield from _across(owners)


def _within(name: str, digests: list[bytes]) -> Iterator[Finding]:
    again = np.array([False] + [one == other != b"" for one, other in pairwise(digests)])
    leading = int(np.argmin(again[1:])) if not again[1:].all() else again.size - 1
    if leading:
        yield Finding("warning", "repeat-leading", name, 1, f"the first {leading + 1} frames are the same image")
    rest = again.copy()
    rest[: leading + 1] = False
    if rest.any():
        frame = int(np.flatnonzero(rest)[0]) + 1
        yield Finding("warning", "repeat", name, frame, f"the image of the frame before again in {frames(rest.sum())}")
    seen: dict[bytes, int] = {}
    later = []
    for frame, (digest, repeated) in enumerate(zip(digests, again, strict=True)):
        if digest and not repeated and digest in seen:
            later.append((frame, seen[digest]))
        seen.setdefault(digest, frame)
    if later:
        frame, first = later[0]
        text = f"{frames(len(later))} seen before in the sequence, the first of them as frame {first + 1}"
        yield Finding("warning", "repeat-later", name, frame + 1, text)


def _across(owners: Mapping[bytes, Mapping[str, tuple[int, Path]]]) -> Iterator[Finding]:
    """Each sequence is compared with the first that has the file: many that share one give one finding each."""
    pairs: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for found in owners.values():
        (one, (frame, path)), *others = found.items()
        for other, (elsewhere, copy) in others:
            if path != copy:
                pairs[one, other].append((frame, elsewhere))
    for (one, other), places in pairs.items():
        frame, elsewhere = min(places)
        text = f"{frames(len(places))} also in sequence '{other}', the first as its frame {elsewhere + 1}"
        yield Finding("warning", "repeat-across", one, frame + 1, text)

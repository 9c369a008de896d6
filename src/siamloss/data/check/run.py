"""The whole check of a dataset, sequence by sequence, so that one bad sequence does not hide the others."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from siamloss.data.check.boxes import check_boxes, frames
from siamloss.data.check.findings import LEVELS, Finding, ordered
from siamloss.data.check.frames import Look, look_at_all, sample
from siamloss.data.check.overlap import Scenes, check_overlap, first_places, same_files
from siamloss.data.check.repeats import check_repeats
from siamloss.data.pending import Pending
from siamloss.data.readers import READERS, announced_readers, pending_of, read_with
from siamloss.data.sequence import Sequence
from siamloss.errors import (
    AnnotationError,
    EmptySequenceError,
    MissingDataError,
    SiamlossError,
    UnknownNameError,
    did_you_mean,
)

CODES = {MissingDataError: "missing", AnnotationError: "annotation", EmptySequenceError: "empty"}
"""Codes of what a reader refuses."""


@dataclass(frozen=True)
class Report:
    """What was looked at, and what was found.

    Attributes
    ----------
    sequences : those that could be read.
    facts : counts of sequences, frames and visible frames, sizes of images and targets.
    findings : errors first.
    """

    sequences: list[Sequence]
    facts: dict[str, object]
    findings: list[Finding]

    def count(self, level: str) -> int:
        """Number of findings of a level."""
        return sum(finding.level == level for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        levels = {f"{level}s": self.count(level) for level in LEVELS}
        return {**self.facts, **levels, "findings": [asdict(finding) for finding in self.findings]}


def check_dataset(
    root: Path,
    layout: str,
    against: Path | None = None,
    against_layout: str = "",
    threads: int = 1,
    frames_sampled: int = 32,
) -> Report:
    """Check a dataset, and whether it shares scenes with another.

    Parameters
    ----------
    layout : a format, or ``package.module:function`` or an announced name for a reader of one's own.
    against, against_layout : the other dataset; only its sampled frames are decoded.
    frames_sampled : frames of each sequence, evenly spread, whose scenes are compared.

    Raises
    ------
    MissingDataError : a folder is missing, or holds no sequence.
    UnknownNameError, ConfigError : a format or a reader that does not exist or fails.
    """
    findings: list[Finding] = []
    sequences = list(_readable(_pending(root, layout, findings), findings))
    others: list[Sequence] = []
    if against is not None:
        refused: list[Finding] = []
        others = list(_readable(_pending(against, against_layout or layout, refused), refused))
        findings += [Finding("warning", "other-unread", item.sequence, 0, item.message) for item in refused]
    paths = [path for sequence in sequences for path in sequence.frame_paths]
    chosen = {item.name: sample(item.frame_paths, frames_sampled) if others else [] for item in sequences}
    sampled = {item.frame_paths[frame] for item in sequences for frame in chosen[item.name]}
    looks = look_at_all(paths, sampled, threads, "frames")
    for sequence in sequences:
        findings += check_sequence(sequence, looks)
    findings += check_repeats(sequences, looks)
    if others:
        here = Scenes.of(list(_sampled(sequences, looks, chosen)))
        files = first_places((item.name, [looks[path].digest for path in item.frame_paths]) for item in sequences)
        chosen = {item.name: sample(item.frame_paths, frames_sampled) for item in others}
        wanted = {item.frame_paths[frame] for item in others for frame in chosen[item.name]}
        looks_there = look_at_all(wanted, wanted, threads, "other frames")
        there = Scenes.of(list(_sampled(others, looks_there, chosen)))
        digests = [
            (item.name, frame + 1, looks_there[item.frame_paths[frame]].digest)
            for item in others
            for frame in chosen[item.name]
        ]
        findings += check_overlap(here, there, str(against), same_files(files, digests))
    return Report(sequences, _facts(sequences, looks), ordered(findings))


def check_sequence(sequence: Sequence, looks: Mapping[Path, Look]) -> Iterator[Finding]:
    """Findings on the images of one sequence, their numbers and sizes, and its boxes."""
    name, found = sequence.name, [looks[path] for path in sequence.frame_paths]
    for number, look in enumerate(found, start=1):
        if look.problem:
            path = sequence.frame_paths[number - 1]
            yield Finding("error", "image", name, number, f"{path.name} {look.problem}")
    if len(sequence) < 2:
        yield Finding("warning", "short", name, 0, "a single frame: nothing to track, and no pair to train on")
    yield from _gaps(sequence)
    sizes = np.array([look.size for look in found], dtype=np.float64)
    known = sizes[np.isfinite(sizes).all(axis=1)]
    changed = np.flatnonzero((sizes != known[0]).any(axis=1) & np.isfinite(sizes).all(axis=1)) if len(known) else []
    if len(changed):
        text = f"{_size(known[0])} becomes {_size(sizes[changed[0]])}; {frames(len(changed))} differ from the first"
        yield Finding("note", "resolution", name, int(changed[0]) + 1, text)
    yield from check_boxes(sequence, sizes)


def _size(size: np.ndarray) -> str:
    return f"{size[0]:.0f} x {size[1]:.0f}"


def _gaps(sequence: Sequence) -> Iterator[Finding]:
    """Numbers in the names of images that leave some out."""
    numbers = [re.search(r"(\d+)\D*$", path.stem) for path in sequence.frame_paths]
    if all(numbers):
        steps = np.diff([int(match[1]) for match in numbers])
        odd = np.flatnonzero(steps != steps[0]) if steps.size else steps
        if odd.size:
            frame = int(odd[0]) + 2
            text = f"{sequence.frame_paths[frame - 1].name} follows {sequence.frame_paths[frame - 2].name}"
            yield Finding("warning", "frame-gap", sequence.name, frame, text + "; are images missing?")


def _pending(root: Path, layout: str, findings: list[Finding]) -> Pending:
    """How to read each sequence; of several with one name the first, and the others are findings."""
    if layout in READERS:
        return pending_of(layout, root)
    known = [*READERS, *announced_readers()]
    if ":" not in layout and layout not in known:
        raise UnknownNameError(f"unknown format '{layout}'; {did_you_mean(layout, known)}")
    if not root.is_dir():
        raise MissingDataError(f"dataset folder {root} is missing; give the folder of a dataset")
    first: dict[str, Sequence] = {}
    for item in read_with("", layout, root):
        if item.name in first:
            text = f"a second sequence has this name, from {item.frame_paths[0]}, and is left out; rename one"
            findings.append(Finding("error", "annotation", item.name, 0, text))
        first.setdefault(item.name, item)
    return {name: lambda item=item: item for name, item in first.items()}


def _readable(pending: Pending, findings: list[Finding]) -> Iterator[Sequence]:
    """Sequences that can be read; why the others cannot goes to the findings."""
    for name, read in pending.items():
        try:
            yield read()
        except SiamlossError as error:
            code = CODES.get(type(error), "annotation")
            findings.append(Finding("error", code, name, 0, " ".join(str(error).split())))


def _sampled(
    sequences: Iterable[Sequence], looks: Mapping[Path, Look], chosen: Mapping[str, list[int]]
) -> Iterator[tuple[str, int, np.ndarray, bytes]]:
    for sequence in sequences:
        for frame in chosen[sequence.name]:
            look = looks[sequence.frame_paths[frame]]
            if look.thumbnail is not None:
                yield sequence.name, frame + 1, look.thumbnail, look.digest


def _facts(sequences: list[Sequence], looks: Mapping[Path, Look]) -> dict[str, object]:
    sizes = {look.size for look in looks.values() if np.isfinite(look.size).all()}
    sides = [np.sqrt(np.prod(item.boxes[item.visible, 2:], axis=1)) for item in sequences]
    target = np.concatenate(sides) if sides else np.zeros(0)
    return {
        "sequences": len(sequences),
        "frames": sum(map(len, sequences)),
        "visible": int(sum(item.visible.sum() for item in sequences)),
        "images": len(looks),
        "smallest_image": [int(value) for value in min(sizes, key=np.prod)] if sizes else [],
        "largest_image": [int(value) for value in max(sizes, key=np.prod)] if sizes else [],
        "target_side_px": [round(float(value), 1) for value in np.quantile(target, (0, 0.5, 1))] if target.size else [],
    }

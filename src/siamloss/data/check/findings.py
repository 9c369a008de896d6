"""What a check finds, and how it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
SHOWN_PER_CODE = 20
"""Findings of one level and code that are printed; a report in JSON has them all."""


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    level : ``error``: unusable, or wrong in what it measures. ``warning``: look at it. ``note``: good to know.
    code : what kind it is (docs/datasets.md lists all).
    sequence : name of the sequence; "" for the dataset as a whole.
    frame : first frame concerned, from 1; 0 where it concerns none in particular.
    message : what was found, in one line.
    """

    level: Level
    code: str
    sequence: str
    frame: int
    message: str

    def __str__(self) -> str:
        frame = f" frame {self.frame}" if self.frame else ""
        where = f"{self.sequence}{frame}: " if self.sequence else ""
        return f"{self.level:7s} {self.code:16s} {where}{self.message}"


def first_and_count(mask: np.ndarray) -> tuple[int, int]:
    """First frame, from 1, and the number of frames of a mask ``(T,)`` with at least one."""
    frames = np.flatnonzero(mask)
    return int(frames[0]) + 1, frames.size


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first; within a level by code, otherwise in the order in which they were found."""
    return sorted(findings, key=lambda item: (LEVELS.index(item.level), item.code))


def printed(findings: Iterable[Finding]) -> list[str]:
    """One line per finding; of many with one level and code the first, and how many more."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in ordered(findings):
        groups.setdefault((finding.level, finding.code), []).append(finding)
    lines = []
    for (level, code), group in groups.items():
        lines += [str(finding) for finding in group[:SHOWN_PER_CODE]]
        if len(group) > SHOWN_PER_CODE:
            lines.append(f"{level:7s} {code:16s} and {len(group) - SHOWN_PER_CODE} more; --json lists them all")
    return lines

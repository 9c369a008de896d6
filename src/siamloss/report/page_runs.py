"""The provenance of every number: a panel per variant with a line per run, which the cells of the tables lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

from siamloss.report.page_looks import Shown
from siamloss.report.runs import RunLine
from siamloss.report.text import MISSING


@dataclass(frozen=True)
class RunPanel:
    """Runs of one variant as a table: what all share above it, what differs in its columns.

    ``rows`` holds seed, state, reason and the facts by column of each run; ``tracks`` the columns and rows (seed,
    benchmark, facts) of its records.
    """

    shown: Shown
    shared: dict[str, str]
    columns: list[str]
    rows: list[tuple[int, str, str, list[str]]]
    track_columns: list[str]
    tracks: list[tuple[int, str, list[str]]]


def run_panels(lines: Sequence[RunLine], variants: Sequence[Shown]) -> list[RunPanel]:
    """A panel per variant that has runs, in the order of the variants."""
    panels = []
    for shown in variants:
        own = [line for line in lines if line.variant == shown.name]
        if not own:
            continue
        names = list(dict.fromkeys(name for line in own for name in line.facts))
        shared = {name: own[0].facts[name] for name in names if _is_shared(name, own)}
        columns = [name for name in names if name not in shared]
        rows = [
            (line.seed, line.state, line.reason, [line.facts.get(name, MISSING) for name in columns]) for line in own
        ]
        heads = list(dict.fromkeys(name for line in own for facts in line.tracks.values() for name in facts))
        tracks = [
            (line.seed, benchmark, [facts.get(name, MISSING) for name in heads])
            for line in own
            for benchmark, facts in line.tracks.items()
        ]
        panels.append(RunPanel(shown, shared, columns, rows, heads, tracks))
    return panels


def _is_shared(name: str, lines: Sequence[RunLine]) -> bool:
    """Whether all of these runs tell the same of a fact."""
    return all(name in line.facts for line in lines) and len({line.facts[name] for line in lines}) == 1

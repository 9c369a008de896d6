"""The verdicts as cards, one per benchmark, each with a small picture of its interval."""

from dataclasses import dataclass

import pandas as pd

from siamloss.config import Experiment
from siamloss.metrics.catalogue import METRICS
from siamloss.report.tables import panels
from siamloss.report.verdict import Verdict, verdicts

MARGIN = 1.15


@dataclass(frozen=True)
class Glyph:
    """An interval on a line from 0 to 100, with "no difference" at 50 and better to the right."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Card:
    """The verdicts on one benchmark, each with its glyph; None where no difference could be measured."""

    benchmark: str
    verdicts: tuple[tuple[Verdict, Glyph | None], ...]


def cards(summary: pd.DataFrame, experiment: Experiment) -> list[Card]:
    """A card per benchmark in the order of the profile, with the verdicts of :func:`siamloss.report.verdict.verdicts`.

    Parameters
    ----------
    summary : rows of :func:`siamloss.stats.summarise`.
    experiment : ours, baseline and order.
    """
    rows = summary.set_index(["benchmark", "metric", "variant"])
    glyphs: dict[str, list[Glyph | None]] = {}
    for benchmark, metric in panels(summary, experiment):
        row = rows.loc[(benchmark, metric, experiment.report.ours)]
        glyphs.setdefault(benchmark, []).append(glyph(row, METRICS[metric].higher_is_better))
    found = verdicts(summary, experiment)
    return [Card(name, tuple(zip(verdicts_, glyphs[name], strict=True))) for name, verdicts_ in found.items()]


def glyph(row: pd.Series, higher_is_better: bool) -> Glyph | None:
    """The interval of a row on its own scale, which is as wide as its end farther from 0.

    Example
    -------
    >>> glyph(pd.Series({"diff": 1.0, "diff_low": 0.0, "diff_high": 2.0}), True).low
    50.0
    """
    values = [float(row[name]) for name in ("diff_low", "diff", "diff_high")]
    if any(pd.isna(value) for value in values):
        return None
    direction = 1.0 if higher_is_better else -1.0
    far = MARGIN * max(map(abs, values)) or 1.0
    return Glyph(*(round(50 + 50 * direction * value / far, 2) for value in values[:: int(direction)]))

"""Where the parts of the poster's Fig. 1 stand, in inches, for a page and for a column."""

from dataclasses import dataclass

ONE_LINE_IN = 1.58
"""A histogram at least as wide has what it shows and its overlap in one line."""


@dataclass(frozen=True)
class Plan:
    """Where things are, inches from the left and from the top of a row: x, y, width and height of each panel.

    ``phi`` are the centres of the two branches' boxes, ``star`` that of the cross-correlation.
    """

    width: float
    height: float
    exemplar: tuple[float, float, float]
    search: tuple[float, float, float]
    phi: tuple[tuple[float, float], tuple[float, float]]
    star: tuple[float, float]
    score_map: tuple[float, float, float]
    overlay: tuple[float, float, float]
    histograms: tuple[tuple[float, float, float, float], ...]


def plan_page(width: float, histograms: int) -> Plan:
    """Everything in one line; two histograms stand above each other."""
    unit = (width - 0.2) / 7.0
    big, small, top = 1.14 * unit, 0.57 * unit, 0.42
    search_top = top + small + 0.3
    below = search_top + big
    middle = (top + below) / 2
    across = 0.08 + big + 0.38 * unit
    first = across + 0.86 * unit
    left = first + 2 * big + 0.72 * unit
    room = width - left - 0.1
    gap = 0.53 if room >= ONE_LINE_IN else 0.66
    each = below - top - 0.3 if histograms == 1 else (below - top - 0.16 - gap) / 2
    return Plan(
        width,
        below + 0.2,
        (0.08 + (big - small) / 2, top, small),
        (0.08, search_top, big),
        ((across, top + small / 2), (across, search_top + big / 2)),
        (across + 0.5 * unit, middle),
        (first, middle - big / 2, big),
        (first + big + 0.2 * unit, middle - big / 2, big),
        tuple((left, top + row * (each + gap), room, each) for row in range(histograms)),
    )


def plan_column(width: float, histograms: int) -> Plan:
    """The branches in the first line, the histograms in the second, side by side."""
    unit = (width - 0.2) / 3.2
    big, small, top = 0.98 * unit, 0.49 * unit, 0.42
    each = 0.94 * unit
    below = top + 2 * each + 0.24
    across = 0.08 + big + 0.34 * unit
    right = width - 0.1 - each
    wide = (width - 0.24 - 0.1 - 0.26) / 2 if histograms == 2 else width - 0.34
    tall, first = 0.86 * unit, below + 0.48
    return Plan(
        width,
        first + tall + 0.42,
        (0.08 + (big - small) / 2, top, small),
        (0.08, below - big, big),
        ((across, top + small / 2), (across, below - big / 2)),
        (across + 0.42 * unit, (top + below) / 2),
        (right, top, each),
        (right, top + each + 0.24, each),
        tuple((0.24 + column * (wide + 0.26), first, wide, tall) for column in range(histograms)),
    )

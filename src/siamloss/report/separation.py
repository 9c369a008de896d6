"""Separability of the scores of every variant over its seeds, on training and on unseen scenes."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.report import text
from siamloss.report.table import Cell, Row, role_of, with_ranks


@dataclass(frozen=True)
class Quantity:
    """Label for people, and direction."""

    label: str
    higher_is_better: bool


QUANTITIES = {
    "gaussian_overlap": Quantity("Gaussian overlap", False),
    "empirical_overlap": Quantity("histogram overlap", False),
    "dprime": Quantity("d′", True),
    "roc_auc": Quantity("ROC AUC", True),
    "hard_violation": Quantity("hard violations", False),
}
"""Quantities that do not depend on the scale of the scores, so that losses can be compared."""

ROLES = ("val", "train")
KEYS = ["variant", "stage", "epoch", "group", "quantity"]
COLUMNS = [*KEYS, "n_seeds", "maps", "val", "val_low", "val_high", "train", "gap", "gap_low", "gap_high"]


def over_seeds(frame: pd.DataFrame, stage: str = "final", group: str = "all") -> pd.DataFrame:
    """Mean and range over seeds of what the table of :mod:`siamloss.metrics.separation_job` holds.

    Parameters
    ----------
    frame : rows ``variant, seed, stage, epoch, role, group, quantity, value, maps``.
    stage : "final" or "epoch". group : "all", "distractor" or "plain".

    Returns
    -------
    DataFrame with :data:`COLUMNS`, one row per (variant, epoch, quantity): ``maps`` behind a seed's value;
    ``val``, ``train`` and ``gap`` (val - train), means over seeds; ``val_low, val_high, gap_low, gap_high``, the lowest
    and highest of a seed. One diverged seed makes them NaN, as does a role that was not measured.
    """
    chosen = frame[(frame["stage"] == stage) & (frame["group"] == group)]
    keys = [*KEYS, "seed"]
    sides = [chosen[chosen["role"] == role].drop(columns="role").rename(columns={"value": role}) for role in ROLES]
    table = sides[0].merge(sides[1].drop(columns="maps"), on=keys, how="outer", sort=False)
    same = table["val"] == table["train"]  # the same infinity has no gap either
    table["gap"] = (table["val"] - table["train"]).mask(same, 0.0)
    grouped = table.groupby(KEYS, sort=False)
    values = grouped[["val", "train", "gap"]]
    whole = values.count().eq(grouped.size(), axis=0)
    mean, low, high = (found.where(whole) for found in (values.mean(), values.min(), values.max()))
    made = mean.assign(n_seeds=grouped.size(), maps=grouped["maps"].max())
    for name in ("val", "gap"):
        made[f"{name}_low"], made[f"{name}_high"] = low[name], high[name]
    return made.reset_index()[COLUMNS]


def measured_variants(frame: pd.DataFrame, experiment: Experiment) -> list[Variant]:
    """Variants with rows: trained ones of the main list, then of the grids, then controls."""
    names = set(frame["variant"])
    found = {v.name: v for v in (*experiment.variants, *experiment.grid_variants) if v.name in names}
    return sorted(found.values(), key=lambda variant: bool(variant.control))


def heading(info: Quantity) -> str:
    """Label and direction of a quantity."""
    return f"{info.label}\u00a0{'↑' if info.higher_is_better else '↓'}"


def ranked(found: Sequence[pd.Series], variants: Sequence[Variant], info: Quantity) -> list[Cell]:
    """Cells of a column: unseen value, training value and gap; best and second marked among trained variants."""
    trained = [not variant.control for variant in variants]
    cells = [gap_cell(row) for row in found]
    return with_ranks(cells, [row["val"] for row in found], trained, info.higher_is_better)


def table_rows(variants: Sequence[Variant], grid: Sequence[Sequence[Cell]], experiment: Experiment) -> tuple[Row, ...]:
    """Rows of a table from its columns."""
    return tuple(
        Row(
            variant.label,
            tuple(column[index] for column in grid),
            "control" if variant.control else "trained",
            role_of(variant.name, experiment),
            variant=variant.name,
        )
        for index, variant in enumerate(variants)
    )


def gap_cell(row: pd.Series) -> Cell:
    """A row of :func:`over_seeds` as a cell: unseen value, training value below, and the gap."""
    gap = text.number(row["gap"], signed=True)
    return Cell(text.number(row["val"]), (f"training {text.number(row['train'])}", f"gap {gap}"))

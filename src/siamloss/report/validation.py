"""What the validation scenes say of every variant of a grid: the place where a parameter may be chosen."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.report import text
from siamloss.report.grids import Measure
from siamloss.report.table import Cell, Column, Row, Table, role_of, with_ranks
from siamloss.report.training import CENTER, Epochs

QUANTITIES = {
    CENTER: ("centre error (px)", False, 1),
    "roc_auc": ("ROC AUC", True, 3),
    "gaussian_overlap": ("Gaussian overlap", False, 3),
}
"""Label, direction and digits of each."""
COLUMNS = ("quantity", "variant", "n_seeds", "mean", "low", "high", "diff")


def final_values(separability: pd.DataFrame, quantity: str, role: str = "val") -> pd.Series:
    """A quantity of the finished runs over all maps of a role, indexed by (variant, seed)."""
    rows = separability[
        (separability["stage"] == "final")
        & (separability["role"] == role)
        & (separability["group"] == "all")
        & (separability["quantity"] == quantity)
    ]
    return rows.set_index(["variant", "seed"])["value"].astype(float)


def last_center_errors(curves: Mapping[str, Mapping[int, Epochs]]) -> pd.Series:
    """Centre error on validation scenes after the last epoch, px, indexed by (variant, seed); NaN where not logged."""
    found = {
        (name, seed): float((epochs[-1].get("val") or {}).get(CENTER, np.nan)) if epochs else np.nan
        for name, runs in curves.items()
        for seed, epochs in runs.items()
    }
    return pd.Series(found, dtype=float).rename_axis(["variant", "seed"])


def validation_frame(
    curves: Mapping[str, Mapping[int, Epochs]], separability: pd.DataFrame, view: Experiment
) -> pd.DataFrame:
    """One row per (quantity, variant).

    Parameters
    ----------
    curves : training curves of the runs, ``{variant: {seed: epochs}}``.
    separability : tidy separability of the same runs.
    view : experiment of :func:`siamloss.report.grids.grid_view`.

    Returns
    -------
    DataFrame with :data:`COLUMNS`: ``mean`` over seeds (NaN if one seed is), ``low, high``: the lowest and the highest
    seed, ``diff``: mean over seeds of the difference to the baseline.
    """
    rows = []
    for quantity in QUANTITIES:
        values = last_center_errors(curves) if quantity == CENTER else final_values(separability, quantity)
        by_seed = {v.name: np.array([values.get((v.name, seed), np.nan) for seed in view.seeds]) for v in view.variants}
        for name, own in by_seed.items():
            difference = np.nan if name == view.baseline else (own - by_seed[view.baseline]).mean()
            rows.append((quantity, name, len(own), own.mean(), own.min(), own.max(), difference))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def validation_measures(frame: pd.DataFrame, reference: str | None) -> list[Measure]:
    """The quantities of :func:`validation_frame` with their differences to the reference cell."""
    measures = []
    for quantity, (label, higher, digits) in QUANTITIES.items():
        values = frame[frame["quantity"] == quantity].set_index("variant")[["mean", "low", "high"]].copy()
        values["diff"] = values["mean"] - values.loc[reference, "mean"] if reference is not None else np.nan
        values["differs"] = False
        measures.append(Measure(label, higher, digits, values))
    return measures


def validation_table(name: str, frame: pd.DataFrame, view: Experiment, places: str) -> Table:
    """The table of :func:`validation_frame` for people."""
    columns, grid = [], []
    for measure in validation_measures(frame, view.baseline):
        rows = measure.values.loc[[variant.name for variant in view.variants]]
        cells = [_cell(row, measure.digits, name == view.baseline) for name, row in rows.iterrows()]
        trained = [not variant.control for variant in view.variants]
        grid.append(with_ranks(cells, list(rows["mean"]), trained, measure.higher_is_better))
        columns.append(Column(places, measure.heading.replace(" ↑", "\u00a0↑").replace(" ↓", "\u00a0↓")))
    shown = [
        Row(
            variant.label,
            tuple(column[index] for column in grid),
            role=role_of(variant.name, view),
            variant=variant.name,
        )
        for index, variant in enumerate(view.variants)
    ]
    words = (
        f"The same variants on validation scenes ({places}): mean over {len(view.seeds)} "
        f"seed{'s' if len(view.seeds) != 1 else ''}; brackets: lowest and highest seed; Δ: mean difference to "
        f"{view.variant(view.baseline).label} at the same seed. Centre error after the last epoch; separation of the "
        "scores of the finished run. Best in bold, second underlined."
    )
    return Table(name, words, tuple(columns), tuple(shown))


def _cell(row: pd.Series, digits: int, is_baseline: bool) -> Cell:
    details = [text.interval(row["low"], row["high"], digits)]
    if not pd.isna(row["diff"]) and not is_baseline:
        details.append(f"Δ {text.number(row['diff'], digits, signed=True)}")
    return Cell(text.number(row["mean"], digits), tuple(detail for detail in details if detail))

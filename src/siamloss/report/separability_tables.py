"""Tables of how well the scores separate: the quantities, the moments behind them, hard samples and over-fitting."""

import math
from collections.abc import Sequence

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.report import text
from siamloss.report.hard_samples import hard_table, has_groups
from siamloss.report.overfitting import has_epochs, overfitting_table
from siamloss.report.separation import QUANTITIES, gap_cell, heading, measured_variants, over_seeds, ranked, table_rows
from siamloss.report.table import Cell, Column, Table

FIT = {"pos_ks": "positives\u00a0↓", "neg_ks": "negatives\u00a0↓"}
MOMENTS = {"pos_mean": "mean +", "pos_var": "variance +", "neg_mean": "mean −", "neg_var": "variance −"}


def separability_tables(frame: pd.DataFrame, experiment: Experiment) -> dict[str, Table]:
    """Every table about separability, by name.

    Parameters
    ----------
    frame : rows of :func:`siamloss.metrics.separation_job.measure_separability`, of the main list or of the grids.
    experiment : labels and roles of the variants.

    Returns
    -------
    ``separability`` and ``moments`` of the finished runs; ``hard-samples`` if the maps are split by look-alikes;
    ``overfitting`` if at least one run kept its maps by epoch. Empty where nothing was measured.
    """
    variants = measured_variants(frame, experiment)
    if not variants:
        return {}
    tables = [separability_table(frame, variants, experiment), moments_table(frame, variants, experiment)]
    if has_groups(frame):
        tables.append(hard_table(frame, variants, experiment))
    if has_epochs(frame):
        tables.append(overfitting_table(frame, variants, experiment))
    return {table.name: table for table in tables}


def separability_table(frame: pd.DataFrame, variants: Sequence[Variant], experiment: Experiment) -> Table:
    """Separation on unseen scenes, on training scenes, the gap, and how well a Gaussian fits."""
    found = over_seeds(frame).set_index(["quantity", "variant"])
    columns, grid = [], []
    for name, info in QUANTITIES.items():
        columns.append(Column("scores on unseen scenes", heading(info)))
        grid.append(ranked([found.loc[(name, v.name)] for v in variants], variants, info))
    for name, label in FIT.items():
        columns.append(Column("distance from a Gaussian (KS)", label))
        grid.append([gap_cell(found.loc[(name, v.name)]) for v in variants])
    words = (
        "Separation of the scores of positive and negative cells: mean over seeds on unseen (validation) scenes; "
        "below, the same on training scenes and the gap, unseen minus training, which measures over-fitting. Gaussian "
        "overlap is the area below both fitted Gaussians (the blue area of the score figures), histogram overlap the "
        "same without assuming a shape; hard violations is the share of maps whose best negative scores at least as "
        "high as the worst positive. KS is the Kolmogorov-Smirnov distance between the scores of a class and the "
        "Gaussian fitted to them; for comparison, a uniform distribution has .06 and an exponential one .16. Scores of "
        "different losses have different scales; these quantities do not depend on the scale. Best in bold, second "
        "underlined, among trained variants; the fit is not ranked."
    )
    return Table("separability", words, tuple(columns), table_rows(variants, grid, experiment))


def moments_table(frame: pd.DataFrame, variants: Sequence[Variant], experiment: Experiment) -> Table:
    """Mean and variance of both classes, on unseen and on training scenes."""
    found = over_seeds(frame).set_index(["quantity", "variant"])
    columns, grid = [], []
    for role, group in (("val", "unseen scenes"), ("train", "training scenes")):
        for name, label in MOMENTS.items():
            columns.append(Column(group, label))
            grid.append([Cell(significant(found.loc[(name, v.name), role])) for v in variants])
    words = (
        "Mean and variance of the scores of positive (+) and negative (−) cells, averaged over seeds: the moments that "
        "l_dis acts on. Each loss has its own scale of scores, so compare within a row only."
    )
    return Table("moments", words, tuple(columns), table_rows(variants, grid, experiment))


def significant(value: float) -> str:
    """Three significant figures, for numbers of any size.

    Example
    -------
    >>> significant(-0.01234), significant(0.0000123), significant(float("nan"))
    ('−.0123', '1.23e−5', '–')
    """
    if not math.isfinite(value) or value == 0:
        return text.number(value, 0)
    mantissa, _, exponent = f"{abs(value):.2e}".partition("e")
    size = int(exponent)
    if -4 <= size <= 4:
        return text.number(value, max(2 - size, 0))
    sign = text.MINUS if value < 0 else ""
    return f"{sign}{mantissa}e{size}".replace("-", text.MINUS)

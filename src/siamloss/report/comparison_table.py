"""What the main table leaves out of a comparison: probability of improvement, robust mean, detectable difference."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.metrics.catalogue import METRICS
from siamloss.report import text
from siamloss.report.significance import shown
from siamloss.report.table import Cell, Column, Row, Table, role_of
from siamloss.report.tables import digits_of, panels
from siamloss.report.text import ABSENT

NAME = "comparison"


def comparison_table(found: pd.DataFrame, rows: Sequence[Variant], experiment: Experiment) -> Table:
    """A row per variant, a column per benchmark and main metric.

    Parameters
    ----------
    found : rows of :func:`siamloss.stats.compare`.
    rows : variants to show; controls last.
    experiment : labels, baseline and level of the intervals.
    """
    indexed = found.set_index(["benchmark", "metric", "variant"])
    chosen = panels(found, experiment)
    made = []
    for variant in rows:
        cells = tuple(_cell(indexed.loc[(*panel, variant.name)], digits_of(METRICS[panel[1]])) for panel in chosen)
        block = "control" if variant.control else "trained"
        made.append(Row(variant.label, cells, block, role_of(variant.name, experiment), variant=variant.name))
    columns = tuple(Column(benchmark, METRICS[metric].label) for benchmark, metric in chosen)
    return Table(NAME, caption(experiment), columns, tuple(made))


def _cell(row: pd.Series, digits: int) -> Cell:
    if np.isnan(row["iqm"]) and row["n_seeds"] == 0:
        return Cell(ABSENT)
    details = []
    if not np.isnan(row["improvement"]):
        details.append(text.interval(row["improvement_low"], row["improvement_high"]))
        details.append(f"detects {text.number(row['detectable'], digits)}")
        details.append(shown(row["p_sequences"], row["p_sequences_holm"]))
    if not np.isnan(row["iqm"]):
        details.append(f"IQM {text.number(row['iqm'], digits)}")
        details.append(text.interval(row["iqm_low"], row["iqm_high"], digits))
    return Cell(text.number(row["improvement"], 2), tuple(detail for detail in details if detail))


def caption(experiment: Experiment) -> str:
    """What the four numbers are and how to read them."""
    base = experiment.variant(experiment.baseline).label
    return (
        f"Each variant against {base} in other ways than by the mean. First number: probability of improvement, how "
        f"often a training of the variant beats a training of {base} on the same sequence, whatever by; .50 is a toss "
        f"of a coin, and brackets hold its {100 * experiment.stats.level:g} % interval. “detects”: the true difference "
        "that this experiment would find with 80 % probability; a smaller one may be there and not show, so no "
        "difference found is no proof that there is none. p: permutation test over sequences, which says whether the "
        "difference would hold on other sequences, not whether it would in other trainings; in brackets corrected by "
        "Holm for all such tests. IQM: interquartile mean, the mean of the middle half of all runs and sequences, "
        "which a few very easy or very hard sequences do not move."
    )

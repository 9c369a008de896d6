"""The tables by attribute: a row per attribute, a column per trained variant."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.metrics.catalogue import METRICS
from siamloss.report import text
from siamloss.report.attributes import ALL, FEWEST, attribute_rows
from siamloss.report.collapse import DAGGER, FOOTNOTE
from siamloss.report.table import Cell, Column, Row, Table, ranks, role_of
from siamloss.report.tables import digits_of, panels
from siamloss.report.text import ABSENT

FEW = "\u2021"
NAMES = {
    ALL: "all sequences",
    "IV": "illumination variation",
    "SV": "scale variation",
    "OCC": "occlusion",
    "DEF": "deformation",
    "MB": "motion blur",
    "FM": "fast motion",
    "IPR": "in-plane rotation",
    "OPR": "out-of-plane rotation",
    "OV": "out of view",
    "BC": "background clutter",
    "LR": "low resolution",
    "illum_change": "illumination change",
    "empty": "no tag",
}
"""OTB's abbreviations and VOT's tags in words; other names stand for themselves."""


def attribute_name(attribute: str) -> str:
    """An attribute in words.

    Example
    -------
    >>> attribute_name("FM"), attribute_name("size_change"), attribute_name("illum_change")
    ('FM fast motion', 'size change', 'illumination change')
    """
    words = NAMES.get(attribute, attribute.replace("_", " "))
    return f"{attribute} {words}" if attribute.isupper() and words != attribute else words


def attribute_label(attribute: str, sequences: int) -> str:
    """An attribute in words with how many sequences it is about, marked where they are too few for an interval."""
    return f"{attribute_name(attribute)} ({sequences}){FEW if sequences < FEWEST else ''}"


def attribute_tables(frame: pd.DataFrame, experiment: Experiment) -> dict[str, Table]:
    """A table for every benchmark and metric, by name.

    Parameters
    ----------
    frame : rows of :func:`siamloss.report.attributes.attribute_table`.
    experiment : labels and order of the variants and of the benchmarks; a label with a dagger is of a variant with
        collapsed runs (:func:`siamloss.report.collapse.mark_labels`).

    Returns
    -------
    Tables named ``attributes-<benchmark>-<metric>``. Cells hold mean, interval, paired difference to the baseline and
    its interval; best and second best are marked within each row. Empty where no benchmark has attributes.
    """
    variants = attribute_rows(experiment)
    tables = {}
    for benchmark, metric in panels(frame, experiment):
        rows = frame[(frame["benchmark"] == benchmark) & (frame["metric"] == metric)]
        name = f"attributes-{benchmark}-{metric}"
        tables[name] = _table(name, rows, variants, benchmark, metric, experiment)
    return tables


def _table(
    name: str, found: pd.DataFrame, variants: Sequence[Variant], benchmark: str, metric: str, experiment: Experiment
) -> Table:
    info = METRICS[metric]
    indexed = found.set_index(["attribute", "variant"])
    rows = []
    for attribute, count in found.drop_duplicates("attribute")[["attribute", "n_sequences"]].itertuples(index=False):
        values = [indexed.loc[(attribute, variant.name)] for variant in variants]
        marks = ranks([row["mean"] for row in values], info.higher_is_better)
        cells = [_cell(row, digits_of(info), rank) for row, rank in zip(values, marks, strict=True)]
        rows.append(Row(attribute_label(attribute, count), tuple(cells)))
    heading = f"{benchmark}: {info.label}\u00a0{'↑' if info.higher_is_better else '↓'}"
    columns = tuple(Column(heading, f"{v.label}{_role(v, experiment)}", v.name) for v in variants)
    words = caption(found[found["variant"].isin([v.name for v in variants])], benchmark, metric, experiment)
    if any(DAGGER in variant.label for variant in variants):
        words = f"{words} {FOOTNOTE}"
    return Table(name, words, columns, tuple(rows), stub="attribute (sequences)")


def _role(variant: Variant, experiment: Experiment) -> str:
    role = role_of(variant.name, experiment)
    return f" ({role})" if role else ""


def _cell(row: pd.Series, digits: int, rank: int) -> Cell:
    if row["n_seeds"] == 0:
        return Cell(ABSENT)
    details = [text.interval(row["low"], row["high"], digits)]
    if not np.isnan(row["diff"]):
        details.append(f"Δ {text.number(row['diff'], digits, signed=True)}")
        details.append(text.interval(row["diff_low"], row["diff_high"], digits, signed=True))
    return Cell(text.number(row["mean"], digits), tuple(detail for detail in details if detail), rank)


def caption(found: pd.DataFrame, benchmark: str, metric: str, experiment: Experiment) -> str:
    """What the numbers by attribute are, how to read them, and how many differences stand uncorrected."""
    level = f"{100 * experiment.stats.level:g} %"
    over = "sequences" if len(experiment.seeds) == 1 else "seeds and sequences"
    parts = [
        f"{benchmark}, {METRICS[metric].label} by attribute. {what_it_is(benchmark, metric, experiment)}",
        f"Brackets: {level} interval over {over}; Δ: paired difference to "
        f"{experiment.variant(experiment.baseline).label} on the same sequences, with its interval.",
        "Best in bold, second underlined, within a row.",
    ]
    if (found["n_sequences"] < FEWEST).any():
        parts.append(f"{FEW} Fewer than {FEWEST} sequences: shown, but too few for an interval.")
    return " ".join([*parts, exploratory(found, experiment)])


def what_it_is(benchmark: str, metric: str, experiment: Experiment) -> str:
    """Which sequences or frames a row is about."""
    if experiment.dataset(benchmark).format != "vot":
        return (
            "Each row is the mean over the sequences that have the attribute; in brackets, how many are scored in "
            "every run."
        )
    if METRICS[metric].unit == "share":
        return (
            "Each row is the mean over the frames that carry the tag, outside the burn-in after an initialisation; "
            "sequences are weighted by their frames with the tag; in brackets, how many are scored in every run."
        )
    return (
        "Each row counts the failures that fell on a frame with the tag, per sequence; sequences are weighted by their "
        "frames with the tag; in brackets, how many are scored in every run."
    )


def exploratory(found: pd.DataFrame, experiment: Experiment) -> str:
    """That the rows are no tests: how many differences there are, and what chance alone would bring."""
    known = found[(found["attribute"] != ALL) & found["diff_low"].notna()]
    if known.empty:
        return "No attribute has enough sequences for an interval."
    chance = len(known) * (1 - experiment.stats.level)
    by_chance = f"about {chance:.0f}" if chance >= 1 else "fewer than 1"
    return (
        f"Exploratory: {len(known)} differences, not corrected for their number, and a sequence counts in every "
        f"attribute it has. If no variant differed from the baseline, {by_chance} of these intervals would "
        "leave 0 out by chance."
    )

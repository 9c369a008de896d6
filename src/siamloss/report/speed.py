"""How fast each variant tracks, on what the records tell of every frame, and what its training cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.paths import Home
from siamloss.records import read_records
from siamloss.report import text
from siamloss.report.facts import show
from siamloss.report.table import Cell, Column, Row, Table, role_of
from siamloss.runs import FIXED, runs

NAME = "speed"
COLUMNS = ["variant", "seed", "stage", "benchmark", "count", "seconds", "per_second", "hardware"]


def speed_frame(experiment: Experiment, home: Home, facts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per run and benchmark (stage "track"), and one per training (stage "train").

    Parameters
    ----------
    experiment, home : which runs, and where their records are.
    facts : ``run.json`` of every trained run.

    Returns
    -------
    DataFrame with :data:`COLUMNS`: ``count`` is the frames the tracker took time for, or NaN of a training;
    ``seconds`` the time they took together; ``per_second`` frames or training pairs per second; ``hardware`` where the
    training ran, which a record does not tell of the tracking.
    """
    rows: list[tuple] = []
    for name, seed in runs(experiment):
        if experiment.variant(name).control in FIXED:
            continue
        for dataset in experiment.datasets.test:
            path = home.records(name, seed, dataset.name)
            if path.is_file():
                spent = read_records(path)["seconds"]
                timed, total = int((spent > 0).sum()), float(spent.sum())
                rate = timed / total if total > 0 else float("nan")
                rows.append((name, seed, "track", dataset.name, timed, total, rate, ""))
    for run in facts:
        took, rate = (float(run.get(key, "nan")) for key in ("seconds", "pairs_per_s"))
        rows.append((run["variant"], run["seed"], "train", "", float("nan"), took, rate, show(run.get("device", ""))))
    return pd.DataFrame(rows, columns=COLUMNS)


def speed_table(frame: pd.DataFrame, variants: Sequence[Variant], experiment: Experiment) -> Table:
    """Frames per second by benchmark, and time, pace and hardware of the training; mean over seeds with the range.

    Parameters
    ----------
    frame : rows of :func:`speed_frame`.
    variants : rows to show; those without a network are left out.
    experiment : roles, benchmarks.
    """
    tests = [item.name for item in experiment.datasets.test]
    columns = [Column(test, "frames per second") for test in tests]
    columns += [Column("training", name) for name in ("seconds", "pairs per second", "hardware")]
    made = []
    for variant in variants:
        if variant.control in FIXED:
            continue
        own = frame[frame["variant"] == variant.name]
        tracked, trained = (own[own["stage"] == stage] for stage in ("track", "train"))
        cells = [_spread(tracked.loc[tracked["benchmark"] == test, "per_second"]) for test in tests]
        cells += [_spread(trained["seconds"]), _spread(trained["per_second"])]
        cells.append(
            Cell(", ".join(dict.fromkeys(name for name in trained["hardware"].fillna("") if name)) or text.MISSING)
        )
        block = "control" if variant.control else "trained"
        made.append(Row(variant.label, tuple(cells), block, role_of(variant.name, experiment), variant=variant.name))
    words = (
        "Speed: frames per second of the tracker, from the seconds that its records charge for each frame (frames "
        "tracked together share the time, reading included); seconds of a training from start to end, and training "
        "pairs per second. Mean over seeds, with the lowest and the highest in brackets. Not ranked: all variants "
        "share one network, so most of a difference is what else the machine did at the time."
    )
    return Table(NAME, words, tuple(columns), tuple(made))


def _spread(values: pd.Series) -> Cell:
    """Mean over seeds in whole numbers where it is large, with lowest and highest where there are several."""
    known = values.dropna()
    if known.empty:
        return Cell(text.MISSING)
    digits = 0 if known.mean() >= 100 else 1
    several = (text.interval(known.min(), known.max(), digits),) if len(known) > 1 else ()
    return Cell(text.number(known.mean(), digits), several)

"""What the tuning stage chose for every variant, and with how much effort: the equal terms of the comparison."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siamloss.config import Experiment, Variant
from siamloss.report import text
from siamloss.report.table import Cell, Column, Row, Table, role_of
from siamloss.training.chosen import RATE, apply_choice

Tuning = Mapping[str, Any]
COLUMNS = (
    "variant",
    "tuned_as",
    "dataset",
    "role",
    "trials",
    "pairs",
    "collapsed",
    "diverged",
    "chosen_trial",
    "ao",
    "catalogue_ao",
    "lr_start",
    "lr_end",
)


def tuning_frame(tunings: Mapping[str, Tuning], experiment: Experiment) -> pd.DataFrame:
    """One row per trained variant: the budget, the overlaps, and the chosen value of each parameter.

    Parameters
    ----------
    tunings : files of the tuning stage by the name of what was tuned.
    experiment : variants in order; learning rates that ``lr_scale`` multiplies.

    Returns
    -------
    DataFrame with :data:`COLUMNS`, ``pairs`` being training pairs over all trials, then a column per tuned parameter
    (NaN where a variant has not got it). ``catalogue_ao`` is that of trial 0, the catalogue's own values.
    """
    rows = []
    for variant in experiment.variants:
        if variant.control or variant.tuned_as not in tunings:
            continue
        name = variant.tuned_as
        tuning = tunings[name]
        budget, trials = tuning["budget"], tuning["trials"]
        by_number = {trial["trial"]: trial for trial in trials}
        used = used_values(variant, tuning["chosen"])
        scale = used.get(RATE, variant.lr_scale)
        rows.append(
            {
                "variant": variant.name,
                "tuned_as": name,
                "dataset": tuning["dataset"],
                "role": tuning["role"],
                "trials": len(trials),
                "pairs": len(trials) * budget["epochs"] * budget["pairs_per_epoch"],
                "collapsed": sum(bool(trial["collapsed"]) for trial in trials),
                "diverged": sum(bool(trial["diverged"]) for trial in trials),
                "chosen_trial": tuning["chosen_trial"],
                "ao": by_number[tuning["chosen_trial"]]["ao"],
                "catalogue_ao": by_number[0]["ao"],
                "lr_start": scale * experiment.train.lr_start,
                "lr_end": scale * experiment.train.lr_end,
                **used,
            }
        )
    frame = pd.DataFrame(rows)
    parameters = [name for name in frame if name not in COLUMNS]
    frame[["ao", "catalogue_ao"]] = frame[["ao", "catalogue_ao"]].astype(float)
    return frame[[*COLUMNS, *sorted(parameters, key=lambda name: name != RATE)]]


def used_values(variant: Variant, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Values that a variant is trained with: those chosen, except where its own name sets them."""
    used = apply_choice(variant, dict(chosen))
    own = {RATE: used.lr_scale, **used.params}
    return {name: own.get(name, value) for name, value in chosen.items()}


def standing_for(name: str, experiment: Experiment) -> Variant:
    """The variant that was tuned, or where it is no row itself, the first one that takes its values."""
    return min((v for v in experiment.variants if v.tuned_as == name), key=lambda variant: variant.name != name)


def tuning_table(frame: pd.DataFrame, experiment: Experiment) -> Table:
    """The table of :func:`tuning_frame` for people."""
    parameters = [name for name in frame if name not in (*COLUMNS, RATE)]
    columns = [
        Column("chosen", "learning rate"),
        *(Column("chosen", name) for name in parameters),
        Column("AO on validation scenes\u00a0↑", "chosen"),
        Column("AO on validation scenes\u00a0↑", "catalogue"),
        Column("budget", "trials"),
        Column("budget", "pairs"),
        Column("unusable trials", "collapsed"),
        Column("unusable trials", "diverged"),
    ]
    rows = []
    for _, row in frame.iterrows():
        variant = experiment.variant(row["variant"])
        scale = row["lr_start"] / experiment.train.lr_start
        cells = [
            Cell(rate(row["lr_start"]), (f"to {rate(row['lr_end'])}", f"scale × {scale:.3g}")),
            *(Cell(value_text(row[name])) for name in parameters),
            Cell(text.number(row["ao"])),
            Cell(text.number(row["catalogue_ao"])),
            *(Cell(count(row[name])) for name in ("trials", "pairs", "collapsed", "diverged")),
        ]
        role = role_of(variant.name, experiment)
        rows.append(Row(variant.label, tuple(cells), role=role, variant=variant.name))
    return Table("tuning", tuning_caption(frame, experiment), tuple(columns), tuple(rows))


def rate(value: float) -> str:
    """A learning rate: ``1.4e−3``."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", text.MINUS)


def count(value: int) -> str:
    """A whole number in groups of three digits: ``200 000``."""
    return f"{value:,}".replace(",", "\u00a0")


def value_text(value: Any) -> str:
    """A parameter's value: three figures for a number, a dash where there is none."""
    if isinstance(value, str):
        return value
    return text.MISSING if pd.isna(value) else f"{value:.3g}"


def tuning_caption(frame: pd.DataFrame, experiment: Experiment) -> str:
    """Which data and budget the choice rests on; whether the budget was equal is read off, not assumed."""
    budgets = frame[["trials", "pairs"]].drop_duplicates()
    datasets = dict.fromkeys(zip(frame["dataset"], frame["role"], strict=True))
    places = " and ".join(f"{name} (role {role})" for name, role in datasets)
    if len(budgets) == 1:
        trials, pairs = budgets.iloc[0]
        budget = (
            f"The same budget for each of the {len(frame)} variants: {trials} trials and {count(pairs)} training pairs."
        )
    else:
        budget = "The budgets of the variants differ: they are not on equal terms."
    words = " A row tuned as another variant takes its values, except those that its own name sets."
    shared = words if (frame["variant"] != frame["tuned_as"]).any() else ""
    return (
        f"Values chosen by the highest average overlap (AO) of the tracker on {places}; no test benchmark is used. "
        f"{budget} Trial 0 is the catalogue's own values. The learning rate falls from the first to the "
        "second value; scale is its factor on "
        f"the profile's rates ({rate(experiment.train.lr_start)} to {rate(experiment.train.lr_end)}).{shared}"
    )


def tuning_sentence(frame: pd.DataFrame | None, experiment: Experiment) -> str:
    """How the learning rates were chosen, for the head of the page."""
    if frame is None:
        return "The learning rates and parameters are those of the catalogue; nothing was tuned."
    trials = sorted(set(frame["trials"]))
    searched = [name for name in frame if name not in COLUMNS]
    parameters = "the learning rate" + (" and, where a loss has them, " if len(searched) > 1 else "")
    parameters += " and ".join(name for name in searched if name != RATE)
    number = f"the same budget of {trials[0]}" if len(trials) == 1 else f"{trials[0]} to {trials[-1]}"
    verb = "were" if len(searched) > 1 else "was"
    places = ", ".join(dict.fromkeys(frame["dataset"]))
    return f"For each loss, {parameters} {verb} chosen on the validation scenes of {places} with {number} trials."

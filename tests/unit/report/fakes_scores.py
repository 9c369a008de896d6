"""Plausible separability and tuning files, for :mod:`tests.unit.report.fakes`."""

import json
import math

import numpy as np
import pandas as pd

from siamloss.metrics.scores_file import read_scores
from siamloss.metrics.separability import separability
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text

COLUMNS = ["variant", "seed", "stage", "epoch", "role", "group", "quantity", "value", "maps"]


def write_separability(home: Home, runs, ablation: bool = False) -> None:
    """Final values measured on the score maps, and epochs that lead there; half of the maps have a look-alike."""
    rows = []
    epochs = home.experiment.train.epochs
    for name, seed in runs:
        trained = bool(home.experiment.variant(name).loss)
        scores = read_scores(home.scores(name, seed))
        for role in ("train", "val"):
            maps = getattr(scores, role)
            half = len(maps) // 2
            for group, part in (("all", maps), ("distractor", maps[:half]), ("plain", maps[half:])):
                found = separability(part, scores.labels)
                rows += [
                    (name, seed, "final", epochs if trained else 0, role, group, quantity, value, len(part))
                    for quantity, value in found.items()
                ]
            found = separability(maps, scores.labels)
            for epoch in range(1, epochs + 1) if trained else ():
                late = 1 + 0.5 * (epochs - epoch) / epochs * (0.7 if role == "train" else 1.0)
                rows += [
                    (name, seed, "epoch", epoch, role, "all", quantity, value / late, 8)
                    for quantity, value in found.items()
                ]
    path = home.separability(ablation)
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=COLUMNS).to_parquet(path, index=False)


def write_tuning(home: Home, name: str) -> None:
    """A hill over the learning rate; the highest rate diverges, the next one collapses."""
    experiment = home.experiment
    base = next(v for v in (*experiment.variants, *experiment.grid_variants) if v.tuned_as == name)
    rng = np.random.default_rng(sum(map(ord, name)))
    rates = [1.0, *np.geomspace(0.03, 3.0, experiment.tune.trials - 1).tolist()]
    best = float(rng.uniform(0.1, 0.8))
    trials = []
    for number, rate in enumerate(rates):
        values = {"lr_scale": rate}
        if base.loss == "gsl" and "eta" not in base.fixed:
            values |= {"eta": float(np.geomspace(0.03, 1, len(rates))[number]), "alpha": 0.1}
        overlap = 0.6 - 0.1 * math.log10(rate / best) ** 2 + float(rng.normal(0, 0.01))
        diverged, collapsed = rate >= 2.99, 1.2 < rate < 2.9
        trials.append(
            {
                "trial": number,
                "values": values,
                "ao": None if diverged else 0.04 if collapsed else overlap,
                "center_error_px": None if diverged else 55.0 if collapsed else 30 * (1 - overlap),
                "val_loss": None if diverged else 0.1,
                "collapsed": collapsed,
                "diverged": diverged,
                "seconds": 3.5,
            }
        )
    usable = [trial for trial in trials if not trial["collapsed"] and not trial["diverged"]]
    winner = max(usable, key=lambda trial: trial["ao"])
    tune = experiment.tune
    budget = {"trials": tune.trials, "epochs": tune.epochs, "pairs_per_epoch": tune.pairs_per_epoch}
    record = {
        "variant": name,
        "criterion": "ao",
        "dataset": experiment.datasets.val.name,
        "role": "val",
        "budget": {**budget, "val_pairs": tune.val_pairs, "val_sequences": tune.val_sequences, "seed": tune.seed},
        "space": {"lr_scale": list(tune.lr_scale)},
        "trials": trials,
        "chosen": winner["values"],
        "chosen_trial": winner["trial"],
    }
    write_text(home.tune(name), json.dumps(record))

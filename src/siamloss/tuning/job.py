"""The verb ``siamloss tune``: choose a variant's learning rate and open parameters on the validation role.

Every variant gets the same number of trials, epochs and pairs. Trial 0 has the variant's own values, the others are
spread over its search space.
"""

import json
import logging
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from siamloss.config import Experiment, Variant
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.errors import ConfigError, CorruptError, DivergedError
from siamloss.model.device import choose_device, make_deterministic
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.lock import exclusive
from siamloss.training.chosen import apply_choice
from siamloss.training.fit import fit, state_key
from siamloss.training.stores import Stores, open_stores
from siamloss.tuning.criterion import NAME, average_overlap, choose_sequences
from siamloss.tuning.space import own_values, search_space, spread_values

BUDGET = ("trials", "epochs", "pairs_per_epoch", "val_pairs", "val_sequences", "seed")


@dataclass(frozen=True)
class Scenes:
    """Validation sequences to track, and what identifies their content."""

    sequences: tuple[Sequence, ...]
    manifest_hash: str


def tune_variant(
    experiment: Experiment,
    variant_name: str,
    train_store: Path,
    val_store: Path,
    val_manifest: Path,
    progress_dir: Path,
    out: Path,
    threads: int = 0,
) -> None:
    """Try the variant's values, choose those that track the validation scenes best, and write ``out``.

    Diverged and collapsed trials are recorded and never chosen; if nothing else is left, trial 0 is, with a warning.
    Finished trials are kept in ``progress_dir``; the next call goes on in the midst of the unfinished one.

    Parameters
    ----------
    val_manifest : manifest of the experiment's validation dataset, whose sequences are tracked.

    Raises
    ------
    RoleError : a store is not that of the experiment's training or validation dataset.
    CorruptError : the validation frames or a store differ from their manifest.
    ConfigError : nothing to tune, or a range that is none.
    """
    variant = experiment.variant(variant_name)
    space = search_space(variant, experiment.tune)
    if experiment.tune.trials < 1:
        raise ConfigError("'tune.trials' is 0, so nothing is tuned; give a value above 0")
    stores = open_stores(experiment, train_store, val_store, "tune")
    scenes = Scenes(
        tuple(
            choose_sequences(
                open_verified(experiment, experiment.datasets.val.name, val_manifest), experiment.tune.val_sequences
            )
        ),
        sha256_file(val_manifest),
    )
    device = choose_device(experiment.device)
    make_deterministic(threads)
    short = trial_experiment(experiment)
    trials = []
    with exclusive(progress_dir.with_suffix(".lock")):
        for number in range(experiment.tune.trials):
            values = spread_values(space, number) if number else own_values(variant, space)
            title = f"tune {variant_name} trial {number + 1} of {experiment.tune.trials}"
            found = run_trial(short, apply_choice(variant, values), device, stores, scenes, progress_dir, title)
            trials.append({"trial": number, "values": values, **found})
        choice = choose_trial(trials)
        if choice is None:
            logging.warning("tune %s: every trial diverged or collapsed; its own values are kept", variant_name)
        chosen = trials[choice or 0]
        budget = asdict(experiment.tune)
        facts = {
            "variant": variant_name,
            "criterion": NAME,
            "dataset": experiment.datasets.val.name,
            "role": experiment.datasets.val.role,
            "budget": {name: budget[name] for name in BUDGET},
            "space": space,
            "trials": trials,
            "chosen": chosen["values"],
            "chosen_trial": chosen["trial"],
        }
        write_text(out, json.dumps(facts, indent=1, allow_nan=False) + "\n")
        shutil.rmtree(progress_dir, ignore_errors=True)


def trial_experiment(experiment: Experiment) -> Experiment:
    """The experiment with the budget of one trial; the learning rate falls as far as in a whole training."""
    tune = experiment.tune
    train = replace(
        experiment.train,
        epochs=tune.epochs,
        pairs_per_epoch=tune.pairs_per_epoch,
        val_pairs=tune.val_pairs,
        epoch_maps=0,
    )
    return replace(experiment, train=train)


def run_trial(
    short: Experiment,
    variant: Variant,
    device: torch.device,
    stores: Stores,
    scenes: Scenes,
    progress_dir: Path,
    title: str,
) -> dict[str, Any]:
    """Train once and say how it went; a finished trial of the same settings is read back instead."""
    seed = short.tune.seed
    tracked = [asdict(short.track), short.crops.context, short.tune.val_sequences, scenes.manifest_hash]
    path = progress_dir / f"{short_hash([state_key(short, variant, seed, device, stores), tracked])}.json"
    if path.exists():
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CorruptError(f"{path} is damaged; delete it to run this trial again") from error
    result: dict[str, Any] = {NAME: None, "center_error_px": None, "val_loss": None}
    result.update(collapsed=False, diverged=False, seconds=0.0)
    try:
        model, progress, _ = fit(short, variant, seed, device, stores, progress_dir, title)
    except DivergedError as error:
        logging.info("%s", error)
        result["diverged"] = True
    else:
        last = progress.curve[-1]["val"]
        result.update({"center_error_px": last["center_error_px"], "val_loss": last["total"]})
        result[NAME] = average_overlap(short, model, list(scenes.sequences))
        result.update(collapsed=bool(progress.collapse), seconds=round(progress.seconds, 2))
    write_text(path, json.dumps(result) + "\n")
    return result


def choose_trial(trials: list[dict[str, Any]]) -> int | None:
    """Number of the usable trial of the highest overlap, the first of equals; None if none is usable."""
    usable = [item for item in trials if not (item["diverged"] or item["collapsed"])]
    best = max(usable, key=lambda item: item[NAME], default=None)
    return None if best is None else best["trial"]

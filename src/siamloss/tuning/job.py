"""The verb ``siamloss tune``: choose a variant's learning rate and open parameters on the validation role.

Every variant gets the same number of trials, epochs and pairs. Trial 0 has the variant's own values, the others are
spread over its search space.
"""

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from siamloss.config import Experiment
from siamloss.data.readers import reader_place
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.errors import ConfigError, CorruptError
from siamloss.model.device import choose_device, make_deterministic
from siamloss.provenance.fingerprint import code_fingerprint
from siamloss.provenance.hashing import sha256_file, short_hash
from siamloss.provenance.sealed import read_json, write_json
from siamloss.provenance.unfinished import at_work, leave
from siamloss.training.chosen import apply_choice
from siamloss.training.fit import Job, fit_together, state_key
from siamloss.training.stores import Stores, open_stores
from siamloss.training.trainee import Trainee
from siamloss.tuning.criterion import NAME, average_overlap, choose_sequences
from siamloss.tuning.space import own_values, search_space, spread_values

BUDGET = ("trials", "epochs", "pairs_per_epoch", "val_pairs", "val_sequences", "seed")


@dataclass(frozen=True)
class Scenes:
    """Validation sequences to track, and what identifies their content and how they are judged."""

    sequences: tuple[Sequence, ...]
    manifest_hash: str
    code: str


def tune_variant(
    experiment: Experiment,
    variant_name: str,
    train_store: Path,
    val_store: Path,
    val_manifest: Path,
    progress_dir: Path,
    out: Path,
    threads: int = 0,
    start: Path | None = None,
    keep: bool = False,
) -> None:
    """Try the variant's values, choose those that track the validation scenes best, and write ``out``.

    Diverged and collapsed trials are recorded and never chosen; if nothing else is left, trial 0 is, with a warning.
    The trials are trained side by side on the same batches. Unfinished work is kept in ``progress_dir``; the next call
    goes on in its midst.

    Parameters
    ----------
    val_manifest : manifest of the experiment's validation dataset, whose sequences are tracked.
    start : weights that a fine-tuning begins with, where the variant has one.
    keep : leave the work in ``progress_dir`` afterwards (:mod:`siamloss.provenance.unfinished`).

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
    val = experiment.datasets.val
    scenes = Scenes(
        tuple(choose_sequences(open_verified(experiment, val.name, val_manifest), experiment.tune.val_sequences)),
        sha256_file(val_manifest),
        code_fingerprint(__name__, reader_place(val.format, val.reader)),
    )
    device = choose_device(experiment.device)
    make_deterministic(threads)
    short = trial_experiment(experiment)
    numbers = range(experiment.tune.trials)
    tried = [spread_values(space, number) if number else own_values(variant, space) for number in numbers]
    jobs = [
        Job(
            apply_choice(variant, values),
            f"tune {variant_name} trial {number + 1} of {len(tried)}",
            progress_dir,
            start,
        )
        for number, values in enumerate(tried)
    ]
    with at_work(progress_dir):
        results = run_trials(short, jobs, device, stores, scenes, f"tune {variant_name}")
        trials = [
            {"trial": number, "values": values, **found}
            for number, values, found in zip(numbers, tried, results, strict=True)
        ]
        choice = choose_trial(trials)
        if choice is None:
            logging.warning("tune %s: every trial diverged or collapsed; its own values are kept", variant_name)
        chosen = trials[choice or 0]
        budget = asdict(experiment.tune)
        facts = {
            "variant": variant_name,
            "criterion": NAME,
            "dataset": val.name,
            "role": val.role,
            "budget": {name: budget[name] for name in BUDGET},
            "space": space,
            "trials": trials,
            "chosen": chosen["values"],
            "chosen_trial": chosen["trial"],
        }
        write_json(out, facts)
        leave(progress_dir, keep)


def trial_experiment(experiment: Experiment) -> Experiment:
    """The experiment with the budget of one trial; the learning rate falls as far as in a whole training."""
    return replace(experiment, train=replace(experiment.train, **experiment.tune.budget))


def run_trials(
    short: Experiment, jobs: list[Job], device: torch.device, stores: Stores, scenes: Scenes, title: str
) -> list[dict[str, Any]]:
    """Train all trials side by side, as far as they are unfinished, and say how each went.

    A finished trial of the same settings is read back from its file instead.
    """
    seed = short.tune.seed
    judged = [asdict(short.track), short.crops.context, short.tune.val_sequences, scenes.manifest_hash]
    judged.append(scenes.code)
    paths = [
        job.progress_dir / f"{short_hash([state_key(short, job, seed, device, stores), judged])}.json" for job in jobs
    ]
    unfinished: dict[Path, Job] = {}
    for path, job in zip(paths, jobs, strict=True):
        if not path.exists():
            unfinished.setdefault(path, job)
    trainees = fit_together(short, list(unfinished.values()), seed, device, stores, title) if unfinished else []
    trained = dict(zip(unfinished, trainees, strict=True))
    results = []
    for path in paths:
        if path.exists():
            try:
                results.append(read_json(path))
            except ValueError as error:
                raise CorruptError(f"{path} is damaged; delete it to run this trial again") from error
        else:
            results.append(judge_trial(short, trained[path], scenes))
            write_json(path, results[-1])
    return results


def judge_trial(short: Experiment, trainee: Trainee, scenes: Scenes) -> dict[str, Any]:
    """How a trained trial went: what the tracker does with it on the validation scenes."""
    result: dict[str, Any] = {NAME: None, "center_error_px": None, "val_loss": None}
    progress = trainee.progress
    result.update(collapsed=False, diverged=bool(trainee.error), seconds=0.0)
    if not trainee.error:
        last = progress.curve[-1]["val"]
        result.update({"center_error_px": last["center_error_px"], "val_loss": last["total"]})
        result[NAME] = average_overlap(short, trainee.model, list(scenes.sequences))
        result.update(collapsed=bool(progress.collapse), seconds=round(progress.seconds, 2))
    return result


def choose_trial(trials: list[dict[str, Any]]) -> int | None:
    """Number of the usable trial of the highest overlap, the first of equals; None if none is usable."""
    usable = [item for item in trials if not (item["diverged"] or item["collapsed"])]
    best = max(usable, key=lambda item: item[NAME], default=None)
    return None if best is None else best["trial"]

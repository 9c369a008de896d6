"""How much a profile has to compute, before any of it is begun."""

from siamloss.config import Experiment
from siamloss.runs import network_runs, tuned_names


def training_pairs(experiment: Experiment) -> dict[str, int]:
    """Training pairs of each stage: ``tune`` and ``train`` of ``snakemake all``, and what ``ablation`` adds to them.

    A variant whose tuning the main list needs too is counted there; a cell of a grid that is trained for the main list
    with the same seed as well.
    """
    tune, train = experiment.tune, experiment.train
    main, cells = (
        network_runs(experiment, trained_only=True),
        network_runs(experiment, trained_only=True, ablation=True),
    )
    tuned = tuned_names(experiment)
    added = [name for name in tuned_names(experiment, ablation=True) if name not in tuned]
    per_tuning = tune.trials * tune.epochs * tune.pairs_per_epoch
    per_training = train.epochs * train.pairs_per_epoch
    return {
        "tune": len(tuned) * per_tuning,
        "train": len(main) * per_training,
        "ablation": len(added) * per_tuning + len(set(cells) - set(main)) * per_training,
    }

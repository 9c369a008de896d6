"""The runs of an experiment: which variants are trained, tracked and compared, with which seeds.

Apart from :mod:`siamloss.jobs`, so that no product depends on the code that plans the jobs.
"""

from siamloss.config import Experiment

FIXED = ("never-moves", "oracle")
"""Controls without a network: one deterministic run, no seed."""


def runs(experiment: Experiment) -> list[tuple[str, int]]:
    """All (variant, seed) with records; the fixed controls have seed 0 only."""
    return [
        (variant.name, seed)
        for variant in experiment.variants
        for seed in ([0] if variant.control in FIXED else experiment.seeds)
    ]


def ablation_runs(experiment: Experiment) -> list[tuple[str, int]]:
    """All (variant, seed) of the grids, and of the baseline they are compared to, each once."""
    names = dict.fromkeys([experiment.baseline, *(name for grid in experiment.grids for name in grid.variants)])
    return [
        (name, seed)
        for name in (names if experiment.grids else [])
        for seed in ([0] if experiment.variant(name).control in FIXED else experiment.ablation_seeds)
    ]


def chosen_runs(experiment: Experiment, ablation: bool) -> list[tuple[str, int]]:
    """Runs of the ablation, or of the main list."""
    return ablation_runs(experiment) if ablation else runs(experiment)


def compared(experiment: Experiment) -> list[tuple[str, int]]:
    """(variant, seed) of the baseline and of ours, where one run of each is shown: that of the first seed."""
    pair = (experiment.variant(name) for name in (experiment.baseline, experiment.report.ours))
    return [(variant.name, 0 if variant.control in FIXED else experiment.seeds[0]) for variant in pair]


def network_runs(experiment: Experiment, trained_only: bool = False, ablation: bool = False) -> list[tuple[str, int]]:
    """All (variant, seed) with weights; with ``trained_only`` without the untrained control."""
    found = [(experiment.variant(name), seed) for name, seed in chosen_runs(experiment, ablation)]
    return [(v.name, seed) for v, seed in found if (v.loss if trained_only else v.control not in FIXED)]


def fixed_names(experiment: Experiment) -> tuple[str, ...]:
    """Variants without randomness, of the main list and of the grids."""
    return tuple(v.name for v in (*experiment.variants, *experiment.grid_variants) if v.control in FIXED)


def tuned_names(experiment: Experiment, ablation: bool = False) -> list[str]:
    """Variants that a tuning job is run for, each once."""
    if not experiment.tune.trials:
        return []
    trained = network_runs(experiment, trained_only=True, ablation=ablation)
    return list(dict.fromkeys(experiment.variant(name).tuned_as for name, _ in trained))

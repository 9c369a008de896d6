"""A finished ablation on disk: grids over two, one and three parameters, one without numbers, and a plain list."""

import itertools
from dataclasses import replace
from pathlib import Path

from tests.unit.report.fakes import make_experiment, write_metrics, write_run, write_scores
from tests.unit.report.fakes_scores import write_separability, write_tuning

from siamloss.config import AblationConfig, Experiment, Grid, Variant
from siamloss.paths import Home
from siamloss.runs import ablation_runs, tuned_names

BASE = {"eta": 0.1, "alpha": 0.1, "score": "raw", "delta": 0.1}
AXES = {
    "eta-alpha": {"eta": [0.1, 0.5], "alpha": [0.0, 0.1, 1.0]},
    "eta": {"eta": [0.0, 0.03, 0.1, 0.5, 1.0]},
    "score": {"score": ["raw", "cosine", "sigmoid"]},
    "three": {"eta": [0.1, 0.3], "alpha": [0.1, 0.3], "delta": [0.1, 1.0]},
}
COLLAPSED_CELL = "gsl[eta=0.5]"


def product(name: str) -> tuple[Grid, list[Variant]]:
    """A grid over ``AXES[name]`` whose names list what differs from :data:`BASE`."""
    axes, cells = AXES[name], []
    for values in itertools.product(*axes.values()):
        changed = {key: value for key, value in zip(axes, values, strict=True) if BASE[key] != value}
        text = ",".join(f"{key}={value if isinstance(value, str) else f'{value:g}'}" for key, value in changed.items())
        instance = f"gsl[{text}]" if changed else "gsl"
        fixed = tuple(axes) if changed else ()
        cells.append(
            Variant(instance, "gsl", changed, label=instance if changed else "GSL", fixed=fixed, tuned_as="gsl")
        )
    names = tuple(cell.name for cell in cells)
    return Grid(name, names, axes, f"Sweep of {' and '.join(axes)}", "gsl" if "gsl" in names else ""), cells


def make_ablation(results: Path, seeds=(0, 1)) -> Experiment:
    """The grids above beside the main list of the other fakes."""
    grids, variants = zip(*(product(name) for name in AXES), strict=True)
    terms = [Variant(name, "gsl", label=f"Term {name}", tuned_as=name) for name in ("gsl-dis", "gsl-hard")]
    listed = Grid("terms", ("gsl", "gsl-dis", "gsl-hard"), label="Terms of the loss")
    cells = {cell.name: cell for part in (*variants, terms) for cell in part}
    experiment = make_experiment(results)
    return replace(
        experiment,
        ablation=AblationConfig((*AXES, "terms"), seeds),
        grids=(*grids, listed),
        grid_variants=tuple(cells.values()),
    )


def write_ablation_home(experiment: Experiment) -> Home:
    """Every file that the report on the ablation reads."""
    home = Home(experiment)
    runs = ablation_runs(experiment)
    names = list(dict.fromkeys(name for name, _ in runs))
    variants = [experiment.variant(name) for name in names]
    for dataset in experiment.datasets.test:
        write_metrics(home, dataset, variants, ablation=True)
    for name, seed in runs:
        write_run(home, experiment.variant(name), names.index(name), seed)
        write_scores(home, experiment.variant(name), names.index(name), seed)
    for name in tuned_names(experiment, ablation=True):
        write_tuning(home, name)
    write_separability(home, runs, ablation=True)
    return home

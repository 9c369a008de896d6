"""All figures of a report, with the words that go with them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.metrics.scores_file import read_scores
from siamloss.paths import Home
from siamloss.report.animation import animate_compared
from siamloss.report.attributes_figure import attribute_drawings
from siamloss.report.curves import draw_curves
from siamloss.report.examples import choose_examples, choose_frames
from siamloss.report.fig1 import Run, draw_fig1, draw_overview
from siamloss.report.figure_data import FigureData
from siamloss.report.forest import draw_forest
from siamloss.report.gallery import Drawing, Gallery
from siamloss.report.gaussians import split_scores
from siamloss.report.hard_samples import draw_hard_samples, has_groups
from siamloss.report.inputs import scored_runs
from siamloss.report.missing import Missing
from siamloss.report.overfitting import draw_overfitting, has_epochs
from siamloss.report.qualitative import Row, draw_qualitative
from siamloss.report.text import number
from siamloss.report.training import draw_training
from siamloss.report.trials import draw_trials
from siamloss.report.validation import final_values
from siamloss.report.verdict import count_seeds
from siamloss.runs import compared


def draw_all(
    experiment: Experiment,
    home: Home,
    sequences: Mapping[str, list[Sequence]],
    folder: Path,
    missing: Missing | None = None,
) -> None:
    """Draw and save every figure, in the order of the page.

    Parameters
    ----------
    experiment, home : configuration, and where the results are.
    sequences : test sequences by benchmark; a benchmark without any has no qualitative figure.
    folder : where to save.
    missing : gaps of the runs that are allowed.
    """
    gallery = Gallery(folder)
    for drawing in all_drawings(FigureData(experiment, home, sequences, missing)):
        gallery.put(drawing)
    animate_compared(experiment, home, folder)
    gallery.close()


def all_drawings(data: FigureData) -> Iterator[Drawing]:
    """Every figure in the order of the page; where runs are missing, each caption says so."""
    note = f" {data.missing.short}" if data.missing and data.missing.gaps else ""
    for drawings in SECTIONS.values():
        for drawing in drawings(data):
            yield replace(drawing, caption=drawing.caption + note) if note else drawing


def draw_differences(data: FigureData) -> Iterator[Drawing]:
    """The paired differences to the baseline."""
    yield from difference_drawings(data.experiment, data.summary, data.looks)


def difference_drawings(
    experiment: Experiment,
    summary: pd.DataFrame,
    looks: Mapping,
    section: str = "differences",
    path: str = "",
) -> Iterator[Drawing]:
    """The paired differences of a summary, in a section and under a path of one's own; nothing without any."""
    if summary["diff"].isna().all():
        return
    baseline, seeds = experiment.variant(experiment.baseline).label, count_seeds(len(experiment.seeds))
    alt = f"Dot plot: paired difference of every variant to {baseline} on each benchmark and metric, with intervals."
    caption = (
        f"Paired difference to {baseline} with its {100 * experiment.stats.level:g} % interval, {seeds}. "
        "A filled mark has an interval that leaves 0 out. Controls beyond the scale are arrows with their value."
    )
    path = path or f"differences-to-{experiment.baseline}"
    yield Drawing(section, path, partial(draw_forest, summary, experiment, looks), alt, caption)


def draw_success_precision(data: FigureData, wanted: tuple[str, ...] = ("success", "precision")) -> Iterator[Drawing]:
    """Success and precision plots, one figure per benchmark that has curves."""
    seeds = len(data.experiment.seeds)
    band = "" if seeds == 1 else " The band spans the lowest to the highest seed."
    for benchmark, rows in data.curves.groupby("benchmark", sort=False):
        if not rows["curve"].isin(wanted).any():
            continue
        name = " and ".join(wanted).capitalize()
        alt = f"{name} plot{'s' if len(wanted) > 1 else ''} of all variants on {benchmark}."
        brackets = {"success": "the area under the success curve", "precision": "the precision at 20 px"}
        shown = ", and ".join(brackets.get(kind, "the mean of the curve") for kind in wanted)
        caption = f"{benchmark}: mean over sequences and {count_seeds(seeds)}.{band} In brackets {shown}."
        draw = partial(draw_curves, rows, data.labels, data.looks, wanted=wanted)
        yield Drawing("curves", f"{'-'.join(wanted)}-{benchmark}", draw, alt, caption, about=benchmark)


def draw_attributes_of(data: FigureData) -> Iterator[Drawing]:
    """Differences by attribute, one figure per benchmark that has attributes."""
    yield from attribute_drawings(data.experiment, data.by_attribute, data.looks)


def _runs(data: FigureData) -> Iterator[tuple[str, int, Run, str]]:
    """Score maps of the first seed of every variant: name, seed, what its row shows, and why they cannot be used."""
    overlaps = final_values(data.separability, "gaussian_overlap")
    shown = set()
    for variant, seed, path in scored_runs(data.experiment, data.home, data.missing):
        if variant.name not in shown:
            shown.add(variant.name)
            scores = read_scores(path)
            run = Run(variant.label, scores, float(overlaps.get((variant.name, seed), np.nan)))
            yield variant.name, seed, run, split_scores(scores.val, scores.labels).state


def draw_score_maps(data: FigureData) -> Iterator[Drawing]:
    """The poster's Fig. 1 of every loss, first seed."""
    for name, seed, run, state in _runs(data):
        area = number(run.overlap_area)
        alt = (
            f"{run.label}: exemplar, search image, score map with the positive cells outlined, and the Gaussians "
            f"of negative and positive scores; the area of their overlap is {area}."
        )
        found = f"the run is unusable, its scores are {state}" if state else f"Gaussian overlap {area} on unseen scenes"
        caption = f"{run.label}, seed {seed}: {found}."
        draw = _at_page(draw_fig1, run)
        yield Drawing("scores", f"score-map-and-gaussians-{name}", draw, alt, caption, column=False, about=name)


def draw_all_score_maps(data: FigureData) -> Iterator[Drawing]:
    """The same of all losses in one picture (saved, not on the page)."""
    runs = [run for _, _, run, _ in _runs(data)]
    if runs:
        alt = "Exemplar, search image, score map and score distributions of every loss, one row each."
        caption, draw = "All losses on the same validation pair.", _at_page(draw_overview, runs)
        yield Drawing("overview", "score-maps-and-gaussians-all-losses", draw, alt, caption, column=False)


def _at_page(draw: Callable, *arguments: object) -> Callable:
    """A drawing function that has one width, that of the page."""
    return lambda width_in: draw(*arguments)


def draw_overfitting_by_epoch(data: FigureData) -> Iterator[Drawing]:
    """Over-fitting by epoch, where runs kept their maps by epoch."""
    if not has_epochs(data.separability):
        return
    alt = "Separation of the scores of each loss by epoch, on training and on validation scenes, and the gap between."
    caption = (
        "Over-fitting: each quantity on training scenes (solid) and on unseen ones (dashed) after every epoch, and the "
        f"gap between them, mean over {count_seeds(len(data.experiment.seeds))}. A line ends where a seed diverged."
    )
    draw = partial(draw_overfitting, data.separability, data.experiment, data.looks)
    yield Drawing("overfitting", "overfitting-by-epoch", draw, alt, caption)


def draw_hard(data: FigureData) -> Iterator[Drawing]:
    """Hard samples, where maps are split by look-alikes."""
    if not has_groups(data.separability):
        return
    alt = "Hard violations and ROC AUC of every loss, with and without a look-alike near the target."
    caption = (
        f"Hard samples: unseen pairs with a look-alike near the target against those without, mean over "
        f"{count_seeds(len(data.experiment.seeds))}; whiskers from the lowest to the highest seed."
    )
    draw = partial(draw_hard_samples, data.separability, data.experiment, data.looks)
    yield Drawing("hard-samples", "hard-samples-with-look-alikes", draw, alt, caption)


def draw_tuning(data: FigureData) -> Iterator[Drawing]:
    """Every trial of the tuning stage; nothing where nothing was tuned."""
    if not data.tunings:
        return
    alt = "Average overlap on validation scenes against the factor on the learning rate, one panel per loss."
    caption = (
        "Every trial of the tuning stage: average overlap on validation scenes against the factor on the learning "
        "rate; other parameters were varied at the same time. The ringed trial was chosen."
    )
    yield Drawing(
        "tuning", "tuning-trials", partial(draw_trials, data.tunings, data.experiment, data.looks), alt, caption
    )


def draw_training_curves(data: FigureData) -> Iterator[Drawing]:
    """Training curves of every trained variant."""
    if not any(epochs for runs in data.training.values() for epochs in runs.values()):
        return
    seeds = max(len(runs) for runs in data.training.values())
    alt = "Training curves: each logged term of each loss on training and on validation scenes, by epoch."
    caption = (
        f"Every logged term by epoch, one line per seed ({count_seeds(seeds)}). The loss scales "
        "differ between variants and must not be compared; the centre error, on one scale, can be."
    )
    yield Drawing(
        "training", "training-curves", partial(draw_training, data.training, data.labels, data.looks), alt, caption
    )


def draw_examples(data: FigureData) -> Iterator[Drawing]:
    """Baseline above ours on a few sequences of every benchmark, first seed."""
    experiment = data.experiment
    pair = [experiment.variant(name) for name, _ in compared(experiment)]
    for dataset in experiment.datasets.test:
        name = dataset.name
        for example in choose_examples(experiment, data.home, name, data.sequences.get(name, [])):
            sequence = example.sequence
            rows = [
                Row(v.label, track, data.looks[v.name].color) for v, track in zip(pair, example.records, strict=True)
            ]
            draw = _at_page(draw_qualitative, sequence, rows, choose_frames(sequence), f"{name}: {sequence.name}")
            shown = f"{pair[0].label} above, {pair[1].label} below"
            alt = f"Frames of {sequence.name} ({name}): {shown}, ground truth dashed."
            caption = (
                f"{name}, {sequence.name}, seed {experiment.seeds[0]}: {shown}, at evenly spaced frames. Sequences "
                "are chosen by rule, evenly over the rank of the difference in mean overlap; here it is "
                f"{number(example.gain, 2, signed=True)}."
            )
            path = f"qualitative-{name}-{sequence.name}"
            yield Drawing("qualitative", path, draw, alt, caption, column=False, about=name)


SECTIONS: dict[str, Callable[[FigureData], Iterator[Drawing]]] = {
    "differences": draw_differences,
    "success-precision": draw_success_precision,
    "attributes": draw_attributes_of,
    "score-map": draw_score_maps,
    "score-maps": draw_all_score_maps,
    "overfitting": draw_overfitting_by_epoch,
    "hard-samples": draw_hard,
    "tuning": draw_tuning,
    "training": draw_training_curves,
    "qualitative": draw_examples,
}
"""Makers of the figures by the name that ``siamloss figure`` knows them by, in the order of the page."""

"""All figures of a report, with the words that go with them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.paths import Home
from siamloss.report import style
from siamloss.report.curves import draw_curves
from siamloss.report.fig1 import Run, draw_fig1, draw_overview
from siamloss.report.forest import draw_forest
from siamloss.report.gallery import Gallery
from siamloss.report.gaussians import split_scores
from siamloss.report.inputs import read_curves, read_metrics, read_scores, read_track, scored_runs, training_curves
from siamloss.report.qualitative import Row, choose_frames, choose_sequences, draw_qualitative, frame_overlaps
from siamloss.report.separation import quantities
from siamloss.report.text import number
from siamloss.report.training import draw_training
from siamloss.report.verdict import count_seeds
from siamloss.stats.summary import summarise


def draw_all(experiment: Experiment, home: Home, sequences: Mapping[str, list[Sequence]], folder: Path) -> None:
    """Draw and save every figure, in the order of the page.

    Parameters
    ----------
    experiment, home : configuration, and where the results are.
    sequences : test sequences by benchmark; a benchmark without any has no qualitative figure.
    folder : where to save.
    """
    gallery = Gallery(folder)
    looks = style.looks(experiment.variants, experiment.baseline, experiment.report.ours)
    labels = {variant.name: variant.label for variant in experiment.variants}
    add_differences(gallery, experiment, read_metrics(experiment, home), looks)
    add_curves(gallery, experiment, read_curves(experiment, home), labels, looks)
    add_scores(gallery, experiment, home)
    add_training(gallery, experiment, home, labels, looks)
    for dataset in experiment.datasets.test:
        add_qualitative(gallery, experiment, home, dataset.name, sequences.get(dataset.name, []), looks)
    gallery.close()


def add_differences(gallery: Gallery, experiment: Experiment, metrics: pd.DataFrame, looks: Mapping) -> None:
    """The paired differences to the baseline."""
    names = [variant.name for variant in experiment.variants]
    summary = summarise(metrics, names, experiment.baseline, experiment.stats)
    if summary["diff"].isna().all():
        return
    baseline, seeds = experiment.variant(experiment.baseline).label, count_seeds(len(experiment.seeds))
    alt = f"Dot plot: paired difference of every variant to {baseline} on each benchmark and metric, with intervals."
    caption = (
        f"Paired difference to {baseline} with its {100 * experiment.stats.level:g} % interval, {seeds}. "
        "A filled mark has an interval that leaves 0 out. Controls beyond the scale are arrows with their value."
    )
    gallery.add("differences", "differences", draw_forest(summary, experiment, looks), alt, caption)


def add_curves(gallery: Gallery, experiment: Experiment, curves: pd.DataFrame, labels: Mapping, looks: Mapping) -> None:
    """Success and precision plots, one figure per benchmark that has curves."""
    band = "" if len(experiment.seeds) == 1 else " The band spans the lowest to the highest seed."
    for benchmark, rows in curves.groupby("benchmark", sort=False):
        alt = f"Success and precision plots of all variants on {benchmark}."
        caption = (
            f"{benchmark}: mean over sequences and {count_seeds(len(experiment.seeds))}.{band} "
            "In brackets the area under the success curve, and the precision at 20 px."
        )
        gallery.add("curves", f"curves/{benchmark}", draw_curves(rows, labels, looks), alt, caption)


def add_scores(gallery: Gallery, experiment: Experiment, home: Home) -> None:
    """The poster's Fig. 1 of every loss, first seed, and all of them in one picture (saved, not on the page)."""
    runs = []
    for variant, seed, path in scored_runs(experiment, home):
        if seed != experiment.seeds[0]:
            continue
        scores = read_scores(path)
        run = Run(variant.label, scores, quantities(scores.val, scores.labels)["gaussian_overlap"])
        runs.append(run)
        area = number(run.overlap_area)
        alt = (
            f"{variant.label}: exemplar, search image, score map with the positive cells outlined, and the Gaussians "
            f"of negative and positive scores; the area of their overlap is {area}."
        )
        state = split_scores(scores.val, scores.labels).state
        found = f"the run is unusable, its scores are {state}" if state else f"Gaussian overlap {area} on unseen scenes"
        caption = f"{variant.label}, seed {seed}: {found}."
        gallery.add("scores", f"fig1/{variant.name}", draw_fig1(run), alt, caption)
    if runs:
        alt = "Exemplar, search image, score map and score distributions of every loss, one row each."
        gallery.add("overview", "fig1-overview", draw_overview(runs), alt, "All losses on the same validation pair.")


def add_training(gallery: Gallery, experiment: Experiment, home: Home, labels: Mapping, looks: Mapping) -> None:
    """Training curves of every trained variant."""
    curves = training_curves(experiment, home)
    if not any(epochs for runs in curves.values() for epochs in runs.values()):
        return
    alt = "Training curves: each logged term of each loss on training and on validation scenes, by epoch."
    caption = (
        f"Every logged term by epoch, one line per seed ({count_seeds(len(experiment.seeds))}). The loss scales "
        "differ between variants and must not be compared; the centre error, on one scale, can be."
    )
    gallery.add("training", "training", draw_training(curves, labels, looks), alt, caption)


def add_qualitative(
    gallery: Gallery, experiment: Experiment, home: Home, benchmark: str, sequences: list[Sequence], looks: Mapping
) -> None:
    """Baseline above ours on a few sequences of one benchmark, first seed."""
    if not sequences:
        return
    pair = [experiment.variant(experiment.baseline), experiment.variant(experiment.report.ours)]
    tracks = [read_track(home, variant.name, experiment.seeds[0], benchmark) for variant in pair]
    found = [[track[track["sequence"] == sequence.name] for track in tracks] for sequence in sequences]
    means = [
        [_mean_overlap(sequence, rows) for sequence, rows in zip(sequences, column, strict=True)]
        for column in zip(*found, strict=True)
    ]
    for index in choose_sequences(means[0], means[1], experiment.report.qualitative_sequences):
        sequence, gain = sequences[index], means[1][index] - means[0][index]
        rows = [Row(v.label, track, looks[v.name].color) for v, track in zip(pair, found[index], strict=True)]
        figure = draw_qualitative(sequence, rows, choose_frames(sequence), f"{benchmark}: {sequence.name}")
        shown = f"{pair[0].label} above, {pair[1].label} below"
        alt = f"Frames of {sequence.name} ({benchmark}): {shown}, ground truth dashed."
        caption = (
            f"{benchmark}, {sequence.name}, seed {experiment.seeds[0]}: {shown}, at evenly spaced frames. Sequences "
            "are chosen by rule, evenly over the rank of the difference in mean overlap; here it is "
            f"{number(gain, 2, signed=True)}."
        )
        gallery.add("qualitative", f"qualitative/{benchmark}-{sequence.name}", figure, alt, caption)


def _mean_overlap(sequence: Sequence, records: pd.DataFrame) -> float:
    """Mean over visible frames; a frame without a prediction counts 0."""
    return float(np.nan_to_num(frame_overlaps(sequence, records))[sequence.visible].mean())

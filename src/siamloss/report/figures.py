"""All figures of a report, with the words that go with them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.jobs import network_runs
from siamloss.metrics.scores_file import read_scores
from siamloss.paths import Home
from siamloss.report import style
from siamloss.report.attributes import attribute_table
from siamloss.report.attributes_figure import add_attributes
from siamloss.report.collapse import count_collapses, mark_labels
from siamloss.report.curves import draw_curves
from siamloss.report.fig1 import Run, draw_fig1, draw_overview
from siamloss.report.forest import draw_forest
from siamloss.report.gallery import Gallery
from siamloss.report.gaussians import split_scores
from siamloss.report.hard_samples import draw_hard_samples
from siamloss.report.inputs import (
    read_attributes,
    read_curves,
    read_metrics,
    read_separability,
    read_track,
    read_tunings,
    run_facts,
    scored_runs,
    training_curves,
)
from siamloss.report.overfitting import draw_overfitting, has_epochs
from siamloss.report.qualitative import Row, choose_frames, choose_sequences, draw_qualitative, frame_overlaps
from siamloss.report.text import number
from siamloss.report.training import draw_training
from siamloss.report.trials import draw_trials
from siamloss.report.validation import final_values
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
    trained = network_runs(experiment, trained_only=True)
    experiment = mark_labels(experiment, count_collapses(run_facts(trained, home)))
    looks = style.looks(experiment.variants, experiment.baseline, experiment.report.ours)
    labels = {variant.name: variant.label for variant in experiment.variants}
    metrics = read_metrics(experiment, home)
    summary = summarise(metrics, list(labels), experiment.baseline, experiment.stats)
    add_differences(gallery, experiment, summary, looks)
    add_curves(gallery, experiment, read_curves(experiment, home), labels, looks)
    by_attribute = attribute_table(metrics, read_attributes(experiment, home), experiment)
    add_attributes(gallery, experiment, by_attribute, looks)
    separability = read_separability(home)
    add_scores(gallery, experiment, home, separability)
    add_separability(gallery, experiment, separability, looks)
    add_tuning(gallery, experiment, read_tunings(experiment, home), looks)
    add_training(gallery, training_curves(trained, home), labels, looks)
    for dataset in experiment.datasets.test:
        add_qualitative(gallery, experiment, home, dataset.name, sequences.get(dataset.name, []), looks)
    gallery.close()


def add_differences(
    gallery: Gallery,
    experiment: Experiment,
    summary: pd.DataFrame,
    looks: Mapping,
    section: str = "differences",
    path: str = "differences",
) -> None:
    """The paired differences to the baseline."""
    if summary["diff"].isna().all():
        return
    baseline, seeds = experiment.variant(experiment.baseline).label, count_seeds(len(experiment.seeds))
    alt = f"Dot plot: paired difference of every variant to {baseline} on each benchmark and metric, with intervals."
    caption = (
        f"Paired difference to {baseline} with its {100 * experiment.stats.level:g} % interval, {seeds}. "
        "A filled mark has an interval that leaves 0 out. Controls beyond the scale are arrows with their value."
    )
    gallery.add(section, path, draw_forest(summary, experiment, looks), alt, caption)


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


def add_scores(gallery: Gallery, experiment: Experiment, home: Home, separability: pd.DataFrame) -> None:
    """The poster's Fig. 1 of every loss, first seed, and all of them in one picture (saved, not on the page)."""
    runs = []
    overlaps = final_values(separability, "gaussian_overlap")
    for variant, seed, path in scored_runs(experiment, home):
        if seed != experiment.seeds[0]:
            continue
        scores = read_scores(path)
        run = Run(variant.label, scores, float(overlaps.get((variant.name, seed), np.nan)))
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


def add_separability(gallery: Gallery, experiment: Experiment, separability: pd.DataFrame, looks: Mapping) -> None:
    """Over-fitting by epoch, and hard samples; each only where it was measured."""
    if has_epochs(separability):
        alt = (
            "Separation of the scores of each loss by epoch, on training and on validation scenes, and the gap between."
        )
        caption = (
            "Over-fitting: above, each quantity on training scenes (solid) and on unseen ones (dashed) after every "
            f"epoch; below, the gap, mean over {count_seeds(len(experiment.seeds))}. A line ends where a seed diverged."
        )
        gallery.add("overfitting", "overfitting", draw_overfitting(separability, experiment, looks), alt, caption)
    figure = draw_hard_samples(separability, experiment, looks)
    if figure is not None:
        alt = "Hard violations and ROC AUC of every loss, with and without a look-alike near the target."
        caption = (
            f"Hard samples: unseen pairs with a look-alike near the target against those without, mean over "
            f"{count_seeds(len(experiment.seeds))}; whiskers from the lowest to the highest seed."
        )
        gallery.add("hard-samples", "hard-samples", figure, alt, caption)


def add_tuning(gallery: Gallery, experiment: Experiment, tunings: Mapping, looks: Mapping) -> None:
    """Every trial of the tuning stage; nothing where nothing was tuned."""
    if not tunings:
        return
    alt = "Average overlap on validation scenes against the factor on the learning rate, one panel per loss."
    caption = (
        "Every trial of the tuning stage: average overlap on validation scenes against the factor on the learning "
        "rate; other parameters were varied at the same time. The ringed trial was chosen."
    )
    gallery.add("tuning", "tuning", draw_trials(tunings, experiment, looks), alt, caption)


def add_training(gallery: Gallery, curves: Mapping, labels: Mapping, looks: Mapping) -> None:
    """Training curves of every trained variant."""
    if not any(epochs for runs in curves.values() for epochs in runs.values()):
        return
    seeds = max(len(runs) for runs in curves.values())
    alt = "Training curves: each logged term of each loss on training and on validation scenes, by epoch."
    caption = (
        f"Every logged term by epoch, one line per seed ({count_seeds(seeds)}). The loss scales "
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

"""Metrics by attribute: of the sequences that have it (OTB, GOT-10k), or of the frames that carry it (VOT's tags)."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from siamloss.config import Dataset
from siamloss.data.sequence import Sequence
from siamloss.metrics import vot
from siamloss.metrics.catalogue import is_main
from siamloss.metrics.measure import BOX_COLUMNS, METRIC_COLUMNS
from siamloss.metrics.protocols import VOT
from siamloss.metrics.vot_supervised import Truth, tag_masks
from siamloss.records import Status

ATTRIBUTE_COLUMNS = [*METRIC_COLUMNS[:2], "attribute", *METRIC_COLUMNS[2:]]


def attribute_metrics(
    dataset: Dataset,
    sequences: Iterable[Sequence],
    runs: Mapping[tuple[str, int], pd.DataFrame],
    metrics: pd.DataFrame,
) -> pd.DataFrame:
    """Split the metrics of a benchmark by attribute.

    Parameters
    ----------
    dataset : its format says what an attribute belongs to, a sequence or a frame.
    sequences, runs, metrics : arguments and result of :func:`siamloss.metrics.measure.measure`.

    Returns
    -------
    DataFrame with :data:`ATTRIBUTE_COLUMNS`; empty where no sequence has an attribute. As in the metrics, the number of
    an attribute is the mean of ``value`` weighted by ``weight``. OTB and GOT-10k: the main metrics of the sequences
    that have the attribute, as they are. VOT: see :func:`tag_metrics`.
    """
    if dataset.format == "vot":
        return tag_metrics(dataset.name, sequences, runs)
    return of_sequences(metrics, {sequence.name: sequence.attributes for sequence in sequences})


def of_sequences(metrics: pd.DataFrame, attributes: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Main metrics of every sequence once per attribute it has; a sequence that is not listed has none.

    The other metrics are left out: a mean over classes is none any more over some of their sequences.
    """
    pairs = [(sequence, attribute) for sequence in sorted(attributes) for attribute in sorted(attributes[sequence])]
    rows = metrics[metrics["metric"].map(is_main).astype(bool)]
    owners = pd.DataFrame(pairs, columns=["sequence", "attribute"], dtype=object)
    return rows.merge(owners, on="sequence")[ATTRIBUTE_COLUMNS]


def tag_metrics(
    benchmark: str, sequences: Iterable[Sequence], runs: Mapping[tuple[str, int], pd.DataFrame]
) -> pd.DataFrame:
    """Accuracy and failures on the frames of every VOT tag.

    Returns
    -------
    DataFrame with :data:`ATTRIBUTE_COLUMNS`. ``accuracy``: mean overlap over the frames of the sequence that carry the
    tag and are scored (tracked, outside the burn-in). ``failures``: how many failures fell on a frame with the tag. The
    weight of both is the number of frames with the tag, 0 for an accuracy without any scored frame. ``empty`` stands
    for frames without any tag. Sequences without a frame of a tag have no row. With a tag on every frame, both are the
    benchmark's own numbers.

    Source
    ------
    GOT-10k toolkit 0.1.3, ExperimentVOT, for what the frames of a tag are; it pools those of all sequences.
    """
    tagged = []
    for sequence in sequences:
        if sequence.tags:
            truth = Truth.of(sequence)
            masks = dict(zip(VOT.tags, tag_masks(truth), strict=True))
            tagged.append((sequence.name, truth, {tag: mask for tag, mask in masks.items() if mask.any()}))
    rows = []
    for (variant, seed), records in runs.items():
        tracks = records.sort_values(["sequence", "frame"]).groupby("sequence") if tagged else {}
        for name, truth, masks in tagged:
            track = tracks.get_group(name)
            found = _tag_scores(track[BOX_COLUMNS].to_numpy(np.float64), track["status"].to_numpy(), truth, masks)
            rows += [(benchmark, metric, tag, variant, seed, name, 0, *score) for metric, tag, *score in found]
    return pd.DataFrame(rows, columns=ATTRIBUTE_COLUMNS)


def _tag_scores(
    boxes: np.ndarray, status: np.ndarray, truth: Truth, masks: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, str, float, float]]:
    """Metric, tag, value and weight of one run on one sequence."""
    overlaps = vot.frame_overlaps(boxes, status, truth.polygons, truth.image_size, truth.visible)
    scored = (status == Status.TRACKED) & ~vot.in_burn_in(status)
    for tag, mask in masks.items():
        chosen, frames = scored & mask, float(mask.sum())
        known = chosen.any()
        yield "accuracy", tag, float(overlaps[chosen].mean()) if known else np.nan, frames if known else 0.0
        yield "failures", tag, float(np.count_nonzero(mask & (status == Status.FAILURE))), frames

"""Metrics by attribute, of sequences and of tagged frames."""

import cv2
import numpy as np
import pandas as pd
import pytest

from siamloss.config import Dataset
from siamloss.data.sequence import Sequence
from siamloss.metrics.attributes import ATTRIBUTE_COLUMNS, attribute_metrics, of_sequences, tag_metrics
from siamloss.metrics.measure import METRIC_COLUMNS, measure
from siamloss.metrics.vot import box_to_polygon
from siamloss.records import Status

FRAMES, SIZE = 60, (120, 160)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "00000001.jpg"
    cv2.imwrite(str(path), np.zeros((*SIZE, 3), np.uint8))
    return path


def sequence_of(image, name, tags, attributes=()):
    boxes = np.stack([np.linspace(20, 90, FRAMES), np.full(FRAMES, 30.0), *np.full((2, FRAMES), 24.0)], axis=1)
    paths = (image,) * FRAMES
    return Sequence(name, paths, boxes, np.ones(FRAMES, bool), box_to_polygon(boxes), frozenset(attributes), tags)


def records_of(sequences, rng, lost=(20, 41)):
    """A supervised run that fails at two frames and skips four after each."""
    tables = []
    for sequence in sequences:
        status = np.full(FRAMES, int(Status.TRACKED))
        status[0] = Status.INIT
        for frame in lost:
            status[frame : frame + 5], status[frame + 5] = Status.SKIPPED, Status.INIT
            status[frame] = Status.FAILURE
        boxes = sequence.boxes + rng.uniform(-8, 8, (FRAMES, 1)) * [1, 0, 0, 0]
        table = pd.DataFrame(boxes, columns=list("xywh")).assign(sequence=sequence.name, frame=range(FRAMES))
        tables.append(table.assign(status=status, score=0.0, seconds=0.01))
    return pd.concat(tables).sample(frac=1, random_state=0)


@pytest.fixture(scope="module")
def runs_and_sequences(image):
    rng = np.random.default_rng(3)
    frame = np.arange(FRAMES)
    none = np.zeros(FRAMES, bool)
    first = {"occlusion": (frame >= 15) & (frame < 36), "size_change": none, "camera_motion": none | True}
    second = {"occlusion": none, "size_change": frame < 8, "camera_motion": none | True}
    sequences = [sequence_of(image, "one", first), sequence_of(image, "two", second)]
    return {("gsl", 0): records_of(sequences, rng), ("gsl", 1): records_of(sequences, rng, ())}, sequences


def find(table, metric, tag, sequence, seed=0):
    rows = table[(table["metric"] == metric) & (table["attribute"] == tag)]
    return rows[(rows["sequence"] == sequence) & (rows["seed"] == seed)]


def test_accuracy_and_failures_of_a_tag_are_those_of_its_frames(runs_and_sequences):
    """By plain loops: frames 15 to 35, of which 20 fails, 21 to 24 are skipped and 25 to 34 are the burn-in."""
    runs, sequences = runs_and_sequences
    table = tag_metrics("vot", sequences, runs)
    assert list(table.columns) == ATTRIBUTE_COLUMNS
    rows = runs["gsl", 0]
    rows = rows[rows["sequence"] == "one"].set_index("frame")
    overlaps = []
    for frame in (15, 16, 17, 18, 19, 35):
        off = abs(rows.loc[frame, "x"] - sequences[0].boxes[frame, 0])
        overlaps.append((24 - off) / (24 + off))
    found = find(table, "accuracy", "occlusion", "one")
    assert found["value"].item() == pytest.approx(np.mean(overlaps), abs=1e-12)
    assert found["weight"].item() == 21
    failed = find(table, "failures", "occlusion", "one")
    assert failed[["value", "weight"]].values.tolist() == [[1.0, 21.0]]
    assert find(table, "failures", "occlusion", "one", seed=1)["value"].item() == 0


def test_a_tag_on_every_frame_gives_the_numbers_of_the_benchmark(runs_and_sequences):
    runs, sequences = runs_and_sequences
    whole, _ = measure(Dataset("vot", "vot", "test", path="x"), sequences, runs)
    table = tag_metrics("vot", sequences, runs)
    tagged = table[table["attribute"] == "camera_motion"]
    keys = ["metric", "variant", "seed", "sequence"]
    for metric in ("accuracy", "failures"):
        expected, found = (
            part[part["metric"] == metric].set_index(keys)[["value", "weight"]].sort_index() for part in (whole, tagged)
        )
        pd.testing.assert_frame_equal(found, expected, rtol=0, atol=1e-12)


def test_sequences_without_the_tag_have_no_row_and_burnt_in_frames_no_accuracy(runs_and_sequences):
    runs, sequences = runs_and_sequences
    table = tag_metrics("vot", sequences, runs)
    assert set(table.loc[table["attribute"] == "occlusion", "sequence"]) == {"one"}
    assert "empty" not in set(table["attribute"]), "camera motion is on every frame"
    only_burn_in = find(table, "accuracy", "size_change", "two")
    assert np.isnan(only_burn_in["value"].item())
    assert only_burn_in["weight"].item() == 0
    assert find(table, "failures", "size_change", "two")["weight"].item() == 8


def test_attributes_of_sequences_repeat_their_main_metrics(image):
    names = ("success_auc", "normalized_precision")
    rows = [
        ("otb", metric, "gsl", seed, name, 0, 0.1 * seed, 1.0) for metric in names for seed in (0, 1) for name in "ab"
    ]
    metrics = pd.DataFrame(rows, columns=METRIC_COLUMNS)
    sequences = [sequence_of(image, "a", {}, {"OCC", "FM"}), sequence_of(image, "b", {}, {"OCC"})]
    found = attribute_metrics(Dataset("otb", "otb", "test", path="x"), sequences, {}, metrics)
    assert list(found.columns) == ATTRIBUTE_COLUMNS
    keys = found[["metric", "attribute", "seed", "sequence"]].itertuples(index=False, name=None)
    expected = {("success_auc", *pair) for pair in [("FM", 0, "a"), ("FM", 1, "a")]}
    expected |= {("success_auc", "OCC", seed, name) for seed in (0, 1) for name in "ab"}
    assert sorted(keys) == sorted(expected)
    assert found["value"].tolist() == (0.1 * found["seed"]).tolist()


def test_nothing_has_no_attributes(image, runs_and_sequences):
    assert of_sequences(pd.DataFrame(columns=METRIC_COLUMNS), {}).empty
    untagged = [sequence_of(image, "one", {})]
    assert tag_metrics("vot", untagged, runs_and_sequences[0]).empty

"""From record tables to tidy metrics and curves, and every way records can be unfit."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from siamloss.config import Dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import RecordError
from siamloss.metrics import METRICS, measure
from siamloss.metrics.measure import CURVE_COLUMNS, METRIC_COLUMNS
from siamloss.records import COLUMNS, Status

FORMATS = ("otb", "got10k", "vot")


INTERVAL = {"otb": (), "got10k": (), "vot": (12, 18)}


def dataset(form):
    return Dataset(name=f"tiny-{form}", format=form, role="test", eao_interval=INTERVAL[form])


@pytest.fixture
def image(tmp_path) -> Path:
    path = tmp_path / "frame.png"
    cv2.imwrite(str(path), np.zeros((100, 200, 3), np.uint8))
    return path


@pytest.fixture
def sequences(image):
    """Two sequences of 15 and 25 frames: a 20 px box that moves 1 px a frame."""
    found = []
    for name, count in (("slow", 15), ("long", 25)):
        boxes = np.tile([50.0, 40.0, 20.0, 20.0], (count, 1)) + np.arange(count)[:, None] * [1.0, 0, 0, 0]
        found.append(Sequence(name, (image,) * count, boxes, np.ones(count, bool), object_class=f"{name} thing"))
    return found


def records(sequences, moves=True):
    """Records of the oracle, or of a tracker that never moves."""
    parts = []
    for sequence in sequences:
        boxes = sequence.boxes if moves else np.repeat(sequence.boxes[:1], len(sequence), axis=0)
        part = pd.DataFrame(boxes, columns=["x", "y", "w", "h"])
        part["sequence"], part["frame"], part["score"], part["seconds"] = sequence.name, np.arange(len(part)), 0.0, 0.01
        part["status"] = np.where(part["frame"] == 0, Status.INIT, Status.TRACKED)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)].astype(COLUMNS)


def value(metrics, metric, sequence):
    (row,) = metrics[(metrics["metric"] == metric) & (metrics["sequence"] == sequence)].itertuples()
    return row.value, row.weight


@pytest.mark.parametrize("form", FORMATS)
def test_the_oracle_has_the_best_of_every_metric(form, sequences):
    metrics, _ = measure(dataset(form), sequences, {("oracle", 0): records(sequences)})
    best = {"success_auc": 20 / 21, "precision_20": 1.0, "ao": 1.0, "sr_50": 1.0, "sr_75": 1.0}
    best |= {"normalized_precision": 1.0, "normalized_precision_20": 1.0, "mao": 1.0, "msr_50": 1.0, "msr_75": 1.0}
    best |= {"accuracy": 1.0, "failures": 0.0, "eao": 1.0}
    expected = {name: best[name] for name, info in METRICS.items() if info.benchmark_format == form}
    for name, group in metrics[metrics["weight"] > 0].groupby("metric"):
        assert group["value"].unique().tolist() == [expected.pop(name)]
    assert not expected


def test_never_moving_on_each_benchmark(sequences):
    runs = {("still", 0): records(sequences, moves=False)}
    overlaps = [(20 - k) / (20 + k) if k < 20 else 0.0 for k in range(25)]
    metrics, _ = measure(dataset("otb"), sequences, runs)
    curve = [np.mean([value > step / 20 for value in overlaps]) for step in range(21)]
    assert value(metrics, "success_auc", "long") == (pytest.approx(np.mean(curve), abs=1e-12), 1.0)
    assert value(metrics, "precision_20", "long") == (21 / 25, 1.0)
    metrics, _ = measure(dataset("got10k"), sequences, runs)
    assert value(metrics, "ao", "long") == (pytest.approx(np.mean(overlaps[1:]), abs=1e-12), 24.0)
    assert value(metrics, "sr_50", "slow") == (6 / 14, 14.0)
    metrics, _ = measure(dataset("vot"), sequences, runs)
    assert value(metrics, "accuracy", "slow") == (pytest.approx(np.mean(overlaps[10:15]), abs=1e-12), 15.0)
    assert value(metrics, "failures", "slow") == (0.0, 15.0)


@pytest.mark.parametrize("form", FORMATS)
def test_tables_are_tidy(form, sequences):
    runs = {("gsl[eta=0.5]", 3): records(sequences), ("still", 0): records(sequences, moves=False)}
    metrics, curves = measure(dataset(form), sequences, runs)
    assert list(metrics) == METRIC_COLUMNS
    assert list(curves) == CURVE_COLUMNS
    assert set(metrics["benchmark"]) == {f"tiny-{form}"}
    assert not metrics.duplicated(METRIC_COLUMNS[:6]).any()
    names = [name for name, info in METRICS.items() if info.benchmark_format == form]
    assert len(metrics) == (len(names) + (6 if form == "vot" else 0)) * 2 * 2
    assert set(metrics["metric"]) == set(names)
    assert (metrics.loc[metrics["metric"] != "eao", "term"] == 0).all()
    assert set(zip(metrics["variant"], metrics["seed"], strict=True)) == set(runs)
    assert metrics["value"].dtype == metrics["weight"].dtype == curves["value"].dtype == np.float64
    assert len(curves) == (0 if form == "vot" else (21 + 51) * 2 * 2)


def test_curves_hold_the_metrics(sequences):
    metrics, curves = measure(dataset("otb"), sequences, {("still", 0): records(sequences, moves=False)})
    one = curves[curves["sequence"] == "long"]
    success = one[one["curve"] == "success"]
    assert success["value"].mean() == pytest.approx(value(metrics, "success_auc", "long")[0], abs=1e-15)
    assert success["threshold"].tolist() == [step / 20 for step in range(21)]
    precision = one[one["curve"] == "precision"].set_index("threshold")["value"]
    assert precision[20.0] == value(metrics, "precision_20", "long")[0]
    assert precision.index[-1] == 50.0


def test_row_order_and_other_sequences_do_not_matter(sequences):
    table = records(sequences, moves=False)
    shuffled = table.sample(frac=1.0, random_state=0)
    stranger = table[table["sequence"] == "slow"].assign(sequence="stranger")
    expected = measure(dataset("otb"), sequences, {("still", 0): table})
    found = measure(dataset("otb"), sequences, {("still", 0): pd.concat([stranger, shuffled])})
    for left, right in zip(expected, found, strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_vot_uses_polygons_and_status_codes(sequences):
    sequence = sequences[1]
    diamond = np.tile([60.0, 40, 70, 50, 60, 60, 50, 50], (25, 1)) + np.arange(25)[:, None] * np.tile([1.0, 0], 4)
    rotated = Sequence("long", sequence.frame_paths, sequence.boxes, sequence.visible, polygons=diamond)
    table = records([sequence])
    table.loc[12, "status"] = Status.FAILURE
    table.loc[13:16, ["x", "y", "w", "h"]] = np.nan
    table.loc[13:16, "status"] = Status.SKIPPED
    table.loc[17, "status"] = Status.INIT
    metrics, _ = measure(dataset("vot"), [rotated], {("gsl", 1): table})
    assert value(metrics, "accuracy", "long") == (pytest.approx(0.5, abs=1e-12), 25.0)
    assert value(metrics, "failures", "long") == (1.0, 25.0)


def test_regions_are_cut_at_the_right_edge_of_the_first_image(sequences):
    sequence = sequences[0]
    right = Sequence("slow", sequence.frame_paths, sequence.boxes + np.array([125.0, 0, 0, 0]), sequence.visible)
    table = records([right])
    wide = table.assign(w=table["w"] * 5)
    metrics, _ = measure(dataset("vot"), [right], {("gsl", 1): wide})
    assert value(metrics, "accuracy", "slow") == (pytest.approx(1.0, abs=1e-12), 15.0)
    metrics, _ = measure(dataset("got10k"), [right], {("gsl", 1): wide})
    bounded = [min(20, 25 - k) / (25 - k) for k in range(1, 15)]
    assert value(metrics, "ao", "slow")[0] == pytest.approx(np.mean(bounded), abs=1e-12)


def test_every_n_of_the_interval_is_a_term_of_eao(sequences):
    """Both runs end unfailed; the one of 15 frames counts at n below 15 and ends there, the other goes on."""
    metrics, _ = measure(dataset("vot"), sequences, {("still", 0): records(sequences, moves=False)})
    rows = metrics[metrics["metric"] == "eao"].pivot(index="term", columns="sequence", values=["value", "weight"])
    assert rows.index.tolist() == [12, 13, 14, 15, 16, 17, 18]
    assert rows["weight", "slow"].tolist() == [1.0] * 3 + [0.0] * 4
    assert rows["weight", "long"].tolist() == [1.0] * 7
    overlaps = [(20 - k) / (20 + k) for k in range(19)]
    means = [np.mean(overlaps[1 : n + 1]) for n in range(12, 19)]
    np.testing.assert_allclose(rows["value", "long"], means, rtol=0, atol=1e-12)
    np.testing.assert_allclose(rows["value", "slow"], [*means[:3], *[np.nan] * 4], rtol=0, atol=1e-12)


def test_a_set_without_year_and_interval_has_no_eao(sequences):
    plain = Dataset("tiny-vot", "vot", "test")
    metrics, _ = measure(plain, sequences, {("oracle", 0): records(sequences)})
    assert set(metrics["metric"]) == {"accuracy", "failures"}


def test_class_balanced_metrics_weigh_classes_alike_and_need_all_of_them(sequences):
    four = [*sequences, replace(sequences[1], name="more"), replace(sequences[1], name="unseen")]
    four[3] = replace(four[3], visible=np.arange(25) == 0)
    metrics, _ = measure(dataset("got10k"), four, {("still", 0): records(four, moves=False)})
    weights = {name: value(metrics, "mao", name)[1] for name in ("slow", "long", "more", "unseen")}
    assert weights == {"slow": 1.0, "long": 0.5, "more": 0.5, "unseen": 0.0}
    assert value(metrics, "msr_50", "long")[0] == value(metrics, "sr_50", "long")[0]
    four[0] = replace(four[0], object_class="")
    metrics, _ = measure(dataset("got10k"), four, {("still", 0): records(four, moves=False)})
    assert set(metrics["metric"]) == {"ao", "sr_50", "sr_75"}


def test_only_failures_are_better_when_lower():
    assert [name for name, info in METRICS.items() if not info.higher_is_better] == ["failures"]


def test_no_runs_give_empty_tables(sequences):
    metrics, curves = measure(dataset("otb"), sequences, {})
    assert metrics.empty
    assert curves.empty
    assert list(metrics) == METRIC_COLUMNS
    assert list(curves) == CURVE_COLUMNS


def without_a_frame(table):
    return table.drop(index=7)


def with_a_frame_twice(table):
    return pd.concat([table, table.iloc[[7]]])


def with_a_frame_numbered_wrong(table):
    table.loc[7, "frame"] = 6
    return table


def with_nan(table):
    table.loc[7, "w"] = np.nan
    return table


def with_infinity(table):
    table.loc[7, "x"] = np.inf
    return table


def without_a_sequence(table):
    return table[table["sequence"] != "slow"]


BROKEN = {
    "do not fit the 15 frames": (without_a_frame, with_a_frame_twice, with_a_frame_numbered_wrong),
    "the box of frame 7": (with_nan, with_infinity),
    "no records": (without_a_sequence,),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("message", "damage"), [(m, f) for m, functions in BROKEN.items() for f in functions])
def test_unfit_records_name_the_run_and_the_remedy(form, message, damage, sequences):
    runs = {("fine", 0): records(sequences), ("gsl", 4): damage(records(sequences))}
    with pytest.raises(RecordError, match=message) as caught:
        measure(dataset(form), sequences, runs)
    text = str(caught.value)
    assert "'gsl' seed 4" in text
    assert "'slow'" in text
    assert text.endswith("track this run again")
    assert "\n" not in text


def test_records_of_the_other_protocol_are_refused(sequences):
    table = records(sequences)
    failed = table.assign(status=table["status"].mask(table["frame"] == 9, Status.FAILURE))
    for form in ("otb", "got10k"):
        with pytest.raises(RecordError, match="one-pass"):
            measure(dataset(form), sequences, {("gsl", 0): failed})
    with pytest.raises(RecordError, match="supervised"):
        measure(dataset("vot"), sequences, {("gsl", 0): table.assign(status=Status.TRACKED)})

"""The curve as TensorBoard events, read back with TensorBoard's own reader."""

import json
import sys
from dataclasses import replace

import pytest

from siamloss.errors import ConfigError
from siamloss.training.events import Events
from siamloss.training.job import train_run

EventAccumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator").EventAccumulator


def read(folder):
    events = EventAccumulator(str(folder))
    events.Reload()
    return {tag: [(item.step, item.value) for item in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def row(epoch, value):
    return {"epoch": epoch, "lr": 0.1, "train": {"total": value}, "val": {"center_error_px": 2 * value}, "spread": 1.0}


def test_a_training_writes_its_curve_where_it_is_asked_to(tiny, tiny_stores, tmp_path):
    told = replace(tiny, train=replace(tiny.train, tensorboard=True), results=str(tmp_path))
    train_run(told, "logistic", 0, *tiny_stores, tmp_path / "p", tmp_path / "run", threads=1)
    found = read(tmp_path / "tiny" / "tensorboard" / "logistic" / "seed00")
    curve = [json.loads(line) for line in (tmp_path / "run" / "curve.jsonl").open()]
    assert set(found) == {"lr", "spread"} | {f"{role}/{name}" for role in ("train", "val") for name in curve[0][role]}
    for tag, points in found.items():
        role, _, name = tag.partition("/")
        values = [item[role][name] if name else item[tag] for item in curve]
        assert points == [(epoch, pytest.approx(value, rel=1e-6)) for epoch, value in enumerate(values, 1)]


def test_without_being_asked_nothing_is_written(tiny, tiny_stores, tmp_path):
    quiet = replace(tiny, results=str(tmp_path))
    train_run(quiet, "logistic", 0, *tiny_stores, tmp_path / "p", tmp_path / "run", threads=1)
    assert not (tmp_path / "tiny" / "tensorboard").exists()


def test_epochs_of_a_training_cut_short_are_withdrawn(tmp_path):
    first = Events(tmp_path)
    for epoch in (1, 2, 3):
        first.write(row(epoch, 9.0))
    again = Events(tmp_path)
    again.write(row(2, 5.0))
    assert read(tmp_path)["train/total"] == [(1, 9.0), (2, 5.0)]


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match=r"install 'siamloss\[tensorboard\]' or set it to false"):
        Events(tmp_path)
    Events(None).write(row(1, 1.0))

"""The verb ``siamloss track``: what it writes, and that it continues where it was killed."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from siamloss.data.open import dataset_root, open_dataset
from siamloss.errors import ConfigError, CorruptError, MissingDataError, UnreadableImageError
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import canonical_json, sha256_file
from siamloss.provenance.manifest import tree_entries
from siamloss.provenance.unfinished import clear_done
from siamloss.records import COLUMNS, Status, read_records
from siamloss.records.ledger import read_evaluations
from siamloss.tracking import job
from siamloss.tracking.job import track_run
from siamloss.training.job import train_run

BOX = ["x", "y", "w", "h"]
FORMATS = ("otb", "vot", "got10k")
TRACKED = [*BOX, "score", "status", "sequence", "frame"]

KILLED = """
import os, sys
from pathlib import Path
from siamloss.config_io import read_spec
from siamloss.tracking.job import track_run

renames = 0

def die(event, arguments):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == 2:
            os.kill(os.getpid(), 9)

sys.addaudithook(die)
spec, name, manifest, run, progress, out = sys.argv[1:]
track_run(read_spec(spec), "untrained", name, Path(manifest), Path(run), Path(progress), Path(out), threads=1)
"""
"""Tracks, and is killed when the second sequence is about to take its name."""


@pytest.fixture(scope="module")
def bench(tiny):
    """The test datasets by format."""
    return {dataset.format: dataset for dataset in tiny.datasets.test}


@pytest.fixture(scope="module")
def weights(tiny, tiny_stores, tmp_path_factory):
    """Run directories of the initial weights of two seeds."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in (0, 1):
        train_run(tiny, "untrained", seed, *tiny_stores, folder / "progress", folder / str(seed), threads=1)
    return folder / "0", folder / "1"


def track(experiment, dataset, out, variant="untrained", run=None, progress=None, streams=0, keep=False):
    manifest = Home(experiment).manifest(dataset.name)
    progress = progress or out.with_suffix(".progress")
    track_run(experiment, variant, dataset.name, manifest, run, progress, out, threads=1, streams=streams, keep=keep)
    return read_records(out)


def boxes(records):
    return records[BOX].to_numpy()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("variant", ["never-moves", "oracle"])
def test_controls_on_every_benchmark(tiny, bench, tmp_path, form, variant):
    records = track(tiny, bench[form], tmp_path / "a.parquet", variant)
    sequences = open_dataset(tiny, bench[form])
    assert list(records) == list(COLUMNS)
    assert records["sequence"].tolist() == [s.name for s in sequences for _ in range(len(s))]
    assert records["frame"].tolist() == [frame for s in sequences for frame in range(len(s))]
    for sequence in sequences:
        own = records[records["sequence"] == sequence.name]
        assert own["status"].iloc[0] == Status.INIT
        np.testing.assert_array_equal(boxes(own)[0], sequence.boxes[0])
        if variant == "oracle":
            assert set(own["status"].iloc[1:]) == {Status.TRACKED}
            np.testing.assert_array_equal(boxes(own), sequence.boxes)
            assert own["score"].tolist() == [0.0] + [1.0] * (len(sequence) - 1)
        elif form == "vot":
            started = np.maximum.accumulate(np.where(own["status"] == Status.INIT, np.arange(len(own)), 0))
            shown = (own["status"] != Status.SKIPPED).to_numpy()
            np.testing.assert_array_equal(boxes(own)[shown], sequence.boxes[started][shown])
        else:
            assert set(own["status"].iloc[1:]) == {Status.TRACKED}
            np.testing.assert_array_equal(boxes(own), np.repeat(sequence.boxes[:1], len(own), axis=0))
    assert not (tmp_path / "a.progress").exists()


def test_a_network_moves_its_box_the_same_way_twice(tiny, bench, weights, tmp_path):
    first, second = (track(tiny, bench["otb"], tmp_path / f"{n}.parquet", run=weights[0]) for n in "ab")
    assert first[TRACKED].equals(second[TRACKED])
    assert np.abs(np.diff(boxes(first), axis=0)).max() > 0.1
    assert len(first) == sum(map(len, open_dataset(tiny, bench["otb"])))
    assert not list(tmp_path.glob("*.progress"))


@pytest.fixture(scope="module")
def killed(tiny, bench, weights, tmp_path_factory):
    """Progress folder of a tracking that was killed after its first sequence, and that sequence's records."""
    folder = tmp_path_factory.mktemp("killed")
    write_text(folder / "spec.json", canonical_json(tiny.to_dict()))
    name = bench["otb"].name
    paths = (folder / "spec.json", name, Home(tiny).manifest(name), weights[0], folder / "progress", folder / "out")
    result = subprocess.run([sys.executable, "-c", KILLED, *map(str, paths)], capture_output=True, text=True)
    assert result.returncode == -9, result.stderr
    assert not (folder / "out").exists()
    (kept,) = (folder / "progress").glob("[!.]*.parquet")
    return folder / "progress", read_records(kept)


@pytest.fixture
def progress(killed, tmp_path):
    """A copy of that folder to go on with."""
    return shutil.copytree(killed[0], tmp_path / "progress")


def reused(records, killed):
    """Were the records of the killed run's sequence taken over? No two runs take the same number of seconds."""
    own = records[records["sequence"] == killed[1]["sequence"].iloc[0]]
    same = own["seconds"].to_numpy() == killed[1]["seconds"].to_numpy()
    assert same.all() or not same[1:].all()
    return bool(same.all())


def test_second_call_tracks_only_what_is_left(tiny, bench, weights, killed, progress, tmp_path):
    first, _ = open_dataset(tiny, bench["otb"])
    assert set(killed[1]["sequence"]) == {first.name}
    whole = track(tiny, bench["otb"], tmp_path / "whole.parquet", run=weights[0])
    records = track(tiny, bench["otb"], tmp_path / "cut.parquet", run=weights[0], progress=progress)
    assert reused(records, killed)
    assert not reused(whole, killed)
    assert records[TRACKED].equals(whole[TRACKED])
    assert not progress.exists()


@pytest.mark.parametrize("form", ["otb", "vot"])
def test_many_sequences_at_once_give_the_same_records_in_the_same_order(tiny, bench, weights, tmp_path, form):
    alone, together = (
        track(tiny, bench[form], tmp_path / f"{streams}.parquet", run=weights[0], streams=streams) for streams in (1, 3)
    )
    assert together[["sequence", "frame", "status"]].equals(alone[["sequence", "frame", "status"]])
    np.testing.assert_allclose(together[[*BOX, "score"]], alone[[*BOX, "score"]], rtol=0, atol=1e-3)


def test_work_of_one_at_a_time_is_taken_up_by_many(tiny, bench, weights, killed, progress, tmp_path):
    whole = track(tiny, bench["otb"], tmp_path / "whole.parquet", run=weights[0])
    records = track(tiny, bench["otb"], tmp_path / "cut.parquet", run=weights[0], progress=progress, streams=2)
    assert reused(records, killed)
    np.testing.assert_allclose(records[[*BOX, "score"]], whole[[*BOX, "score"]], rtol=0, atol=1e-3)


def test_an_error_in_one_sequence_keeps_those_that_ended(tiny, bench, weights, tmp_path):
    """The last frame of the second sequence cannot be decoded, though it is the file of the manifest."""
    experiment = replace(tiny, results=str(tmp_path / "results"))
    shutil.copytree(Home(tiny).data, Home(experiment).data)
    path, root = Home(experiment).manifest(bench["otb"].name), dataset_root(experiment, bench["otb"])
    broken = open_dataset(experiment, bench["otb"])[1].frame_paths[-1]
    broken.write_bytes(b"no image")
    manifest = json.loads(path.read_text())
    manifest["files"] |= {name: tree_entries(root)[name] for name in [broken.relative_to(root).as_posix()]}
    path.write_text(json.dumps(manifest))
    with pytest.raises(UnreadableImageError, match=f"{broken} is not a readable image"):
        track(experiment, bench["otb"], tmp_path / "a.parquet", run=weights[0], progress=tmp_path / "progress")
    assert len(list((tmp_path / "progress").glob("[!.]*.parquet"))) == 1
    assert not (tmp_path / "a.parquet").exists()


OTHERS = {
    "track setting": lambda tiny: replace(tiny, track=replace(tiny.track, scale_lr=0.1, window_influence=0.5)),
    "score gain": lambda tiny: replace(tiny, model=replace(tiny.model, score_gain=2e-3)),
    "other weights": lambda tiny: tiny,
    "context": lambda tiny: replace(tiny, crops=replace(tiny.crops, context=0.2)),
}


@pytest.mark.parametrize("change", OTHERS)
def test_work_done_under_other_settings_is_not_taken_over(tiny, bench, weights, killed, progress, tmp_path, change):
    experiment, run = OTHERS[change](tiny), weights[change == "other weights"]
    alone = track(experiment, bench["otb"], tmp_path / "alone.parquet", run=run)
    records = track(experiment, bench["otb"], tmp_path / "after.parquet", run=run, progress=progress)
    assert not reused(records, killed)
    assert records[TRACKED].equals(alone[TRACKED])
    assert not np.array_equal(alone[[*BOX, "score"]][1:12], killed[1][[*BOX, "score"]][1:]), "the change matters"


def test_damaged_finished_work_is_named(tiny, bench, weights, progress, tmp_path):
    (kept,) = progress.glob("[!.]*.parquet")
    kept.write_bytes(kept.read_bytes()[:-9])
    with pytest.raises(CorruptError, match=f"{kept.name} is not a whole record file; delete it"):
        track(tiny, bench["otb"], tmp_path / "a.parquet", run=weights[0], progress=progress)
    assert not (tmp_path / "a.parquet").exists()


def test_trained_variant_needs_its_run(tiny, bench, tmp_path):
    with pytest.raises(ConfigError, match="needs its run directory; give --run results"):
        track(tiny, bench["otb"], tmp_path / "a.parquet", "gsl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("variant", ["never-moves", "oracle"])
def test_a_control_without_a_network_takes_no_run(tiny, bench, tmp_path, variant):
    with pytest.raises(ConfigError, match=f"'{variant}' is a control without a network; leave --run out"):
        track(tiny, bench["otb"], tmp_path / "a.parquet", variant, run=tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_not_there_is_named(tiny, bench, tmp_path):
    with pytest.raises(MissingDataError, match="nowhere is no run directory; give results"):
        track(tiny, bench["otb"], tmp_path / "a.parquet", "gsl", run=tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_damaged_weights_stop_before_the_first_frame(tiny, bench, weights, tmp_path):
    run = shutil.copytree(weights[0], tmp_path / "run")
    data = bytearray((run / "weights.safetensors").read_bytes())
    data[-3] ^= 1
    (run / "weights.safetensors").write_bytes(data)
    with pytest.raises(CorruptError, match=r"weights\.safetensors was changed"):
        track(tiny, bench["otb"], tmp_path / "a.parquet", run=run)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("damage", ["manifest", "frame"])
def test_damaged_data_stop_before_the_first_frame(tiny, bench, tmp_path, damage):
    experiment, dataset = replace(tiny, results=str(tmp_path / "results")), bench["vot"]
    shutil.copytree(Home(tiny).data, Home(experiment).data)
    manifest = Home(experiment).manifest(dataset.name)
    frame = sorted(dataset_root(experiment, dataset).rglob("*.jpg"))[-1]
    if damage == "manifest":
        manifest.write_text(manifest.read_text()[:-20])
    else:
        frame.write_bytes(frame.read_bytes() + b"\0")
    words = f"manifest {manifest} is not readable" if damage == "manifest" else f"{frame} has .* bytes instead of"
    with pytest.raises(CorruptError, match=words):
        track(experiment, dataset, tmp_path / "a.parquet", "oracle")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


@pytest.fixture
def ledger(tiny, tmp_path):
    """The same experiment with results of its own, and their ledger."""
    experiment = replace(tiny, results=str(tmp_path / "results"))
    shutil.copytree(Home(tiny).data, Home(experiment).data)
    return experiment, Home(experiment).ledger


def test_finished_tracking_of_a_test_dataset_is_counted(ledger, bench, weights, tmp_path):
    experiment, path = ledger
    moved = replace(experiment, track=replace(experiment.track, scale_lr=0.1))
    first = track(experiment, bench["otb"], tmp_path / "a.parquet", run=weights[1])
    track(experiment, bench["otb"], tmp_path / "b.parquet", run=weights[1])
    track(moved, bench["otb"], tmp_path / "c.parquet", run=weights[1])
    track(experiment, bench["vot"], tmp_path / "d.parquet", "oracle")
    entries = read_evaluations(path)
    assert [item["variant"] for item in entries] == ["untrained"] * 3 + ["oracle"]
    assert [item["seed"] for item in entries] == [1, 1, 1, 0]
    assert [item["benchmark"] for item in entries] == [bench["otb"].name] * 3 + [bench["vot"].name]
    assert entries[0]["frames"] == len(first)
    assert entries[0]["run"] == sha256_file(weights[1] / "manifest.json")
    assert entries[3]["run"] == ""
    assert entries[0]["settings"] == entries[1]["settings"] != entries[2]["settings"]
    assert all(datetime.fromisoformat(item["time"]).utcoffset() == timedelta(0) for item in entries)


def test_tracking_of_validation_sequences_is_not_counted(ledger, tmp_path):
    experiment, path = ledger
    track(experiment, experiment.datasets.val, tmp_path / "a.parquet", "oracle")
    assert read_evaluations(path) == []


def test_unfinished_tracking_is_not_counted(ledger, bench, tmp_path):
    experiment, path = ledger
    with pytest.raises(ConfigError, match="needs its run directory"):
        track(experiment, bench["otb"], tmp_path / "a.parquet", "gsl")
    assert read_evaluations(path) == []


def test_crash_before_the_records_appear_is_counted_once(ledger, bench, tmp_path, monkeypatch):
    """Records that exist were counted; those that the next call finishes are not counted again."""
    experiment, path = ledger
    write = job.write_records

    def die(out, table):
        if out == tmp_path / "a.parquet":
            raise KeyboardInterrupt
        write(out, table)

    monkeypatch.setattr(job, "write_records", die)
    with pytest.raises(KeyboardInterrupt):
        track(experiment, bench["otb"], tmp_path / "a.parquet", "oracle")
    assert len(read_evaluations(path)) == 1
    monkeypatch.undo()
    track(experiment, bench["otb"], tmp_path / "a.parquet", "oracle")
    assert len(read_evaluations(path)) == 1
    track(experiment, bench["otb"], tmp_path / "a.parquet", "oracle")
    assert len(read_evaluations(path)) == 2, "tracked once more"


def test_work_that_was_kept_is_taken_up_and_is_no_other_evaluation(ledger, bench, tmp_path):
    experiment, path = ledger
    out = tmp_path / "a.parquet"
    track(experiment, bench["otb"], out, "oracle", keep=True)
    first = out.read_bytes()
    out.unlink()
    track(experiment, bench["otb"], out, "oracle", keep=True)
    assert out.read_bytes() == first, "with the seconds of the first time"
    assert len(read_evaluations(path)) == 1
    clear_done(tmp_path)
    track(experiment, bench["otb"], out, "oracle")
    assert len(read_evaluations(path)) == 2


def test_work_that_is_taken_up_again_is_not_done_until_it_ends(ledger, bench, tmp_path, monkeypatch):
    """A mark of the last time must not have unfinished work cleared."""
    experiment, _ = ledger
    out = tmp_path / "a.parquet"
    track(experiment, bench["otb"], out, "oracle", keep=True)

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "append_evaluation", die)
    other = replace(experiment, track=replace(experiment.track, scale_lr=0.5))
    with pytest.raises(KeyboardInterrupt):
        track(other, bench["otb"], out, "oracle", keep=True)
    kept = {path.name for path in tmp_path.rglob("*.parquet")}
    clear_done(tmp_path)
    assert {path.name for path in tmp_path.rglob("*.parquet")} == kept
    monkeypatch.undo()
    track(experiment, bench["otb"], out, "oracle", keep=True)
    clear_done(tmp_path)
    assert {path.name for path in tmp_path.rglob("*.parquet")} == {"a.parquet"}


def test_ledger_that_cannot_be_written_keeps_the_records_from_appearing(ledger, bench, tmp_path):
    experiment, path = ledger
    path.mkdir(parents=True)
    with pytest.raises(OSError, match="Is a directory"):
        track(experiment, bench["otb"], tmp_path / "a.parquet", "oracle")
    assert not (tmp_path / "a.parquet").exists()

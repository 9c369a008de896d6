"""What the page steps through: boxes of the records, and the score maps that the tracker had."""

import base64
import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes_runs import make_results, write_networks
from typer.testing import CliRunner

from siamloss import jobs
from siamloss.cli_frames import app
from siamloss.data.open import open_dataset
from siamloss.errors import CorruptError, MissingDataError
from siamloss.geometry.network import GEOMETRY
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.records import Status, read_records, write_records
from siamloss.report.examples import choose_examples, frame_overlaps
from siamloss.report.frames import chosen_frames, map_entry, small_picture
from siamloss.report.frames_job import CATALOGUE, write_frames
from siamloss.tracking.job import track_run
from siamloss.tracking.load import tracker_of
from siamloss.tracking.protocols import supervised
from siamloss.tracking.watched import Seen

BOX = list("xywh")


@pytest.fixture(scope="module")
def finished(tiny, tmp_path_factory):
    """Two runs of initial weights, tracked on every benchmark, and a control."""
    folder = tmp_path_factory.mktemp("frames")
    experiment = make_results(tiny, folder, ("logistic", "gsl", "never-moves"))
    home = write_networks(experiment)
    for variant in experiment.variants:
        run = home.run(variant.name, 0) if variant.loss else None
        for dataset in experiment.datasets.test:
            out, manifest = home.records(variant.name, 0, dataset.name), home.manifest(dataset.name)
            track_run(experiment, variant.name, dataset.name, manifest, run, folder / "progress", out, 1)
    return experiment


@pytest.fixture(scope="module")
def sequences(finished):
    return {dataset.name: open_dataset(finished, dataset) for dataset in finished.datasets.test}


@pytest.fixture(scope="module")
def written(finished, sequences, tmp_path_factory):
    """The folder and what its catalogue says."""
    out = tmp_path_factory.mktemp("out") / "frames"
    write_frames(finished, Home(finished), sequences, out, threads=1)
    return out, json.loads((out / CATALOGUE).read_text(encoding="utf-8"))


def scores_of(entry):
    """The map, from its levels back to scores."""
    levels = np.frombuffer(base64.b64decode(entry["map"]), np.uint8).reshape(entry["cells"])
    return entry["low"] + levels / 255 * (entry["high"] - entry["low"])


def test_every_entry_has_the_fields_that_the_page_reads(written):
    _, catalogue = written
    assert set(catalogue) == {"sequences"}
    for entry in catalogue["sequences"]:
        assert set(entry) == {"benchmark", "name", "seed", "gain", "size", "trackers", "frames"}
        assert [tracker["variant"] for tracker in entry["trackers"]] == ["logistic", "gsl"]
        assert all(set(tracker) == {"variant", "label"} for tracker in entry["trackers"])
        assert entry["size"] == [160, 120]
        for frame in entry["frames"]:
            assert set(frame) == {"index", "image", "truth", "trackers"}
            for one in frame["trackers"]:
                assert set(one) == {"box", "state", "overlap", "score", "map", "cells", "low", "high", "window"}
                assert one["state"] in ("start", "tracked", "lost", "no box")
                assert (one["box"] is None) == (one["state"] == "no box")
                assert (one["map"] is None) == (one["state"] not in ("tracked", "lost")) == (one["score"] is None)


def test_the_sequences_are_those_of_the_qualitative_figure(finished, sequences, written):
    found = [(entry["benchmark"], entry["name"], entry["gain"]) for entry in written[1]["sequences"]]
    expected = [
        (dataset.name, example.sequence.name, round(example.gain, 6))
        for dataset in finished.datasets.test
        for example in choose_examples(finished, Home(finished), dataset.name, sequences[dataset.name])
    ]
    assert found == expected
    assert len(found) == 6


def test_boxes_overlaps_and_states_are_those_of_the_records(finished, sequences, written):
    states = {Status.INIT: "start", Status.TRACKED: "tracked", Status.FAILURE: "lost", Status.SKIPPED: "no box"}
    seen = set()
    for entry in written[1]["sequences"]:
        sequence = next(item for item in sequences[entry["benchmark"]] if item.name == entry["name"])
        for number, name in enumerate(("logistic", "gsl")):
            records = read_records(Home(finished).records(name, 0, entry["benchmark"]))
            records = records[records["sequence"] == entry["name"]].set_index("frame", drop=False)
            overlaps = frame_overlaps(sequence, records)
            for frame in entry["frames"]:
                one, record = frame["trackers"][number], records.loc[frame["index"]]
                assert one["state"] == states[record["status"]]
                seen.add(one["state"])
                if one["box"] is not None:
                    assert one["box"] == record[BOX].tolist()
                known = overlaps[frame["index"]]
                assert one["overlap"] == (round(known, 4) if np.isfinite(known) else None)
    assert {"start", "tracked"} <= seen


def test_maps_are_those_of_a_plain_run_of_the_tracker(finished, sequences, written):
    """Frame by frame with the tracker itself, as the demo does; to half a level of 255."""
    geometry = GEOMETRY[finished.model.backbone]
    compared = 0
    for entry in written[1]["sequences"]:
        if entry["benchmark"] == "synthetic-vot":
            continue
        sequence = next(item for item in sequences[entry["benchmark"]] if item.name == entry["name"])
        by_index = {frame["index"]: frame for frame in entry["frames"]}
        for number, name in enumerate(("logistic", "gsl")):
            tracker = tracker_of(finished, Home(finished).run(name, 0), 1)
            tracker.init(sequence.image(0), sequence.boxes[0])
            for index in range(1, len(sequence)):
                tracker.update(sequence.image(index))
                if index not in by_index:
                    continue
                one = by_index[index]["trackers"][number]
                step = (one["high"] - one["low"]) / 255
                np.testing.assert_allclose(scores_of(one), tracker.score_map, atol=0.51 * step + 1e-5 * one["high"])
                x, y, w, h = one["window"]
                np.testing.assert_allclose([x + (w - 1) / 2, y + (h - 1) / 2], tracker.search_center, atol=0.02)
                cells = geometry.score_cells * geometry.stride_px / geometry.search_px
                assert w == h == pytest.approx(tracker.search_side * cells, abs=0.01)
                compared += 1
    assert compared > 40


def test_a_supervised_run_starts_again_as_its_records_do(finished, sequences, tmp_path):
    """A box far off in the ground truth makes the run fail; the maps after the new start are of the new exemplar."""
    dataset = next(item for item in finished.datasets.test if item.format == "vot")
    moved = []
    for sequence in sequences[dataset.name]:
        polygons = sequence.polygons.copy()
        polygons[3] = 1.0 + np.array([0, 0, 2, 0, 2, 2, 0, 2])
        moved.append(replace(sequence, polygons=polygons))
    experiment = replace(finished, results=str(tmp_path))
    shutil.copytree(finished.results, tmp_path, dirs_exist_ok=True)
    for name in ("logistic", "gsl"):
        tracker = tracker_of(experiment, Home(experiment).run(name, 0), 1)
        table = pd.concat([supervised(tracker, sequence) for sequence in moved], ignore_index=True)
        write_records(Home(experiment).records(name, 0, dataset.name), table)
    only = replace(experiment, datasets=replace(experiment.datasets, test=(dataset,)))
    write_frames(only, Home(only), {dataset.name: moved}, tmp_path / "out", threads=1)
    entries = json.loads((tmp_path / "out" / CATALOGUE).read_text(encoding="utf-8"))["sequences"]
    states = [frame["trackers"][0]["state"] for frame in entries[0]["frames"]]
    assert states[:4] == ["start", "tracked", "tracked", "lost"]
    assert states[4:8] == ["no box"] * 4
    assert states[8] == "start"
    lost = entries[0]["frames"][3]["trackers"][0]
    assert lost["box"] is not None
    assert lost["overlap"] is None


def test_a_run_that_gives_other_boxes_than_its_records_is_named(finished, sequences, tmp_path):
    experiment = replace(finished, results=str(tmp_path))
    shutil.copytree(finished.results, tmp_path, dirs_exist_ok=True)
    path = Home(experiment).records("gsl", 0, "synthetic-otb")
    records = read_records(path)
    records.loc[records["frame"] == 7, "x"] += 0.009
    write_records(path, records)
    write_frames(experiment, Home(experiment), sequences, tmp_path / "out", threads=1)
    records.loc[records["frame"] == 7, "x"] += 0.002
    write_records(path, records)
    with pytest.raises(CorruptError, match=r"gsl.seed00.synthetic-otb\.parquet, sequence '.*', frame 8: .*0\.01 px"):
        write_frames(experiment, Home(experiment), sequences, tmp_path / "again", threads=1)
    assert not (tmp_path / "again").exists()
    write_records(path, records[records["frame"] != 5])
    with pytest.raises(CorruptError, match="11 records of 12 frames; delete"):
        write_frames(experiment, Home(experiment), sequences, tmp_path / "again", threads=1)
    path.unlink()
    with pytest.raises(MissingDataError, match=r"records of run 'gsl' seed 0 on 'synthetic-otb'"):
        write_frames(experiment, Home(experiment), sequences, tmp_path / "again", threads=1)


def test_a_control_without_a_network_has_boxes_and_no_maps(finished, sequences, tmp_path):
    experiment = replace(finished, baseline="never-moves", seeds=(5,), report=replace(finished.report, ours="logistic"))
    home = Home(experiment)
    for part in (home.run("logistic", 5), *(home.records("logistic", 5, name).parent for name in sequences)):
        if not part.exists():
            shutil.copytree(part.with_name("seed00"), part)
    write_frames(experiment, home, sequences, tmp_path / "out", threads=1)
    entries = json.loads((tmp_path / "out" / CATALOGUE).read_text(encoding="utf-8"))["sequences"]
    first = entries[0]["frames"][1]["trackers"]
    assert [one["state"] for one in first] == ["tracked", "tracked"]
    assert [one["map"] is None for one in first] == [True, False]
    assert [entry["seed"] for entry in entries] == [5] * 6


def test_pictures_are_small_and_are_the_frames(written, sequences):
    out, catalogue = written
    for entry in catalogue["sequences"]:
        sequence = next(item for item in sequences[entry["benchmark"]] if item.name == entry["name"])
        frame = entry["frames"][3]
        image = cv2.imread(str(out / frame["image"]))
        assert image.shape == (120, 160, 3)
        assert np.abs(image[..., ::-1].astype(float) - sequence.image(frame["index"])).mean() < 8
    wide = np.zeros((300, 720, 3), np.uint8)
    assert cv2.imdecode(np.frombuffer(small_picture(wide), np.uint8), 1).shape == (150, 360, 3)


def test_truth_is_the_polygon_or_the_box_and_absent_with_its_target(written, sequences):
    for entry in written[1]["sequences"]:
        sequence = next(item for item in sequences[entry["benchmark"]] if item.name == entry["name"])
        for frame in entry["frames"]:
            index = frame["index"]
            if not sequence.visible[index]:
                assert frame["truth"] is None
            elif sequence.polygons is not None:
                np.testing.assert_allclose(frame["truth"], sequence.polygons[index].reshape(4, 2), atol=0.006)
            else:
                x, y, w, h = sequence.boxes[index]
                np.testing.assert_allclose(frame["truth"], [[x, y], [x + w, y], [x + w, y + h], [x, y + h]], atol=0.006)


@pytest.mark.parametrize("count", [1, 2, 39, 40, 41, 1000])
def test_frames_are_even_with_the_first_and_the_last(count):
    frames = chosen_frames(count)
    assert frames[0] == 0
    assert frames[-1] == count - 1
    assert len(frames) == min(count, 40)
    assert np.ptp(np.diff(frames)) <= 1 if count > 2 else True


def test_a_flat_map_has_one_level():
    flat = Seen(np.full((17, 17), 0.25, np.float32), np.zeros(2), 100.0)
    entry = map_entry(flat, GEOMETRY["small"])
    assert set(base64.b64decode(entry["map"])) == {0}
    assert entry["low"] == entry["high"] == 0.25


def test_the_same_bytes_every_time_by_the_verb(finished, written, tmp_path):
    write_text(tmp_path / "spec.json", json.dumps(finished.to_dict()))
    arguments = ["--spec", str(tmp_path / "spec.json"), "--out", str(tmp_path / "frames"), "--threads", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    files = {path.relative_to(written[0]): path.read_bytes() for path in written[0].rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path / "frames") for path in (tmp_path / "frames").rglob("*") if path.is_file()}
    assert again == set(files)
    assert all((tmp_path / "frames" / name).read_bytes() == data for name, data in files.items())


def test_frames_are_made_again_where_what_they_show_changes(tiny):
    part = jobs.frames_part(tiny)
    relabelled = tuple(replace(v, label="New") if v.name == "gsl" else v for v in tiny.variants)
    for change in (
        {"variants": relabelled},
        {"seeds": (3,)},
        {"track": replace(tiny.track, peak="cell")},
        {"report": replace(tiny.report, qualitative_sequences=1)},
    ):
        assert jobs.frames_part(replace(tiny, **change)) != part
    assert jobs.frames_part(replace(tiny, stats=replace(tiny.stats, draws=7))) == part

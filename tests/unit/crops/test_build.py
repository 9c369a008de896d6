"""Cutting a store: the same bytes whatever the threads and interruptions; refusals before and while cutting."""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pandas as pd
import pytest
from tests.faults.harm import HARMS

from siamloss.config import CropsConfig, SyntheticConfig
from siamloss.crops import build as build_module
from siamloss.crops.build import build_store
from siamloss.crops.cut import cut_patch, mean_color
from siamloss.crops.plan import BLOCK, make_plan
from siamloss.crops.source import open_source
from siamloss.crops.store import CROPS, INDEX, open_store
from siamloss.crops.unfinished import JOURNAL
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.errors import CorruptError, EmptySequenceError
from siamloss.geometry import box_center, context_size
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import read_manifest


def build(experiment, out, **options):
    name = experiment.datasets.train.name
    build_store(experiment, name, Home(experiment).manifest(name), out, **options)
    return files(out)


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def with_crops(experiment, **settings):
    return replace(experiment, crops=replace(experiment.crops, **settings))


@pytest.fixture(scope="module")
def many(tiny, tmp_path_factory):
    """As tiny, with a training set of more sequences and blocks."""
    sets = tiny.datasets
    drawn = replace(sets.train, synthetic=SyntheticConfig(sequences=5, frames=70, seed=3, width=96, height=80))
    experiment = replace(tiny, results=str(tmp_path_factory.mktemp("many")), datasets=replace(sets, train=drawn))
    prepare_dataset(experiment, drawn.name, Home(experiment).manifest(drawn.name))
    return experiment


def test_raw_store_holds_the_patches_cut_one_by_one(tiny, tiny_stores):
    stored = np.fromfile(tiny_stores[0] / "crops.u8", np.uint8).reshape(-1, 131, 131, 3)
    patches = []
    for sequence in open_dataset(tiny, tiny.datasets.train):
        for frame in np.flatnonzero(sequence.visible):
            image, box = sequence.image(frame), sequence.boxes[frame]
            side = float(context_size(box[2:])) * 131 / 63
            patches.append(cut_patch(image, box_center(box), side, 131, mean_color(image)))
    np.testing.assert_array_equal(stored, np.stack(patches))


@pytest.mark.parametrize("storage", ["raw", "jpeg"])
def test_bytes_do_not_depend_on_the_number_of_threads(many, tmp_path, storage):
    experiment = with_crops(many, storage=storage)
    one = build(experiment, tmp_path / "one")
    assert build(experiment, tmp_path / "three", threads=3) == one
    assert len(open_store(tmp_path / "one", check="all")) > 5 * BLOCK, "several blocks, all as they were written"


def test_killed_at_any_moment_it_is_taken_up_and_ends_with_the_same_bytes(many, tmp_path):
    whole, given = build(many, tmp_path / "whole"), tmp_path / "given"
    progress, stranger = given / ".out.progress", given / "thesis.txt"
    given.mkdir()
    stranger.write_text("not ours")
    home, name = Home(many), many.datasets.train.name
    home.spec.parent.mkdir(parents=True, exist_ok=True)
    home.spec.write_text(json.dumps(many.to_dict()))
    command = [sys.executable, "-m", "siamloss.cli", "crops", "--spec", home.spec, "--dataset", name]
    command += ["--manifest", home.manifest(name), "--out", tmp_path / "out", "--progress-dir", given]
    kept = []
    for wanted in (1, 4):
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL)
        while process.poll() is None and lines(progress) < wanted:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept.append(lines(progress))
        assert not (tmp_path / "out").exists() or files(tmp_path / "out") == whole, "whole or absent"
    assert kept == sorted(kept), "what was done is kept"
    assert kept[0] >= 1
    assert build(many, tmp_path / "out", progress_dir=progress, threads=2) == whole
    assert not progress.exists()
    assert stranger.read_text() == "not ours"


def lines(progress):
    return sum(path.read_bytes().count(b"\n") for path in progress.glob(f"*/{JOURNAL}"))


class Stopped(BaseException):
    """A kill, for what runs in this process."""


def interrupted(experiment, tmp_path, monkeypatch, blocks):
    """The folder of unfinished work of a call that ends after so many blocks."""
    real = build_module.map_ahead

    def stop(work, items, threads, ahead):
        yield from islice(real(work, items, threads, ahead), blocks)
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "map_ahead", stop)
        with pytest.raises(Stopped):
            build(experiment, tmp_path / "out", progress_dir=tmp_path / "progress")
    assert not (tmp_path / "out").exists()
    return next((tmp_path / "progress").iterdir())


def test_blocks_done_before_are_not_cut_again(many, tmp_path, monkeypatch):
    whole = build(many, tmp_path / "whole")
    unfinished, total = interrupted(many, tmp_path, monkeypatch, 3), len(open_store(tmp_path / "whole"))
    cut, real = [], build_module.cut_block

    def counted(block, plan):
        cut.append(len(block.frames))
        return real(block, plan)

    done = sum(len(json.loads(line)["bytes"]) for line in (unfinished / JOURNAL).read_text().splitlines())
    monkeypatch.setattr(build_module, "cut_block", counted)
    assert build(many, tmp_path / "out", progress_dir=tmp_path / "progress") == whole
    assert done > 2 * BLOCK
    assert sum(cut) == total - done


def test_a_store_that_is_there_and_whole_is_not_cut_again(many, tmp_path, monkeypatch, capfd):
    """Such as of a job that outlived its Snakemake, for which the next one waits."""
    whole = build(many, tmp_path / "out")
    number = (tmp_path / "out").stat().st_ino
    with monkeypatch.context() as patch:
        patch.setattr(build_module, "cut_block", None)
        assert build(many, tmp_path / "out") == whole
    assert (tmp_path / "out").stat().st_ino == number
    assert "is there already, and whole" in capfd.readouterr().err
    crops = tmp_path / "out" / "crops.u8"
    crops.write_bytes(b"\x00" * crops.stat().st_size)
    assert build(many, tmp_path / "out") == whole, "a damaged one is cut again"
    other = build(with_crops(many, frames_per_sequence=10), tmp_path / "out")
    assert other != whole, "and one of other settings"


def test_code_that_changes_the_crops_starts_anew_and_other_code_goes_on(many, edited_source):
    name, manifest = many.datasets.train.name, Home(many).manifest(many.datasets.train.name)

    def names():
        plan = make_plan(many, name, open_source(many, name, manifest), manifest)
        return plan.key, plan.maker

    key, maker = names()
    edited_source("report/page.py")
    assert names() == (key, maker)
    edited_source("crops/forecast.py")
    forecast = names()
    assert forecast[0] == key, "no crop depends on it"
    assert forecast[1] != maker
    for file in (f"data/{many.datasets.train.format}.py", "crops/cut.py"):
        edited_source(file)
        assert not {key, forecast[1]} & set(names())
        key, forecast = names()[0], names()


def test_a_frame_that_was_changed_since_ends_the_cutting(many, tmp_path):
    name, home = many.datasets.train.name, Home(many)
    frame = sorted(dataset_root(many, many.datasets.train).glob("*/*.jpg"))[-1]
    data = frame.read_bytes()
    try:
        frame.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(CorruptError, match=r"was changed.*restore the dataset"):
            build_store(many, name, home.manifest(name), tmp_path / "fails")
    finally:
        frame.write_bytes(data)
    assert not (tmp_path / "fails").exists()


@pytest.mark.parametrize("storage", ["raw", "jpeg"])
def test_damaged_unfinished_work_ends_with_the_same_bytes(many, tmp_path, monkeypatch, storage):
    experiment = with_crops(many, storage=storage)
    whole, rng = build(experiment, tmp_path / "whole"), np.random.default_rng(0)
    for name in (f"store/{CROPS[storage]}", JOURNAL):
        for kind, harm in HARMS.items():
            path = interrupted(experiment, tmp_path, monkeypatch, 4) / name
            damaged, what = harm(path.read_bytes(), rng)
            path.write_bytes(damaged)
            assert build(experiment, tmp_path / "out", progress_dir=tmp_path / "progress") == whole, (kind, what)
            shutil.rmtree(tmp_path / "out")


def test_index_says_box_source_and_visibility_of_every_crop(tiny, tiny_stores):
    """A target drawn anew from its box in crop pixels covers what its box in the frame covers."""
    index = pd.read_parquet(tiny_stores[0] / INDEX)
    sequences = {sequence.name: sequence for sequence in open_dataset(tiny, tiny.datasets.train)}
    assert index.visible.all()
    for row in index.iloc[::5].itertuples():
        sequence = sequences[row.sequence]
        assert sha256_file(sequence.frame_paths[row.frame]).startswith(row.source)
        box, image = sequence.boxes[row.frame], np.zeros_like(sequence.image(row.frame))
        x, y = np.round(box[:2]).astype(int)
        right, bottom = np.round(box[:2] + box[2:]).astype(int)
        image[max(y, 0) : bottom, max(x, 0) : right] = 255
        side = float(context_size(box[2:])) * 131 / 63
        lit = cut_patch(image, box_center(box), side, 131, (0, 0, 0))[..., 0] > 127
        drawn = np.zeros((131, 131), bool)
        edges = np.round([row.y, row.y + row.h, row.x, row.x + row.w]).astype(int).clip(0, 131)
        drawn[edges[0] : edges[1], edges[2] : edges[3]] = True
        inside_frame = cut_patch(np.full_like(image, 255), box_center(box), side, 131, (0, 0, 0))[..., 0] > 127
        drawn &= inside_frame
        scale = 131 / side
        rim = 2 * (row.w + row.h) * (scale / 2 + 1)
        assert (lit != drawn).sum() < rim, "rounding of the box in the frame and in the crop"
        assert row.x + (row.w - scale) / 2 == pytest.approx((131 - scale) / 2, abs=0.51 * scale)


def test_jpeg_store_is_small_and_looks_like_the_raw_one(tiny, tiny_stores, tmp_path):
    build(with_crops(tiny, storage="jpeg"), tmp_path / "jpeg")
    raw, jpeg = open_store(tiny_stores[0]), open_store(tmp_path / "jpeg")
    assert read_manifest(tmp_path / "jpeg")["crops"]["bytes"] < raw.crops.size / 3
    rows = np.arange(len(raw))
    difference = np.abs(raw.read(rows).astype(int) - jpeg.read(rows))
    assert difference.mean() < 3
    one = cv2.imencode(".jpg", cv2.cvtColor(raw.read(rows[5:6])[0], cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95])
    np.testing.assert_array_equal(jpeg.crops.bytes_of(5), one[1].ravel())
    np.testing.assert_array_equal(raw.frames, jpeg.frames)


def test_lower_quality_is_smaller(tiny, tmp_path):
    sizes = [
        len(build(with_crops(tiny, storage="jpeg", jpeg_quality=quality), tmp_path / str(quality))["crops.jpg"])
        for quality in (50, 95)
    ]
    assert sizes[0] < sizes[1] / 2


@pytest.mark.parametrize("threads", [1, 2])
def test_forecast_is_one_line(tiny, tmp_path, capfd, threads):
    build(tiny, tmp_path / "store", threads=threads)
    lines = capfd.readouterr().err.splitlines()
    count = len(open_store(tmp_path / "store"))
    said = [line for line in lines if line.startswith("crops of")]
    assert len(said) == 1
    size = (tmp_path / "store" / "crops.u8").stat().st_size / 1e9
    for part in (f"{count} crops of 131 px, raw, {size:.2f} GB", f"{threads} thread", " s with", "GB free"):
        assert part in said[0]


def test_a_filter_that_leaves_nothing_is_an_error(tiny, tmp_path):
    name = tiny.datasets.train.name
    manifest = tmp_path / "manifest.json"
    root = tmp_path / "copy"
    sequence = open_dataset(tiny, tiny.datasets.train)[0]
    (root / "a").mkdir(parents=True)
    for number in range(3):
        (root / "a" / f"{number:08d}.jpg").write_bytes(sequence.frame_paths[0].read_bytes())
    (root / "a" / "groundtruth.txt").write_text("5,5,10,10\n" * 3)
    (root / "list.txt").write_text("a\n")
    copy = replace(tiny.datasets.train, synthetic=None, path="copy")
    experiment = replace(tiny, data_root=str(tmp_path), datasets=replace(tiny.datasets, train=copy))
    prepare_dataset(experiment, name, manifest)
    with pytest.raises(EmptySequenceError, match=r"crops\.frame_filter: none"):
        build_store(replace(experiment, crops=CropsConfig(frame_filter="siamfc")), name, manifest, tmp_path / "store")
    build_store(experiment, name, manifest, tmp_path / "store")
    with pytest.raises(EmptySequenceError):
        build_store(replace(experiment, crops=CropsConfig(skip_odd_frames=True)), name, manifest, tmp_path / "other")

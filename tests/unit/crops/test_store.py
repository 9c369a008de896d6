"""The crop store."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siamloss.config import CropsConfig
from siamloss.crops.build import build_store
from siamloss.crops.select import select_frames
from siamloss.crops.store import INDEX, check_version, open_store, store_px
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.errors import CorruptError
from siamloss.geometry.network import GEOMETRY
from siamloss.paths import Home
from siamloss.provenance.manifest import NAME, read_manifest, tree_entries


def test_store_holds_every_visible_frame_once(tiny, tiny_stores):
    store = open_store(tiny_stores[0])
    sequences = [s for s in open_dataset(tiny, tiny.datasets.train) if s.visible.sum() >= 2]
    assert store.names == tuple(s.name for s in sequences)
    expected = np.concatenate([np.flatnonzero(s.visible) for s in sequences])
    np.testing.assert_array_equal(store.frames, expected)
    assert store.crops.shape == (len(expected), 131, 131, 3)


def test_store_says_of_which_dataset_and_role_it_is(tiny, tiny_stores):
    for folder, dataset in zip(tiny_stores, (tiny.datasets.train, tiny.datasets.val), strict=True):
        manifest = read_manifest(folder)
        assert (manifest["dataset"], manifest["role"]) == (dataset.name, dataset.role)
    assert [read_manifest(folder)["role"] for folder in tiny_stores] == ["train", "val"]


def test_store_knows_what_is_near_the_target_of_every_crop(tiny, tmp_path):
    """A copy of the validation set in which every frame has a similarity of its own."""
    drawn = tiny.datasets.val
    root = tmp_path / "copy"
    shutil.copytree(dataset_root(tiny, drawn), root)
    for number, file in enumerate(sorted(root.glob("*/distractor.label"))):
        count = len(file.read_text().splitlines())
        file.write_text("".join(f"{(number * 20 + frame) / 100:.4f}\n" for frame in range(count)))
    copy = replace(drawn, synthetic=None, path="copy")
    experiment = replace(tiny, data_root=str(tmp_path), datasets=replace(tiny.datasets, val=copy))
    prepare_dataset(experiment, copy.name, tmp_path / "manifest.json")
    build_store(experiment, copy.name, tmp_path / "manifest.json", tmp_path / "store")
    store = open_store(tmp_path / "store")
    assert store.distractor.dtype == np.float32
    numbers = np.repeat(np.arange(len(store.names)), np.diff(store.first))
    np.testing.assert_array_equal(store.distractor, ((numbers * 20 + store.frames) / 100).astype(np.float32))


def test_similarity_is_nan_where_the_dataset_does_not_know(tiny, tmp_path):
    name = next(item.name for item in tiny.datasets.test if item.format == "vot")
    build_store(tiny, name, Home(tiny).manifest(name), tmp_path / "store")
    assert np.isnan(open_store(tmp_path / "store").distractor).all()


@pytest.mark.parametrize("missing", ["manifest", "index"])
def test_store_of_an_older_version_is_refused(tiny_stores, tmp_path, missing):
    folder = tmp_path / "store"
    shutil.copytree(tiny_stores[1], folder)
    manifest = read_manifest(folder)
    if missing == "manifest":
        del manifest["storage"]
    else:
        pd.read_parquet(folder / INDEX).drop(columns="crc32").to_parquet(folder / INDEX)
        manifest["files"] = tree_entries(folder, [INDEX])
    (folder / NAME).write_text(json.dumps(manifest))
    with pytest.raises(CorruptError, match=r"cut by an older version; delete .* and run snakemake again"):
        open_store(folder)


def test_crop_is_centred_on_the_target_at_the_networks_scale(tiny, tiny_stores):
    """Cutting the exemplar straight from the frame gives the centre of the stored crop, up to one pixel of rounding."""
    from siamloss.crops.cut import cut_patch, mean_color
    from siamloss.geometry import box_center, context_size

    store = open_store(tiny_stores[0])
    sequence = open_dataset(tiny, tiny.datasets.train)[0]
    frame = int(store.frames[0])
    image, box = sequence.image(frame), sequence.boxes[frame]
    side = GEOMETRY["small"].exemplar_px
    direct = cut_patch(image, box_center(box), float(context_size(box[2:])), side, mean_color(image)).astype(float)
    margin = (store.crops.shape[1] - side) // 2
    stored = store.crops[0, margin : margin + side, margin : margin + side].astype(float)
    assert np.corrcoef(direct.ravel(), stored.ravel())[0, 1] > 0.9


def test_margin_covers_the_strongest_augmentation():
    side = store_px(119, 2.0, 0.05)
    assert side % 2 == 1
    assert (side - 1) / 2 >= (119 - 1) / 2 * 1.05 + 2.0


def test_limited_frames_are_spread_evenly(tiny):
    sequence = open_dataset(tiny, tiny.datasets.train)[0]
    frames = select_frames(sequence, CropsConfig(frames_per_sequence=3))
    visible = np.flatnonzero(sequence.visible)
    assert len(frames) == 3
    assert (frames[0], frames[-1]) == (visible[0], visible[-1])


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_damage_is_found_before_use(tiny_stores, tmp_path, damage):
    folder = tmp_path / "store"
    shutil.copytree(tiny_stores[1], folder)
    file = folder / "crops.u8"
    if damage == "flip":
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif damage == "truncate":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        file.unlink()
    with pytest.raises(CorruptError, match=r"crops\.u8.*run snakemake again"):
        open_store(folder)


def flip(file, place):
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def copied(store, tmp_path):
    return shutil.copytree(store, tmp_path / "store")


def test_crops_of_a_large_store_are_checked_when_they_are_read(tiny_stores, tmp_path):
    folder = copied(tiny_stores[0], tmp_path)
    whole = open_store(tiny_stores[0])
    size = whole.crops[0].size
    flip(folder / "crops.u8", 7 * size + 123)
    store = open_store(folder, check="rows")
    others = np.setdiff1d(np.arange(len(store)), [7])
    np.testing.assert_array_equal(store.read(others), whole.crops[others])
    name = store.names[np.searchsorted(store.first, 7, side="right") - 1]
    with pytest.raises(CorruptError, match=rf"crops\.u8.*'{name}', frame {store.frames[7]},.*run snakemake again"):
        store.read(np.array([3, 7]))
    for check in ("auto", "all"):
        with pytest.raises(CorruptError, match="another checksum"):
            open_store(folder, check=check)


def test_every_byte_of_a_crop_counts(tiny_stores, tmp_path):
    folder = copied(tiny_stores[1], tmp_path)
    size = open_store(folder).crops[0].size
    for place in (0, 1, size // 3, size - 1):
        flip(folder / "crops.u8", place)
        with pytest.raises(CorruptError):
            open_store(folder, check="rows").read(np.array([0]))
        flip(folder / "crops.u8", place)
    open_store(folder, check="all")


@pytest.mark.parametrize("name", ["index.parquet", "manifest.json"])
def test_damaged_index_or_manifest_is_refused(tiny_stores, tmp_path, name):
    folder = copied(tiny_stores[0], tmp_path)
    file = folder / name
    if name == "manifest.json":
        file.write_bytes(file.read_bytes()[:-20])
    else:
        flip(file, file.stat().st_size // 2)
    with pytest.raises(CorruptError, match="run snakemake again"):
        open_store(folder, check="rows")


def test_read_gives_the_centres_of_crops(tiny_stores):
    store, rows = open_store(tiny_stores[0]), np.array([5, 0, 5])
    np.testing.assert_array_equal(store.read(rows), store.crops[rows])
    np.testing.assert_array_equal(store.read(rows, 71), store.crops[rows, 30:101, 30:101])


def test_store_of_another_dataset_version_is_refused(tiny, tiny_stores, tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(Home(tiny).manifest(tiny.datasets.train.name).read_bytes())
    check_version(tiny_stores[0], manifest)
    manifest.write_text(manifest.read_text().replace('"bytes": ', '"bytes": 1', 1))
    with pytest.raises(CorruptError, match=r"another version of its dataset.*run snakemake again"):
        check_version(tiny_stores[0], manifest)
    with pytest.raises(CorruptError, match="not readable"):
        check_version(tiny_stores[0], tmp_path / "absent.json")


def test_boxes_are_centred(tiny_stores):
    store = open_store(tiny_stores[0])
    center = store.boxes[:, :2] + store.boxes[:, 2:] / 2
    assert np.abs(center - 131 / 2).max() < 4
    assert (store.boxes[:, 2:] > 20).all()

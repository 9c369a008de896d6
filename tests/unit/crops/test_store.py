"""The crop store."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siamloss.config import CropsConfig
from siamloss.crops.build import build_store, select_frames
from siamloss.crops.store import open_store, store_px
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.errors import CorruptError
from siamloss.geometry.network import GEOMETRY
from siamloss.paths import Home
from siamloss.provenance.manifest import read_manifest, write_manifest


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


def test_store_of_an_older_version_is_refused(tiny_stores, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(tiny_stores[1], folder)
    facts = {name: value for name, value in read_manifest(folder).items() if name != "files"}
    pd.read_parquet(folder / "index.parquet").drop(columns="distractor").to_parquet(folder / "index.parquet")
    write_manifest(folder, **facts)
    with pytest.raises(CorruptError, match="cut by an older version; delete it and run snakemake again"):
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

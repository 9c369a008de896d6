"""One's own data and training sets: from an entry of the catalogue to a manifest, crops and numbers."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siamloss.config import Dataset
from siamloss.crops.build import build_store
from siamloss.crops.source import open_source
from siamloss.crops.store import open_store
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.data.verified import open_verified
from siamloss.data.verify import verify_path
from siamloss.errors import AnnotationError, CorruptError
from siamloss.metrics.measure import measure
from siamloss.provenance.manifest import write_manifest
from siamloss.tracking.job import track_run


@pytest.fixture
def copied(tiny, tmp_path):
    """The drawn OTB set, and the same frames and boxes in the folder format."""
    drawn = next(item for item in tiny.datasets.test if item.format == "otb")
    sequences = open_dataset(tiny, drawn)
    for item in sequences:
        folder = tmp_path / "data" / "own" / item.name
        shutil.copytree(dataset_root(tiny, drawn) / item.name / "img", folder)
        np.savetxt(folder / "boxes.txt", item.boxes, delimiter=",")
    own = Dataset("own", "folder", "test", path="own")
    sets = replace(tiny.datasets, test=(drawn, own))
    return replace(tiny, datasets=sets, data_root=str(tmp_path / "data")), drawn, own


def test_own_data_are_tracked_in_one_pass_and_scored_as_otb_is(copied, tmp_path):
    experiment, drawn, own = copied
    experiment, tables = replace(experiment, results=str(tmp_path / "results")), []
    for dataset in (drawn, own):
        manifest, out = tmp_path / f"{dataset.name}.json", tmp_path / f"{dataset.name}.parquet"
        prepare_dataset(experiment, dataset.name, manifest)
        track_run(experiment, "never-moves", dataset.name, manifest, None, tmp_path / "progress", out, 1, 1)
        sequences = open_dataset(experiment, dataset)
        metrics, _ = measure(dataset, sequences, {("never-moves", 0): pd.read_parquet(out)})
        tables.append(metrics.set_index(["metric", "sequence"])["value"])
    assert "success_auc" in tables[0].index.get_level_values("metric")
    pd.testing.assert_series_equal(*tables)


BOXES = "10,10,20,20\n" * 3
COCO = {
    "images": [{"id": number, "file_name": f"walk/{number}.jpg"} for number in (1, 2, 3)],
    "annotations": [{"image_id": number, "bbox": [10, 10, 20, 20]} for number in (1, 2, 3)],
}
LAYOUTS = {
    "folder": ("walk", {"walk/boxes.txt": BOXES}),
    "folder, itself a sequence": (".", {"boxes.txt": BOXES}),
    "coco": ("images/walk", {"annotations/all.json": json.dumps(COCO)}),
    "lasot": ("walk/walk-1/img", {"walk/walk-1/groundtruth.txt": BOXES, "walk/walk-1/out_of_view.txt": "0,0,0"}),
    "trackingnet": ("TRAIN_0/frames/walk", {"TRAIN_0/anno/walk.txt": BOXES}),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_every_layout_has_a_manifest_of_all_its_files_and_gives_crops(tiny, tmp_path, draw_frames, case):
    images, texts = LAYOUTS[case]
    root = tmp_path / "data" / "own"
    draw_frames(root / images, (1, 2, 3), digits=1, size=(80, 60))
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    own = Dataset("own", case.partition(",")[0], "train", path="own")
    sets = replace(tiny.datasets, train=own)
    experiment = replace(tiny, datasets=sets, data_root=str(tmp_path / "data"), results=str(tmp_path / "results"))
    manifest = tmp_path / "own.json"
    prepare_dataset(experiment, "own", manifest)
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert set(json.loads(manifest.read_text())["files"]) == files
    assert [len(item) for item in open_verified(experiment, "own", manifest)] == [3]
    build_store(experiment, "own", manifest, tmp_path / "crops")
    assert len(open_store(tmp_path / "crops")) == 3
    (root / next(iter(texts))).write_text(next(iter(texts.values())).replace("10", "11"))
    with pytest.raises(CorruptError):
        open_verified(experiment, "own", manifest)


@pytest.fixture
def prepared(tiny, tmp_path):
    """``prepared(layout, texts, **settings)``: write files, prepare: experiment, root, manifest, names in it."""

    def prepare(layout, texts, **settings):
        root = tmp_path / "data" / "own"
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        own = Dataset("own", layout, "train", path="own", **settings)
        experiment = replace(tiny, datasets=replace(tiny.datasets, train=own), data_root=str(tmp_path / "data"))
        manifest = tmp_path / "own.json"
        prepare_dataset(experiment, "own", manifest)
        return experiment, root, manifest, set(json.loads(manifest.read_text())["files"])

    return prepare


def test_frames_in_several_folders_are_all_listed_and_checked(prepared, tmp_path, draw_frames):
    root = tmp_path / "data" / "own"
    for number in (1, 2, 3):
        draw_frames(root / f"cam{number}", (number,), digits=1)
    images = [{"id": number, "file_name": f"cam{number}/{number}.jpg", "video_id": 1} for number in (1, 2)]
    boxes = [{"image_id": number, "bbox": [1, 1, 5, 5]} for number in (1, 2)]
    texts = {"annotations.json": json.dumps({"images": images, "annotations": boxes})}
    experiment, _, manifest, names = prepared("coco", texts)
    assert names == {"annotations.json", "cam1/1.jpg", "cam2/2.jpg"}
    whole = (root / "cam2" / "2.jpg").read_bytes()
    (root / "cam2" / "2.jpg").write_bytes(whole[:-9])
    with pytest.raises(CorruptError, match=r"cam2/2\.jpg has"):
        open_verified(experiment, "own", manifest)
    (root / "cam2" / "2.jpg").write_bytes(whole)
    shown = json.loads(manifest.read_text())
    del shown["files"]["cam2/2.jpg"]
    manifest.write_text(json.dumps(shown))
    for use in (open_verified, open_source):
        with pytest.raises(CorruptError, match=r"cam2/2\.jpg is not in the dataset's manifest, nor is its sequence"):
            use(experiment, "own", manifest)


def test_the_data_may_lie_above_the_working_folder(tiny, tmp_path, draw_frames, monkeypatch):
    draw_frames(tmp_path / "data" / "own" / "walk", (1, 2))
    (tmp_path / "data" / "own" / "walk" / "boxes.txt").write_text("1,1,5,5\n" * 2)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    own = Dataset("own", "folder", "train", path="own")
    experiment = replace(tiny, datasets=replace(tiny.datasets, train=own), data_root="../data")
    prepare_dataset(experiment, "own", tmp_path / "own.json")
    assert len(json.loads((tmp_path / "own.json").read_text())["files"]) == 3
    assert [len(item) for item in open_verified(experiment, "own", tmp_path / "own.json")] == [2]


PARTS = {
    "lasot": ("fox/{}/img", "fox/{}/groundtruth.txt", ("fox-1", "fox-2"), {"fox/fox-1/groundtruth.txt"}),
    "trackingnet": (
        "TRAIN_0/frames/{}",
        "TRAIN_0/anno/{}.txt",
        ("a", "b"),
        {"TRAIN_0/anno/a.txt", "TRAIN_0/anno/b.txt"},
    ),
}


@pytest.mark.parametrize("layout", PARTS)
def test_of_a_folder_of_many_sequences_only_the_used_ones_are_listed(prepared, tmp_path, draw_frames, layout):
    images, boxes, names, listed = PARTS[layout]
    root = tmp_path / "data" / "own"
    for name in names:
        draw_frames(root / images.format(name), (1, 2))
    texts = {boxes.format(name): "1,1,5,5\n" * 2 for name in names}
    assert len(prepared(layout, texts)[3]) == 6
    write_manifest(root, source="own")
    used, other = (images.format(name) for name in names)
    experiment, _, manifest, found = prepared(layout, texts, sequences=(names[0],))
    assert found == {f"{used}/00000001.jpg", f"{used}/00000002.jpg", *listed}
    (root / other / "00000001.jpg").unlink()
    draw_frames(root / other, (7,))
    assert len(open_verified(experiment, "own", manifest)) == len(open_source(experiment, "own", manifest).sequences)
    assert verify_path(manifest).differences == []
    prepare_dataset(experiment, "own", manifest)
    draw_frames(root / used / "more", (3,))
    for use in (open_verified, open_source):
        with pytest.raises(CorruptError, match="more/00000003"):
            use(experiment, "own", manifest)
    assert [item.kind for item in verify_path(manifest).differences] == ["added"]
    shutil.rmtree(root / used / "more")
    (root / boxes.format(names[0])).write_text("2,1,5,5\n" * 2)
    with pytest.raises(CorruptError):
        open_verified(experiment, "own", manifest)
    (root / boxes.format(names[0])).write_text("1,1,5,5\n" * 2)
    for path in (root / boxes.format(names[0]), root / used / "00000002.jpg"):
        path.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(CorruptError, match=f"{path} is not the file listed in"):
            prepare_dataset(experiment, "own", manifest)
        path.write_bytes(path.read_bytes()[:-1])


OUTSIDE = """
import numpy as np
from siamloss.data.sequence import Sequence

def beside(root, names):
    return [Sequence("walk", (root.parent / "far" / "1.jpg",), np.ones((1, 4)), np.ones(1, bool))]

def above(root, names):
    return [Sequence("walk", (root / ".." / "far" / "1.jpg",), np.ones((1, 4)), np.ones(1, bool))]
"""


@pytest.mark.parametrize("reader", ["beside", "above"])
def test_frames_outside_the_dataset_are_named_with_what_to_do(prepared, tmp_path, draw_frames, monkeypatch, reader):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "outside_reader.py").write_text(OUTSIDE)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    draw_frames(tmp_path / "data" / "far", (1,), digits=1)
    message = r"sequence 'walk' of the dataset at .*own has a frame outside that folder, .*far/1\.jpg; move or link"
    with pytest.raises(AnnotationError, match=message):
        prepared("folder", {"notes.txt": "own"}, reader=f"outside_reader:{reader}")

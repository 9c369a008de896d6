"""One's own data and training sets: from an entry of the catalogue to a manifest, crops and numbers."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siamloss.config import Dataset
from siamloss.crops.build import build_store
from siamloss.crops.store import open_store
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.data.verified import open_verified
from siamloss.errors import CorruptError
from siamloss.metrics.measure import measure
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

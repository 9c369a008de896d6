"""The verb ``siamloss data`` and the check before every use: the manifest lists what is used, and damage is found."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import pytest

from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.data.verified import open_verified
from siamloss.errors import CorruptError, MissingDataError
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_bytes
from siamloss.provenance.sealed import read_json

FORMATS = ("otb", "vot", "got10k")
BESIDE = {"otb": {"anno"}, "vot": {"list.txt"}, "got10k": {"list.txt"}}


@pytest.fixture
def copied(tiny, tmp_path):
    """Copy a drawn test dataset and treat it as a real one: (experiment, dataset, root, manifest path)."""

    def copy(form, sequences=()):
        drawn = next(item for item in tiny.datasets.test if item.format == form)
        shutil.copytree(dataset_root(tiny, drawn), tmp_path / "data" / form, dirs_exist_ok=True)
        real = replace(drawn, synthetic=None, path=form, sequences=sequences, how_to_get="restore the copy")
        sets = replace(tiny.datasets, test=(real,))
        experiment = replace(tiny, data_root=str(tmp_path / "data"), datasets=sets)
        manifest = tmp_path / f"{form}.manifest.json"
        prepare_dataset(experiment, real.name, manifest)
        return experiment, real, tmp_path / "data" / form, manifest

    return copy


def tree(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_manifest_of_every_drawn_dataset_is_complete(tiny):
    for dataset in tiny.all_datasets:
        root = dataset_root(tiny, dataset)
        manifest = json.loads(Home(tiny).manifest(dataset.name).read_text())
        assert (manifest["dataset"], manifest["format"], manifest["root"]) == (dataset.name, dataset.format, str(root))
        expected = {sequence.name: dataset.synthetic.frames for sequence in open_dataset(tiny, dataset)}
        assert manifest["sequences"] == expected
        assert set(manifest["files"]) == tree(root)
        suffixes = Counter(name.rpartition(".")[2] for name in manifest["files"])
        assert suffixes["jpg"] == dataset.synthetic.sequences * dataset.synthetic.frames
        for name, entry in manifest["files"].items():
            data = (root / name).read_bytes()
            assert entry == {"bytes": len(data), "sha256": sha256_bytes(data)}


@pytest.mark.parametrize("form", FORMATS)
def test_drawing_again_gives_the_same_bytes(tiny, tmp_path, form):
    drawn = next(item for item in tiny.datasets.test if item.format == form)
    experiment = replace(tiny, results=str(tmp_path))
    root = dataset_root(experiment, drawn)
    prepare_dataset(experiment, drawn.name, tmp_path / "first.json")
    (root / "left over.txt").write_text("of an older drawing")
    prepare_dataset(experiment, drawn.name, tmp_path / "second.json")
    assert (tmp_path / "second.json").read_bytes() == (tmp_path / "first.json").read_bytes()
    there = read_json(Home(tiny).manifest(drawn.name))
    assert read_json(tmp_path / "first.json") == {**there, "root": str(root)}


@pytest.mark.parametrize("form", FORMATS)
def test_checking_again_gives_the_same_bytes_and_writes_nothing_into_the_data(copied, tmp_path, form):
    experiment, dataset, root, manifest = copied(form)
    before = tree(root)
    prepare_dataset(experiment, dataset.name, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == manifest.read_bytes()
    assert tree(root) == before == set(json.loads(manifest.read_text())["files"])


@pytest.mark.parametrize("form", FORMATS)
def test_only_the_selected_sequences_are_listed_and_checked(tiny, copied, form):
    names = [s.name for s in open_dataset(tiny, next(item for item in tiny.datasets.test if item.format == form))]
    experiment, dataset, root, manifest = copied(form, (names[1],))
    listed = json.loads(manifest.read_text())
    assert list(listed["sequences"]) == [names[1]]
    assert {name.split("/")[0] for name in listed["files"]} == {names[1]} | BESIDE[form]
    (root / names[0] / "notes.txt").write_text("another sequence's folder")
    next((root / names[0]).rglob("*.jpg")).unlink()
    (root / "unlisted").mkdir()
    (root / "unlisted" / "00000001.jpg").write_bytes(b"x")
    assert [sequence.name for sequence in open_verified(experiment, dataset.name, manifest)] == [names[1]]
    again = manifest.with_name("again.json")
    prepare_dataset(experiment, dataset.name, again)
    assert again.read_bytes() == manifest.read_bytes()


KINDS = [
    ("otb", "*/img/0007.jpg"),
    ("otb", "*/groundtruth_rect.txt"),
    ("otb", "anno/att/*.txt"),
    ("vot", "*/color/00000012.jpg"),
    ("vot", "*/groundtruth.txt"),
    ("vot", "list.txt"),
    ("vot", "*/*.tag"),
    ("got10k", "*/00000001.jpg"),
    ("got10k", "*/groundtruth.txt"),
    ("got10k", "list.txt"),
    ("got10k", "*/absence.label"),
    ("got10k", "*/cover.label"),
    ("got10k", "*/distractor.label"),
    ("got10k", "*/meta_info.ini"),
]


@pytest.mark.parametrize(("form", "pattern"), KINDS)
def test_every_kind_of_damage_to_every_kind_of_file_is_found(copied, form, pattern):
    experiment, dataset, root, manifest = copied(form)
    count = len(open_verified(experiment, dataset.name, manifest))
    path = sorted(root.glob(pattern))[-1]
    whole = path.read_bytes()
    flipped = bytes([*whole[:-2], whole[-2] ^ 1, whole[-1]])
    for data, words in ((flipped, "was changed after"), (whole[:-1], "bytes instead of"), (None, "is missing")):
        path.unlink() if data is None else path.write_bytes(data)
        with pytest.raises(CorruptError, match=f"{path} .*{words}.*restore the dataset, or delete its manifest"):
            open_verified(experiment, dataset.name, manifest)
    path.write_bytes(whole)
    assert len(open_verified(experiment, dataset.name, manifest)) == count


TEXTS = ["", "{", "no JSON", "{}", '{"sequences": {}}', "\x00", "[]", '{"files": []}', '{"files": {"a": {}}}']


@pytest.mark.parametrize("text", [*TEXTS, None])
def test_unreadable_manifest_is_named(copied, text):
    experiment, dataset, _, manifest = copied("otb")
    manifest.unlink() if text is None else manifest.write_text(text)
    with pytest.raises(CorruptError, match=f"manifest {manifest} is not readable; delete it"):
        open_verified(experiment, dataset.name, manifest)


def test_dataset_that_is_not_there_leaves_no_manifest(copied, tmp_path):
    experiment, dataset, root, _ = copied("vot")
    shutil.rmtree(root)
    with pytest.raises(MissingDataError, match=f"is not at {root}; restore the copy"):
        prepare_dataset(experiment, dataset.name, tmp_path / "new.json")
    assert not (tmp_path / "new.json").exists()

"""Data that changed since they were fetched, or since their manifest was written, are found before they are used."""

import shutil

import pytest
from tests.unit.data.damage import flip

from siamloss.crops.source import open_source
from siamloss.data.open import open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.data.verified import open_verified
from siamloss.errors import CorruptError
from siamloss.provenance.manifest import NAME, write_manifest

FORMATS = ("otb", "vot", "got10k")


DAMAGE = {
    "changed": lambda root, frame: flip(frame),
    "added": lambda root, frame: (frame.parent / "00009999.jpg").write_bytes(frame.read_bytes()),
    "added list": lambda root, frame: (root / "sequences.txt").write_text("one"),
    "removed list": lambda root, frame: next(root.glob("*.txt")).unlink(),
    "removed sequence": lambda root, frame: shutil.rmtree(frame.parents[len(frame.relative_to(root).parts) - 2]),
}


@pytest.mark.parametrize("above", [False, True], ids=["in the folder", "above it"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_preparing_compares_with_what_was_fetched(copied, tmp_path, kind, above):
    experiment, dataset, root = copied("otb")
    (root / "facts.txt").write_text("a list beside the sequences")
    write_manifest(root.parent if above else root, source="otb100")
    out = tmp_path / "out.json"
    prepare_dataset(experiment, dataset.name, out)
    before = out.read_bytes()
    frame = sorted(root.rglob("*.jpg"))[-1]
    DAMAGE[kind](root, frame)
    out.unlink()
    if kind == "added":
        for path in root.glob("*/groundtruth_rect.txt"):  # the count of boxes fits, as a second copy's would
            lines = path.read_text().splitlines()
            path.write_text("\n".join([*lines, lines[-1]]) + "\n") if path.parent in frame.parents else None
    with pytest.raises(CorruptError, match=r"manifest.json; run 'siamloss fetch otb100' again, or delete"):
        prepare_dataset(experiment, dataset.name, out)
    assert not out.exists()
    (root.parent if above else root).joinpath(NAME).unlink()
    prepare_dataset(experiment, dataset.name, out)
    assert out.read_bytes() != before


def test_foreign_manifest_in_the_data_is_named_with_what_to_do(copied, tmp_path):
    experiment, dataset, root = copied("otb")
    (root / NAME).write_text('{"name": "of another program"}')
    with pytest.raises(
        CorruptError, match=r"is no manifest .*; restore it, or move .*manifest.json away to go without"
    ):
        prepare_dataset(experiment, dataset.name, tmp_path / "out.json")


@pytest.mark.parametrize("form", FORMATS)
def test_added_files_are_found_before_use(copied, tmp_path, form):
    experiment, dataset, root = copied(form)
    out = tmp_path / "out.json"
    prepare_dataset(experiment, dataset.name, out)
    frame = sorted(root.rglob("*.jpg"))[0]
    for hidden in (".DS_Store", f"{frame.relative_to(root).parts[0]}/.DS_Store"):
        (root / hidden).write_text("hidden files are no data")
    (root / NAME).write_text("manifests are no data")
    assert len(open_verified(experiment, dataset.name, out)) == 2
    for added in (
        frame.with_name("00000000.jpg"),
        root / "more.txt",
        root / frame.relative_to(root).parts[0] / "x.tag",
    ):
        added.write_bytes(frame.read_bytes())
        with pytest.raises(CorruptError, match=f"{added} is not in the manifest: it was added .*; restore the dataset"):
            open_verified(experiment, dataset.name, out)
        with pytest.raises(CorruptError, match=f"{added} is not in the dataset's manifest; restore the dataset"):
            open_source(experiment, dataset.name, out)
        added.unlink()


@pytest.mark.parametrize("form", ["otb", "vot"])
def test_added_sequence_is_found_before_use(copied, tmp_path, form):
    experiment, dataset, root = copied(form)
    (root / "list.txt").unlink(missing_ok=True)
    out = tmp_path / "out.json"
    prepare_dataset(experiment, dataset.name, out)
    names = [sequence.name for sequence in open_dataset(experiment, dataset)]
    shutil.copytree(root / names[0], root / "zz-new")
    with pytest.raises(CorruptError, match=r"zz-new/.* is not in the dataset's manifest, nor is its sequence; restore"):
        open_verified(experiment, dataset.name, out)

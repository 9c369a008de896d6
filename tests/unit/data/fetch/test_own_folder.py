"""Folders, lists and manifests that the user made: a fetch refuses before it does anything, and touches none."""

import json
import shutil

import pytest
from tests.unit.data.fetch.archives import boxes, got10k_zip, image, zipped
from tests.unit.data.fetch.fetching import AS_IS, GOT, fetch, opened

from siamloss.data.fetch.listing import list_sources
from siamloss.errors import DownloadError
from siamloss.provenance.manifest import NAME, verify_manifest, write_manifest


def contents(root):
    """Every file with its bytes, hidden ones too, and every folder."""
    return {path.relative_to(root): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def sequence(folder, truth="groundtruth_rect.txt", images="img/"):
    (folder / images).mkdir(parents=True)
    (folder / images / "0001.jpg").write_bytes(image(1))
    (folder / truth).write_text(boxes(1))


@pytest.fixture
def own(tmp_path):
    """A root with GOT-10k's training split made by hand: one of its two sequences is listed."""
    train = tmp_path / "own" / "got10k" / "train"
    for number in (1, 2):
        sequence(train / f"GOT-10k_Train_{number:06d}", "groundtruth.txt", "")
    (train / "list.txt").write_text("GOT-10k_Train_000002\n")
    write_manifest(train, kind="copy")
    for split in ("Train", "Val"):
        (tmp_path / f"{split.lower()}_data.zip").write_bytes(got10k_zip(split, [1]))
    return tmp_path / "own"


def test_a_split_made_by_hand_stays_when_another_is_fetched(tiny, own):
    before = contents(own / "got10k" / "train")
    fetch(GOT, own, archives=[own.parent / "val_data.zip"])
    assert contents(own / "got10k" / "train") == before
    assert len(opened(tiny, own, "got10k", "got10k/val")) == 1
    assert verify_manifest(own / "got10k" / "val")["source"] == "got10k"
    verify_manifest(own / "got10k")
    (own / "got10k" / "train" / "list.txt").write_text("GOT-10k_Train_000001\n")
    fetch(GOT, own, archives=[own.parent / "val_data.zip"])
    assert (own / "got10k" / "train" / "list.txt").read_text() == "GOT-10k_Train_000001\n"
    verify_manifest(own / "got10k")


@pytest.mark.parametrize("name", ["train_data.zip", "GOT-10k_Train_split_01.zip", "full_data.zip", "part.zip"])
def test_a_split_made_by_hand_is_not_written_into(own, server, name):
    before = contents(own / "got10k")
    url = server.put(f"/{name}", (own.parent / "train_data.zip").read_bytes())
    with pytest.raises(DownloadError, match="got10k/train is there already and was not fetched; move it away"):
        fetch(GOT, own, urls=[url])
    assert contents(own / "got10k") == before
    assert len(server.requests) == (name == "part.zip"), "only what the name does not say has to be fetched"


@pytest.mark.parametrize("noted", [False, True])
def test_a_dataset_made_by_hand_is_refused_before_anything_is_fetched(otb, vot, server, tmp_path, noted):
    for source in (otb, vot):
        root = tmp_path / source.path
        for name in ("street", "aaa"):
            sequence(root / name)
        (root / "list.txt").write_text("street\n")
        if noted:
            write_manifest(root, kind="copy")
        before = contents(root)
        with pytest.raises(DownloadError, match=f"{source.path} is there already and was not fetched"):
            fetch(source, tmp_path)
        assert contents(root) == before
    assert server.requests == []


def test_a_folder_beside_fetched_ones_is_not_listed(otb, tmp_path):
    fetch(otb, tmp_path, sequences=("Boy",))
    (tmp_path / "otb100" / NAME).unlink()
    sequence(tmp_path / "otb100" / "Human4")
    sequence(tmp_path / "otb100" / "aaa")
    with pytest.raises(DownloadError, match="Human4 is there already and was not fetched"):
        fetch(otb, tmp_path)
    fetch(otb, tmp_path, sequences=("Jogging",))
    assert (tmp_path / "otb100" / "list.txt").read_text().split() == ["Boy", "Jogging-1", "Jogging-2"]


def test_a_copy_with_its_own_manifest_in_the_place_of_a_fetched_one_is_left_alone(otb, server, tmp_path):
    fetch(otb, tmp_path)
    shutil.rmtree(tmp_path / "otb100")
    sequence(tmp_path / "otb100" / "Boy")
    write_manifest(tmp_path / "otb100", kind="copy")
    before, asked = contents(tmp_path / "otb100"), len(server.requests)
    with pytest.raises(DownloadError, match=r"manifest\.json is there already and was not fetched"):
        fetch(otb, tmp_path)
    assert (contents(tmp_path / "otb100"), len(server.requests)) == (before, asked)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "lasot").write_text("")
    (tmp_path / "a.zip").write_bytes(zipped({"a/b.txt": "b"}))
    with pytest.raises(DownloadError, match="lasot is there already and was not fetched"):
        fetch(AS_IS, tmp_path, archives=[tmp_path / "a.zip"])


def test_the_list_of_sources_takes_no_copy_for_fetched(tmp_path):
    (tmp_path / "sources.yaml").write_text(
        json.dumps({"mine": {"kind": "manual", "layout": "otb", "path": "mine", "licence": "-", "how_to_get": "ask"}})
    )
    sequence(tmp_path / "mine" / "Boy")
    for facts, state in (({"kind": "copy"}, "there"), ({"source": "mine"}, "fetched")):
        write_manifest(tmp_path / "mine", **facts)
        assert f" {state} " in next(list_sources(tmp_path, tmp_path / "sources.yaml"))

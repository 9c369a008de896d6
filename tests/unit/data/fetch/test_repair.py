"""What changed after it was placed is found and fetched anew in one run, as the remedy of ``verify`` says."""

import json

import pytest
from tests.unit.data.fetch.archives import boxes, got10k_zip, image, zipped
from tests.unit.data.fetch.fetching import AS_IS, GOT, fetch

from siamloss.errors import CorruptError
from siamloss.provenance import tree
from siamloss.provenance.manifest import NAME, verify_manifest


def flip(path):
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def test_a_flipped_byte_is_mended_in_one_run(otb, server, tmp_path):
    fetch(otb, tmp_path)
    flip(tmp_path / "otb100" / "Boy" / "img" / "0002.jpg")
    with pytest.raises(CorruptError, match="run 'siamloss fetch otb' again"):
        verify_manifest(tmp_path / "otb100")
    done = fetch(otb, tmp_path)
    assert (done.new, done.before) == (1, 2)
    assert (len(server.asked("/seq/Boy.zip")), len(server.asked("/seq/Jogging.zip"))) == (2, 1)
    verify_manifest(tmp_path / "otb100")


def test_given_archives_mend_too(tmp_path):
    (tmp_path / "val_data.zip").write_bytes(got10k_zip("Val", [1]))
    options = {"archives": [tmp_path / "val_data.zip"]}
    fetch(GOT, tmp_path, **options)
    flip(tmp_path / "got10k" / "val" / "GOT-10k_Val_000001" / "00000002.jpg")
    with pytest.raises(CorruptError, match="fetch needs the options of the first time"):
        verify_manifest(tmp_path / "got10k" / "val")
    assert fetch(GOT, tmp_path, **options).new == 1
    verify_manifest(tmp_path / "got10k" / "val")
    verify_manifest(tmp_path / "got10k")


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("Boy\n")])
def test_a_list_is_written_again(otb, server, tmp_path, damage):
    fetch(otb, tmp_path)
    damage(tmp_path / "otb100" / "list.txt")
    assert fetch(otb, tmp_path).new == 0
    assert (tmp_path / "otb100" / "list.txt").read_text().split() == list(otb.sequences)
    verify_manifest(tmp_path / "otb100")
    assert len(server.requests) == 3


@pytest.mark.parametrize("name", ["notes.txt", "Boy/img/0009.jpg"])
def test_an_added_file_is_named_and_stops_the_fetch(otb, server, tmp_path, name):
    fetch(otb, tmp_path, sequences=("Boy",))
    manifest = (tmp_path / "otb100" / NAME).read_bytes()
    (tmp_path / "otb100" / name).write_bytes(image(1))
    with pytest.raises(CorruptError, match=rf"came from no archive: {name}; remove them, or delete"):
        fetch(otb, tmp_path)
    assert (tmp_path / "otb100" / NAME).read_bytes() == manifest
    assert len(server.requests) == 1
    (tmp_path / "otb100" / NAME).unlink()
    fetch(otb, tmp_path)
    assert name in verify_manifest(tmp_path / "otb100")["files"], "without the manifest it is accepted"
    flip(tmp_path / "otb100" / name)
    with pytest.raises(CorruptError, match=rf"{name} .* came from no archive; restore it"):
        fetch(otb, tmp_path)
    (tmp_path / "otb100" / name).unlink()
    (tmp_path / "otb100" / NAME).unlink()
    fetch(otb, tmp_path)
    verify_manifest(tmp_path / "otb100")


def lasot(name):
    folder = f"{name}/{name}-1"
    return zipped({f"{folder}/img/00000001.jpg": image(1), f"{folder}/groundtruth.txt": boxes(1)})


@pytest.fixture
def classes(tmp_path):
    for name in ("airplane", "bird", "cat"):
        (tmp_path / f"{name}.zip").write_bytes(lasot(name))
    return [tmp_path / f"{name}.zip" for name in ("airplane", "bird", "cat")]


def test_class_by_class_each_file_is_read_once(classes, tmp_path, monkeypatch):
    """LaSOT comes in 70 archives; reading all that is in place at each would be quadratic."""
    read, real = [], tree.sha256_file

    def counted(path):
        read.append(str(path))
        return real(path)

    monkeypatch.setattr(tree, "sha256_file", counted)
    for archive in classes:
        fetch(AS_IS, tmp_path, archives=[archive])
    assert len(read) == len(set(read)) == 6
    assert len(verify_manifest(tmp_path / "lasot")["files"]) == 6


def test_a_changed_file_of_another_archive_is_not_taken_for_right(classes, tmp_path):
    fetch(AS_IS, tmp_path, archives=classes[:1])
    flip(tmp_path / "lasot" / "airplane" / "airplane-1" / "img" / "00000001.jpg")
    fetch(AS_IS, tmp_path, archives=classes[1:])
    with pytest.raises(CorruptError, match=r"airplane-1/img/00000001\.jpg was changed"):
        verify_manifest(tmp_path / "lasot")
    assert fetch(AS_IS, tmp_path, archives=classes).new == 1
    verify_manifest(tmp_path / "lasot")


def test_an_archive_that_was_removed_is_named_and_then_left_out(classes, tmp_path):
    fetch(AS_IS, tmp_path, archives=classes[:2])
    (tmp_path / "lasot" / "bird" / "bird-1" / "groundtruth.txt").unlink()
    with pytest.raises(CorruptError, match=r"groundtruth\.txt is missing or was cut .* from bird\.zip; fetch that"):
        fetch(AS_IS, tmp_path, archives=classes[2:])
    assert not (tmp_path / "lasot" / NAME).exists()
    fetch(AS_IS, tmp_path, archives=classes[1:])
    assert set(json.loads((tmp_path / "lasot" / NAME).read_text())["archives"]) == {path.name for path in classes}
    verify_manifest(tmp_path / "lasot")

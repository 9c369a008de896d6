"""What archives hold beside the data: hidden files, a manifest, files that several of them bring."""

import io
import json
import zipfile

import pytest
from tests.unit.data.fetch.archives import image, otb_zip, vot_files, zipped
from tests.unit.data.fetch.fetching import AS_IS, fetch

from siamloss.data.fetch.catalogue import Source
from siamloss.errors import ArchiveError, DownloadError
from siamloss.provenance.manifest import verify_manifest
from siamloss.provenance.sealed import read_json, write_json

HIDDEN = {".gitignore": "*", "._a": "junk", "a/._b.txt": "junk", ".git/config": "junk", "a/.cache/x.txt": "junk"}


def put(tmp_path, name, files):
    (tmp_path / name).write_bytes(zipped(files))
    return tmp_path / name


def test_hidden_files_are_dropped_as_is(tmp_path):
    junk = {"__MACOSX/a/b.txt": "junk", "a/Thumbs.db": "junk"}
    archive = put(tmp_path, "a.zip", {"a/b.txt": "b", **HIDDEN, **junk})
    assert fetch(AS_IS, tmp_path, archives=[archive]).files == 1
    assert fetch(AS_IS, tmp_path, archives=[archive]).before == 1
    names = {path.relative_to(tmp_path / "lasot").as_posix() for path in (tmp_path / "lasot").rglob("*")}
    assert names == {"a", "a/b.txt", "manifest.json"}
    assert set(verify_manifest(tmp_path / "lasot")["files"]) == {"a/b.txt"}


def test_hidden_files_are_dropped_from_vot(vot, server, tmp_path):
    for path, which in (("/vot2099/main/bag.zip", 0), ("/sequences/bag-uid.zip", 1)):
        with zipfile.ZipFile(io.BytesIO(vot_files("bag")[which])) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        server.put(path, zipped({**files, ".gitignore": "*", "._groundtruth.txt": "junk", "._00000001.jpg": b"junk"}))
    description = json.loads(server.files["/vot2099/main/description.json"].body)
    for entry in description["sequences"]:
        for part in (entry["annotations"], *entry["channels"].values()):
            part["checksum"] = part["compressed"] = None
    server.put("/vot2099/main/description.json", json.dumps(description).encode())
    assert fetch(vot, tmp_path).new == 4
    assert not list((tmp_path / "vot2099").rglob(".*"))
    assert len(verify_manifest(tmp_path / "vot2099")["files"]) == 13


def test_a_manifest_at_the_top_is_refused_by_name(tmp_path):
    archive = put(tmp_path, "a.zip", {"a/b.txt": "b", "manifest.json": "{}"})
    with pytest.raises(ArchiveError, match=r"a\.zip holds a manifest\.json at its top"):
        fetch(AS_IS, tmp_path, archives=[archive])
    assert not (tmp_path / "lasot" / "a").exists()
    put(tmp_path, "a.zip", {"a/b.txt": "b", "a/manifest.json": "{}"})
    fetch(AS_IS, tmp_path, archives=[archive])
    assert (tmp_path / "lasot" / "a" / "manifest.json").read_text() == "{}"


def test_archives_may_bring_the_same_file(tmp_path):
    archives = [put(tmp_path, f"{name}.zip", {f"{name}/b.jpg": image(1), "README.txt": "same"}) for name in "abc"]
    assert fetch(AS_IS, tmp_path, archives=archives).new == 3
    assert set(verify_manifest(tmp_path / "lasot")["files"]) == {"README.txt", "a/b.jpg", "b/b.jpg", "c/b.jpg"}
    assert fetch(AS_IS, tmp_path, archives=archives).before == 3
    (tmp_path / "lasot" / "README.txt").write_text("s4me")
    fetch(AS_IS, tmp_path, archives=archives)
    assert (tmp_path / "lasot" / "README.txt").read_text() == "same"


def test_a_folder_that_another_archive_brought_is_left_as_it_is(tmp_path):
    source = Source("mine", "manual", "otb", "mine", "none", how_to_get="ask")
    for name in ("all", "more"):
        (tmp_path / f"{name}.zip").write_bytes(otb_zip("Boy", frames=len(name)))
    fetch(source, tmp_path, archives=[tmp_path / "all.zip"])
    with pytest.raises(DownloadError, match=r"Boy came from all\.zip, and more\.zip holds another one"):
        fetch(source, tmp_path, archives=[tmp_path / "more.zip"])
    assert len(list((tmp_path / "mine" / "Boy" / "img").iterdir())) == 3


def test_a_shared_file_of_a_half_placed_archive_is_compared_on_the_disk(tmp_path):
    """The process died before the note of ``a.zip`` was complete, and ``b.zip`` comes first now."""
    archives = [put(tmp_path, f"{name}.zip", {f"{name}/b.txt": "b", "README.txt": "same"}) for name in "ab"]
    fetch(AS_IS, tmp_path, archives=archives[:1])
    path = tmp_path / ".downloads" / "lasot" / "placed" / "a.zip.json"
    write_json(path, {**read_json(path), "done": False, "files": {}})
    (tmp_path / "lasot" / "manifest.json").unlink()
    fetch(AS_IS, tmp_path, archives=archives[1:])
    fetch(AS_IS, tmp_path, archives=archives)
    assert len(verify_manifest(tmp_path / "lasot")["files"]) == 3


def test_another_file_of_the_same_name_says_which_archive_owns_it(tmp_path):
    first = put(tmp_path, "a.zip", {"a/b.txt": "b", "README.txt": "same"})
    other = put(tmp_path, "b.zip", {"b/b.txt": "b", "README.txt": "other"})
    fetch(AS_IS, tmp_path, archives=[first])
    with pytest.raises(DownloadError, match=r"README\.txt came from a\.zip, and b\.zip holds another one"):
        fetch(AS_IS, tmp_path, archives=[other])
    assert (tmp_path / "lasot" / "README.txt").read_text() == "same"
    assert not (tmp_path / "lasot" / "b").exists()
    fetch(AS_IS, tmp_path, archives=[first])
    verify_manifest(tmp_path / "lasot")

"""The record pins what is used: also for archives that are here, by source, and by the address a file came from."""

import json

import pytest
from tests.unit.data.fetch.archives import boxes, otb_zip, zipped
from tests.unit.data.fetch.common import DATA, tools
from tests.unit.data.fetch.fetching import AS_IS, fetch

from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.content import Want
from siamloss.data.fetch.download import download
from siamloss.data.fetch.record import Record
from siamloss.errors import ArchiveError, DownloadError
from siamloss.provenance.manifest import verify_manifest
from siamloss.provenance.sealed import read_json


def test_another_archive_of_the_same_name_is_refused_however_often(tmp_path):
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"a/groundtruth.txt": boxes(1)}))
    fetch(AS_IS, tmp_path, archives=[archive])
    truth = tmp_path / "lasot" / "a" / "groundtruth.txt"
    truth.write_text("damaged")
    archive.write_bytes(zipped({"a/groundtruth.txt": boxes(2)}))
    for _ in range(2):
        with pytest.raises(DownloadError, match=r"archive:lasot/a\.zip had sha256 .* remove its entry from"):
            fetch(AS_IS, tmp_path, archives=[archive])
        assert truth.read_text() == "damaged"
    record = read_json(tmp_path / "fetched.json")
    del record["archive:lasot/a.zip"]
    (tmp_path / "fetched.json").write_text(json.dumps(record))
    fetch(AS_IS, tmp_path, archives=[archive])
    assert truth.read_text() == boxes(2)
    verify_manifest(tmp_path / "lasot")


def test_an_archive_that_is_here_does_not_get_round_the_pin_of_the_network(otb, server, tmp_path):
    fetch(otb, tmp_path)
    (tmp_path / "otb100" / "Boy" / "img" / "0001.jpg").unlink()
    (tmp_path / "Boy.zip").write_bytes(otb_zip("Boy", frames=2))
    for _ in range(2):
        with pytest.raises(DownloadError, match=r"/seq/Boy\.zip had sha256"):
            fetch(otb, tmp_path, archives=[tmp_path / "Boy.zip"])
    (tmp_path / "Boy.zip").write_bytes(server.files["/seq/Boy.zip"].body)
    fetch(otb, tmp_path, archives=[tmp_path / "Boy.zip"])
    verify_manifest(tmp_path / "otb100")


def test_archives_of_two_sources_may_have_the_same_name(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.zip").write_bytes(zipped({f"{name}.txt": name}))
        source = Source(name, "manual", "as-is", f"data-{name}", "none", how_to_get="ask")
        fetch(source, tmp_path, archives=[tmp_path / name])
    assert set(read_json(tmp_path / "fetched.json")) == {
        "archive:one/train.zip",
        "archive:two/train.zip",
    }


def test_a_file_that_waited_is_recorded_under_the_mirror_it_came_from(server, target, tmp_path):
    mirror = server.put("/m.zip", DATA)
    gone = server.url("/gone.zip")
    record = Record(tmp_path)
    download([gone, mirror], target, Want(), tools(record=record), remember=False)
    assert not (tmp_path / "fetched.json").exists()
    fetched = download([gone, mirror], target, Want(), tools(record=record))
    assert (fetched.address, fetched.etag) == (mirror, '"v1"')
    assert set(read_json(tmp_path / "fetched.json")) == {mirror}
    assert len(server.asked("/m.zip")) == 1


def test_an_archive_that_could_not_be_used_leaves_nothing(otb, server, tmp_path):
    server.put("/seq/Boy.zip", zipped({"Boy/readme.txt": "moved"}))
    with pytest.raises(ArchiveError):
        fetch(otb, tmp_path)
    left = {path.name for path in (tmp_path / ".downloads" / "otb").iterdir()}
    assert left == {"placed", *(f"{name}.zip.lock" for name in otb.names)}

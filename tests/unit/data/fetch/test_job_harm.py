"""Archives that are gone or damaged, files that changed, a crash: what is in place is right, the rest comes later."""

from dataclasses import replace

import pytest
from tests.unit.data.fetch.archives import otb_zip, zipped
from tests.unit.data.fetch.fetching import FAST, fetch, opened
from tests.unit.data.fetch.server import Fault

from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.job import fetch_source
from siamloss.errors import ArchiveError, DownloadError
from siamloss.provenance.manifest import verify_manifest


def test_one_archive_that_is_gone_keeps_no_other_from_coming(otb, server, tmp_path):
    fetch(otb, tmp_path, sequences=("Boy",))
    assert (tmp_path / "otb100" / "manifest.json").exists()
    gone = server.files.pop("/seq/Human4.zip")
    with pytest.raises(DownloadError, match=r"1 of 2 archives .* Human4\.zip .*404"):
        fetch(otb, tmp_path)
    assert not (tmp_path / "otb100" / "manifest.json").exists()
    assert (tmp_path / "otb100" / "Jogging" / "img").is_dir()
    server.files["/seq/Human4.zip"] = gone
    done = fetch(otb, tmp_path)
    assert (done.new, done.before) == (1, 2)
    assert len(server.asked("/seq/Boy.zip")) == 1
    verify_manifest(tmp_path / "otb100")


def test_a_file_that_is_cut_later_is_fetched_again(otb, server, tmp_path):
    fetch(otb, tmp_path)
    (tmp_path / "otb100" / "Boy" / "img" / "0002.jpg").write_bytes(b"short")
    done = fetch(otb, tmp_path)
    assert (done.new, done.before) == (1, 2)
    verify_manifest(tmp_path / "otb100")


def test_a_sequence_without_its_images_is_not_listed(tiny, vot, server, tmp_path):
    server.files.pop("/sequences/bag-uid.zip")
    with pytest.raises(DownloadError, match=r"bag\.color\.zip"):
        fetch(vot, tmp_path)
    fetch(vot, tmp_path, sequences=("ants1",))
    assert [sequence.name for sequence in opened(tiny, tmp_path, "vot", "vot2099")] == ["ants1"]


@pytest.mark.parametrize("source", ["otb", "vot"])
def test_data_that_the_user_put_there_is_left_alone(source, request, tmp_path):
    source = request.getfixturevalue(source)
    own = tmp_path / source.path / ("Boy/mine" if source.layout == "otb" else "bag/groundtruth.txt")
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    with pytest.raises(DownloadError, match="was not fetched; move it away"):
        fetch(source, tmp_path)
    assert own.read_text() == "mine"


@pytest.mark.parametrize("moment", ["note", "move"])
def test_a_crash_while_placing_is_continued(otb, tmp_path, monkeypatch, moment):
    """The process dies between the note and the move, or between the move and the end of the note."""
    from siamloss.data.fetch import placed

    class Killed(BaseException):
        pass

    def die(*arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(placed, "publish_folder" if moment == "note" else "tree_entries", die)
        with pytest.raises(Killed):
            fetch(otb, tmp_path)
    assert not (tmp_path / "otb100" / "manifest.json").exists()
    fetch(otb, tmp_path)
    assert len(verify_manifest(tmp_path / "otb100")["archives"]) == 3


def test_an_archive_of_another_layout_is_refused_and_not_remembered(otb, server, tmp_path):
    server.put("/seq/Boy.zip", zipped({"Boy/readme.txt": "moved"}))
    with pytest.raises(ArchiveError, match=r"Boy\.zip holds 0 folders with img/ and groundtruth_rect\.txt"):
        fetch(otb, tmp_path)
    assert not (tmp_path / "otb100" / "Boy").exists()
    assert "Boy.zip" not in (tmp_path / "fetched.json").read_text()
    server.put("/seq/Boy.zip", otb_zip("Boy"))
    fetch(otb, tmp_path)
    verify_manifest(tmp_path / "otb100")


def test_an_archive_with_a_damaged_member_is_refused_and_fetched_again(otb, server, tmp_path):
    body = bytearray(otb_zip("Boy"))
    body[200] ^= 1
    good = server.files["/seq/Boy.zip"].body
    server.put("/seq/Boy.zip", bytes(body))
    with pytest.raises(ArchiveError, match="Boy"):
        fetch(otb, tmp_path)
    server.put("/seq/Boy.zip", good)
    fetch(otb, tmp_path)
    verify_manifest(tmp_path / "otb100")


def test_cuts_and_bursts_on_the_way_change_nothing(otb, server, tmp_path):
    for resource in server.files.values():
        resource.faults = [Fault(status=503), Fault(cut=700), Fault(cut=300)]
    fetch(otb, tmp_path)
    total = sum(len(resource.body) for resource in server.files.values())
    assert total <= server.sent() <= total + 6 * FAST.chunk
    verify_manifest(tmp_path / "otb100")


def test_connections_to_one_host_are_limited(server, tmp_path):
    names = tuple(f"S{number}" for number in range(8))
    for name in names:
        server.put(f"/{name}.zip", otb_zip(name), faults=[Fault(cut=100, stall_s=0.05)])
    source = Source("s", "archives", "otb", "s", "none", urls=(server.url("/{name}.zip"),), names=names)
    fetch_source(source, tmp_path, jobs=8, policy=replace(FAST, per_host=3))
    assert 2 <= server.most_active <= 6, "the server counts a connection a moment longer than the client holds it"

"""From a server to sequences that can be read: the official layouts, continued, and in part."""

import subprocess
from functools import partial

import pytest
from tests.unit.data.fetch.archives import got10k_zip, image, otb_zip, zipped
from tests.unit.data.fetch.fetching import AS_IS, GOT, fetch, opened

from siamloss.data.fetch.catalogue import Source
from siamloss.errors import ConfigError, MissingDataError, UnknownNameError
from siamloss.provenance.manifest import read_manifest, verify_manifest
from siamloss.provenance.sealed import read_json


def test_otb_is_read_in_the_order_of_its_list(tiny, otb, tmp_path):
    done = fetch(otb, tmp_path)
    sequences = opened(tiny, tmp_path, "otb", "otb100")
    assert [sequence.name for sequence in sequences] == list(otb.sequences)
    assert [sequence.boxes[0, 0] for sequence in sequences] == [0, 1, 0, 1], "each target has its own annotation"
    assert (done.new, done.before, done.files) == (3, 0, 15)
    manifest = verify_manifest(tmp_path / "otb100")
    assert manifest["source"] == "otb"
    assert set(manifest["archives"]) == {"Boy.zip", "Human4.zip", "Jogging.zip"}
    assert not any("MACOSX" in name for name in manifest["files"])
    assert not list(tmp_path.rglob("*.zip"))
    assert not (tmp_path / "otb100" / ".unpacked").exists()
    assert len(read_json(tmp_path / "fetched.json")) == 3


def test_vot_is_read_with_tags_in_the_order_of_its_description(tiny, vot, tmp_path):
    done = fetch(vot, tmp_path)
    sequences = opened(tiny, tmp_path, "vot", "vot2099")
    assert [sequence.name for sequence in sequences] == ["bag", "ants1"]
    assert all(len(sequence) == 4 and sequence.polygons is not None for sequence in sequences)
    assert sequences[0].tags["occlusion"].tolist() == [False, True, False, True]
    assert (tmp_path / "vot2099" / "bag" / "color" / "00000001.jpg").is_file()
    assert (done.new, done.files) == (4, 13)


@pytest.mark.parametrize("nested", [False, True])
def test_got10k_from_its_archives(tiny, tmp_path, nested):
    parts = {
        "train_data/GOT-10k_Train_split_01.zip": got10k_zip("Train", [2, 1]),
        "train_data/GOT-10k_Train_split_02.zip": got10k_zip("Train", [3]),
        "val_data.zip": got10k_zip("Val", [1, 2], top="val/"),
    }
    folder = tmp_path / "got"
    folder.mkdir()
    if nested:
        (folder / "full_data.zip").write_bytes(zipped({f"full_data/{name}": body for name, body in parts.items()}))
    else:
        for name, body in parts.items():
            (folder / name.rpartition("/")[2]).write_bytes(body)
    root = tmp_path / "data"
    fetch(GOT, root, archives=[folder])
    train = opened(tiny, root, "got10k", "got10k/train")
    assert [sequence.name for sequence in train] == [f"GOT-10k_Train_{number:06d}" for number in (1, 2, 3)]
    assert train[0].object_class == "cat"
    assert len(opened(tiny, root, "got10k", "got10k/val")) == 2
    whole = verify_manifest(root / "got10k")["files"]
    split = verify_manifest(root / "got10k" / "train")["files"]
    assert len(split) == 3 * 7 + 1
    assert {f"train/{name}": entry for name, entry in split.items()}.items() <= whole.items()
    assert len(list(folder.iterdir())) == (1 if nested else 3), "the user's own archives stay"


def test_got10k_from_links(tiny, server, tmp_path):
    urls = [server.put("/d/val_data.zip", got10k_zip("Val", [1])) + "?token=SECRET"]
    fetch(GOT, tmp_path, urls=urls)
    assert len(opened(tiny, tmp_path, "got10k", "got10k/val")) == 1
    written = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert "SECRET" not in written


@pytest.mark.parametrize("flat", [False, True])
def test_otb_from_an_archive_that_the_user_gave(tiny, tmp_path, flat):
    one = {"img/0001.jpg": image(1), "groundtruth_rect.txt": "1,1,5,5\n"}
    many = {f"all/{name}/{file}": body for name in ("Boy", "Car4") for file, body in one.items()}
    (tmp_path / "Car4.zip").write_bytes(zipped(one if flat else many))
    source = Source("mine", "manual", "otb", "mine", "none", how_to_get="ask")
    fetch(source, tmp_path, archives=[tmp_path / "Car4.zip"])
    names = [sequence.name for sequence in opened(tiny, tmp_path, "otb", "mine")]
    assert names == (["Car4"] if flat else ["Boy", "Car4"])


def test_as_is_keeps_the_folders(tmp_path):
    for name in ("airplane", "bird"):
        folder = f"{name}/{name}-1"
        files = {f"{folder}/img/00000001.jpg": image(1), f"{folder}/groundtruth.txt": "1,1,2,2\n", "__MACOSX/x": "junk"}
        (tmp_path / f"{name}.zip").write_bytes(zipped(files))
    fetch(AS_IS, tmp_path, archives=[tmp_path / "airplane.zip"])
    fetch(AS_IS, tmp_path, archives=[tmp_path / "bird.zip"])
    assert (tmp_path / "lasot" / "bird" / "bird-1" / "groundtruth.txt").is_file()
    assert len(verify_manifest(tmp_path / "lasot")["files"]) == 4


def test_a_manual_source_says_how_to_get_it_and_writes_nothing(tmp_path):
    with pytest.raises(MissingDataError, match="register and give --archive"):
        fetch(GOT, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_second_fetch_asks_for_nothing(otb, vot, server, tmp_path):
    for source, count in ((otb, 3), (vot, 4)):
        fetch(source, tmp_path)
        before = len(server.requests)
        manifest = (tmp_path / source.path / "manifest.json").stat()
        done = fetch(source, tmp_path)
        assert (done.new, done.before) == (0, count)
        assert len(server.requests) == before
        after = (tmp_path / source.path / "manifest.json").stat()
        assert (after.st_mtime_ns, after.st_ino) == (manifest.st_mtime_ns, manifest.st_ino)


def test_chosen_sequences_come_alone_and_the_rest_later(tiny, otb, vot, server, tmp_path):
    fetch(otb, tmp_path, sequences=("Jogging-2",))
    assert [sequence.name for sequence in opened(tiny, tmp_path, "otb", "otb100")] == ["Jogging-1", "Jogging-2"]
    assert {path for path, _, _ in server.requests} == {"/seq/Jogging.zip"}
    fetch(otb, tmp_path)
    assert len(opened(tiny, tmp_path, "otb", "otb100")) == 4
    assert len(server.asked("/seq/Jogging.zip")) == 1
    fetch(vot, tmp_path, sequences=("ants1",))
    assert [sequence.name for sequence in opened(tiny, tmp_path, "vot", "vot2099")] == ["ants1"]
    for source, wrong, near in ((otb, "Jogging-3", "Jogging"), (vot, "ants2", "ants1")):
        with pytest.raises(UnknownNameError, match=near):
            fetch(source, tmp_path, sequences=(wrong,))
    with pytest.raises(ConfigError, match="leave --sequences out"):
        fetch(GOT, tmp_path, sequences=("a",), archives=[tmp_path])


def test_archives_that_are_here_need_no_server(otb, server, tmp_path):
    (tmp_path / "Boy.zip").write_bytes(otb_zip("Boy"))
    done = fetch(otb, tmp_path, archives=[tmp_path / "Boy.zip"])
    assert (done.new, server.requests) == (1, [])
    for name, words in (("Boi.zip", r"did you mean 'Boy\.zip'"), ("none.zip", "no archive at")):
        if name == "Boi.zip":
            (tmp_path / name).write_bytes(b"x")
        with pytest.raises((UnknownNameError, MissingDataError), match=words):
            fetch(otb, tmp_path, archives=[tmp_path / name])


def test_kept_archives_stay(otb, tmp_path):
    fetch(otb, tmp_path, keep=True)
    assert len(list((tmp_path / ".downloads" / "otb").glob("*.zip"))) == 3


def test_a_data_folder_may_be_a_link_to_another_disk(otb, tmp_path, request):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", tmp_path / "elsewhere"]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    request.addfinalizer(partial(subprocess.run, ["umount", tmp_path / "elsewhere"], check=True))
    (tmp_path / "root" / "otb100").symlink_to(tmp_path / "elsewhere")
    fetch(otb, tmp_path / "root")
    assert read_manifest(tmp_path / "elsewhere")["source"] == "otb"

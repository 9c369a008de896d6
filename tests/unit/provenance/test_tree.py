"""Files of a folder: which count, hashing in parallel, and every difference from a list."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from itertools import islice

import pytest

from siamloss.errors import CorruptError
from siamloss.provenance.manifest import NAME, read_manifest, tree_entries, tree_names, verify_manifest, write_manifest
from siamloss.provenance.tree import TASK_FILES, default_threads, file_names, find_differences, hash_files

COUNT = TASK_FILES * 3 + 5


@pytest.fixture
def many(tmp_path):
    """More files than one thread takes at a time, with a manifest."""
    root = tmp_path / "many"
    for number in range(COUNT):
        (root / f"{number % 7}").mkdir(parents=True, exist_ok=True)
        (root / f"{number % 7}" / f"{number:04d}").write_bytes(b"%d" % number * (number % 50))
    write_manifest(root)
    return root


def differences(root, entries, added=(), threads=None):
    return [item for _, item in find_differences(root, entries, added, threads) if item is not None]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_hashes_are_those_of_hashlib_in_the_order_of_the_names(many, threads):
    found = tree_entries(many, threads=threads)
    assert list(found) == sorted(found) == sorted(f"{number % 7}/{number:04d}" for number in range(COUNT))
    for name, entry in found.items():
        data = (many / name).read_bytes()
        assert entry == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_large_files_are_hashed_whole(tmp_path):
    data = os.urandom(3 * 2**18 + 17)
    (tmp_path / "large").write_bytes(data)
    assert tree_entries(tmp_path)["large"]["sha256"] == hashlib.sha256(data).hexdigest()


def test_hidden_files_and_manifests_are_no_content(tmp_path):
    for name in ("a", ".hidden", "b/c", "b/.hidden", ".folder/d", NAME, f"b/{NAME}", "b/manifest.json.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert tree_names(tmp_path) == ["a", "b/c", "b/manifest.json.txt"]
    assert tree_names(tmp_path, ["b", "a", "nowhere"]) == ["a", "b/c", "b/manifest.json.txt"]
    assert sorted(file_names(tmp_path, deep=False)) == ["a", NAME]
    assert tree_names(tmp_path / "nowhere") == []


def test_links_are_followed_and_end(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_text("x")
    (tmp_path / "real" / "round").symlink_to(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "real")
    (tmp_path / "data" / "y").symlink_to(tmp_path / "real" / "x")
    (tmp_path / "data" / "broken").symlink_to(tmp_path / "nowhere")
    assert {"linked/x", "y"} <= set(tree_names(tmp_path / "data"))
    assert "broken" not in tree_names(tmp_path / "data")
    assert len(tree_names(tmp_path / "data")) < 20


@pytest.mark.parametrize("threads", [1, 4])
def test_every_difference_is_found_in_the_order_of_the_names(many, threads):
    entries = read_manifest(many)["files"]
    (many / "3" / "0003").write_bytes(b"4" * 3)
    (many / "5" / "0005").unlink()
    (many / "6" / "0006").write_bytes(b"more")
    (many / "0" / "new").write_bytes(b"")
    (many / "1" / "0001").unlink()
    (many / "1" / "0001").mkdir()
    added = [name for name in tree_names(many) if name not in entries]
    found = differences(many, entries, added, threads)
    assert [(item.name, item.kind) for item in found] == [
        ("0/new", "added"),
        ("1/0001", "missing"),
        ("3/0003", "changed"),
        ("5/0005", "missing"),
        ("6/0006", "changed"),
    ]
    assert [str(many / item.name) in item.message for item in found] == [True] * 5
    assert differences(many, {name: entry for name, entry in entries.items() if name.startswith("4/")}) == []


def test_a_file_that_cannot_be_read_is_a_difference(tmp_path):
    (tmp_path / "broken").symlink_to("/proc/self/mem")  # reading its first byte is an error of the device
    (found,) = differences(tmp_path, {"broken": {"bytes": 0, "sha256": ""}})
    assert found.message == f"{tmp_path}/broken cannot be read (Input/output error)"


@pytest.mark.parametrize("threads", [2, 8])
def test_consumer_that_stops_leaves_no_thread(many, threads):
    before = threading.active_count()
    hashes = hash_files(many, tree_names(many), threads)
    assert len(list(islice(hashes, 3))) == 3
    assert threading.active_count() > before
    hashes.close()
    assert threading.active_count() == before


def test_threads_are_at_most_eight_and_those_of_the_process():
    code = "import os; os.sched_setaffinity(0, {0}); from siamloss.provenance.tree import *; print(default_threads())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "1\n"
    assert 1 <= default_threads() <= 8


def test_interrupt_ends_at_once(tmp_path):
    """Ctrl-C with a queue of work that would take many seconds."""
    with open(tmp_path / "first", "wb") as file:
        file.truncate(2**27)
    for number in range(400):
        os.link(tmp_path / "first", tmp_path / f"{number}")
    code = "import pathlib, sys; from siamloss.provenance.manifest import *; print(1, flush=True); "
    code += "tree_entries(pathlib.Path(sys.argv[1]), threads=2)"
    running = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    running.stdout.readline()
    time.sleep(0.3)
    assert running.poll() is None
    begin = time.monotonic()
    running.send_signal(2)
    assert "KeyboardInterrupt" in running.communicate(timeout=60)[1]
    assert time.monotonic() - begin < 10


def test_added_file_of_a_whole_tree_is_found(many):
    verify_manifest(many)
    (many / ".left by another program").write_text("no content")
    verify_manifest(many)
    (many / "2" / "0002b").write_text("content")
    (many / "4" / "0004").write_text("later in the order of the names")
    with pytest.raises(CorruptError, match=r"2/0002b is not in the manifest: it was added .*; delete .* rebuild it"):
        verify_manifest(many)


DAMAGED = ["[]", "{}", '{"files": []}', '{"files": {"a": {}}}', '{"files": {"a": {"bytes": "1", "sha256": "x"}}}']


@pytest.mark.parametrize("text", [*DAMAGED, '{"files": {"a": {"bytes": 1, "sha256": 2}}}', '{"files": {"a": 3}}'])
def test_damaged_list_of_a_manifest_is_named(tmp_path, text):
    (tmp_path / NAME).write_text(text)
    with pytest.raises(CorruptError, match=r"manifest.json is no manifest \(its list of files is damaged\); delete"):
        verify_manifest(tmp_path)


@pytest.mark.parametrize(
    ("facts", "remedy"),
    [
        ({}, "run snakemake again to rebuild it"),
        ({"source": "otb100"}, "run 'siamloss fetch otb100' again, or delete .*manifest.json to accept the change"),
        ({"kind": "copy"}, "restore it from its source, or delete .*manifest.json to accept the change"),
    ],
)
def test_remedy_is_that_of_the_folder(tmp_path, facts, remedy):
    (tmp_path / "a").write_text("a")
    write_manifest(tmp_path, **facts)
    (tmp_path / "a").write_text("b")
    with pytest.raises(CorruptError, match=f"sha256 differs.; .*{remedy}"):
        verify_manifest(tmp_path)

"""Files and names made to harm: each is a named error of one line, or is text; nothing of them is executed.

Archives are in ``tests/unit/data/unpack/test_refused.py``: names that lead out of the folder, absolute names, links,
devices, duplicates, bombs, members over each other, in zip and in tar. Here some go through the same door.
"""

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.faults.command import assert_refused, sequence_folder, siamloss

from siamloss.config_io import load_profile
from siamloss.crops.verify import verify_any
from siamloss.data.sequence import read_image
from siamloss.data.unpack import unpack
from siamloss.errors import ArchiveError, ConfigError, CorruptError, UnreadableImageError
from siamloss.paths import Home
from siamloss.provenance.manifest import read_manifest
from siamloss.provenance.sealed import write_json
from siamloss.runs import network_runs
from siamloss.training.chosen import read_choice

ROOT = Path(__file__).resolve().parents[2]


class Bomb:
    """Unpickled, it would leave a file in the working folder."""

    def __reduce__(self):
        return os.system, ("touch canary",)


def pickled(path, protocol=2):
    path.write_bytes(pickle.dumps({"weights": Bomb()}, protocol))


def pickled_by_torch(path):
    torch.save({"state_dict": {"a": torch.zeros(2)}, "more": Bomb()}, path)


def pickled_in_npz(path):
    np.savez(path, train_scores=np.array([Bomb()], dtype=object))


@pytest.mark.parametrize("make", [pickled, pickled_by_torch])
@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_pickles_as_weights_are_not_executed(tmp_path, make, suffix):
    make(tmp_path / f"w.{suffix}")
    done = siamloss(tmp_path, "import-weights", f"w.{suffix}", "--out", "run")
    assert_refused(done, tmp_path, "CorruptError")
    assert not (tmp_path / "run").exists()


def test_the_installed_command_says_the_same(tmp_path):
    pickled(tmp_path / "w.pth")
    command = [sys.executable, "-m", "siamloss.cli", "import-weights", "w.pth", "--out", "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert_refused(done, tmp_path, "CorruptError: w.pth is damaged or holds more than tensors, and was not executed")


def test_a_pickle_would_have_left_the_canary(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pickled(tmp_path / "w.pth")
    pickle.loads((tmp_path / "w.pth").read_bytes())  # our own; shows that the canary sings
    assert (tmp_path / "canary").exists()


@pytest.mark.parametrize("make", [pickled_in_npz, pickled])
def test_pickles_as_score_maps_are_not_executed(tiny, tmp_path, make):
    experiment = place(tiny, tmp_path)
    for run in network_runs(tiny):
        path = tmp_path / "results" / Home(tiny).scores(*run).relative_to(tiny.results)
        path.parent.mkdir(parents=True)
        make(path)
    assert_refused(siamloss(tmp_path, "separability", "--spec", experiment, "--out", "s"), tmp_path, "CorruptError")


def place(tiny, folder):
    """The spec of the tiny experiment, whose results are to lie under the folder."""
    write_json(folder / "spec.json", {**tiny.to_dict(), "results": "results"})
    return "spec.json"


YAMLS = {
    "tag": "!!python/object/apply:os.system ['touch canary']",
    "tag in a key": "seeds: !!python/object/new:os.system ['touch canary']",
    "module": "profile: !!python/module:os",
    "nested": "seeds: " + "[" * 3_000,
    "nested mappings": "\n".join(" " * n + "a:" for n in range(600)),
    "aliases": "a: &a [1]\n"
    + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]" for n in range(9)),
    "binary": "\x00\x01",
    "list": "- 1",
}


@pytest.mark.parametrize("kind", YAMLS)
def test_yaml_is_data_in_a_profile(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(YAMLS[kind])
    with pytest.raises(ConfigError):
        load_profile(tmp_path / "p.yaml")
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("catalogue", ["datasets.yaml", "variants.yaml"])
def test_yaml_is_data_in_a_catalogue(tmp_path, catalogue):
    for path in (ROOT / "config").glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / catalogue).write_text(YAMLS["tag in a key"])
    done = siamloss(tmp_path, "spec", "--config", "demo.yaml", "--out", "spec.json")
    assert_refused(done, tmp_path, "ConfigError")


def png(width, height, rows=1):
    """A PNG that announces a size, with content for some of its rows."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = zlib.compress(bytes(1 + 3 * width) * rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (1_000_000, 1000), (0, 0)])
def test_an_image_that_announces_gigabytes_is_refused(tmp_path, width, height):
    folder = sequence_folder(tmp_path / "data")
    for path in folder.glob("*.jpg"):
        path.write_bytes(
            png(min(width, 50_000), height) if width < 2**31 - 1 else png(7, 7)[:16] + struct.pack(">II", width, height)
        )
    with pytest.raises(UnreadableImageError):
        read_image(next(folder.glob("*.jpg")))
    if width == 30_000:
        done = siamloss(tmp_path, "check-dataset", "data", "--format", "got10k")
        assert_refused(done, tmp_path, "AnnotationError: data has 3 errors, first sequence 'a', ")


def archive(kind):
    """An archive that would write a file outside of its folder, or hold what no data is."""
    out = io.BytesIO()
    if kind.startswith("zip"):
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            name = {"zip ..": "../canary", "zip absolute": "/tmp/canary", "zip bomb": "a"}[kind]
            file.writestr(name, b"\0" * (2**27 if kind == "zip bomb" else 1))
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        info = tarfile.TarInfo({"tar ..": "a/../../canary", "tar link": "link"}[kind])
        info.type, info.linkname = (tarfile.SYMTYPE, "/etc") if kind == "tar link" else (tarfile.REGTYPE, "")
        file.addfile(info)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["zip ..", "zip absolute", "zip bomb", "tar ..", "tar link"])
def test_archives_write_nothing_outside(tmp_path, kind):
    (tmp_path / "set").write_bytes(archive(kind))
    with pytest.raises(ArchiveError):
        unpack(tmp_path / "set", tmp_path / "into")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


JSONS = {
    "nested": "[" * 200_000,
    "nested objects": '{"a":' * 200_000,
    "list": "[]",
    "number": "1e999",
    "names": json.dumps({"files": {"../../canary": {"bytes": 1, "sha256": "0"}}}),
}


@pytest.mark.parametrize("kind", JSONS)
def test_json_is_data_in_manifest_profile_and_tuning(tmp_path, kind):
    for name in ("manifest.json", "run.json"):
        (tmp_path / name).write_text(JSONS[kind])
    for read in (verify_any, read_choice, read_manifest):
        with pytest.raises(CorruptError):
            read(tmp_path / "run.json" if read is read_choice else tmp_path)
    with pytest.raises(ConfigError):
        load_profile(tmp_path / "run.json")


def test_a_deep_manifest_is_one_line(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text(JSONS["nested"])
    assert_refused(siamloss(tmp_path, "verify", "run"), tmp_path, "CorruptError: run/manifest.json is not valid JSON")

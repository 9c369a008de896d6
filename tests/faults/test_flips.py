"""One flipped byte, with size and time stamps kept: found by whoever would use the file, before it is used.

FLIPS=1000 spreads a thousand flips over the classes; without it there are a few of each.
"""

import gzip
import io
import os
import shutil
import tarfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle

import numpy as np
import pytest

from siamloss.config import CropsConfig
from siamloss.crops.build import build_store
from siamloss.crops.source import open_source
from siamloss.crops.store import CROPS, INDEX, open_store
from siamloss.crops.verify import verify_any
from siamloss.data.fetch.record import Record
from siamloss.data.open import dataset_root
from siamloss.data.prepare import prepare_dataset
from siamloss.data.unpack import unpack
from siamloss.data.verified import open_verified
from siamloss.errors import ArchiveError, CorruptError
from siamloss.model import build_model
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import NAME, verify_manifest, write_manifest
from siamloss.training.run import load_run, write_run

FLIPS = int(os.environ.get("FLIPS", "66"))
IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


@dataclass
class Target:
    """A file, the places in it that may be flipped (all without any), and the verb that would use it."""

    path: object
    use: object
    places: range | None = None


@contextmanager
def flipped(path, place, bit):
    """One bit changed on the disk; the file is as old and as large as before."""
    facts = path.stat()

    def change():
        with open(path, "r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ (1 << bit)]))
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    change()
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (facts.st_mtime_ns, facts.st_size)
    try:
        yield
    finally:
        change()


def pack(root, kind):
    """A dataset as an archive; a stored one has no bits that mean nothing, as the last byte of a deflated one may."""
    out = io.BytesIO()
    if kind.endswith("zip"):
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if kind == "stored.zip" else zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, path.relative_to(root))
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.add(root, ".")
    return gzip.compress(out.getvalue(), 1)


def archives(tiny, folder):
    """Archives that were fetched, with the record of their hashes; and a zip of which only its own CRC is known."""
    root = dataset_root(tiny, tiny.datasets.test[0])
    record, downloads = Record(folder), folder / ".downloads"
    downloads.mkdir()
    recorded, alone = [], []
    for kind in ("zip", "tar.gz"):
        path = downloads / f"set.{kind}"
        path.write_bytes(pack(root, kind))
        record.add(f"https://data.example/{path.name}", path.stat().st_size, sha256_file(path))

        def use(path=path):
            unpack(path, folder / "into", sha256=record.known([f"https://data.example/{path.name}"]))

        recorded.append(Target(path, use))
    path = downloads / "set.stored.zip"
    path.write_bytes(pack(root, "stored.zip"))
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename.encode())
            places = range(start, start + info.compress_size)
            if places:
                alone.append(Target(path, lambda: unpack(path, folder / "into"), places))
    return {"archive, recorded": recorded, "archive, by its CRC": alone}


def datasets(tiny, folder):
    """Every file of every dataset: opened to track, to cut crops, to prepare after a fetch, or to verify."""
    found = {"frame": [], "annotation": []}
    for dataset in tiny.all_datasets:
        root = folder / dataset.name
        shutil.copytree(dataset_root(tiny, dataset), root)
        real = replace(dataset, name=f"copy-{dataset.name}", synthetic=None, path=dataset.name)
        experiment = replace(tiny, data_root=str(folder), datasets=replace(tiny.datasets, test=(real,)))
        manifest = folder / f"{dataset.name}.json"
        prepare_dataset(experiment, real.name, manifest)
        write_manifest(root, source="set")

        def cut(path, experiment=experiment, name=real.name, manifest=manifest):
            open_source(experiment, name, manifest).verify(path)

        def track(path, experiment=experiment, name=real.name, manifest=manifest):
            open_verified(experiment, name, manifest)

        def verify(path, manifest=manifest):
            verify_any(manifest).require_whole()

        def verify_fetched(path, root=root):
            verify_manifest(root)

        uses = cycle((track, cut, verify, verify_fetched))
        for path in sorted(path for path in root.rglob("*") if path.is_file() and path.name != NAME):
            if path.stat().st_size:
                kind = "frame" if path.suffix in IMAGES else "annotation"
                found[kind].append(Target(path, partial(next(uses), path)))
    return found


def stores(tiny, folder):
    """Crops and index of a raw and of a JPEG store, checked when the store is opened, or when a crop is read."""
    found = {"crops": [], "index": []}
    name = tiny.datasets.val.name
    for storage in CROPS:
        store = folder / storage
        build_store(replace(tiny, crops=CropsConfig(storage=storage)), name, Home(tiny).manifest(name), store)

        def read(store=store):
            opened = open_store(store, check="rows")
            opened.read(np.arange(len(opened)))

        uses = [lambda store=store: open_store(store), read, lambda store=store: verify_any(store).require_whole()]
        found["crops"] += [Target(store / CROPS[storage], use) for use in uses]
        found["index"] += [Target(store / INDEX, use) for use in uses]
    return found


def runs(tiny, folder):
    """Weights, curve, facts and maps of a run, loaded to track or verified."""
    run = folder / "run"
    run.mkdir()
    write_run(run, build_model(tiny.model, seed=0), [{"epoch": 1}], {"head": "correlation"})
    uses = [lambda: load_run(run, tiny.model, "cpu"), lambda: verify_any(run).require_whole()]
    files = sorted(path for path in run.iterdir() if path.name != NAME)
    return {"run": [Target(path, uses[number % 2]) for number, path in enumerate(files)]}


@pytest.fixture(scope="module")
def targets(tiny, tmp_path_factory):
    """Files to flip, by class."""
    found = {}
    for make in (archives, datasets, stores, runs):
        found |= make(tiny, tmp_path_factory.mktemp(make.__name__))
    return found


def tally(kind, choices, count, rng):
    """Flip ``count`` bytes in files of one class; the flips that nobody noticed."""
    missed = []
    order = rng.permutation(len(choices))
    for number in range(count):
        target = choices[order[number % len(choices)]]
        places = target.places or range(target.path.stat().st_size)
        place, bit = places[rng.integers(len(places))], int(rng.integers(8))
        with flipped(target.path, place, bit):
            try:
                target.use()
                missed.append(f"{kind}: bit {bit} of byte {place} of {target.path}")
            except (CorruptError, ArchiveError) as error:
                if str(target.path.parent) not in str(error):
                    missed.append(f"{kind}: {target.path} is not named in: {error}")
    return missed


def test_every_flip_is_found_before_use(targets, capsys):
    rng, count, missed = np.random.default_rng(0), -(-FLIPS // len(targets)), {}
    for kind, choices in targets.items():
        choices[0].use()  # whole, it passes
        shutil.rmtree(choices[0].path.parents[1] / "into", ignore_errors=True)
        missed[kind] = tally(kind, choices, count, rng)
        assert not (choices[0].path.parents[1] / "into").exists()
        choices[0].use()
        shutil.rmtree(choices[0].path.parents[1] / "into", ignore_errors=True)
    with capsys.disabled():
        shares = (f"{kind} {count - len(lines)}/{count}" for kind, lines in missed.items())
        print("\nflips found: " + ", ".join(shares))
    assert [line for lines in missed.values() for line in lines] == []
    assert count * len(targets) >= FLIPS

"""One flipped byte, a lost end or a repetition, time stamps kept: found by whoever would use the file, before it is.

FLIPS=1000 spreads a thousand flips over the classes, HARMS=300 as many losses and repetitions; without them there are a
few of each.
"""

import gzip
import io
import os
import re
import shutil
import tarfile
import zipfile
from dataclasses import replace
from functools import partial
from itertools import cycle

import numpy as np
import pytest
from tests.faults.harm import Target, harmed
from tests.faults.products import json_targets, measured_targets, report_targets, run_targets

from siamloss.config import CropsConfig
from siamloss.crops.build import build_store
from siamloss.crops.source import open_source
from siamloss.crops.store import CROPS, INDEX, open_store
from siamloss.crops.verify import verify_any
from siamloss.data.fetch.placed import Placed
from siamloss.data.fetch.record import Record
from siamloss.data.open import dataset_root
from siamloss.data.prepare import prepare_dataset
from siamloss.data.unpack import unpack
from siamloss.data.verified import open_verified
from siamloss.errors import ArchiveError, ConfigError, CorruptError
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import NAME, verify_manifest, write_manifest

FLIPS, LOSSES = int(os.environ.get("FLIPS", "60")), int(os.environ.get("HARMS", "60"))
REMEDY = re.compile(r"delete|restore|fetch|again|make it|correct or remove")
IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


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


def fetched(tiny, folder):
    """What a fetch knows of earlier ones: the record of hashes, and the notes of what archives became."""
    record, root = Record(folder), folder / "set"
    for number in range(3):
        record.add(f"https://data.example/{number}.zip", number, f"{number:064d}", f'"v{number}"')
    for name in ("one", "two"):
        shutil.copytree(dataset_root(tiny, tiny.datasets.test[0]), folder / "unpacked" / name)
        moves = [(folder / "unpacked" / name, name)]
        Placed(folder / "placed", root).place(f"{name}.zip", "0" * 64, moves)
    uses = [
        lambda: record.known(["https://data.example/1.zip"]),
        lambda: record.check("https://data.example/1.zip", f"{1:064d}"),
        lambda: record.add("https://data.example/1.zip", 1, f"{1:064d}"),
    ]
    notes = [folder / "placed" / f"{name}.zip.json" for name in ("one", "two")]
    return {
        "record of fetches": [Target(record.path, use) for use in uses],
        "notes of fetches": [Target(path, use) for path in notes for use in _uses_of(path.stem, folder, root)],
    }


def _uses_of(name, folder, root):
    """What a fetch asks its notes for: whether an archive is in place, and what is ours."""
    return [lambda: Placed(folder / "placed", root).is_whole(name), lambda: Placed(folder / "placed", root).owned()]


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
    """Crops, index and manifest of a raw and of a JPEG store, checked when it is opened, or when a crop is read."""
    found = {"crops": [], "index": []}
    name = tiny.datasets.val.name
    for storage in CROPS:
        store = folder / storage
        build_store(replace(tiny, crops=CropsConfig(storage=storage)), name, Home(tiny).manifest(name), store)

        def read(store=store):
            opened = open_store(store, check="rows")
            opened.read(np.arange(len(opened)))

        uses = [partial(open_store, store), read, lambda store=store: verify_any(store).require_whole()]
        found["crops"] += [Target(store / CROPS[storage], use) for use in uses]
        found["index"] += [Target(store / name, use) for name in (INDEX, NAME) for use in uses]
    return found


@pytest.fixture(scope="module")
def targets(tiny, tmp_path_factory):
    """Files to damage, by class."""
    makers = (archives, fetched, datasets, stores, run_targets, measured_targets, json_targets, report_targets)
    found = {}
    for make in makers:
        found |= make(tiny, tmp_path_factory.mktemp(make.__name__))
    return found


def _into(target):
    """Where an archive is unpacked to."""
    return target.path.parents[1] / "into"


def tally(kind, choices, harm, count, rng):
    """Damage files of one class ``count`` times; what nobody noticed, or did not name with what to do."""
    missed = []
    order = rng.permutation(len(choices))
    for number in range(count):
        target = choices[order[number % len(choices)]]
        if number < len(choices):
            target.use()  # whole, it passes
            shutil.rmtree(_into(target), ignore_errors=True)
        with harmed(target, harm, rng) as what:
            try:
                target.use()
                missed.append(f"{kind}: {what} of {target.path}")
            except (CorruptError, ArchiveError, ConfigError) as error:
                if str(target.path) not in str(error) or not REMEDY.search(str(error)):
                    missed.append(f"{kind}: {target.path} or a remedy is not named in: {error}")
    return missed


def count_missed(targets, harms, total, capsys):
    """Damage files of all classes; the lines of what was missed."""
    rng, count, missed = np.random.default_rng(0), -(-total // (len(targets) * len(harms))), {}
    for kind, choices in targets.items():
        missed[kind] = [line for harm in harms for line in tally(kind, choices, harm, count, rng)]
        assert not _into(choices[0]).exists()
        choices[0].use()
        shutil.rmtree(_into(choices[0]), ignore_errors=True)
    made = count * len(harms)
    with capsys.disabled():
        shares = (f"{kind} {made - len(lines)}/{made}" for kind, lines in missed.items())
        print(f"\n{' and '.join(harms)} found, of {made * len(targets)}: " + ", ".join(shares))
    assert made * len(targets) >= total
    return [line for lines in missed.values() for line in lines]


def test_every_flip_is_found_before_use(targets, capsys):
    assert count_missed(targets, ["flip"], FLIPS, capsys) == []


def test_every_loss_and_repetition_is_found_before_use(targets, capsys):
    assert count_missed(targets, ["truncation", "repetition"], LOSSES, capsys) == []

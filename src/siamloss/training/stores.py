"""Crop stores of an experiment: only those of the right role are opened."""

from dataclasses import dataclass
from pathlib import Path

from siamloss.config import Dataset, Experiment
from siamloss.crops.store import MAKER, CropStore, check_version, open_store
from siamloss.errors import CorruptError, RoleError
from siamloss.paths import Home
from siamloss.provenance.hashing import canonical_json, sha256_bytes
from siamloss.provenance.manifest import read_manifest

PURPOSE = {"train": "training", "val": "validation"}


@dataclass(frozen=True)
class Stores:
    """The open training and validation store, and what identifies their content."""

    train: CropStore
    val: CropStore
    hashes: tuple[str, str]


def check_store(folder: Path, wanted: Dataset, use: str) -> None:
    """Refuse a crop store that is not that of ``wanted``, a dataset of role train or val.

    Parameters
    ----------
    use : what is to be done with it: ``train`` or ``tune``.

    Raises
    ------
    RoleError : the store's dataset has another role, or is another dataset than the experiment's.
    CorruptError : the store has no manifest, or one that does not say its dataset and role.
    """
    manifest = read_manifest(folder)
    name, role = manifest.get("dataset"), manifest.get("role")
    if name is None or role is None:
        raise CorruptError(f"{folder} does not say its dataset and role; delete it and run snakemake again")
    if (name, role) != (wanted.name, wanted.role):
        where = "" if role == wanted.role else f" as {PURPOSE[wanted.role]} pairs"
        raise RoleError(
            f"crop store {folder} is of dataset '{name}', role {role}, and cannot be used to {use}{where}; "
            f"use the {PURPOSE[wanted.role]} dataset '{wanted.name}'"
        )


def open_stores(experiment: Experiment, train_folder: Path, val_folder: Path, use: str) -> Stores:
    """Check the roles and dataset versions of both stores, then open them.

    The version is that of the dataset's manifest in the results folder, where there is one.

    Raises
    ------
    RoleError, CorruptError : as :func:`check_store`, ``check_version`` and ``open_store``.
    """
    for folder, dataset in ((train_folder, experiment.datasets.train), (val_folder, experiment.datasets.val)):
        check_store(folder, dataset, use)
        manifest = Home(experiment).manifest(dataset.name)
        if manifest.is_file():
            check_version(folder, manifest)
    hashes = (_content_hash(train_folder), _content_hash(val_folder))
    return Stores(open_store(train_folder), open_store(val_folder), hashes)


def _content_hash(folder: Path) -> str:
    """sha256 of what a store holds, whatever code has cut it: a training goes on with the same crops."""
    facts = {name: value for name, value in read_manifest(folder).items() if name != MAKER}
    return sha256_bytes(canonical_json(facts).encode())

"""Only the crop store of the right dataset and role is trained or tuned on."""

import shutil
from dataclasses import replace

import pytest

from siamloss.crops.build import build_store
from siamloss.crops.store import MAKER
from siamloss.errors import CorruptError, RoleError
from siamloss.paths import Home
from siamloss.provenance.manifest import NAME, read_manifest, write_manifest
from siamloss.provenance.sealed import write_json
from siamloss.training.job import train_run
from siamloss.training.stores import check_store, open_stores
from siamloss.tuning.job import tune_variant


@pytest.fixture(scope="module")
def test_store(tiny, tmp_path_factory):
    """A crop store of a test dataset, as anyone may make it by hand."""
    name = tiny.datasets.test[0].name
    out = tmp_path_factory.mktemp("stores") / name
    build_store(tiny, name, Home(tiny).manifest(name), out)
    return out


def test_right_stores_are_opened(tiny, tiny_stores):
    stores = open_stores(tiny, *tiny_stores, "train")
    assert (stores.train.names, stores.val.names) != ((), ())
    assert len(set(stores.hashes)) == 2


def test_a_store_cut_again_by_other_code_with_the_same_crops_is_the_same(tiny, tiny_stores, tmp_path):
    """So that an unfinished training goes on."""
    copy = tmp_path / tiny_stores[0].name
    shutil.copytree(tiny_stores[0], copy)
    facts = read_manifest(copy)
    write_json(copy / NAME, {**facts, MAKER: "other"}, sort_keys=True)
    again = open_stores(tiny, copy, tiny_stores[1], "train")
    assert again.hashes == open_stores(tiny, *tiny_stores, "train").hashes
    write_json(copy / NAME, {**facts, "settings": "others"}, sort_keys=True)
    assert open_stores(tiny, copy, tiny_stores[1], "train").hashes != again.hashes


@pytest.mark.parametrize("use", ["train", "tune"])
def test_test_dataset_is_refused_by_name(tiny, test_store, use):
    name, val = tiny.datasets.test[0].name, tiny.datasets.val
    words = f"crop store {test_store} is of dataset '{name}', role test, and cannot be used to {use}"
    with pytest.raises(RoleError, match=rf"{words} as validation pairs; use the validation dataset '{val.name}'"):
        check_store(test_store, val, use)


def test_roles_are_not_exchanged(tiny, tiny_stores):
    with pytest.raises(RoleError, match="role val, and cannot be used to tune as training pairs; use the training"):
        open_stores(tiny, *reversed(tiny_stores), "tune")


def test_dataset_of_another_experiment_is_refused(tiny, tiny_stores):
    other = replace(tiny.datasets.val, name="other-val")
    with pytest.raises(
        RoleError, match=r"of dataset 'synthetic-val', role val, .*use the validation dataset 'other-val'"
    ):
        check_store(tiny_stores[1], other, "train")


def test_store_without_a_role_is_named(tiny, tmp_path):
    write_manifest(tmp_path, dataset=tiny.datasets.val.name)
    with pytest.raises(CorruptError, match="does not say its dataset and role; delete it and run snakemake again"):
        check_store(tmp_path, tiny.datasets.val, "train")


@pytest.mark.parametrize("verb", [train_run, tune_variant])
@pytest.mark.parametrize("place", [0, 1])
def test_verbs_refuse_a_test_dataset_before_they_do_anything(tiny, tiny_stores, test_store, tmp_path, verb, place):
    stores = [test_store if place == number else store for number, store in enumerate(tiny_stores)]
    seed = [0] if verb is train_run else []
    manifest = [] if verb is train_run else [Home(tiny).manifest(tiny.datasets.val.name)]
    small = replace(tiny, tune=replace(tiny.tune, trials=2, epochs=1, pairs_per_epoch=8, val_pairs=8))
    with pytest.raises(RoleError, match=f"'{tiny.datasets.test[0].name}', role test, and cannot be used to t"):
        verb(small, "gsl", *seed, *stores, *manifest, tmp_path / "progress", tmp_path / "out", threads=1)
    assert not list(tmp_path.iterdir())


def test_untrained_control_is_checked_too(tiny, tiny_stores, test_store, tmp_path):
    with pytest.raises(RoleError, match="role test"):
        train_run(tiny, "untrained", 0, test_store, tiny_stores[1], tmp_path / "p", tmp_path / "out", threads=1)


def test_store_of_another_version_of_its_dataset_is_refused(tiny, tiny_stores, tmp_path):
    """The dataset was prepared anew, with other files, after the crops were cut."""
    other = replace(tiny, results=str(tmp_path))
    for dataset in (tiny.datasets.train, tiny.datasets.val):
        manifest = Home(other).manifest(dataset.name)
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_bytes(Home(tiny).manifest(dataset.name).read_bytes())
    open_stores(other, *tiny_stores, "train")
    manifest.write_bytes(manifest.read_bytes().replace(b"{", b"{ ", 1))
    with pytest.raises(CorruptError, match=f"{tiny_stores[1]} was cut from another version of its dataset"):
        open_stores(other, *tiny_stores, "train")

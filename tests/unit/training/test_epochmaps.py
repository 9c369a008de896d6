"""Score maps after each epoch: which pairs, when, and that they leave the training alone."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from siamloss.errors import CorruptError
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import read_manifest
from siamloss.training import fit
from siamloss.training.collapse import spread_inside
from siamloss.training.epochmaps import collect_maps, keep_maps, maps_folder
from siamloss.training.job import train_run
from siamloss.training.run import load_run
from siamloss.training.stores import open_stores
from siamloss.training.validate import VALIDATION_SEED, fixed_maps

MAPS = {"train": torch.rand(2, 3, 3), "val": torch.rand(2, 3, 3)}


def run(experiment, stores, folder, variant="gsl"):
    train_run(experiment, variant, 0, *stores, folder.with_suffix(".progress"), folder, threads=1)
    return folder


def with_maps(experiment, count):
    return replace(experiment, train=replace(experiment.train, epoch_maps=count))


def test_kept_maps_are_collected_by_role_and_epoch(tmp_path):
    folder = maps_folder(tmp_path / "abc.safetensors")
    for epoch in (1, 2, 3):
        keep_maps(folder, epoch, {role: maps * epoch for role, maps in MAPS.items()})
    keep_maps(folder, 1, {role: maps * 10 for role, maps in MAPS.items()})
    found = collect_maps(folder, 2)
    assert sorted(found) == ["train.001", "train.002", "val.001", "val.002"]
    torch.testing.assert_close(found["train.001"], MAPS["train"] * 10, rtol=0, atol=0)
    torch.testing.assert_close(found["val.002"], MAPS["val"] * 2, rtol=0, atol=0)
    assert collect_maps(folder, 0) == {}
    assert folder.parent == tmp_path


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_damaged_maps_are_named(tmp_path, damage):
    folder = tmp_path / "abc.maps"
    keep_maps(folder, 1, MAPS)
    keep_maps(folder, 2, MAPS)
    file = folder / "epoch002.safetensors"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(CorruptError, match=rf"epoch002\.safetensors is missing or damaged; delete {tmp_path}"):
        collect_maps(folder, 2)


@pytest.mark.parametrize(("wanted", "count"), [(5, 5), (64, 8)])
def test_run_holds_maps_of_the_first_fixed_pairs(tiny, tiny_stores, tmp_path, wanted, count):
    out = run(with_maps(tiny, wanted), tiny_stores, tmp_path / "a")
    maps = load_file(out / "maps.safetensors")
    assert sorted(maps) == ["train.001", "train.002", "val.001", "val.002"]
    assert {tuple(item.shape) for item in maps.values()} == {(count, 15, 15)}
    assert {item.dtype for item in maps.values()} == {torch.float32}
    device = torch.device("cpu")
    model, stores = load_run(out, tiny.model, device), open_stores(tiny, *tiny_stores, "train")
    for role, store in (("train", stores.train), ("val", stores.val)):
        loader = fit.make_loader(tiny, store, VALIDATION_SEED, device)
        torch.testing.assert_close(maps[f"{role}.002"], fixed_maps([model], loader, 8)[0][:count], rtol=1e-5, atol=1e-6)
    assert not torch.equal(maps["val.001"], maps["val.002"])
    assert read_manifest(out)["files"]["maps.safetensors"]["sha256"] == sha256_file(out / "maps.safetensors")


def test_maps_leave_the_training_alone(tiny, tiny_stores, tmp_path):
    """Batch statistics are part of the weights: the passes for the maps must not touch them."""
    without, some = (run(with_maps(tiny, count), tiny_stores, tmp_path / str(count)) for count in (0, 8))
    assert load_file(without / "maps.safetensors") == {}
    for name in ("weights.safetensors", "curve.jsonl"):
        assert sha256_file(without / name) == sha256_file(some / name)


def test_spread_of_the_curve_is_that_of_the_validation_maps(tiny, tiny_stores, tmp_path):
    import json

    out = run(tiny, tiny_stores, tmp_path / "a")
    maps = load_file(out / "maps.safetensors")
    for line in (out / "curve.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert row["spread"] == spread_inside(maps[f"val.{row['epoch']:03d}"][:, None]).item()


def test_validation_maps_cost_no_second_pass(tiny, tiny_stores, tmp_path, monkeypatch):
    asked = []
    load = fit.PairLoader.load

    def spy(self, epoch, indices, augment=True):
        if epoch == 0:
            asked.append((len(self.store.crops), augment, list(indices)))
        return load(self, epoch, indices, augment)

    monkeypatch.setattr(fit.PairLoader, "load", spy)
    run(with_maps(tiny, 3), tiny_stores, tmp_path / "a")
    stores = open_stores(tiny, *tiny_stores, "train")
    train, val = len(stores.train.crops), len(stores.val.crops)
    assert train != val
    assert asked == [(val, False, list(range(8))), (train, False, [0, 1, 2])] * tiny.train.epochs


def test_control_has_no_maps(tiny, tiny_stores, tmp_path):
    assert load_file(run(tiny, tiny_stores, tmp_path / "a", "untrained") / "maps.safetensors") == {}

"""Several trainings side by side on the same batches: each as if it were alone."""

import json
from dataclasses import replace

import pytest

from siamloss.errors import ConfigError, DivergedError
from siamloss.pairs.loader import PairLoader
from siamloss.provenance.hashing import sha256_file
from siamloss.training.job import Order, train_run, train_runs

NAMES = ("logistic", "gsl", "untrained", "triplet")


def order(folder, name):
    return Order(name, folder / name, folder / f"{name}.progress")


def files(folder):
    timed = ("run.json", "manifest.json")
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir()) if path.name not in timed}


@pytest.fixture(scope="module")
def alone(tiny, tiny_stores, tmp_path_factory):
    """What each variant gives when it is trained alone."""
    folder = tmp_path_factory.mktemp("alone")
    for name in NAMES:
        train_run(tiny, name, 0, *tiny_stores, folder / f"{name}.progress", folder / name, threads=1)
    return {name: files(folder / name) for name in NAMES}


def test_side_by_side_gives_the_same_bytes_as_alone(tiny, tiny_stores, tmp_path, alone):
    train_runs(tiny, [order(tmp_path, name) for name in NAMES], 0, *tiny_stores, threads=1)
    assert {name: files(tmp_path / name) for name in NAMES} == alone


def test_the_pairs_are_made_once_for_all(tiny, tiny_stores, tmp_path, monkeypatch):
    cut = PairLoader._cut
    steps = []

    def counting(self, batch, crops, augment):
        steps.extend([batch] if augment else [])
        return cut(self, batch, crops, augment)

    monkeypatch.setattr(PairLoader, "_cut", counting)
    train_runs(tiny, [order(tmp_path, name) for name in ("logistic", "gsl")], 0, *tiny_stores, threads=1)
    assert len(steps) == 12


def test_one_whose_state_is_ahead_waits_for_the_others(tiny, tiny_stores, tmp_path, alone, monkeypatch):
    """GSL was stopped after 8 of 12 steps of a training alone; the logistic loss has not begun."""
    from siamloss.training import loop

    one = replace(tiny, variants=tiny.variants)
    end = loop._end_epoch
    monkeypatch.setattr(loop, "_end_epoch", lambda *items: (end(*items), (_ for _ in ()).throw(KeyboardInterrupt)))
    with pytest.raises(KeyboardInterrupt):
        train_runs(one, [order(tmp_path, "gsl")], 0, *tiny_stores, threads=1)
    monkeypatch.undo()
    assert list((tmp_path / "gsl.progress").glob("*.safetensors"))
    train_runs(one, [order(tmp_path, name) for name in ("logistic", "gsl")], 0, *tiny_stores, threads=1)
    assert {name: files(tmp_path / name) for name in ("logistic", "gsl")} == {k: alone[k] for k in ("logistic", "gsl")}


def test_one_that_diverges_does_not_stop_its_neighbour(tiny, tiny_stores, tmp_path, alone):
    wild = tuple(replace(each, lr_scale=1e14) if each.name == "logistic" else each for each in tiny.variants)
    orders = [order(tmp_path, name) for name in ("logistic", "gsl")]
    with pytest.raises(DivergedError, match="train logistic seed 0: the loss is not finite at step 2"):
        train_runs(replace(tiny, variants=wild), orders, 0, *tiny_stores, threads=1)
    assert files(tmp_path / "gsl") == alone["gsl"]
    assert not (tmp_path / "logistic").exists()


def test_time_is_shared_among_those_side_by_side(tiny, tiny_stores, tmp_path):
    train_runs(tiny, [order(tmp_path, name) for name in ("logistic", "gsl")], 0, *tiny_stores, threads=1)
    first, second = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("logistic", "gsl"))
    assert first["seconds"] == pytest.approx(second["seconds"], rel=0.02, abs=0.02)


def test_variants_need_folders_of_their_own_for_unfinished_work(tiny, tiny_stores, tmp_path):
    orders = [replace(order(tmp_path, name), progress_dir=tmp_path / "p") for name in ("logistic", "gsl")]
    with pytest.raises(ConfigError, match="two variants have one folder for unfinished work; give each its own"):
        train_runs(tiny, orders, 0, *tiny_stores)


def test_a_variant_that_starts_from_weights_needs_them_and_another_refuses_them(tiny, tiny_stores, tmp_path):
    tuned = replace(tiny, variants=(*tiny.variants, replace(tiny.variant("gsl"), name="gsl-ft", start="logistic")))
    with pytest.raises(ConfigError, match="'gsl-ft' starts from 'logistic'; give these weights with --start"):
        train_runs(tuned, [order(tmp_path, "gsl-ft")], 0, *tiny_stores)
    wrong = replace(order(tmp_path, "gsl"), start=tmp_path)
    with pytest.raises(ConfigError, match="leave out --start"):
        train_runs(tuned, [wrong], 0, *tiny_stores)

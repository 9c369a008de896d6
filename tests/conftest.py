"""Small real datasets in the official formats, made once per test session."""

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell does so in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
REALMINI = ROOT.parent / "shared" / "data" / "realmini"


def pytest_collection_modifyitems(items):
    """The workflow's tests first: several processes share the work best when the longest begins first."""
    items.sort(key=lambda item: (ROOT / "tests" / "workflow") not in item.path.parents)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A resolved experiment with tiny synthetic datasets, drawn, and its folder as results."""
    from siamloss.config import ModelConfig, SyntheticConfig, TrainConfig
    from siamloss.config_io import load_profile
    from siamloss.data.prepare import prepare_dataset
    from siamloss.paths import Home

    folder = tmp_path_factory.mktemp("tiny")
    experiment = load_profile(ROOT / "config" / "demo.yaml", results=str(folder), profile="tiny", seeds=[0])
    small = SyntheticConfig(sequences=3, frames=12, seed=7, width=160, height=120)
    sets = experiment.datasets
    experiment = replace(
        experiment,
        datasets=replace(
            sets,
            train=replace(sets.train, synthetic=small),
            val=replace(sets.val, synthetic=replace(small, seed=8, sequences=2)),
            test=tuple(replace(item, synthetic=replace(small, seed=9, sequences=2)) for item in sets.test),
        ),
        model=ModelConfig(backbone="small", width=0.25),
        train=TrainConfig(epochs=2, pairs_per_epoch=24, batch_size=4, lr_end=1e-3, val_pairs=8, checkpoint_steps=2),
    )
    for dataset in experiment.all_datasets:
        prepare_dataset(experiment, dataset.name, Home(experiment).manifest(dataset.name))
    return experiment


@pytest.fixture(scope="session")
def tiny_stores(tiny):
    """Crop stores (train, val) of the tiny experiment."""
    from siamloss.crops.build import build_store
    from siamloss.paths import Home

    home = Home(tiny)
    names = (tiny.datasets.train.name, tiny.datasets.val.name)
    for name in names:
        build_store(tiny, name, home.manifest(name), home.crops(name))
    return tuple(home.crops(name) for name in names)


@pytest.fixture
def realmini():
    """Folder of the real sequences; skips, saying so, where they are absent."""
    if not REALMINI.is_dir():
        pytest.skip(f"real sequences are not at {REALMINI}")
    return REALMINI


@pytest.fixture
def edited_source(tmp_path, monkeypatch):
    """Adds a line to a file of the package, as fingerprints see it; None leaves all as it is."""
    from siamloss.provenance import fingerprint

    root = tmp_path / "source" / "siamloss"
    shutil.copytree(fingerprint.ROOT, root, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "ROOT", root)

    def edit(name):
        if name is not None:
            path = root / name
            path.write_text(path.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
        fingerprint.forget()

    edit(None)
    yield edit
    monkeypatch.undo()
    fingerprint.forget()

"""Score maps on fixed pairs, and what is near the target in each of them."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siamloss.crops.store import INDEX, open_store
from siamloss.metrics.scores_file import read_scores
from siamloss.pairs.sampler import sample_pairs
from siamloss.provenance.manifest import read_manifest, write_manifest
from siamloss.training.job import train_run
from siamloss.training.scoremaps import write_scores

PAIRS = 40


@pytest.fixture
def marked(tiny_stores, tmp_path):
    """Copies of the stores whose every crop has a similarity of its own; the last training crop's is not known."""
    copies = []
    for number, store in enumerate(tiny_stores):
        folder = tmp_path / f"store{number}"
        shutil.copytree(store, folder)
        index = pd.read_parquet(folder / INDEX)
        own = (np.arange(len(index)) / len(index)).astype(np.float32)
        own[0 if number else -1] = np.nan
        index.assign(distractor=own).to_parquet(folder / INDEX, index=False)
        write_manifest(folder, **{name: fact for name, fact in read_manifest(folder).items() if name != "files"})
        copies.append(folder)
    return copies


def test_similarity_is_that_of_the_search_frame(tiny, marked, tmp_path):
    many = replace(tiny, train=replace(tiny.train, val_pairs=PAIRS))
    train_run(many, "untrained", 0, *marked, tmp_path / "progress", tmp_path / "run", threads=1)
    write_scores(many, tmp_path / "run", *marked, tmp_path / "scores.npz", threads=1)
    found = read_scores(tmp_path / "scores.npz")
    for role, folder in zip(("train", "val"), marked, strict=True):
        store, known = open_store(folder), getattr(found, f"{role}_distractor")
        assert known.dtype == np.float32
        assert known.shape == (PAIRS,) == getattr(found, role).shape[:1]
        searches = [pair[1] for pair in sample_pairs(store, tiny.pairs, 0, 0, np.arange(PAIRS)).crop]
        np.testing.assert_array_equal(known, [store.distractor[crop] for crop in searches])
        assert np.unique(known).size > 5

"""Files of score maps: whole, old, damaged."""

import numpy as np
import pytest

from siamloss.errors import CorruptError, MissingDataError
from siamloss.metrics.scores_file import read_scores


def arrays(**changed):
    images = np.zeros((2, 4, 4, 3), np.uint8)
    whole = {
        "train_scores": np.zeros((5, 2, 3), np.float32),
        "val_scores": np.ones((4, 2, 3), np.float32),
        "labels": np.array([[1, -1, 0], [-1, 1, -1]], np.int8),
        "example_exemplars": images,
        "example_searches": images + 1,
        "train_distractor": np.array([0, 0.5, 0.9, np.nan, 0], np.float32),
        "val_distractor": np.zeros(4, np.float32),
    }
    return {name: value for name, value in {**whole, **changed}.items() if value is not None}


def write(path, **changed):
    np.savez_compressed(path, **arrays(**changed))
    return path


def test_every_array_is_where_its_name_says(tmp_path):
    found = read_scores(write(tmp_path / "a.npz"))
    np.testing.assert_array_equal(found.train, arrays()["train_scores"])
    np.testing.assert_array_equal(found.val, arrays()["val_scores"])
    np.testing.assert_array_equal(found.searches, arrays()["example_searches"])
    np.testing.assert_array_equal(found.train_distractor, arrays()["train_distractor"])
    assert found.val_distractor.shape == (4,)


def test_a_file_of_an_older_version_knows_no_similarities(tmp_path):
    found = read_scores(write(tmp_path / "a.npz", train_distractor=None, val_distractor=None))
    assert (found.train_distractor, found.val_distractor) == (None, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"val_distractor": np.zeros(3, np.float32)},
        {"train_scores": np.zeros((5, 3, 3), np.float32)},
        {"labels": np.zeros((3, 2), np.int8)},
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, changed):
    with pytest.raises(CorruptError, match=r"do not fit .*delete it and run snakemake again"):
        read_scores(write(tmp_path / "a.npz", **changed))


def test_missing_and_damaged_files_are_named(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(MissingDataError, match=rf"missing \({path}\); run snakemake"):
        read_scores(path)
    write(path, labels=None)
    with pytest.raises(CorruptError, match="not a whole file of score maps; delete it"):
        read_scores(path)
    data = write(path).read_bytes()
    for damaged in (b"", data[: len(data) // 2], b"x" * 100):
        path.write_bytes(damaged)
        with pytest.raises(CorruptError, match="not a whole file of score maps; delete it"):
            read_scores(path)


def test_no_flipped_byte_changes_an_array(tmp_path):
    rng, path = np.random.default_rng(0), write(tmp_path / "a.npz", val_scores=np.ones((4, 2, 3), np.float32) / 3)
    whole, before, refused = path.read_bytes(), vars(read_scores(path)), 0
    assert len(whole) < 3000
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << rng.integers(8)
        path.write_bytes(data)
        try:
            for name, value in vars(read_scores(path)).items():
                np.testing.assert_array_equal(value, before[name])
        except CorruptError:
            refused += 1
    assert refused > len(whole) / 2  # dates and such change nothing


def test_more_and_fewer_arrays_than_were_written_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, **arrays(), more=np.zeros(1))
    with pytest.raises(CorruptError, match="not a whole file of score maps; delete it"):
        read_scores(path)
    data = bytearray(write(path).read_bytes())
    data[-12] += 1
    path.write_bytes(data)
    with pytest.raises(CorruptError, match="not a whole file of score maps; delete it"):
        read_scores(path)

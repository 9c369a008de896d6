"""Which file is which tracker's result on which sequence."""

import pytest

from siamloss.errors import MissingDataError, RecordError
from siamloss.metrics.otb_lists import sequence_key
from siamloss.records.resultfolders import find_trackers


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def relative(root, trackers):
    return {
        tracker: {name: [path.removeprefix(f"{root}/") for path in paths] for name, paths in files.items()}
        for tracker, files in trackers.items()
    }


def test_one_folder_of_flat_files(tmp_path):
    root = touch(tmp_path / "mine", "Deer.txt", "Boy.txt", "README.txt", "times/Deer_time.txt", "Boy_time.txt")
    assert relative(root, find_trackers([root], ["Deer", "Boy"])) == {
        "mine": {"Boy": ["Boy.txt"], "Deer": ["Deer.txt"]}
    }


def test_repetitions_in_folders_of_their_own_in_order(tmp_path):
    root = touch(tmp_path / "t", "a/a_002.txt", "a/a_001.txt", "a/a_time.txt", "a/b_001.txt", "b/b_001.txt")
    assert relative(root, find_trackers([root], ["a", "b"])) == {
        "t": {"a": ["a/a_001.txt", "a/a_002.txt"], "b": ["b/b_001.txt"]}
    }


def test_a_parent_folder_holds_one_tracker_per_folder(tmp_path):
    touch(tmp_path, "one/a.txt", "two/baseline/a/a_001.txt", "plots/x.png", "notes.txt")
    found = relative(tmp_path, find_trackers([tmp_path], ["a"]))
    assert found == {"one": {"a": ["one/a.txt"]}, "two": {"a": ["two/baseline/a/a_001.txt"]}}


@pytest.mark.parametrize("file", ["three/b.txt", "three/b/b_001.txt"])
def test_a_tracker_whose_files_bear_other_names_does_not_vanish(tmp_path, file):
    touch(tmp_path, "one/a.txt", "three/plot.png", file)
    with pytest.raises(RecordError, match=f"{file} bears the name of no sequence, .*; rename the files"):
        find_trackers([tmp_path], ["a"])


def test_several_folders_are_several_trackers(tmp_path):
    touch(tmp_path, "p/one/a.txt", "q/two/a.txt")
    assert list(find_trackers([tmp_path / "q" / "two", tmp_path / "p" / "one"], ["a"])) == ["two", "one"]


def test_spellings_meet_through_the_key(tmp_path):
    root = touch(tmp_path / "t", "jogging_1.txt", "Jogging.2.txt", "Human4.txt")
    found = find_trackers([root], ["Jogging-1", "Jogging-2", "Human4-2"], sequence_key)["t"]
    assert set(found) == {"Jogging-1", "Jogging-2", "Human4-2"}


@pytest.mark.parametrize("other", ["jogging_1.txt", "Jogging-1/Jogging-1_001.txt"])
def test_two_results_of_one_sequence_are_refused(tmp_path, other):
    root = touch(tmp_path / "t", "Jogging-1.txt", other)
    with pytest.raises(RecordError, match="'Jogging-1' has two results"):
        find_trackers([root], ["Jogging-1"], sequence_key)


def test_two_trackers_of_one_name_are_refused(tmp_path):
    touch(tmp_path, "p/one/a.txt", "q/one/a.txt")
    with pytest.raises(RecordError, match="two trackers are named 'one'"):
        find_trackers([tmp_path / "p", tmp_path / "q"], ["a"])


def test_folders_without_results_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingDataError, match="holds no result of any of the 1 sequences"):
        find_trackers([tmp_path / "empty"], ["a"])
    with pytest.raises(MissingDataError, match="is missing"):
        find_trackers([tmp_path / "absent"], ["a"])

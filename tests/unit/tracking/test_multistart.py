"""Starts of multi-start runs, their directions, and their records."""

import numpy as np
import pytest

from siamloss.data.open import open_dataset
from siamloss.errors import AnnotationError, RecordError
from siamloss.records import Status, read_records, write_records
from siamloss.tracking.multistart import Run, list_runs, multistart, parse_run, place_anchors, read_anchors
from siamloss.tracking.protocols import repeated, supervised
from siamloss.tracking.tracker import NeverMoves, Oracle


@pytest.fixture(scope="module")
def sequence(tiny):
    return next(open_dataset(tiny, item)[0] for item in tiny.datasets.test if item.format == "vot")


def test_anchors_stand_every_fifty_frames_and_look_to_the_longer_side():
    anchors = place_anchors(np.ones(230, bool))
    assert np.flatnonzero(anchors > 0).tolist() == [0, 50, 100]
    assert np.flatnonzero(anchors < 0).tolist() == [150, 200, 229]


def test_an_anchor_moves_to_the_nearest_frame_with_target():
    visible = np.ones(120, bool)
    visible[48:55] = False
    assert np.flatnonzero(place_anchors(visible)).tolist() == [0, 47, 100, 119]


def test_runs_go_to_the_end_of_their_direction():
    runs = list_runs("bag", np.array([1, 0, 0, -1, 0]))
    assert [run.name for run in runs] == ["bag@00000000+", "bag@00000003-"]
    assert [run.frames(5).tolist() for run in runs] == [[0, 1, 2, 3, 4], [3, 2, 1, 0]]


@pytest.mark.parametrize("run", [Run("bag", 0, True), Run("a@b+", 123, False), Run("b@00000001-", 7, True)])
def test_names_are_taken_apart_as_they_were_made(run):
    assert parse_run(run.name) == run


@pytest.mark.parametrize("name", ["bag", "bag@12+", "bag@00000012", "@00000012+"])
def test_other_names_are_refused(name):
    with pytest.raises(RecordError, match="not the name of a multi-start run"):
        parse_run(name)


def test_oracle_follows_in_both_directions(sequence):
    records = multistart(Oracle(sequence), sequence)
    for name, rows in records.groupby("sequence", sort=False):
        frames = parse_run(name).frames(len(sequence))
        assert rows["frame"].tolist() == frames.tolist()
        np.testing.assert_array_equal(rows[["x", "y", "w", "h"]].to_numpy(), sequence.boxes[frames])
        assert rows["status"].tolist() == [Status.INIT] + [Status.TRACKED] * (len(frames) - 1)
    assert records["sequence"].unique().tolist() == [f"{sequence.name}@00000000+", f"{sequence.name}@00000011-"]


def test_never_moves_keeps_the_box_of_its_anchor(sequence):
    anchors = np.zeros(len(sequence))
    anchors[4] = -1
    records = multistart(NeverMoves(), sequence, anchors)
    assert records["frame"].tolist() == [4, 3, 2, 1, 0]
    assert (records[["x", "y", "w", "h"]].to_numpy() == sequence.boxes[4]).all()


def test_records_survive_the_file(sequence, tmp_path):
    records = multistart(NeverMoves(), sequence)
    write_records(tmp_path / "runs.parquet", records)
    assert read_records(tmp_path / "runs.parquet")["sequence"].tolist() == records["sequence"].tolist()


def test_anchors_of_a_dataset_are_read_and_short_files_filled_up(tmp_path):
    path = tmp_path / "anchor.value"
    path.write_text("1.0\n0\n-1\n")
    assert read_anchors(path, 5).tolist() == [1, 0, -1, 0, 0]
    with pytest.raises(AnnotationError, match="3 anchors for 2 frames; restore the file"):
        read_anchors(path, 2)


def test_a_sequence_without_anchor_is_refused(sequence):
    with pytest.raises(AnnotationError, match="has no anchor; restore its"):
        multistart(NeverMoves(), sequence, np.zeros(len(sequence)))


class Wanderer:
    """Another box in every update, over all runs."""

    draws = 0

    def init(self, image, box):
        self.box = box

    def update(self, image):
        Wanderer.draws += 1
        return self.box + Wanderer.draws * 1e-6, 0.0


def test_a_deterministic_tracker_runs_three_times_and_another_fifteen(sequence):
    assert len(repeated(supervised, NeverMoves, sequence)) == 3
    tables = repeated(supervised, Wanderer, sequence, repetitions=5)
    assert len(tables) == 5
    assert not tables[0].drop(columns="seconds").equals(tables[1].drop(columns="seconds"))

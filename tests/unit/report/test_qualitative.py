"""The qualitative figure."""

import numpy as np
import pytest
from matplotlib.patches import Polygon
from matplotlib.text import Text

from siamloss.data.sequence import Sequence
from siamloss.geometry import overlap, polygon_overlap
from siamloss.records import Status
from siamloss.report.examples import choose_frames, choose_sequences, frame_overlaps
from siamloss.report.inputs import read_track
from siamloss.report.qualitative import Row, draw_qualitative


@pytest.fixture(scope="module")
def track(home, sequences):
    def of(benchmark):
        sequence = sequences[benchmark][0]
        records = read_track(home, "gsl", 0, benchmark)
        return sequence, records[records["sequence"] == sequence.name]

    return of


def with_visible(sequence, visible):
    return Sequence(sequence.name, sequence.frame_paths, sequence.boxes, np.asarray(visible), sequence.polygons)


def test_overlaps_are_of_boxes_or_of_polygons(track):
    sequence, records = track("synthetic-otb")
    expected = overlap(sequence.boxes, records[["x", "y", "w", "h"]].to_numpy())
    np.testing.assert_array_equal(frame_overlaps(sequence, records.sample(frac=1, random_state=1)), expected)
    sequence, records = track("synthetic-vot")
    found = frame_overlaps(sequence, records)
    lost = records["status"].to_numpy() == Status.FAILURE
    assert np.isnan(found[lost]).all()
    boxes = records[["x", "y", "w", "h"]].to_numpy()
    np.testing.assert_array_equal(found[~lost], polygon_overlap(sequence.polygons, boxes)[~lost])


def test_no_overlap_where_the_target_is_absent(track):
    sequence, records = track("synthetic-otb")
    visible = np.ones(len(sequence), bool)
    visible[4] = False
    assert np.isnan(frame_overlaps(with_visible(sequence, visible), records)[4])


def test_frames_are_even_visible_and_not_the_first(track):
    sequence, _ = track("synthetic-otb")
    frames = choose_frames(sequence, 5)
    assert frames.tolist() == [1, 3, 6, 9, 11]
    visible = np.ones(len(sequence), bool)
    visible[6:] = False
    assert set(choose_frames(with_visible(sequence, visible), 5)) <= set(range(1, 6))
    assert choose_frames(with_visible(sequence, [True] + [False] * 11)).tolist() == [0]


def test_sequences_are_chosen_by_rank_not_by_taste():
    baseline, ours = [0.5, 0.5, 0.5, 0.5, 0.5], [0.9, 0.1, 0.6, 0.5, 0.4]
    assert choose_sequences(baseline, ours, 2) == [0, 1]
    assert choose_sequences(baseline, ours, 1) == [3]
    assert choose_sequences(baseline, ours, 3) == [0, 3, 1]
    assert sorted(choose_sequences(baseline, ours, 99)) == [0, 1, 2, 3, 4]
    assert choose_sequences(baseline, ours, 0) == []


@pytest.mark.parametrize("dataset", ["synthetic-otb", "synthetic-vot"])
def test_every_picture_has_number_overlap_truth_and_prediction(track, dataset):
    sequence, records = track(dataset)
    frames = [1, 6, 11]
    figure = draw_qualitative(sequence, [Row("Base", records, "#111111"), Row("GSL", records, "#d55e00")], frames, "t")
    overlaps = frame_overlaps(sequence, records)
    assert len(figure.axes) == 6
    for index, axes in enumerate(figure.axes):
        frame = frames[index % 3]
        shown = [text.get_text() for text in axes.findobj(Text)]
        assert f"#{frame + 1}" in shown
        lost = np.isnan(overlaps[frame])
        assert ("lost" if lost else f"overlap {overlaps[frame]:.2f}") in shown
        shapes = [patch.get_xy()[:4] for patch in axes.patches if isinstance(patch, Polygon)]
        assert len(shapes) == (2 if lost else 3)
        if sequence.polygons is not None:
            np.testing.assert_allclose(shapes[0], sequence.polygons[frame].reshape(4, 2) - 0.5)
        else:
            x, y, w, h = sequence.boxes[frame]
            np.testing.assert_allclose(shapes[0][[0, 2]], [[x - 0.5, y - 0.5], [x + w - 0.5, y + h - 0.5]])
    assert [axes.get_ylabel() for axes in figure.axes[::3]] == ["Base", "GSL"]


def test_absent_target_has_no_truth_and_says_so(track):
    sequence, records = track("synthetic-otb")
    hidden = with_visible(sequence, [True] + [False] * 11)
    figure = draw_qualitative(hidden, [Row("GSL", records, "#d55e00")], [5])
    assert "target absent" in [text.get_text() for text in figure.axes[0].findobj(Text)]
    assert len(figure.axes[0].patches) == 1


def test_frames_without_records_say_so(track):
    sequence, records = track("synthetic-otb")
    figure = draw_qualitative(sequence, [Row("GSL", records[records["frame"] < 3], "#d55e00")], [5])
    assert "no box" in [text.get_text() for text in figure.axes[0].findobj(Text)]

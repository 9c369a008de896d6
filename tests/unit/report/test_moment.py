"""What a run sees of one frame: the maps of its tracker, and labels about the true target."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.unit.report.fakes_runs import make_results, write_networks

from siamloss.data.open import open_dataset
from siamloss.errors import ConfigError
from siamloss.geometry import polygon_to_box
from siamloss.geometry.network import GEOMETRY
from siamloss.pairs.labels import label_map
from siamloss.paths import Home
from siamloss.report.moment import require_target, target_labels
from siamloss.report.poster_source import open_eyes


@pytest.fixture(scope="module")
def experiment(tiny, tmp_path_factory):
    made = make_results(tiny, tmp_path_factory.mktemp("moment"))
    write_networks(made)
    return made


@pytest.fixture(scope="module")
def sequences(experiment):
    return {item.format: open_dataset(experiment, item)[0] for item in experiment.datasets.test}


@pytest.fixture(scope="module")
def eye(experiment):
    return open_eyes([Home(experiment).run("gsl", 0)], experiment, 1, "cpu")[0]


def test_the_map_is_that_of_a_plain_run_of_the_tracker(eye, sequences):
    sequence = sequences["otb"]
    moment = eye.tracked(sequence, "otb", 1)
    eye.tracker.init(sequence.image(0), sequence.boxes[0])
    for frame in range(1, 2):
        eye.tracker.update(sequence.image(frame))
    np.testing.assert_array_equal(moment.score_map, eye.tracker.score_map)
    assert moment.exemplar.shape == (63, 63, 3)
    assert moment.search.shape == (127, 127, 3)
    assert moment.covered == pytest.approx(17 * 4 / 127)


def test_a_search_image_about_the_truth_has_the_labels_of_the_training(eye, sequences):
    moment = eye.centred(sequences["got10k"], 5)
    expected = label_map(17, 8.0, 16.0).numpy()[0, 0]
    np.testing.assert_array_equal(moment.labels, expected)
    # The box of a centred target is centred too: the mean of its corners is half a pixel off at most.
    np.testing.assert_allclose(moment.truth.mean(axis=0), [63, 63], atol=0.5)


def test_the_map_about_the_truth_is_the_correlation_of_both_pictures(eye, sequences):
    moment = eye.centred(sequences["got10k"], 5)
    model = eye.tracker.network._model
    images = [torch.from_numpy(image).permute(2, 0, 1)[None].float() for image in (moment.exemplar, moment.search)]
    with torch.no_grad():
        expected = model.correlate(*(model.features(image) for image in images))[0, 0].numpy()
    np.testing.assert_allclose(moment.score_map, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (8.0, 0.0), (-24.0, 16.0)])
def test_labels_follow_the_target(x, y):
    moved = target_labels(np.array([x, y]), 17, 8.0, 16.0)
    centred = label_map(17, 8.0, 16.0).numpy()[0, 0]
    np.testing.assert_array_equal(moved, np.roll(centred, (int(y / 8), int(x / 8)), (0, 1)))


def test_true_cells_lie_on_the_target_of_the_picture(eye, sequences):
    """The mean of the positive cells, in pixels of the search image, is the centre of the outlined box."""
    moment = eye.tracked(sequences["otb"], "otb", 1)
    rows, columns = np.nonzero(moment.labels > 0)
    geometry = GEOMETRY["small"]
    place = (np.array([columns.mean(), rows.mean()]) - 8) * geometry.stride_px + 63
    assert np.abs(place - moment.truth.mean(axis=0)).max() < geometry.stride_px


def test_frames_that_have_no_map_are_named(eye, sequences):
    sequence = sequences["otb"]
    for frame in (-1, 0, 12, 99):
        with pytest.raises(ConfigError, match=rf"has no frame {frame + 1} to search in; choose one from 2 to 12"):
            require_target(sequence, frame)
    hidden = replace(sequence, visible=np.arange(12) < 8)
    with pytest.raises(ConfigError, match=r"is absent in frame 11; the nearest that shows it is 8"):
        eye.centred(hidden, 10)


def test_a_lost_target_and_a_pause_are_named(eye, sequences):
    sequence = sequences["vot"]
    far = sequence.polygons.copy()
    far[3:] = np.array([1, 1, 3, 1, 3, 3, 1, 3])
    moved = replace(sequence, polygons=far, boxes=polygon_to_box(far))
    with pytest.raises(ConfigError, match=r"GSL.* is not tracking in frame 6 of .*--search truth"):
        eye.tracked(moved, "vot", 5)
    with pytest.raises(ConfigError, match=r"starts on frame 9 of"):
        eye.tracked(moved, "vot", 8)
    lost = replace(sequences["otb"], boxes=sequences["otb"].boxes + np.where(np.arange(12) == 7, 900.0, 0.0)[:, None])
    with pytest.raises(ConfigError, match=r"has lost .* in frame 8 the target is outside"):
        eye.tracked(lost, "otb", 7)

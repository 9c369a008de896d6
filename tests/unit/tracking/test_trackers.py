"""Trackers and the protocols that drive them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from siamloss.config import ModelConfig, TrackConfig
from siamloss.data.open import open_dataset
from siamloss.data.sequence import read_image
from siamloss.errors import AnnotationError, UnreadableImageError
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.model.correlation import cosine_correlation, cross_correlation
from siamloss.records import Status
from siamloss.tracking.protocols import REINIT_FRAMES, one_pass, supervised
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.tracking.tracker import NeverMoves, Oracle


class ShiftedModel(torch.nn.Module):
    """A network whose scores are multiplied and shifted."""

    def __init__(self, model, factor=1.0, shift=0.0):
        super().__init__()
        self.model, self.factor, self.shift = model, factor, shift

    def features(self, images):
        return self.model.features(images)

    def correlate(self, exemplar, search):
        return self.factor * self.model.correlate(exemplar, search) + self.shift


@pytest.fixture(scope="module")
def model():
    return build_model(ModelConfig("small", 0.5), seed=0).eval()


@pytest.fixture(scope="module")
def sequences(tiny):
    return {dataset.format: open_dataset(tiny, dataset)[0] for dataset in tiny.datasets.test}


def tracker(model, **changes):
    return SiamFCTracker(model, replace(TrackConfig(), **changes), GEOMETRY["small"])


def boxes(records):
    return records[["x", "y", "w", "h"]].to_numpy()


@pytest.fixture(scope="module")
def trajectories(sequences):
    """Boxes on the OTB sequence by head and search: raw scores, which most losses use, and cosines."""
    heads = {
        head: build_model(ModelConfig("small", 0.5), seed=0, head=head).eval() for head in ("correlation", "cosine")
    }
    return {
        (head, search): (model, boxes(one_pass(tracker(model, scale_search=search), sequences["otb"])))
        for head, model in heads.items()
        for search in ("all", "peak")
    }


@pytest.mark.parametrize(("head", "search"), [("correlation", "all"), ("cosine", "all"), ("correlation", "peak")])
@settings(max_examples=12, deadline=None)
@given(exponent=st.floats(-3, 3), shift=st.floats(-20, 20))
def test_default_trajectory_ignores_level_and_scale_of_the_scores(
    trajectories, sequences, head, search, exponent, shift
):
    """Whatever level and scale a loss gives the scores: the shift is in units of their spread."""
    model, plain = trajectories[head, search]
    factor = 10.0**exponent
    spread = 0.3 * factor if head == "correlation" else 0.1 * factor
    shifted = tracker(ShiftedModel(model, factor, shift * spread), scale_search=search)
    changed = boxes(one_pass(shifted, sequences["otb"]))
    np.testing.assert_allclose(changed, plain, atol=1e-3)


def test_multiplicative_penalty_depends_on_the_level(model, sequences):
    """Scores far above 0 never change the size, scores far below 0 change it in every frame."""
    level = 100 * one_pass(tracker(model), sequences["otb"])["score"].abs().max()
    widths = {}
    for shift in (level, -level):
        siamese = tracker(ShiftedModel(model, shift=shift), scale_penalty="multiplicative")
        widths[shift] = boxes(one_pass(siamese, sequences["otb"]))[:, 2]
    assert len(set(widths[level])) == 1
    assert (np.diff(widths[-level]) != 0).all()


class PixelModel(torch.nn.Module):
    """Features are the pixels at the centres of the small net's receptive fields (43 px, stride 4)."""

    def __init__(self):
        super().__init__()
        self.dummy = torch.nn.Parameter(torch.zeros(1))

    def features(self, images):
        return images[:, :, 21:-21:4, 21:-21:4] - 127.5

    def correlate(self, exemplar, search):
        return cross_correlation(exemplar, search)


def test_a_shifted_picture_moves_the_box_with_it():
    """The target and its surroundings move by 8 px, and so does the box: directions, scales and centres agree."""
    rng = np.random.default_rng(0)
    scene = np.kron(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
    first, second = scene[40:280, 40:360], scene[56:296, 32:352]
    siamese = tracker(PixelModel(), scales=1, window_influence=0.0)
    siamese.init(first, np.array([140.0, 100.0, 40.0, 40.0]))
    box, _ = siamese.update(second)
    np.testing.assert_allclose(box, [148, 84, 40, 40], atol=1.5)


def test_displacement_is_measured_at_the_chosen_scale():
    """The target grows by 1.5 and moves by 18 px: an outer scale is chosen, and its pixels are 1.5 times as large."""
    rng = np.random.default_rng(1)
    first = np.kron(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
    x, y, grow, move = 160.0, 120.0, 1.5, 18.0
    matrix = np.array([[grow, 0, x - grow * x + move], [0, grow, y - grow * y]])
    second = cv2.warpAffine(first, matrix, (320, 240))
    siamese = tracker(PixelModel(), scale_step=grow, scale_lr=1.0, scale_penalty_factor=1.0, window_influence=0.0)
    siamese.init(first, np.array([x - 19.5, y - 19.5, 40.0, 40.0]))
    box, _ = siamese.update(second)
    np.testing.assert_allclose(box[2:], [60, 60])
    np.testing.assert_allclose(box[:2] + (box[2:] - 1) / 2, [x + move, y], atol=2.5)


class CosinePixels(PixelModel):
    """Energy of a window does not matter, so that the right scale has the highest score."""

    def correlate(self, exemplar, search):
        return cosine_correlation(exemplar, search)


@pytest.mark.parametrize("search", ["all", "peak"])
@pytest.mark.parametrize("grow", [1.25, 1 / 1.25])
def test_both_ways_to_search_for_the_scale_find_it(search, grow):
    """The target grows or shrinks and moves by 14 px."""
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.normal(size=(240, 320, 3)), (0, 0), 6)
    first = np.clip(127.5 + 50 * noise / noise.std(), 0, 255).astype(np.uint8)
    x, y, move = 160.0, 120.0, 14.0
    matrix = np.array([[grow, 0, x - grow * x + move], [0, grow, y - grow * y]])
    second = cv2.warpAffine(first, matrix, (320, 240), borderMode=cv2.BORDER_REFLECT)
    changes = {"scale_step": 1.25, "scale_lr": 1.0, "scale_penalty_factor": 1.0, "window_influence": 0.0}
    siamese = tracker(CosinePixels(), scale_search=search, **changes)
    siamese.init(first, np.array([x - 19.5, y - 19.5, 40.0, 40.0]))
    box, _ = siamese.update(second)
    np.testing.assert_allclose(box[2:], [40 * grow] * 2)
    np.testing.assert_allclose(box[:2] + (box[2:] - 1) / 2, [x + move, y], atol=4)


def test_the_penalty_of_an_approximate_search_counts_from_the_lowest_score_of_the_map(model):
    """Scores around the peak differ by little of the map's range, so a harsh penalty keeps the middle scale."""
    rng = np.random.default_rng(4)
    image = cv2.GaussianBlur(rng.integers(0, 256, (240, 320, 3), dtype=np.uint8), (0, 0), 3)
    harsh = tracker(model, scale_search="peak", scale_penalty_factor=0.5, scale_lr=1.0)
    harsh.init(image, np.array([140.0, 100.0, 40.0, 40.0]))
    assert all(harsh.update(image)[0][2] == 40 for _ in range(4))


def test_size_is_limited(model, sequences):
    siamese = tracker(model, scale_lr=1.0, scale_step=1.5, scale_penalty_factor=1.5, size_min=0.8, size_max=1.25)
    sizes = boxes(one_pass(siamese, sequences["otb"]))[:, 2]
    assert sizes.min() >= 0.8 * sizes[0] - 1e-9
    assert sizes.max() <= 1.25 * sizes[0] + 1e-9
    assert len(np.unique(sizes)) > 1


@pytest.mark.parametrize(
    "box", [[10, 10, 0, 5], [10, 10, 5, -1], [np.nan, 0, 5, 5], [500, 10, 5, 5], [-20, 10, 5, 5], [0, 0, 2000, 9]]
)
def test_impossible_start_is_refused(model, box):
    with pytest.raises(AnnotationError, match="give a box with area inside it"):
        tracker(model).init(np.zeros((100, 100, 3), np.uint8), np.array(box, dtype=float))


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((100, 100), np.uint8),
        np.zeros((100, 100, 4), np.uint8),
        np.zeros((100, 100, 3), np.uint16),
        np.zeros((100, 100, 3)),
        np.zeros((0, 100, 3), np.uint8),
    ],
    ids=["gray", "alpha", "16 bits", "floats", "empty"],
)
def test_images_of_other_kinds_are_refused_in_any_frame(model, image):
    siamese = tracker(model)
    with pytest.raises(UnreadableImageError, match="convert it to RGB, uint8"):
        siamese.init(image, np.array([10.0, 10, 20, 20]))
    siamese.init(np.zeros((100, 100, 3), np.uint8), np.array([10.0, 10, 20, 20]))
    with pytest.raises(UnreadableImageError, match="convert it to RGB, uint8"):
        siamese.update(image)


def test_files_of_gray_and_16_bit_images_are_read_as_rgb(tmp_path):
    gray = np.random.default_rng(0).integers(0, 256, (8, 9), dtype=np.uint8)
    for name, image in {
        "gray": gray,
        "deep": gray.astype(np.uint16) * 257,
        "alpha": np.dstack([gray] * 3 + [gray // 2]),
    }.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
        np.testing.assert_array_equal(read_image(tmp_path / f"{name}.png"), np.dstack([gray] * 3))


def test_an_image_of_another_size_is_searched_at_the_same_pixels():
    """GOT-10k has videos that change their resolution: position and size stay those of the last frame, in pixels."""
    rng = np.random.default_rng(0)
    scene = np.kron(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
    siamese = tracker(PixelModel(), scales=1, window_influence=0.0)
    siamese.init(scene[:240, :320], np.array([140.0, 100.0, 40.0, 40.0]))
    box, _ = siamese.update(scene)
    np.testing.assert_allclose(box, [140, 100, 40, 40], atol=1.0)


def test_the_last_score_map_and_its_place_are_told(model, sequences):
    """The box lies where the map has its peak: the map covers the square that was searched."""
    siamese, sequence = tracker(model, window_influence=0.0, scales=1), sequences["otb"]
    siamese.init(sequence.image(0), sequence.boxes[0])
    box, score = siamese.update(sequence.image(1))
    assert siamese.score_map.shape == (17, 17)
    assert siamese.score_map.max() == pytest.approx(score, abs=0.2 * float(np.ptp(siamese.score_map)))
    row, column = np.unravel_index(siamese.score_map.argmax(), (17, 17))
    pitch = 4 * siamese.search_side / 127
    place = siamese.search_center + (np.array([column, row]) - 8) * pitch
    np.testing.assert_allclose(box[:2] + (box[2:] - 1) / 2, place, atol=pitch)


def test_first_record_is_the_ground_truth_and_counts_match(sequences):
    sequence = sequences["got10k"]
    records = one_pass(Oracle(sequence), sequence)
    np.testing.assert_array_equal(boxes(records), sequence.boxes)
    assert records["status"].tolist() == [Status.INIT] + [Status.TRACKED] * (len(sequence) - 1)


class Loser:
    """Follows the ground truth until its second update after a start, then is far away."""

    def init(self, image, box):
        self.box, self.updates = box, 0

    def update(self, image):
        self.updates += 1
        return (np.array([-1000.0, -1000.0, 5.0, 5.0]) if self.updates == 2 else self.box), 0.0


def test_supervised_run_starts_again_after_a_failure(sequences):
    sequence = sequences["vot"]
    still = replace(
        sequence,
        boxes=np.repeat(sequence.boxes[:1], len(sequence), axis=0),
        polygons=np.repeat(sequence.polygons[:1], len(sequence), axis=0),
    )
    status = supervised(Loser(), still)["status"].tolist()
    cycle = [Status.INIT, Status.TRACKED, Status.FAILURE] + [Status.SKIPPED] * (REINIT_FRAMES - 1)
    assert status == (cycle * 3)[: len(still)]


def test_oracle_goes_on_at_the_right_frame_after_a_failure(sequences):
    """Frame 2's polygon lies outside the image: one failure, then no other."""
    sequence = sequences["vot"]
    polygons = sequence.polygons.copy()
    polygons[2] += 1e4
    status = supervised(Oracle(sequence), replace(sequence, polygons=polygons))["status"].tolist()
    skipped = [Status.SKIPPED] * (REINIT_FRAMES - 1)
    rest = [Status.TRACKED] * (len(sequence) - 3 - REINIT_FRAMES)
    assert status == [Status.INIT, Status.TRACKED, Status.FAILURE, *skipped, Status.INIT, *rest]


def test_supervised_run_never_starts_on_an_absent_target(sequences):
    sequence = sequences["vot"]
    visible = np.ones(len(sequence), bool)
    visible[7:9] = False
    still = replace(
        sequence,
        boxes=np.repeat(sequence.boxes[:1], len(sequence), axis=0),
        polygons=np.repeat(sequence.polygons[:1], len(sequence), axis=0),
        visible=visible,
    )
    status = supervised(Loser(), still)["status"].tolist()
    assert status[7:10] == [Status.SKIPPED, Status.SKIPPED, Status.INIT]


def test_never_moves_returns_its_first_box(sequences):
    sequence = sequences["otb"]
    assert (boxes(one_pass(NeverMoves(), sequence)) == sequence.boxes[0]).all()

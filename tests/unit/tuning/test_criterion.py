"""What a trial is judged by."""

from dataclasses import replace

import numpy as np
import pytest

from siamloss.data.open import open_dataset
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.tracking.protocols import one_pass
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.tuning.criterion import average_overlap, choose_sequences


def overlap(a, b):
    """Intersection over union of two boxes x, y, w, h."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


@pytest.fixture(scope="module")
def sequences(tiny):
    return open_dataset(tiny, tiny.datasets.val)


def test_overlap_is_the_mean_over_visible_frames_after_the_first(tiny, sequences):
    hidden = sequences[0].visible.copy()
    hidden[5] = False
    scenes = [replace(sequences[0], visible=hidden), sequences[1]]
    model = build_model(tiny.model, seed=0).train()
    found = average_overlap(tiny, model, scenes)
    assert not model.training
    tracker = SiamFCTracker(model, tiny.track, GEOMETRY[tiny.model.backbone], tiny.crops.context)
    expected = []
    for scene in scenes:
        rows = one_pass(tracker, scene)[["x", "y", "w", "h"]].to_numpy()
        expected += [overlap(rows[t], scene.boxes[t]) for t in range(1, len(scene)) if scene.visible[t]]
    assert found == pytest.approx(np.mean(expected), abs=1e-12)
    assert 0 < found < 1


def test_a_sequence_without_a_frame_to_score_does_not_count(tiny, sequences):
    model = build_model(tiny.model, seed=0)
    only_first = replace(sequences[1], visible=np.arange(len(sequences[1])) == 0)
    assert average_overlap(tiny, model, [sequences[0], only_first]) == average_overlap(tiny, model, sequences[:1])
    assert np.isnan(average_overlap(tiny, model, [only_first]))


@pytest.mark.parametrize(
    ("count", "chosen"), [(0, "abcdefg"), (9, "abcdefg"), (7, "abcdefg"), (1, "a"), (2, "ag"), (3, "adg")]
)
def test_sequences_are_spread_over_the_list(count, chosen):
    assert "".join(choose_sequences(list("abcdefg"), count)) == chosen

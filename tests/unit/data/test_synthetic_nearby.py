"""What looks like the target near it, frame by frame."""

import numpy as np
import pytest

from siamloss.config import Dataset, SyntheticConfig
from siamloss.data.got10k import read_got10k
from siamloss.data.synthetic import write_dataset
from siamloss.data.synthetic.attributes import LOOK_ALIKE
from siamloss.data.synthetic.facts import clip_boxes
from siamloss.data.synthetic.nearby import nearest_likeness, scene_likeness
from siamloss.data.synthetic.scene import draw_scene

TARGET = np.array([[100.0, 80.0, 20.0, 20.0]])
"""Its exemplar window measures 40 px, its search region 40 * 255 / 127 = 80.3 px: 40.16 px to each side."""


def at(x, y, side=10.0):
    """One frame of one box, by its centre."""
    return [[x - side / 2, y - side / 2, side, side]]


def likeness(*others, target=TARGET, width=320, height=240):
    boxes = np.array([box for box, _ in others]).reshape(-1, len(target), 4)
    return nearest_likeness(target, boxes, np.array([value for _, value in others]), width, height)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (110, 90, 0.6),
        (150.1, 90, 0.6),
        (150.2, 90, 0.0),
        (69.9, 90, 0.6),
        (69.8, 90, 0.0),
        (110, 130.1, 0.6),
        (110, 130.2, 0.0),
        (150, 130, 0.6),
    ],
)
def test_only_the_search_region_counts(x, y, expected):
    assert likeness((at(x, y), 0.6)) == [expected]
    # The box may reach in or out: only its centre matters.
    assert likeness((at(x, y, side=100), 0.6)) == [expected]


def test_the_most_similar_one_counts():
    assert likeness((at(120, 90), 0.3), (at(100, 90), 0.8), (at(110, 70), 0.5), (at(300, 90), 0.9)) == [0.8]


def test_nothing_near_and_nothing_at_all_are_zero():
    assert likeness((at(300, 200), 0.9)) == [0.0]
    assert likeness() == [0.0]


@pytest.mark.parametrize(
    ("x", "y", "expected"), [(0, 10, 0.9), (-0.1, 10, 0.0), (10, -1, 0.0), (39.9, 10, 0.9), (40, 10, 0)]
)
def test_a_distractor_outside_the_image_cannot_be_seen(x, y, expected):
    target = np.array([[10.0, 0.0, 20.0, 20.0]])
    assert likeness((at(x, y), 0.9), target=target, width=40, height=40) == [expected]


def test_frames_and_windows_of_other_shape():
    target = np.array([[100.0, 80.0, 20.0, 20.0], [100.0, 80.0, 40.0, 10.0]])
    # The second window is sqrt(65 * 35) = 47.7 px: a region of 95.8 px, 47.9 to each side of (120, 85).
    far = [*at(160, 90), *at(167.8, 85)]
    assert likeness((far, 0.4), target=target).tolist() == [0.0, 0.4]
    far = [*at(110, 90), *at(168.0, 85)]
    assert likeness((far, 0.4), target=target).tolist() == [0.4, 0.0]


def test_scene_against_plain_loops():
    """Every frame and distractor of a few scenes, about the box of the target that is annotated: cut to the image."""
    hard = 0
    for index in range(8):
        scene = draw_scene(SyntheticConfig(frames=40, seed=3), (3, 0), index, keep_in_view=False)
        expected = []
        for frame in range(40):
            x, y, w, h = scene.target.boxes[frame]
            left, top = min(max(x, 0), 318), min(max(y, 0), 238)
            right, bottom = max(min(x + w, 320), left + 2), max(min(y + h, 240), top + 2)
            w, h = right - left, bottom - top
            reach = np.sqrt((w + (w + h) / 2) * (h + (w + h) / 2)) * 255 / 127 / 2
            found = [0.0]
            for actor, similarity in zip(scene.distractors, scene.similarity, strict=True):
                bx, by, bw, bh = actor.boxes[frame]
                cx, cy = bx + bw / 2, by + bh / 2
                near = abs(cx - (left + right) / 2) <= reach and abs(cy - (top + bottom) / 2) <= reach
                if near and 0 <= cx < 320 and 0 <= cy < 240:
                    found.append(similarity)
            expected.append(max(found))
        np.testing.assert_allclose(scene_likeness(scene), expected, rtol=0, atol=0)
        hard += np.sum(np.array(expected) >= LOOK_ALIKE)
    assert 20 < hard < 8 * 40 - 20


def test_the_annotated_box_decides_when_the_target_leaves_the_image():
    scene = draw_scene(SyntheticConfig(frames=40, seed=4, width=160, height=120), (4, 0), 5, keep_in_view=False)
    assert "OV" in scene.setting.wanted
    others = np.array([actor.boxes for actor in scene.distractors])
    cut, whole = clip_boxes(scene.target.boxes, 160, 120), scene.target.boxes
    found = scene_likeness(scene)
    np.testing.assert_array_equal(found, nearest_likeness(cut, others, scene.similarity, 160, 120))
    assert (found != nearest_likeness(whole, others, scene.similarity, 160, 120)).any()


def test_file_holds_what_the_scene_says(tmp_path):
    config = SyntheticConfig(sequences=3, frames=10, seed=4, width=160, height=120)
    write_dataset(Dataset("drawn", "got10k", "val", synthetic=config), tmp_path)
    for index, sequence in enumerate(read_got10k(tmp_path)):
        lines = (tmp_path / sequence.name / "distractor.label").read_text().splitlines()
        expected = scene_likeness(draw_scene(config, (4, 1), index, keep_in_view=False))
        assert lines == [f"{value:.4f}" for value in expected]
        np.testing.assert_array_equal(sequence.distractor, [float(line) for line in lines])


@pytest.mark.parametrize("layout", ["otb", "vot"])
def test_other_layouts_have_no_such_file(tmp_path, layout):
    write_dataset(Dataset("drawn", layout, "test", synthetic=SyntheticConfig(1, 2, width=64, height=64)), tmp_path)
    assert not list(tmp_path.rglob("distractor*"))

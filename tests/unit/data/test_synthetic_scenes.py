"""Whole synthetic scenes: what is drawn agrees with the facts, the facts with the labels."""

from dataclasses import replace

import numpy as np
import pytest

from siamloss.config import SyntheticConfig
from siamloss.data.synthetic.attributes import ORDER, deal, measure
from siamloss.data.synthetic.facts import Facts, clip_boxes
from siamloss.data.synthetic.render import collect_facts, render
from siamloss.data.synthetic.scene import Scene, draw_scene
from siamloss.data.synthetic.sprites import draw_patch


def scene(index: int, keep_in_view: bool = False, **values) -> Scene:
    config = SyntheticConfig(**{"frames": 40, "seed": 3, "width": 320, "height": 240, **values})
    return draw_scene(config, (config.seed, 0), index, keep_in_view)


def facts_of(drawn: Scene) -> Facts:
    seen = np.array([shares for _, *shares in render(drawn)])
    return collect_facts(drawn, seen[:, 0], seen[:, 1])


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [scene(index) for index in range(6)]


@pytest.fixture(scope="module")
def facts(scenes) -> list[Facts]:
    return [facts_of(drawn) for drawn in scenes]


def test_drawn_silhouette_fits_its_box(scenes):
    for drawn in scenes:
        target = drawn.target
        for frame in range(0, 40, 6):
            box = target.boxes[frame]
            patch = draw_patch(target.sprite, target.poses, frame, box)
            y, x = np.nonzero(patch.alpha > 0.3)
            low = np.array([x.min() + patch.left, y.min() + patch.top])
            high = np.array([x.max() + 1 + patch.left, y.max() + 1 + patch.top])
            np.testing.assert_allclose(low, box[:2], atol=1.3)
            np.testing.assert_allclose(high, box[:2] + box[2:], atol=1.3)


def test_a_block_of_six_shares_out_all_attributes():
    for key in ((0, 0), (7, 2)):
        for block in range(3):
            hands = [deal(key, 6 * block + i, np.random.default_rng(i)) for i in range(6)]
            assert set.union(*map(set, hands)) == set(ORDER)


def test_scenes_have_the_attributes_they_are_meant_to_have(scenes, facts):
    for drawn, found in zip(scenes, facts, strict=True):
        assert drawn.setting.wanted <= measure(found)


def still(**values) -> Facts:
    """Facts of three frames in which nothing happens: a box of 30 x 30 px."""
    zeros, ones = np.zeros(3), np.ones(3)
    plain = Facts(
        boxes=np.tile([50.0, 50.0, 30.0, 30.0], (3, 1)),
        polygons=np.zeros((3, 8)),
        cut=np.zeros(3, bool),
        in_view=ones,
        visible=ones,
        angle=zeros,
        yaw=zeros,
        bend=zeros,
        blur_px=zeros,
        brightness=ones,
        camera_px=zeros,
        look_alike=0.0,
    )
    return replace(plain, **values)


def boxes_with_last(*last: float) -> dict[str, np.ndarray]:
    return {"boxes": np.array([[50.0, 50, 30, 30], [50, 50, 30, 30], last])}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, set()),
        (boxes_with_last(50, 50, 30 * 1.99, 30), set()),
        (boxes_with_last(50, 50, 30 * 2.01, 30), {"SV"}),
        (boxes_with_last(50, 50, 30 * 0.49, 30 * 0.99), {"SV"}),
        (boxes_with_last(69, 50, 30, 30), set()),
        (boxes_with_last(71, 50, 30, 30), {"FM"}),
        ({"boxes": np.tile([50.0, 50.0, 20.0, 20.05], (3, 1))}, set()),
        ({"boxes": np.tile([50.0, 50.0, 20.0, 19.95], (3, 1))}, {"LR"}),
        (boxes_with_last(50, 80, 10, 5) | {"cut": np.array([False, False, True])}, set()),
        ({"visible": np.array([1.0, 0.9, 1.0])}, {"OCC"}),
        ({"in_view": np.array([1.0, 0.9, 1.0]), "visible": np.array([1.0, 0.9, 1.0])}, {"OV"}),
        ({"angle": np.array([0.0, 0.0, 0.5])}, {"IPR"}),
        ({"yaw": np.array([0.0, 0.0, 0.5])}, {"OPR"}),
        ({"bend": np.array([0.0, 0.0, 0.1])}, {"DEF"}),
        ({"blur_px": np.array([0.0, 0.0, 4.5])}, {"MB"}),
        ({"brightness": np.array([1.0, 1.0, 0.7])}, {"IV"}),
        ({"look_alike": 0.8}, {"BC"}),
    ],
)
def test_attributes_follow_their_definitions(values, expected):
    assert measure(still(**values)) == expected


def test_occlusion_comes_with_the_label_only(scenes, facts):
    for drawn, found in zip(scenes, facts, strict=True):
        hidden = (found.visible < 0.9 * found.in_view).any()
        assert hidden == ("OCC" in drawn.setting.wanted)
        assert found.visible[0] > 0.99


def test_share_in_view_agrees_with_the_box(facts):
    assert any(found.cut.any() for found in facts)
    for found in facts:
        clipped = clip_boxes(found.boxes, 320, 240)
        share = clipped[:, 2:].prod(axis=1) / found.boxes[:, 2:].prod(axis=1)
        inside = found.in_view > 0.05
        np.testing.assert_allclose(found.in_view[inside], share[inside], atol=0.15)
        np.testing.assert_allclose(found.in_view[~found.cut], 1.0, atol=1e-3)


def test_vot_target_never_disappears():
    hard = [i for i in range(12) if {"OCC", "OV"} & deal((3, 0), i, np.random.default_rng([3, 0, 0, i]))]
    assert len(hard) >= 4
    for index in hard:
        drawn = scene(index, keep_in_view=True, width=160, height=120)
        found = facts_of(drawn)
        assert {"OCC", "OV"} & measure(found)
        assert found.visible.min() > 0.2


def test_target_can_be_told_from_what_lies_behind_it(scenes):
    for drawn in scenes:
        image = next(render(drawn))[0].astype(float)
        behind = drawn.background.frame(0, 320, 240).astype(float)
        x, y, w, h = np.round(drawn.target.boxes[0]).astype(int)
        inner = np.s_[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
        assert np.abs(image[inner] - behind[inner]).mean() > 12

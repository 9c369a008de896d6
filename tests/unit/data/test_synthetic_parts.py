"""The pieces of synthetic scenes: outlines, poses, sprites, blur, motion and textures."""

from dataclasses import replace

import numpy as np
import pytest

from siamloss.data.synthetic.blur import line_kernel
from siamloss.data.synthetic.facts import clip_boxes, cut_by_image, tight_boxes, tight_polygons
from siamloss.data.synthetic.motion import bump, roam, swell, swing
from siamloss.data.synthetic.poses import Poses, to_image, to_unit
from siamloss.data.synthetic.shapes import KINDS, draw_mask, draw_outline, vary_outline
from siamloss.data.synthetic.sprites import draw_patch, make_sprite
from siamloss.data.synthetic.textures import PATTERNS, draw_style, paint, similar_style


def some_poses(frames: int = 3, **values) -> Poses:
    time = np.arange(frames)
    poses = Poses(
        center=np.stack([40.3 + 2 * time, 30.7 + time], axis=1),
        half_size=np.tile([20.0, 12.0], (frames, 1)),
        angle=0.3 * time,
        yaw=0.25 * time,
        bend=np.tile([0.12, 0.15], (frames, 1)),
        phase=np.stack([0.5 * time, 0.2 * time], axis=1),
    )
    return replace(poses, **values)


def rigid(frames: int, angle: float) -> Poses:
    zeros = np.zeros(frames)
    return some_poses(frames, angle=zeros + angle, yaw=zeros, bend=np.zeros((frames, 2)))


@pytest.mark.parametrize("kind", KINDS)
def test_outline_fills_the_unit_square(kind):
    rng = np.random.default_rng(1)
    outline = draw_outline(rng, kind)
    for points in (outline, vary_outline(rng, outline, 0.4)):
        np.testing.assert_allclose(points.min(axis=0), -1.0)
        np.testing.assert_allclose(points.max(axis=0), 1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_mask_has_the_area_of_the_outline(kind):
    outline = draw_outline(np.random.default_rng(2), kind)
    x, y = outline.T
    area = abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2.0
    mask = draw_mask(outline, 144)
    assert mask.sum() / 255.0 / 64.0**2 == pytest.approx(area, rel=0.02)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="choose one of"):
        draw_outline(np.random.default_rng(0), "cube")


def test_to_unit_inverts_to_image():
    poses = some_poses()
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    for frame, image in enumerate(to_image(poses, points)):
        u, v = to_unit(poses, frame, image[:, 0].astype(np.float32)[None], image[:, 1].astype(np.float32)[None])
        np.testing.assert_allclose(np.stack([u[0], v[0]], axis=1), points, atol=2e-5)


def test_polygon_of_an_upright_target_is_its_box():
    outline = draw_outline(np.random.default_rng(0), "star")
    poses = rigid(2, 0.0)
    x, y, w, h = tight_boxes(poses, outline).T
    expected = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1)
    np.testing.assert_allclose(tight_polygons(poses, outline), expected, atol=1e-9)
    np.testing.assert_allclose(np.stack([w, h], axis=1), 2 * poses.half_size)


def test_polygon_turns_with_the_target_and_encloses_it():
    outline = draw_outline(np.random.default_rng(0), "blob")
    poses = rigid(1, np.pi / 6)
    corners = tight_polygons(poses, outline).reshape(4, 2)
    assert np.arctan2(*(corners[1] - corners[0])[::-1]) == pytest.approx(np.pi / 6)
    assert np.linalg.norm(corners[1] - corners[0]) == pytest.approx(40.0)
    assert np.linalg.norm(corners[2] - corners[1]) == pytest.approx(24.0)
    box = tight_boxes(poses, outline)[0]
    assert (corners.min(axis=0) <= box[:2]).all()
    assert (corners.max(axis=0) >= box[:2] + box[2:]).all()


def test_drawn_silhouette_is_centred_on_its_box_without_bias():
    outline = draw_outline(np.random.default_rng(0), "ellipse")
    rng = np.random.default_rng(0)
    sprite = make_sprite(rng, outline, draw_style(rng, (20.0, 50.0)))
    shifts = np.linspace(0.0, 1.0, 5)
    poses = replace(rigid(5, 0.0), center=np.stack([60 + shifts, 50 - shifts], axis=1))
    for frame, box in enumerate(tight_boxes(poses, outline)):
        patch = draw_patch(sprite, poses, frame, box)
        y, x = np.mgrid[0 : patch.alpha.shape[0], 0 : patch.alpha.shape[1]]
        weight = patch.alpha / patch.alpha.sum()
        mean = [(weight * x).sum() + patch.left + 0.5, (weight * y).sum() + patch.top + 0.5]
        np.testing.assert_allclose(mean, poses.center[frame], atol=0.06)


def test_clipped_boxes_stay_in_the_image_with_area():
    boxes = np.array([[-10.0, 5, 30, 20], [90, 70, 30, 30], [-60, -60, 20, 20], [200, 10, 20, 20], [10, 10, 5, 5]])
    clipped = clip_boxes(boxes, 100, 80)
    np.testing.assert_allclose(clipped[[0, 1, 4]], [[0, 5, 20, 20], [90, 70, 10, 10], [10, 10, 5, 5]])
    np.testing.assert_allclose(clipped[[2, 3]], [[0, 0, 2, 2], [98, 10, 2, 20]])
    np.testing.assert_array_equal(cut_by_image(boxes, 100, 80), [True, True, True, True, False])


@pytest.mark.parametrize("vector", [(6.0, 0.0), (0.0, 9.0), (5.0, -4.0), (-3.3, 2.1)])
def test_blur_kernel_is_a_centred_line_of_its_length(vector):
    kernel = line_kernel(np.array(vector)).astype(float)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-6)
    reach = kernel.shape[0] // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along = (x * vector[0] + y * vector[1]) / np.hypot(*vector)
    assert np.sqrt(12 * (kernel * along**2).sum()) == pytest.approx(np.hypot(*vector), rel=0.15)


def test_shorter_motion_does_not_blur():
    assert line_kernel(np.array([1.0, 1.0])) is None


def test_signals_keep_to_their_rates():
    assert np.abs(np.diff(swing(100, 1.5, 0.06))).max() <= 0.06
    assert swing(100, 1.5, 0.06)[0] == 0
    growth = swell(100, 0.6, 0.018)
    assert np.abs(np.diff(growth)).max() <= 0.018
    assert growth[0] == 0
    assert growth.max() == pytest.approx(0.6, abs=0.01)
    weight = bump(50, 25.0, 8.0, 4.0)
    assert weight[0] == weight[-1] == 0
    assert (weight[23:28] == 1).all()


def test_path_keeps_to_its_bounds_and_bursts_are_fast():
    low, high = np.full((80, 2), 20.0), np.tile([300.0, 200.0], (80, 1))
    path, extra = roam(np.random.default_rng(0), low, high, 3.0, {10: 25.0, 11: 25.0, 40: 25.0})
    assert (path >= low).all()
    assert (path <= high).all()
    steps = np.hypot(*np.diff(path, axis=0).T)
    fast = np.flatnonzero(np.hypot(*extra.T))
    assert fast.tolist() == [10, 11, 40]
    assert (steps[fast - 1] > 20).all()
    assert np.delete(steps, fast - 1).max() < 6


def test_every_pattern_gives_texture():
    rng = np.random.default_rng(0)
    for pattern in PATTERNS:
        image = paint(rng, replace(draw_style(rng, (20.0, 30.0)), pattern=pattern), 90, 120)
        assert image.shape == (90, 120, 3)
        assert image.dtype == np.uint8
        assert image.std(axis=(0, 1)).max() > 8


def test_similar_styles_are_nearer_in_colour():
    rng = np.random.default_rng(0)
    distance = {0.1: [], 0.9: []}
    for _ in range(20):
        style = draw_style(rng, (20.0, 50.0))
        for similarity, found in distance.items():
            found.append(np.abs(similar_style(rng, style, similarity).palette - style.palette).mean())
    assert np.mean(distance[0.9]) < 0.3 * np.mean(distance[0.1])

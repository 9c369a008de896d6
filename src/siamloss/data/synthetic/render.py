"""Scenes -> frames, and what can be seen of the target in them."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from siamloss.data.synthetic.blur import line_kernel
from siamloss.data.synthetic.facts import Facts, cut_by_image, tight_polygons
from siamloss.data.synthetic.poses import deform
from siamloss.data.synthetic.scene import NOISE_ROOM, Scene
from siamloss.data.synthetic.setting import Actor
from siamloss.data.synthetic.sprites import Patch, draw_patch


def render(scene: Scene) -> Iterator[tuple[np.ndarray, float, float]]:
    """Yield per frame the image, uint8 BGR ``(H, W, 3)``, and the shares of the target in view and visible, 0..1."""
    width, height = scene.setting.width, scene.setting.height
    for frame in range(scene.setting.frames):
        image = scene.background.frame(frame, width, height)
        for actor in scene.distractors:
            if _touches(actor.boxes[frame], width, height):
                _paste(image, draw_patch(actor.sprite, actor.poses, frame, actor.boxes[frame]))
        kernel = line_kernel(scene.target_blur[frame])
        target = draw_patch(scene.target.sprite, scene.target.poses, frame, scene.target.boxes[frame], kernel)
        _paste(image, target)
        front = [
            draw_patch(actor.sprite, actor.poses, frame, actor.boxes[frame])
            for actor in scene.occluders
            if _touches(actor.boxes[frame], width, height)
        ]
        for patch in front:
            _paste(image, patch)
        image = _develop(scene, image, frame)
        yield image, *_seen(target, front, width, height)


def collect_facts(scene: Scene, in_view: np.ndarray, visible: np.ndarray) -> Facts:
    """Facts of a rendered scene; ``in_view`` and ``visible`` ``(T,)`` come from :func:`render`."""
    target = scene.target
    flat = replace(target.poses, yaw=np.zeros_like(target.poses.yaw))
    wave = deform(flat, target.sprite.outline)
    blur = np.maximum(np.hypot(*scene.target_blur.T), np.hypot(*scene.camera_blur.T))
    return Facts(
        boxes=target.boxes,
        polygons=tight_polygons(target.poses, target.sprite.outline),
        cut=cut_by_image(target.boxes, scene.setting.width, scene.setting.height),
        in_view=in_view,
        visible=visible,
        angle=target.poses.angle,
        yaw=target.poses.yaw,
        bend=np.linalg.norm(wave - wave[0], axis=2).mean(axis=1),
        blur_px=blur,
        brightness=scene.light.brightness(target.poses.center),
        camera_px=np.hypot(*scene.background.shift.T),
        look_alike=_look_alike(scene),
    )


def _touches(box: np.ndarray, width: int, height: int) -> bool:
    return box[0] < width and box[1] < height and box[0] + box[2] > 0 and box[1] + box[3] > 0


def _paste(image: np.ndarray, patch: Patch) -> None:
    """Draw a patch over an image, in place."""
    height, width = image.shape[:2]
    rows, columns = patch.alpha.shape
    top, bottom = max(patch.top, 0), min(patch.top + rows, height)
    left, right = max(patch.left, 0), min(patch.left + columns, width)
    if top >= bottom or left >= right:
        return
    cut = np.s_[top - patch.top : bottom - patch.top, left - patch.left : right - patch.left]
    below = image[top:bottom, left:right]
    mixed = below * (1.0 - patch.alpha[cut])[..., None] + (patch.colour[cut] + np.float32(0.5))
    image[top:bottom, left:right] = np.minimum(mixed, np.float32(255.0)).astype(np.uint8)


def _seen(target: Patch, front: list[Patch], width: int, height: int) -> tuple[float, float]:
    """Shares of a target inside the image, and inside the image and not covered."""
    rows, columns = target.alpha.shape
    y, x = np.arange(rows) + target.top, np.arange(columns) + target.left
    inside = target.alpha * (((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width)))
    total, in_view = float(target.alpha.sum()), float(inside.sum())
    for patch in front:
        top, left = max(patch.top, target.top), max(patch.left, target.left)
        bottom = min(patch.top + patch.alpha.shape[0], target.top + rows)
        right = min(patch.left + patch.alpha.shape[1], target.left + columns)
        if top < bottom and left < right:
            cover = patch.alpha[top - patch.top : bottom - patch.top, left - patch.left : right - patch.left]
            inside[top - target.top : bottom - target.top, left - target.left : right - target.left] *= 1.0 - cover
    return in_view / total, float(inside.sum()) / total


def _develop(scene: Scene, image: np.ndarray, frame: int) -> np.ndarray:
    """Light, camera blur and sensor noise."""
    image = scene.light.apply(image, frame)
    kernel = line_kernel(scene.camera_blur[frame])
    if kernel is not None:
        image = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT)
    top, left = (frame * 7) % NOISE_ROOM, (frame * 13) % NOISE_ROOM
    height, width = image.shape[:2]
    return cv2.add(image, scene.noise[top : top + height, left : left + width], dtype=cv2.CV_8U)


def _look_alike(scene: Scene) -> float:
    """Similarity of the most similar distractor that comes within two target sizes of the target."""
    near = [_close(scene.target, actor) for actor in scene.distractors]
    return float(scene.similarity[near].max()) if any(near) else 0.0


def _close(target: Actor, other: Actor) -> bool:
    distance = np.linalg.norm(target.poses.center - other.poses.center, axis=1)
    return bool((distance < 2.0 * target.boxes[:, 2:].mean(axis=1)).any())

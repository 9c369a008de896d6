"""How hard a frame is to tell apart: the likeness of the distractors near the target."""

import numpy as np

from siamloss.data.synthetic.facts import clip_boxes
from siamloss.data.synthetic.scene import Scene
from siamloss.geometry import context_size

SEARCH_SIDE = 255.0 / 127.0
"""Side of SiamFC's search region in sides of its exemplar window (Bertinetto et al. 2016, section 3.2)."""


def nearest_likeness(
    target: np.ndarray, others: np.ndarray, similarity: np.ndarray, width: int, height: int
) -> np.ndarray:
    """Similarity of the most similar distractor that can be seen near the target.

    A distractor counts in the frames where the centre of its box lies in the image and in the search region: the
    square of :data:`SEARCH_SIDE` exemplar windows about the centre of the target's box. It counts even when the target
    or an occluder covers it.

    Parameters
    ----------
    target : ``(T, 4)`` box of the target as it is annotated, px.
    others : ``(D, T, 4)`` boxes of the distractors, px.
    similarity : ``(D,)`` how much each looks like the target, 0..1.
    width, height : size of the image, px.

    Returns
    -------
    float64 ``(T,)`` in 0..1; 0 where no distractor counts.
    """
    center = target[:, :2] + target[:, 2:] / 2.0
    places = others[..., :2] + others[..., 2:] / 2.0
    reach = context_size(target[:, 2:]) * SEARCH_SIDE / 2.0
    near = (np.abs(places - center) <= reach[:, None]).all(axis=-1)
    seen = ((places >= 0) & (places < (width, height))).all(axis=-1)
    return np.where(near & seen, similarity[:, None], 0.0).max(axis=0, initial=0.0)


def scene_likeness(scene: Scene) -> np.ndarray:
    """:func:`nearest_likeness` of a scene ``(T,)``, about the boxes that its annotation holds."""
    width, height = scene.setting.width, scene.setting.height
    others = np.array([actor.boxes for actor in scene.distractors]).reshape(-1, scene.setting.frames, 4)
    target = clip_boxes(scene.target.boxes, width, height)
    return nearest_likeness(target, others, scene.similarity, width, height)

"""Per-frame tags of VOT, from facts instead of by hand."""

import numpy as np

from siamloss.data.synthetic.facts import Facts

CAMERA_PX = 1.0
BRIGHTNESS_RATE = 0.01
ACCELERATION_PX = 1.0
OCCLUDED = 0.05
SIZE_RATE = 0.008


def vot_tags(facts: Facts) -> dict[str, np.ndarray]:
    """Tags of every frame by name, bool ``(T,)``.

    VOT's annotators mark frames by eye; here a tag is set where the change since the frame before exceeds the
    thresholds above: scene motion (px), relative brightness, change of velocity (px per frame), occluded share,
    relative size.

    Source
    ------
    Kristan et al. 2016, A novel performance evaluation methodology, section 5 (attributes per frame).
    """
    boxes = facts.boxes
    velocity = _change(boxes[:, :2] + boxes[:, 2:] / 2.0)
    return {
        "camera_motion": facts.camera_px > CAMERA_PX,
        "illum_change": np.abs(_change(np.log(facts.brightness))) > BRIGHTNESS_RATE,
        "motion_change": np.hypot(*_change(velocity).T) > ACCELERATION_PX,
        "occlusion": facts.visible < (1.0 - OCCLUDED) * facts.in_view,
        "size_change": np.abs(_change(np.log(boxes[:, 2] * boxes[:, 3]) / 2.0)) > SIZE_RATE,
    }


def _change(values: np.ndarray) -> np.ndarray:
    """Difference to the frame before, 0 in the first frame."""
    return np.diff(values, axis=0, prepend=values[:1])

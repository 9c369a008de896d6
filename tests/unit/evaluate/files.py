"""Boxes, and files of them in the toolkits' formats."""

import numpy as np


def boxes_of(name, frames=12):
    """Boxes ``(frames, 4)`` of whole pixels, 1-based, different for every name."""
    rng = np.random.default_rng(sum(name.encode()))
    corner = rng.integers(5, 60, 2) + np.cumsum(rng.integers(-1, 3, (frames, 2)), axis=0)
    return np.concatenate([np.maximum(corner, 1), np.tile(rng.integers(15, 40, 2), (frames, 1))], axis=1).astype(float)


def off_by(boxes, pixels):
    return boxes + np.array([pixels, 0.0, 0.0, 0.0])


def write(path, boxes, separator=",", form="{:.4f}"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(separator.join(map(form.format, row)) + "\n" for row in boxes))

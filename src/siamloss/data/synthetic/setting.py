"""What every part of a scene needs to know, and the objects a scene is made of."""

from dataclasses import dataclass

import numpy as np

from siamloss.data.synthetic.poses import Poses
from siamloss.data.synthetic.sprites import Sprite


@dataclass(frozen=True)
class Setting:
    """Size, length and challenges of one sequence.

    Attributes
    ----------
    width, height : frame size, px.
    frames : T.
    strength : the difficulty; 0 is a clean scene, 1 the default.
    wanted : attributes the sequence is meant to have.
    keep_in_view : the target never disappears.
    """

    width: int
    height: int
    frames: int
    strength: float
    wanted: frozenset[str]
    keep_in_view: bool

    @property
    def unit(self) -> float:
        """Size of this frame relative to 320 x 240, by its shorter side."""
        return min(self.width / 320, self.height / 240)

    @property
    def side(self) -> int:
        """Shorter side, px."""
        return min(self.width, self.height)


@dataclass(frozen=True)
class Actor:
    """An object in the scene: look, poses and the box ``(T, 4)`` of its outline, px."""

    sprite: Sprite
    poses: Poses
    boxes: np.ndarray

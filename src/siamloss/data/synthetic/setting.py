"""What every part of a scene needs to know, and the objects a scene is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    knobs : see :mod:`siamloss.data.synthetic.knobs`.
    """

    width: int
    height: int
    frames: int
    strength: float
    wanted: frozenset[str]
    keep_in_view: bool
    knobs: Mapping[str, float] = field(default_factory=dict)

    def level(self, knob: str) -> float:
        """Strength of one challenge: the difficulty times its knob."""
        return self.strength * self.knobs.get(knob, 1.0)

    @property
    def unit(self) -> float:
        """Size of this frame relative to 320 x 240, by its shorter side."""
        return min(self.width / 320, self.height / 240)

    @property
    def side(self) -> int:
        """Shorter side, px."""
        return min(self.width, self.height)


class Source:
    """Random numbers of a scene's parts.

    Without knobs all parts share one stream. With knobs each has its own, so that turning one leaves the rest alone.
    """

    def __init__(self, key: list[int], apart: bool) -> None:
        self._key, self._apart, self._shared = key, apart, np.random.default_rng(key)

    def of(self, part: str, number: int = 0) -> np.random.Generator:
        """Generator of a part of the scene, or of one of several such parts."""
        return np.random.default_rng([*self._key, 1 + number, *part.encode()]) if self._apart else self._shared


@dataclass(frozen=True)
class Actor:
    """An object in the scene: look, poses and the box ``(T, 4)`` of its outline, px."""

    sprite: Sprite
    poses: Poses
    boxes: np.ndarray

"""What the target looks like, and what looks like it."""

from dataclasses import dataclass

import numpy as np

from siamloss.data.synthetic.pictures import Cutout, alike, cutout_sprite
from siamloss.data.synthetic.sprites import Sprite, make_sprite
from siamloss.data.synthetic.textures import Style, similar_style


@dataclass(frozen=True)
class Look:
    """Recipe of the target's look: a painted style, or one of several cut-outs."""

    style: Style
    cutout: Cutout | None = None
    cutouts: tuple[Cutout, ...] = ()

    def own(self, rng: np.random.Generator, outline: np.ndarray) -> Sprite:
        """The target itself."""
        return make_sprite(rng, outline, self.style) if self.cutout is None else cutout_sprite(self.cutout)

    def similar(self, rng: np.random.Generator, outline: np.ndarray, similarity: float) -> Sprite:
        """An object that resembles the target as far as ``similarity`` (0..1) says.

        A painted one has the given outline; a cut-out its own.
        """
        if self.cutout is None:
            return make_sprite(rng, outline, similar_style(rng, self.style, similarity))
        return cutout_sprite(alike(rng, self.cutout, self.cutouts, similarity))

"""exemplar ``(B, 3, E, E)``, search ``(B, 3, S, S)`` in 0..255 RGB -> score map ``(B, 1, H, W)``."""

from siamloss.model.siamfc import SiamFC, build_model

__all__ = ["SiamFC", "build_model"]

"""How targets, protocols and the network talk: generators that ask, and what they are answered. Needs no torch."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Ask:
    """What one target wants to know of the network.

    Attributes
    ----------
    patches_SPPC : uint8 RGB images, of one side for all S.
    exemplar : features ``(1, C, h, w)`` to compare with; None asks for the features of the one patch.
    floor : lowest score known from elsewhere in the frame; the penalty of scales counts from there.
    """

    patches_SPPC: np.ndarray
    exemplar: Any = None
    floor: float = np.inf


@dataclass(frozen=True)
class Found:
    """What the network says of a search.

    Attributes
    ----------
    scale : chosen scale.
    cells : float64 ``(2,)`` x, y of the windowed peak from the centre of the chosen map, in score cells.
    peaks : float64 ``(S,)``, highest score of each scale.
    floor : lowest score of all scales, or that of the question where it is lower.
    score_map : float32 ``(H, H)``, raw scores of the chosen scale.
    """

    scale: int
    cells: np.ndarray
    peaks: np.ndarray
    floor: float
    score_map: np.ndarray


Steps = Generator[Ask, Any, tuple[np.ndarray, float]]
"""A tracker's work on one frame: asks, is sent features or :class:`Found`, and returns box and score."""

Play = Generator[Ask, Any, pd.DataFrame]
"""A protocol at work: passes on what its tracker asks, and returns the record table."""

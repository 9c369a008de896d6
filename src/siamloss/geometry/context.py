"""The square context window that SiamFC cuts around a target."""

import numpy as np


def context_size(width_height: np.ndarray, context: float = 0.5) -> np.ndarray:
    """Side of the square exemplar window, in image pixels.

    Parameters
    ----------
    width_height : float ``(..., 2)`` target width and height, px.
    context : share of (w + h) added to each side; 0.5 in SiamFC.

    Returns
    -------
    float ``(...)``: sqrt((w + context (w + h)) (h + context (w + h))), px.

    Source
    ------
    Bertinetto et al. 2016, section 2.3: (w + 2p)(h + 2p) = A^2 with p = (w + h) / 4.
    """
    size = np.asarray(width_height, dtype=np.float64)
    margin = context * size.sum(axis=-1)
    return np.sqrt((size[..., 0] + margin) * (size[..., 1] + margin))

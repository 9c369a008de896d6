"""Which frames GOT-10k scores, and the mean over all of them.

Apart from :mod:`siamloss.metrics.got10k`: tuning is judged by these, and shall not begin again when a metric changes.
"""

from collections.abc import Sequence

import numpy as np

from siamloss.metrics.protocols import GOT10K


def scored_frames(visible: np.ndarray) -> np.ndarray:
    """True ``(T,)`` for the visible frames after the given first one."""
    scored = np.array(visible, dtype=bool)
    scored[: GOT10K.first_scored_frame] = False
    return scored


def pooled_mean(values: Sequence[float], frames: Sequence[int]) -> float:
    """Mean of per-sequence values over all frames, as the toolkit pools them; NaN when no frame counts."""
    values, frames = np.asarray(values, dtype=np.float64), np.asarray(frames, dtype=np.float64)
    return float(np.sum(np.where(frames > 0, values, 0.0) * frames) / frames.sum()) if frames.sum() else float("nan")

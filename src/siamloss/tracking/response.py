"""From score maps of several scales to a displacement: pure functions on arrays.

S scales, map side H, upsampled side R = up * H.
"""

from typing import Literal

import cv2
import numpy as np

Penalty = Literal["shift_safe", "multiplicative"]


def cosine_window(side: int) -> np.ndarray:
    """Hann window ``(side, side)`` that sums to 1."""
    window = np.outer(np.hanning(side), np.hanning(side))
    return window / window.sum()


def upsample(scores_SHH: np.ndarray, factor: int) -> np.ndarray:
    """Bicubic upsampling of each map to ``(S, R, R)`` float32; pixel centres stay aligned (17 -> 272 at factor 16)."""
    side = scores_SHH.shape[-1] * factor
    maps = [cv2.resize(scores, (side, side), interpolation=cv2.INTER_CUBIC) for scores in scores_SHH.astype(np.float32)]
    return np.stack(maps)


def choose_scale(responses_SRR: np.ndarray, factor: float, penalty: Penalty) -> int:
    """Index of the scale with the highest penalised peak; the middle one wins ties.

    ``multiplicative`` multiplies the peaks of the outer scales by ``factor``, SiamFC's own rule: with peaks below 0 it
    *rewards* changing scale. ``shift_safe`` first subtracts the minimum over all scales, so that the choice does not
    change when a constant is added to all scores or all are multiplied by a positive number.

    Source
    ------
    bertinetto/siamese-fc, tracker_eval.m (multiplicative); decision 4 of the design (shift_safe).
    """
    peaks = responses_SRR.max(axis=(1, 2)).astype(np.float64)
    if penalty == "shift_safe":
        peaks -= responses_SRR.min()
    middle = len(peaks) // 2
    penalised = np.where(np.arange(len(peaks)) == middle, peaks, peaks * factor)
    return middle if penalised[middle] >= penalised.max() else int(penalised.argmax())


def locate_peak(response_RR: np.ndarray, window_RR: np.ndarray, influence: float) -> np.ndarray:
    """Displacement ``(2,)`` x, y of the windowed peak from the centre, in upsampled cells.

    The response is shifted to minimum 0 and scaled to sum 1 before it is mixed with the window, so its level and scale
    do not matter. Equal maxima are averaged: a flat map gives no displacement.

    Source
    ------
    bertinetto/siamese-fc, tracker_eval.m.
    """
    response = response_RR.astype(np.float64) - response_RR.min()
    total = response.sum()
    if total > 0:
        response /= total
    mixed = (1.0 - influence) * response + influence * window_RR
    rows, columns = np.nonzero(mixed >= mixed.max() * (1.0 - 1e-12))
    center = (len(window_RR) - 1) / 2.0
    return np.array([columns.mean() - center, rows.mean() - center])

"""From score maps of several scales to a displacement: pure functions on tensors, for many targets at once.

N targets, S scales, map side H, upsampled side R = up * H. Every target is treated by itself, so its result does not
depend on the others of its batch.
"""

from typing import Literal

import cv2
import numpy as np
import torch

Penalty = Literal["shift_safe", "multiplicative"]


def cosine_window(side: int) -> np.ndarray:
    """Hann window ``(side, side)`` that sums to 1."""
    window = np.outer(np.hanning(side), np.hanning(side))
    return window / window.sum()


def bicubic_matrix(side: int, factor: int) -> np.ndarray:
    """Matrix ``(side * factor, side)`` float32 that interpolates a signal as ``cv2.resize`` does with ``INTER_CUBIC``.

    Pixel centres stay aligned (17 -> 272 at factor 16); each row sums to 1.
    """
    return cv2.resize(np.eye(side, dtype=np.float32), (side, side * factor), interpolation=cv2.INTER_CUBIC)


def upsample(scores_NSHH: torch.Tensor, matrix_RH: torch.Tensor) -> torch.Tensor:
    """Bicubic upsampling of each map to ``(N, S, R, R)``, with the matrix of :func:`bicubic_matrix`."""
    return matrix_RH @ scores_NSHH @ matrix_RH.T


def choose_scale(peaks_NS: torch.Tensor, floor_N: torch.Tensor, factor: float, penalty: Penalty) -> torch.Tensor:
    """Index ``(N,)`` of the scale with the highest penalised peak; the middle one wins ties.

    ``multiplicative`` multiplies the peaks of the outer scales by ``factor``, SiamFC's own rule: with peaks below 0 it
    *rewards* changing scale. ``shift_safe`` first subtracts the minimum over all scales, so that the choice does not
    change when a constant is added to all scores or all are multiplied by a positive number.

    Parameters
    ----------
    peaks_NS : highest score of each scale.
    floor_N : lowest score of all scales.

    Source
    ------
    bertinetto/siamese-fc, tracker_eval.m (multiplicative); decision 4 of the design (shift_safe).
    """
    peaks_NS = peaks_NS.double()
    if penalty == "shift_safe":
        peaks_NS = peaks_NS - floor_N.double()[:, None]
    middle = peaks_NS.shape[1] // 2
    penalised_NS = peaks_NS * factor
    penalised_NS[:, middle] = peaks_NS[:, middle]
    best_N = penalised_NS.argmax(dim=1)
    return torch.where(penalised_NS[:, middle] >= penalised_NS.amax(dim=1), middle, best_N)


def locate_peak(
    response_NRR: torch.Tensor, window_RR: torch.Tensor, influence: float, subcell: bool = False
) -> torch.Tensor:
    """Displacement ``(N, 2)`` float64 x, y of the windowed peak from the centre, in upsampled cells.

    The response is shifted to minimum 0 and scaled to sum 1 before it is mixed with the window, so its level and scale
    do not matter. Equal maxima are averaged: a flat map gives no displacement.

    Parameters
    ----------
    subcell : take the top of a parabola through the best cell and its neighbours, in x and in y. Where two neighbours
        are equal but for rounding, it lies between them whichever is taken; the best cell itself would jump.

    Source
    ------
    bertinetto/siamese-fc, tracker_eval.m; the centre is the geometric one, as in huanglianghua/siamfc-pytorch.
    """
    response_NRR = response_NRR.double()
    response_NRR = response_NRR - response_NRR.amin(dim=(1, 2), keepdim=True)
    total_N = response_NRR.sum(dim=(1, 2), keepdim=True)
    share_N = (1.0 - influence) / torch.where(total_N > 0, total_N, 1.0)
    mixed_NRR = share_N * response_NRR + influence * window_RR
    highest = (mixed_NRR >= mixed_NRR.amax(dim=(1, 2), keepdim=True) * (1.0 - 1e-12)).double()
    count_N = highest.sum(dim=(1, 2))
    cells_R = torch.arange(len(window_RR), dtype=torch.float64, device=window_RR.device) - (len(window_RR) - 1) / 2.0
    sums_N2 = torch.stack([highest.sum(dim=1) @ cells_R, highest.sum(dim=2) @ cells_R], dim=1)
    place_N2 = sums_N2 / count_N[:, None]
    return place_N2 + (count_N == 1)[:, None] * _top_of_parabola(mixed_NRR) if subcell else place_N2


def _top_of_parabola(values_NRR: torch.Tensor) -> torch.Tensor:
    """Offset ``(N, 2)`` x, y in [-0.5, 0.5] of the top from the highest cell; 0 across a border."""
    side = values_NRR.shape[-1]
    best_N = values_NRR.flatten(1).argmax(dim=1)
    rows = torch.arange(len(best_N), device=best_N.device)
    offsets = []
    for place_N, along in ((best_N % side, lambda step: step), (best_N // side, lambda step: step * side)):
        inside = (place_N > 0) & (place_N < side - 1)
        before, at, after = (values_NRR.flatten(1)[rows, best_N + inside * along(step)] for step in (-1, 0, 1))
        bend = before - 2.0 * at + after
        offsets.append(torch.where(bend < 0, (before - after) / (2.0 * torch.where(bend < 0, bend, 1.0)), 0.0))
    return torch.stack(offsets, dim=1)

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
    do not matter. Equal maxima are averaged (with ``subcell``, those that are no neighbours): a flat map gives no
    displacement.

    Parameters
    ----------
    subcell : take the top of a parabola through the best cell and its neighbours, in x and in y. Where two neighbours
        are equal but for rounding, it lies between them whichever is taken; the best cell itself would jump.

    Source
    ------
    bertinetto/siamese-fc, tracker_eval.m; the centre is the geometric one, as in huanglianghua/siamfc-pytorch.
    """
    mixed_NRR = response_NRR.double()
    mixed_NRR = mixed_NRR - mixed_NRR.amin(dim=(1, 2), keepdim=True)
    total_N = mixed_NRR.sum(dim=(1, 2), keepdim=True)
    mixed_NRR.mul_((1.0 - influence) / torch.where(total_N > 0, total_N, 1.0)).add_(window_RR, alpha=influence)
    highest_N = mixed_NRR.amax(dim=(1, 2))
    equal_K3 = (mixed_NRR >= (highest_N * (1.0 - 1e-12))[:, None, None]).nonzero()  # target, row, column
    count_N = torch.bincount(equal_K3[:, 0], minlength=len(mixed_NRR))
    best_N2 = equal_K3[count_N.cumsum(dim=0) - count_N, 1:]
    place_N2 = best_N2.double()
    if subcell:
        place_N2 += _top_of_parabola(mixed_NRR, best_N2)
    for target in (count_N > 1).nonzero()[:, 0].tolist():
        cells = equal_K3[equal_K3[:, 0] == target, 1:].double()
        if not subcell or (cells - cells[0]).abs().max() > 1:
            place_N2[target] = cells.mean(dim=0)
    return place_N2.flip(1) - (len(window_RR) - 1) / 2.0


def _top_of_parabola(values_NRR: torch.Tensor, best_N2: torch.Tensor) -> torch.Tensor:
    """Offset ``(N, 2)`` row, column in [-0.5, 0.5] of the top from the highest cell; 0 across a border."""
    side = values_NRR.shape[-1]
    targets = torch.arange(len(best_N2), device=best_N2.device)
    offsets_2N = []
    for axis in (0, 1):
        inside_N = (best_N2[:, axis] > 0) & (best_N2[:, axis] < side - 1)
        steps_N2 = torch.zeros_like(best_N2)
        steps_N2[:, axis] = inside_N.long()
        before, at, after = (values_NRR[targets, *(best_N2 + sign * steps_N2).T] for sign in (-1, 0, 1))
        bend = before - 2.0 * at + after
        offsets_2N.append(torch.where(bend < 0, (before - after) / (2.0 * torch.where(bend < 0, bend, 1.0)), 0.0))
    return torch.stack(offsets_2N, dim=1)

"""Cut a square patch around a point, padded with a mean colour."""

import cv2
import numpy as np

PADDED_PX = 4096
"""Larger squares are not padded in memory but sampled where they meet the image; bilinear as well."""


def mean_color(image: np.ndarray) -> tuple[float, ...]:
    """Mean of each channel of an image, the padding colour of SiamFC."""
    return cv2.mean(image)[: image.shape[2]]


def patch_window(center_px: np.ndarray, side_px: float) -> tuple[int, int, int]:
    """Left and top pixel and side of the square that :func:`cut_patch` cuts, in whole image pixels."""
    side = max(round(float(side_px)), 2)
    left = round(float(center_px[0]) - (side - 1) / 2.0)
    top = round(float(center_px[1]) - (side - 1) / 2.0)
    return left, top, side


def cut_patch(
    image: np.ndarray, center_px: np.ndarray, side_px: float, out_px: int, fill: tuple[float, ...]
) -> np.ndarray:
    """Cut the square of ``side_px`` image pixels around a point and resize it.

    Parameters
    ----------
    image : uint8 ``(H, W, 3)``.
    center_px : x, y of the centre, px, 0-based (pixel centres are integers).
    side_px : side of the square in the image; rounded to whole pixels, as SiamFC does.
    out_px : side of the result.
    fill : colour outside the image.

    Returns
    -------
    uint8 ``(out_px, out_px, 3)``.

    Source
    ------
    bertinetto/siamese-fc, get_subwindow_tracking.m (whole pixels, mean-colour padding); the corner is rounded to the
    nearest pixel as in huanglianghua/siamfc-pytorch.
    """
    left, top, side = patch_window(center_px, side_px)
    if side > PADDED_PX:
        return _sample(image, left, top, side, out_px, fill)
    height, width = image.shape[:2]
    right, bottom = left + side, top + side
    pad_left, pad_top = min(max(-left, 0), side), min(max(-top, 0), side)
    pad_right, pad_bottom = min(max(right - width, 0), side), min(max(bottom - height, 0), side)
    inside = image[max(top, 0) : max(min(bottom, height), 0), max(left, 0) : max(min(right, width), 0)]
    if inside.size == 0:
        return np.full((out_px, out_px, 3), np.round(fill), dtype=np.uint8)
    if pad_left or pad_top or pad_right or pad_bottom:
        color = [round(value) for value in fill]
        inside = cv2.copyMakeBorder(inside, pad_top, pad_bottom, pad_left, pad_right, cv2.BORDER_CONSTANT, value=color)
    return cv2.resize(inside, (out_px, out_px), interpolation=cv2.INTER_LINEAR)


def _sample(image: np.ndarray, left: int, top: int, side: int, out_px: int, fill: tuple[float, ...]) -> np.ndarray:
    """The same square without the memory for its padding."""
    step = side / out_px
    offset = 0.5 * step - 0.5
    matrix = np.array([[step, 0.0, left + offset], [0.0, step, top + offset]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    color = [round(value) for value in fill]
    return cv2.warpAffine(
        image, matrix, (out_px, out_px), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=color
    )

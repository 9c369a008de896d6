"""Annotated frames: pure functions on RGB uint8 arrays."""

from collections.abc import Sequence as Seq
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from siamloss.demo.layout import GAP_PX, Fit, Layout, fit

GROUND, BAND, FLAT = 16, 34, 110
"""Grey levels: behind everything, behind text, and of a score map without a peak."""

TEXT, MUTED, BLACK = (255, 255, 255), (201, 206, 214), (0, 0, 0)
FONT = cv2.FontFace("sans")
REGULAR, BOLD = 400, 650
SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws at."""


@dataclass(frozen=True)
class Look:
    """How a tracker's box is drawn: colour RGB, and dashed or solid, so that it is told apart without colour too."""

    color: tuple[int, int, int]
    dashed: bool


BASELINE, OURS = Look((86, 180, 233), True), Look((213, 94, 0), False)


@dataclass(frozen=True)
class View:
    """What one tracker shows of one frame.

    Attributes
    ----------
    label : name of the tracker.
    box : float64 ``(4,)`` x, y, w, h, px.
    score : raw peak score.
    fps : frames per second of the tracker of late; 0 where it is not known yet.
    score_map : float ``(H, H)``, or None in the first frame.
    search_center, search_side : centre ``(2,)`` and side, px, of the square that was searched.
    map_side : side, px of the image, of the square that the cells of the score map cover; same centre.
    """

    label: str
    look: Look
    box: np.ndarray
    score: float
    fps: float
    score_map: np.ndarray | None
    search_center: np.ndarray
    search_side: float
    map_side: float


def draw_rows(image: np.ndarray, views: Seq[View], number: str, layout: Layout) -> np.ndarray:
    """The annotated frame: one row per view, in order.

    Parameters
    ----------
    image : RGB uint8 ``(H, W, 3)``; one of another size than the first frame is fitted into its place.
    number : of the frame, as text.

    Returns
    -------
    RGB uint8 ``(height, width, 3)`` of ``layout.size``.
    """
    width, height = layout.size
    canvas = np.full((height, width, 3), GROUND, dtype=np.uint8)
    for index, view in enumerate(views):
        top = index * (layout.row_height + GAP_PX)
        canvas[top : top + layout.band] = BAND
        _write_band(canvas[top : top + layout.band], view, number, layout)
        row = canvas[top + layout.band : top + layout.row_height]
        row[:, : layout.frame[0]] = draw_frame(image, view, layout.frame)
        left, above = layout.frame[0] + GAP_PX, (layout.frame[1] - layout.map_side) // 2
        row[above : above + layout.map_side, left : left + layout.map_side] = draw_score_map(view, layout.map_side)
    return canvas


def draw_frame(image: np.ndarray, view: View, size: tuple[int, int]) -> np.ndarray:
    """The frame, fitted into ``size`` (width, height), with the search window (thin) and the box."""
    place = fit(image.shape[1], image.shape[0], size)
    result = np.full((size[1], size[0], 3), GROUND, dtype=np.uint8)
    method = cv2.INTER_AREA if place.scale < 1 else cv2.INTER_LINEAR
    (left, top), (width, height) = place.offset, place.size
    inner = result[top : top + height, left : left + width]
    inner[:] = cv2.resize(image, (width, height), interpolation=method)
    # Drawn on a copy: a part of the picture is not contiguous, and what lies outside the frame is cut off.
    drawn = np.ascontiguousarray(inner)
    if view.score_map is not None:
        side = np.full(2, view.search_side)
        window = np.concatenate([view.search_center - (side - 1.0) / 2.0, side])
        _draw_rectangle(drawn, _corners(window, place), Look(MUTED, False), 1)
    corners = _corners(view.box, place)
    line = int(np.clip(round((corners[1] - corners[0]).min() / 14), 1, max(2, round(min(size) / 150))))
    _draw_rectangle(drawn, corners, Look(BLACK, False), line + 2)
    _draw_rectangle(drawn, corners, view.look, line)
    inner[:] = drawn
    return result


def _corners(box: np.ndarray, place: Fit) -> np.ndarray:
    """Centres ``(2, 2)`` of a box's first and last pixel, where the scaled image has them."""
    last = box[:2] + np.maximum(box[2:] - 1.0, 0.0)
    return place.points(np.stack([box[:2], last])) - place.offset


def draw_score_map(view: View, side: int) -> np.ndarray:
    """The score map in viridis from its lowest to its highest score, with a cross where the tracker went.

    The cross is the centre of the new box, which the tracker chose after its cosine window: it need not be the peak. A
    map that is not finite, or the same everywhere, is drawn in one grey; the first frame has none.
    """
    if view.score_map is None:
        result = np.full((side, side, 3), BAND, dtype=np.uint8)
        text, size = "target given", side / 14
        width = _text_width(text, size, REGULAR)
        _put_text(result, text, ((side - width) // 2, (side + size) / 2), size, REGULAR, MUTED)
        return result
    scores = np.asarray(view.score_map, dtype=np.float32)
    if not (np.isfinite(scores).all() and scores.max() > scores.min()):
        result = np.full((side, side, 3), FLAT, dtype=np.uint8)
    else:
        smooth = cv2.resize(scores, (side, side), interpolation=cv2.INTER_CUBIC)
        levels = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)
        result = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB)
    center = view.box[:2] + (view.box[2:] - 1.0) / 2.0
    moved = (center - view.search_center) / view.map_side * side
    _draw_cross(result, (side - 1) / 2 + moved, side)
    return result


def _write_band(band: np.ndarray, view: View, number: str, layout: Layout) -> None:
    """One line of text: a sample of the box's line, the label and the frame's number; score and rate over the map."""
    height, pad = layout.band, layout.band // 3
    size, baseline, sample = 0.58 * height, 0.70 * height, 1.6 * height
    drawn = np.ascontiguousarray(band)
    _draw_line(drawn, (pad, height / 2), (pad + sample, height / 2), view.look, max(3, height // 8), height / 4)
    left, right = 2 * pad + sample, layout.frame[0] - pad
    width = _text_width(number, size, REGULAR)
    if right - left - width > 4 * height:
        _put_text(drawn, number, (right - width, baseline), size, REGULAR, MUTED)
        right -= width + 2 * pad
    label, smaller = _fit_text(view.label, right - left, size, BOLD)
    _put_text(drawn, label, (left, baseline), smaller, BOLD, TEXT)
    if view.score_map is not None:
        left, right = layout.frame[0] + GAP_PX + pad, layout.frame[0] + GAP_PX + layout.map_side - pad
        score = f"score {view.score:.3f}" if abs(view.score) < 1000 else f"score {view.score:.3g}"
        rate = f"{view.fps:.1f} fps" if view.fps < 100 else f"{view.fps:.0f} fps"
        smaller = _fit_text(f"{score}    {rate}", right - left, size, REGULAR)[1]
        _put_text(drawn, score, (left, baseline), smaller, REGULAR, TEXT)
        _put_text(drawn, rate, (right - _text_width(rate, smaller, REGULAR), baseline), smaller, REGULAR, MUTED)
    band[:] = drawn


def _fit_text(text: str, room: float, size: float, weight: int) -> tuple[str, float]:
    """Text that fits into ``room`` px, and its size: three quarters at least, then cut with an ellipsis."""
    width = _text_width(text, size, weight)
    if width > room:
        size = max(0.75 * size, size * room / width)
    while len(text) > 1 and _text_width(text, size, weight) > room:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    return text, size


def _text_width(text: str, size: float, weight: int) -> int:
    return cv2.getTextSize((1 << 14, 1 << 10), text, (0, 0), FONT, round(size), weight)[2]


def _put_text(
    image: np.ndarray, text: str, at: tuple[float, float], size: float, weight: int, color: tuple[int, int, int]
) -> None:
    cv2.putText(image, text, (round(at[0]), round(at[1])), color, FONT, round(size), weight)


def _draw_rectangle(image: np.ndarray, corners: np.ndarray, look: Look, thickness: int) -> None:
    """A rectangle from its low to its high corner ``(2, 2)``."""
    (left, top), (right, bottom) = corners
    around = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    dash = max(2.5 * thickness, min(5.0 * thickness, (right - left) / 6, (bottom - top) / 6))
    for start, end in pairwise(around):
        _draw_line(image, start, end, look, thickness, dash)


def _draw_line(image: np.ndarray, start: Seq[float], end: Seq[float], look: Look, thickness: int, dash: float) -> None:
    """A line, in dashes of length ``dash`` with gaps as long where the look is dashed; it begins and ends with one."""
    start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    limit = 4.0 * max(image.shape[:2])
    start, end = np.clip(start, -limit, limit), np.clip(end, -limit, limit)
    pieces = 2 * max(1, round(np.linalg.norm(end - start) / dash / 2)) + 1 if look.dashed else 1
    stops = start + np.linspace(0, 1, pieces + 1)[:, None] * (end - start)
    for first, last in zip(stops[:-1:2], stops[1::2], strict=True):
        ends = [tuple(np.round(point * 2**SHIFT).astype(int).tolist()) for point in (first, last)]
        cv2.line(image, *ends, look.color, thickness, cv2.LINE_AA, SHIFT)


def _draw_cross(image: np.ndarray, at: np.ndarray, side: int) -> None:
    """A white cross with a dark casing; held inside the picture where the target left the map."""
    arm, thin = max(5.0, side / 28), max(1, round(side / 180))
    at = np.clip(at, arm, side - 1 - arm)
    for color, thickness in ((BLACK, thin + 2), (TEXT, thin)):
        for arm_xy in ((arm, 0.0), (0.0, arm)):
            _draw_line(image, at - arm_xy, at + arm_xy, Look(color, False), thickness, arm)

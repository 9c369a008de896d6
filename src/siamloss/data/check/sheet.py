"""The first frame of every sequence with its box, on one picture: a wrong convention shows at a glance."""

import math

import cv2
import numpy as np

from siamloss.data.check.frames import sample
from siamloss.data.sequence import Sequence
from siamloss.errors import UnreadableImageError

CELL_PX = (280, 210)
CAPTION_PX = 40
GAP_PX = 12
LARGEST = 180
"""Sequences on a sheet; of more, so many evenly spread ones."""

GROUND, TEXT, MUTED, BOX, EDGE = (22, 22, 24), (245, 245, 245), (170, 174, 182), (230, 159, 0), (0, 0, 0)
FONT_PX, SHIFT = 13, 4
FONT = cv2.FontFace("sans")


def draw_sheet(sequences: list[Sequence]) -> np.ndarray:
    """RGB uint8 ``(H, W, 3)`` with a cell per sequence, in order; a frame that cannot be decoded is left out."""
    chosen = [sequences[i] for i in sample(sequences, LARGEST)]
    cells = []
    for sequence in chosen:
        try:
            cells.append(_cell(sequence))
        except UnreadableImageError:
            continue
    columns = min(max(math.ceil(math.sqrt(len(cells))), 1), 12)
    rows = max(math.ceil(len(cells) / columns), 1)
    height, width = CELL_PX[1] + CAPTION_PX, CELL_PX[0]
    sheet = np.full((rows * (height + GAP_PX) + GAP_PX, columns * (width + GAP_PX) + GAP_PX, 3), GROUND, np.uint8)
    for number, cell in enumerate(cells):
        top = GAP_PX + number // columns * (height + GAP_PX)
        left = GAP_PX + number % columns * (width + GAP_PX)
        sheet[top : top + height, left : left + width] = cell
    return sheet


def encode_png(sheet: np.ndarray) -> bytes:
    """PNG file of an RGB picture."""
    return cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))[1].tobytes()


def _cell(sequence: Sequence) -> np.ndarray:
    """One frame, fitted and centred, above its caption."""
    image = sequence.image(0)
    height, width = image.shape[:2]
    scale = min(CELL_PX[0] / width, CELL_PX[1] / height)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    cell = np.full((CELL_PX[1] + CAPTION_PX, CELL_PX[0], 3), GROUND, np.uint8)
    left, top = (CELL_PX[0] - size[0]) // 2, (CELL_PX[1] - size[1]) // 2
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    _draw_box(picture, sequence.boxes[0] * scale)
    cell[top : top + size[1], left : left + size[0]] = picture
    frames = f"{len(sequence)} frame{'s' if len(sequence) > 1 else ''}, {width} x {height}"
    _write(cell, sequence.name, CELL_PX[1] + 16, TEXT)
    _write(cell, frames, CELL_PX[1] + 33, MUTED)
    return cell


def _draw_box(picture: np.ndarray, box: np.ndarray) -> None:
    corners = np.array([box[:2], box[:2] + box[2:]]) * 2**SHIFT
    low, high = (tuple(round(value) for value in corner) for corner in corners)
    for color, thickness in ((EDGE, 3), (BOX, 1)):
        cv2.rectangle(picture, low, high, color, thickness, cv2.LINE_AA, SHIFT)


def _write(cell: np.ndarray, text: str, baseline: int, color: tuple[int, int, int]) -> None:
    """One line of text, cut in its middle where it is too long."""
    kept = len(text)
    shown = text
    while kept > 4 and _width(shown) > CELL_PX[0]:
        kept -= 1
        shown = f"{text[: math.ceil(kept / 2)]}…{text[len(text) - kept // 2 :]}"
    cv2.putText(cell, shown, (0, baseline), color, FONT, FONT_PX)


def _width(text: str) -> int:
    return cv2.getTextSize((10_000, 100), text, (0, 50), FONT, FONT_PX)[2]

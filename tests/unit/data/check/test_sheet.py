"""The contact sheet."""

import cv2
import numpy as np

from siamloss.data.check.sheet import BOX, CAPTION_PX, CELL_PX, GAP_PX, draw_sheet, encode_png
from siamloss.data.sequence import Sequence


def sequence(folder, name, size, box):
    path = folder / f"{name[:8]}.png"
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), 90, np.uint8))
    return Sequence(name, (path,), np.array([box], dtype=np.float64), np.array([True]))


def colored(cell):
    """Extent x, y, right, bottom of the pixels in the colour of boxes."""
    rows, columns = np.nonzero((np.abs(cell.astype(int) - BOX) < 60).all(axis=2))
    return columns.min(), rows.min(), columns.max(), rows.max()


def cell(sheet, row, column):
    top, left = GAP_PX + row * (CELL_PX[1] + CAPTION_PX + GAP_PX), GAP_PX + column * (CELL_PX[0] + GAP_PX)
    return sheet[top : top + CELL_PX[1] + CAPTION_PX, left : left + CELL_PX[0]]


def test_every_sequence_has_its_cell_with_the_box_where_it_belongs(tmp_path):
    wide, tall = (560, 210), (210, 420)
    items = [sequence(tmp_path, "wide", wide, (56, 20, 112, 100)), sequence(tmp_path, "tall", tall, (0, 0, 210, 420))]
    sheet = draw_sheet(items)
    assert sheet.shape == (CELL_PX[1] + CAPTION_PX + 2 * GAP_PX, 2 * CELL_PX[0] + 3 * GAP_PX, 3)
    down = (CELL_PX[1] - 105) // 2
    np.testing.assert_allclose(colored(cell(sheet, 0, 0)), (28, 10 + down, 84, 60 + down), atol=2)
    left = (CELL_PX[0] - 105) // 2
    np.testing.assert_allclose(colored(cell(sheet, 0, 1)[: CELL_PX[1]])[:2], (left, 0), atol=2)


def test_both_ends_of_a_long_name_are_shown(tmp_path):
    names = ("a" * 60 + "1", "a" * 60 + "2", "b" + "a" * 59 + "1")
    captions = []
    for name in names:
        sheet = draw_sheet([sequence(tmp_path, name, (280, 210), (5, 5, 50, 50))])
        captions.append(cell(sheet, 0, 0)[CELL_PX[1] :].tobytes())
    assert len(set(captions)) == 3


def test_captions_stay_within_their_cell(tmp_path):
    sheet = draw_sheet([sequence(tmp_path, name, (280, 210), (5, 5, 50, 50)) for name in ("a" * 200, "b", "c")])
    gap = sheet[:, GAP_PX + CELL_PX[0] : 2 * GAP_PX + CELL_PX[0]]
    assert (gap == gap[0, 0]).all()
    caption = cell(sheet, 0, 0)[CELL_PX[1] :]
    assert caption.max() > 200
    assert not cell(sheet, 1, 1)[CELL_PX[1] :].max() > 100, "there is no fourth sequence"


def test_an_image_that_cannot_be_read_is_left_out(tmp_path):
    items = [sequence(tmp_path, name, (280, 210), (5, 5, 50, 50)) for name in ("a", "b")]
    items[0].frame_paths[0].write_bytes(b"")
    assert draw_sheet(items).shape == draw_sheet(items[1:]).shape
    assert draw_sheet([]).ndim == 3


def test_the_file_is_a_png_of_the_same_colours(tmp_path):
    sheet = draw_sheet([sequence(tmp_path, "a", (280, 210), (5, 5, 50, 50))])
    data = encode_png(sheet)
    assert data.startswith(b"\x89PNG")
    back = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(back, sheet)

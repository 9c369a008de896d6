"""The bilinear cut on a CPU: the same sums of lines as on other devices, image by image in tiles that fit its cache."""

import cv2
import numpy as np
import torch

from siamloss.pairs.taps import Taps, pack

TILE_PIXELS = 21000
"""Rows of a tile times side of the crops, at most: a tile's four float buffers then fit the 1.25 MB cache of a core."""


def cut_tiles(crops_BPPC: torch.Tensor, taps: Taps) -> torch.Tensor:
    """As :func:`siamloss.pairs.augment.cut_whole`, to the bit, several times as fast on a CPU.

    OpenCV only turns matrices here, which moves floats and changes none; torch does so in three times the time.
    """
    batch, side = crops_BPPC.shape[:2]
    out_px = taps.low_B2O.shape[-1]
    result = torch.empty(batch, 3, out_px, out_px)
    count = -(-out_px * side // TILE_PIXELS)
    rows = -(-out_px // count)
    low_BTR, share_BTR = (_tiles(values[:, 1], count, rows) for values in taps)
    first_BT = low_BTR.amin(dim=2)
    reach = int((low_BTR.amax(dim=2) - first_BT).max()) + 2
    indices_y, weights_y, starts_y = _packed((low_BTR - first_BT[..., None]).flatten(0, 1), share_BTR.flatten(0, 1))
    indices_x, weights_x, starts_x = _packed(taps.low_B2O[:, 0], taps.share_B2O[:, 0])
    lines, turned = torch.zeros(reach, 3 * side), torch.empty(3 * side, rows)
    lines_array, turned_array, turned_lines = lines.numpy(), turned.numpy(), turned.view(side, 3 * rows)
    crops, images, first = crops_BPPC.reshape(batch, side, -1).numpy(), result.numpy(), first_BT.tolist()
    for i in range(batch):
        for tile in range(count):
            source = crops[i, first[i][tile] : first[i][tile] + reach]
            np.copyto(lines_array[: len(source)], source)
            j = i * count + tile
            tile_rows = _sum(lines, indices_y[j], starts_y, weights_y[j])
            cv2.transpose(tile_rows, dst=turned_array)
            columns = _sum(turned_lines, indices_x[i], starts_x, weights_x[i])
            start = tile * rows
            stop = min(start + rows, out_px)
            if count == 1:
                cv2.transpose(columns, dst=images[i].reshape(3 * out_px, out_px))
                continue
            for channel in range(3):
                tile_columns = columns[:, channel * rows : channel * rows + stop - start]
                cv2.transpose(tile_columns, dst=images[i, channel, start:stop])
    return result


def _tiles(values_BO: torch.Tensor, count: int, rows: int) -> torch.Tensor:
    """The lines ``(B, T, R)`` of tiles of equal size; the last one is filled up with the last line."""
    filled = torch.arange(count * rows).clamp(max=values_BO.shape[1] - 1)
    return values_BO[:, filled].view(len(values_BO), count, rows)


def _packed(low_NR: torch.Tensor, share_NR: torch.Tensor) -> tuple[tuple, tuple, torch.Tensor]:
    indices, weights, starts = pack(low_NR, share_NR)
    return indices.unbind(0), weights.unbind(0), starts[: low_NR.shape[1]]


def _sum(lines: torch.Tensor, indices: torch.Tensor, starts: torch.Tensor, weights: torch.Tensor) -> np.ndarray:
    """Weighted sums of lines, as :func:`siamloss.pairs.taps.blend` makes them; 0 stands for a sum, not a mean."""
    return torch.embedding_bag(lines, indices, starts, False, 0, False, weights)[0].numpy()

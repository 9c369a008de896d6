"""Pairs one by one in plain Python: what the vectorised sampler and the tiled cut must equal."""

import numpy as np

from siamloss.pairs.counter import permutation, uniform


def sample_pair(store, config, seed, epoch, index):
    """Rows (exemplar, search) of one pair."""
    count = len(store.first) - 1
    video = permutation(count, seed, epoch, index // count, 0)[index % count]
    start, end = int(store.first[video]), int(store.first[video + 1])
    exemplar = start + int(np.floor(float(uniform(seed, epoch, index, 1)) * (end - start)))
    near = [
        row
        for row in range(start, end)
        if row != exemplar and abs(int(store.frames[row]) - int(store.frames[exemplar])) <= config.max_frame_distance
    ]
    if not near:
        return exemplar, exemplar
    return exemplar, near[int(float(uniform(seed, epoch, index, 2)) * len(near))]


def cut(crop, out_px, shift_px, stretch):
    """Bilinear cut of one crop ``(P, P, 3)`` in float64, ``(3, out_px, out_px)``; shift and stretch are x, y."""
    side = len(crop)
    result = np.zeros((3, out_px, out_px))
    for i in range(out_px):
        for j in range(out_px):
            x, y = (
                min(max((side - 1) / 2 + shift_px[axis] + (place - (out_px - 1) / 2) * stretch[axis], 0), side - 1)
                for axis, place in ((0, j), (1, i))
            )
            left, top = min(int(x), side - 2), min(int(y), side - 2)
            for row, weight_y in ((top, 1 - (y - top)), (top + 1, y - top)):
                for column, weight_x in ((left, 1 - (x - left)), (left + 1, x - left)):
                    result[:, i, j] += weight_y * weight_x * crop[row, column].astype(float)
    return result

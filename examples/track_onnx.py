"""Track with onnxruntime alone: python track_onnx.py EXPORT_FOLDER IMAGE_FOLDER x,y,w,h"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from onnxruntime import InferenceSession


def cut(image, side, out_px):
    side, (height, width) = max(round(side), 2), image.shape[:2]
    x, y = (round(c - (side - 1) / 2) + np.arange(side) for c in center)
    patch = image[y.clip(0, height - 1)][:, x.clip(0, width - 1)]
    patch[(y < 0) | (y >= height)] = patch[:, (x < 0) | (x >= width)] = fill
    return cv2.resize(patch, (out_px, out_px)).transpose(2, 0, 1).astype(np.float32)


def top(line, i):  # of the parabola through the best cell and its neighbours
    a, b, c = line[max(i - 1, 0)], line[i], line[min(i + 1, cells - 1)]
    return i + (a - c) / (2 * (a - 2 * b + c)) if 0 < i < cells - 1 and a - 2 * b + c < 0 else i


k = json.loads(Path(sys.argv[1], "tracker.json").read_text())
exemplar, search = (InferenceSession(Path(sys.argv[1], f"{name}.onnx")) for name in ("exemplar", "search"))
images = (cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB) for path in sorted(Path(sys.argv[2]).iterdir()))
first, box, zoom = next(images), np.array(sys.argv[3].split(","), float), 1.0
size, center, fill = box[2:], box[:2] + (box[2:] - 1) / 2, np.round(cv2.mean(first)[:3])
side = np.sqrt(np.prod(size + k["context"] * size.sum()))
features = exemplar.run(None, {"image": cut(first, side, k["exemplar_px"])[None]})[0]
cells, side = k["score_cells"] * k["response_up"], side * k["search_px"] / k["exemplar_px"]
window = np.outer(np.hanning(cells), np.hanning(cells)) / np.hanning(cells).sum() ** 2
for image in images:
    sides = side * zoom * np.array(k["scales"])
    patches = np.stack([cut(image, side_px, k["search_px"]) for side_px in sides])
    scores = search.run(None, {"features": features, "image": patches})[0]
    maps = [cv2.resize(s[0], (cells, cells), interpolation=cv2.INTER_CUBIC) for s in scores - scores.min()]
    best = ((np.max(maps, axis=(1, 2)) - np.min(maps)) * k["scale_factors"]).argmax()  # scale_penalty: shift_safe
    response = maps[best].astype(float) - maps[best].min()
    mixed = (1 - k["window_influence"]) * response / (response.sum() or 1) + k["window_influence"] * window
    y, x = np.unravel_index(mixed.argmax(), mixed.shape)
    peak = np.array([top(mixed[y], x), top(mixed[:, x], y)]) - (cells - 1) / 2
    center = center + peak / k["response_up"] * k["stride_px"] * sides[best] / k["search_px"]
    zoom = np.clip(zoom * (1 + k["scale_lr"] * (k["scales"][best] - 1)), k["size_min"], k["size_max"])
    print(*np.round([*(center - (size * zoom - 1) / 2), *(size * zoom)], 3), sep=",")

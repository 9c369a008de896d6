"""Exported models against the network they come from: onnxruntime must give PyTorch's score maps."""

import copy
from pathlib import Path

import cv2
import numpy as np
import torch

from siamloss.errors import SiamlossError
from siamloss.export.onnx_models import EXEMPLAR, SEARCH
from siamloss.geometry.network import InputGeometry
from siamloss.model import SiamFC

TOLERANCE = 1e-4
"""Largest allowed deviation, as a share of the scale of a score map."""

LEVEL_SHARE = 0.01
"""A map's scale is at least this share of its largest score: rounding grows with the level, which no range shows."""

CASES = ((1, 1), (1, 3), (7, 7), (3, 6))
"""Numbers of exemplars and of search images: one target at one scale and at three, many targets, and both."""


class MismatchError(SiamlossError):
    """An exported model does not give the score maps of its network."""


def probe_images(count: int, side: int, seed: int) -> np.ndarray:
    """float32 ``(count, 3, side, side)`` in 0..255: in turn white noise and a picture with surfaces and edges."""
    rng = np.random.default_rng(seed)
    images = []
    for number in range(count):
        cells = side if number % 2 == 0 else 6
        picture = rng.integers(0, 256, (cells, cells, 3)).astype(np.float32)
        if cells < side:
            flat = cv2.resize(picture, (side, side), interpolation=cv2.INTER_NEAREST)
            smooth = cv2.resize(picture[::-1], (side, side), interpolation=cv2.INTER_LINEAR)
            picture = np.round(0.5 * flat + 0.5 * smooth)
        images.append(picture.transpose(2, 0, 1))
    return np.stack(images)


def deviation(given_SHH: np.ndarray, wanted_SHH: np.ndarray) -> float:
    """Largest difference of a score to PyTorch's, as a share of its map's scale.

    The scale of a map is its range, largest minus smallest score, because neither the level of a map nor its unit moves
    a tracker; where the range is below ``LEVEL_SHARE`` of the largest absolute score, it is that share.
    """
    axes = (1, 2)
    scale = np.maximum(np.ptp(wanted_SHH, axis=axes), LEVEL_SHARE * np.abs(wanted_SHH).max(axis=axes))
    difference = np.abs(given_SHH - wanted_SHH).max(axis=axes)
    return float(np.where(difference == 0, 0.0, difference / np.maximum(scale, np.finfo(np.float32).tiny)).max())


def check_models(folder: Path, model: SiamFC, geometry: InputGeometry) -> float:
    """Run exported models in onnxruntime on ``CASES`` and compare their score maps with PyTorch's.

    Parameters
    ----------
    folder : has ``exemplar.onnx`` and ``search.onnx``.
    model : the network in evaluation mode on the CPU, as it was trained: nothing folded. A copy computes in float64, so
        that only onnxruntime's rounding counts; PyTorch's own can reach 1e-4 of the range where the level is high.

    Returns
    -------
    The largest :func:`deviation`.

    Raises
    ------
    MismatchError : it is above ``TOLERANCE``, or not a number.
    """
    from onnxruntime import InferenceSession

    exemplar, search = (
        InferenceSession(folder / name, providers=["CPUExecutionProvider"]) for name in (EXEMPLAR, SEARCH)
    )
    most = max(max(case) for case in CASES)
    targets, images = probe_images(most, geometry.exemplar_px, seed=0), probe_images(most, geometry.search_px, seed=1)
    exact = copy.deepcopy(model).double()
    with torch.inference_mode():
        targets_NChw, images_SCHH = (exact.features(torch.from_numpy(part).double()) for part in (targets, images))
    worst = 0.0
    for exemplars, count in CASES:
        (features,) = exemplar.run(None, {"image": targets[:exemplars]})
        (scores,) = search.run(None, {"features": features, "image": images[:count]})
        with torch.inference_mode():
            repeated = targets_NChw[:exemplars].repeat_interleave(count // exemplars, dim=0)
            wanted = exact.correlate(repeated, images_SCHH[:count]).numpy()
        found = deviation(scores[:, 0], wanted[:, 0])
        if not found <= TOLERANCE:
            raise MismatchError(
                f"with {exemplars} exemplars and {count} images, onnxruntime's score maps differ from PyTorch's by "
                f"{found:.1e} of their range ({TOLERANCE:.0e} is allowed); install the versions of constraints.txt"
            )
        worst = max(worst, found)
    return worst

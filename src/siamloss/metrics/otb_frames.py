"""Overlap and centre errors of every frame under the rules of three toolkits that score OTB, many sequences at once.

The toolkits disagree on three things: whether the first prediction counts, what becomes of an invalid prediction, and
which frames of the ground truth are undefined. Each set of rules has a name:

- ``otb``: the benchmark's own (calcSeqErrRobust.m). The first prediction is the ground truth. A prediction that is not
  finite or has no area is replaced by the box before it. Where x, y, w or h of the 1-based ground truth is not
  positive, the frame fails in success and passes in precision.
- ``got10k``: the GOT-10k toolkit 0.1.3. The first prediction is the ground truth; nothing else is replaced or masked.
- ``pysot``: the pysot toolkit. No prediction is replaced, the first included. Overlap is masked where w or h of the
  ground truth is not positive, errors where a centre is not positive; masked frames fail and pass as in ``otb``.
"""

from dataclasses import dataclass

import numpy as np

from siamloss.metrics.protocols import OTB

VARIANTS = ("otb", "got10k", "pysot")


@dataclass(frozen=True)
class FrameScores:
    """Of T frames; -1 where the ground truth is undefined, NaN where a prediction is and no rule replaced it.

    Attributes
    ----------
    overlaps : float64 ``(T,)`` in {-1} or [0, 1].
    errors : float64 ``(T,)`` centre error, px, in {-1} or [0, inf).
    normalized : float64 ``(T,)`` centre error whose x and y are divided by the width and height of the ground truth.
    """

    overlaps: np.ndarray
    errors: np.ndarray
    normalized: np.ndarray


def score_frames(
    predicted: np.ndarray, truth: np.ndarray, starts: np.ndarray, variant: str = "otb", first_pixel: float = 1.0
) -> FrameScores:
    """Score the frames of one or more sequences, one behind the other.

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px.
    starts : int ``(Q,)``, rising from 0: the first frame of each sequence.
    variant : one of :data:`VARIANTS`.
    first_pixel : coordinate of the first pixel, 1 in OTB's files and 0 inside this package; only the masks see it.

    Source
    ------
    OTB toolkit calcSeqErrRobust.m and calcRectInt.m; GOT-10k toolkit 0.1.3 utils/metrics.py, and its later
    ``normalized_center_error``; pysot toolkit utils/statistics.py and evaluation/ope_benchmark.py.
    """
    x, y, w, h = _replaced(predicted, truth, starts, variant)
    tx, ty, tw, th = np.ascontiguousarray(np.asarray(truth, dtype=np.float64).T)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        overlaps = _overlap((x, y, w, h), (tx, ty, tw, th), variant)
        center_x, center_y = _middle(tx, tw), _middle(ty, th)
        off_x, off_y = _middle(x, w), _middle(y, h)
        off_x -= center_x
        off_y -= center_y
        errors = _length(off_x, off_y)
        if variant == "got10k":
            off_x /= np.maximum(tw, 1.0)
            off_y /= np.maximum(th, 1.0)
            return FrameScores(overlaps, errors, _length(off_x, off_y))
        tiny = 1e-16 if variant == "pysot" else 0.0
        off_x /= tw + tiny
        off_y /= th + tiny
        normalized = _length(off_x, off_y)
    sized = (tw > 0) & (th > 0)
    if variant == "otb":
        in_overlap = in_errors = sized & (tx > first_pixel - 1.0) & (ty > first_pixel - 1.0)
    else:
        shift = 1.0 - first_pixel
        in_overlap, in_errors = sized, (center_x + shift > 0) & (center_y + shift > 0)
    overlaps[~in_overlap] = OTB.undefined
    errors[~in_errors] = OTB.undefined
    normalized[~in_errors] = OTB.undefined
    return FrameScores(overlaps, errors, normalized)


def _replaced(predicted: np.ndarray, truth: np.ndarray, starts: np.ndarray, variant: str) -> np.ndarray:
    """Predictions float64 ``(4, T)`` after the replacements of a variant; the input is left alone."""
    boxes = np.array(np.asarray(predicted, dtype=np.float64).T, order="C")
    if variant == "pysot":
        return boxes
    boxes[:, starts] = np.asarray(truth, dtype=np.float64)[starts].T
    if variant == "got10k":
        return boxes
    valid = (boxes[2] > 0) & (boxes[3] > 0) & np.isfinite(boxes).all(axis=0)
    valid[starts] = True
    if valid.all():
        return boxes
    return boxes[:, np.maximum.accumulate(np.where(valid, np.arange(len(valid)), 0))]


def _middle(corner: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Centre along one axis as OTB has it, a new array."""
    middle = size - 1.0
    middle *= 0.5
    middle += corner
    return middle


def _length(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Length of vectors given by columns."""
    squared = x * x
    squared += y * y
    return np.sqrt(squared, out=squared)


def _shared(a: np.ndarray, a_size: np.ndarray, b: np.ndarray, b_size: np.ndarray) -> np.ndarray:
    """Length that two intervals share, at least 0."""
    shared = a + a_size
    np.minimum(shared, b + b_size, out=shared)
    shared -= np.maximum(a, b)
    return np.maximum(shared, 0.0, out=shared)


def _overlap(a: tuple, b: tuple, variant: str) -> np.ndarray:
    """Intersection over union ``(T,)`` of boxes given by columns; 0 where both have no area, but NaN in pysot.

    The same value as :func:`siamloss.geometry.overlap`, from columns and in place, which is several times faster.
    """
    ax, ay, aw, ah = a
    bx, by, bw, bh = b
    common = _shared(ax, aw, bx, bw)
    common *= _shared(ay, ah, by, bh)
    union = aw * ah
    union += bw * bh
    union -= common
    if variant == "got10k":
        union += np.finfo(float).eps
    elif variant == "otb":
        union[union == 0] = 1.0
    common /= union
    # Rounding may give 1 + 1e-16 for equal boxes, which a strict "> 1" would count.
    return np.clip(common, 0.0, 1.0, out=common)

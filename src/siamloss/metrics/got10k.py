"""GOT-10k: average overlap and success rates over the visible frames, pooled or balanced over object classes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from siamloss.geometry import center_error, overlap
from siamloss.metrics.otb import precision_curve, success_curve
from siamloss.metrics.protocols import GOT10K
from siamloss.metrics.scored import scored_frames

VARIANTS = ("got10k", "clipped", "unbounded")
"""What happens to boxes that leave the image before their overlap is taken: they are moved in and cut at the far edges,
as the GOT-10k toolkit does (:func:`bound_boxes`, the published values), cut at all edges, or left alone."""


@dataclass(frozen=True)
class Got10kScore:
    """Scores of one sequence. Weighted by ``frames``, their mean over sequences is the toolkit's pooled value.

    Attributes
    ----------
    ao : average overlap, in [0, 1]. Unlike OTB's AUC it is not binned, drops the first frame and pools frames.
    sr_50, sr_75 : share of frames with overlap strictly above 0.5 and 0.75, in [0, 1].
    frames : number of scored frames; when it is 0 all other values are NaN.
    success, precision : float64 ``(21,)`` and ``(51,)``, OTB's thresholds on the same frames.
    """

    ao: float
    sr_50: float
    sr_75: float
    frames: int
    success: np.ndarray
    precision: np.ndarray


def bound_boxes(boxes: np.ndarray, image_size: tuple[float, float] | np.ndarray) -> np.ndarray:
    """Move and shrink boxes into the image as the GOT-10k toolkit does; returns a new float64 ``(T, 4)``.

    A corner left of or above the image is moved to 0 *without* shortening the box: x, y, w, h = -10, -10, 30, 30
    becomes 0, 0, 30, 30, where the visible part is 0, 0, 20, 20. Published values include this.

    Parameters
    ----------
    image_size : (width, height) px, or ``(T, 2)`` with one size per box.

    Source
    ------
    GOT-10k toolkit 0.1.3, utils/metrics.py ``rect_iou``, which also overwrites its arguments; this does not.
    """
    limit = np.asarray(image_size, dtype=np.float64)
    boxes = np.asarray(boxes, dtype=np.float64)
    corner = np.clip(boxes[:, :2], 0.0, limit)
    size = np.clip(boxes[:, 2:], 0.0, limit - corner)
    return np.concatenate([corner, size], axis=1)


def clip_boxes(boxes: np.ndarray, image_size: tuple[float, float] | np.ndarray) -> np.ndarray:
    """The visible part of boxes, float64 ``(T, 4)``; a box outside the image has no area. See :func:`bound_boxes`."""
    limit = np.asarray(image_size, dtype=np.float64)
    boxes = np.asarray(boxes, dtype=np.float64)
    corner = np.clip(boxes[:, :2], 0.0, limit)
    far = np.clip(boxes[:, :2] + boxes[:, 2:], 0.0, limit)
    return np.concatenate([corner, np.maximum(far - corner, 0.0)], axis=1)


def frame_overlaps(
    predicted: np.ndarray, truth: np.ndarray, image_size: tuple[float, float] | np.ndarray | None, variant: str
) -> np.ndarray:
    """Overlap ``(T,)`` of paired boxes under one of :data:`VARIANTS`, in [0, 1]; NaN where a prediction is."""
    if variant == "got10k":
        predicted, truth = bound_boxes(predicted, image_size), bound_boxes(truth, image_size)
    elif variant == "clipped":
        predicted, truth = clip_boxes(predicted, image_size), clip_boxes(truth, image_size)
    return overlap(predicted, truth)


def score_sequence(
    predicted: np.ndarray,
    truth: np.ndarray,
    visible: np.ndarray,
    image_size: tuple[float, float] | None = None,
    variant: str = "got10k",
) -> Got10kScore:
    """Score one sequence on its visible frames after the first.

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px, 0-based corner.
    visible : bool ``(T,)``, True where cover > 0.
    image_size : (width, height) px; None leaves boxes as they are, whatever the variant.
    variant : one of :data:`VARIANTS`.

    Source
    ------
    GOT-10k toolkit 0.1.3, experiments/got10k.py (AO, SR 0.5); SR 0.75 from the same overlaps. A NaN prediction makes AO
    NaN, as there.
    """
    scored = scored_frames(visible)
    predicted, truth = np.asarray(predicted)[scored], np.asarray(truth)[scored]
    overlaps = frame_overlaps(predicted, truth, image_size, variant if image_size is not None else "unbounded")
    return score_overlaps(overlaps, center_error(predicted, truth))


def score_overlaps(overlaps: np.ndarray, errors_px: np.ndarray) -> Got10kScore:
    """Scores of the frames that count, from their overlaps and centre errors ``(T,)``."""
    frames = len(overlaps)
    means = [
        float(values.mean()) if frames else np.nan
        for values in (overlaps, *(overlaps > t for t in GOT10K.success_rates))
    ]
    return Got10kScore(*means, frames, success_curve(overlaps), precision_curve(errors_px))


def class_balanced_mean(values: Mapping[str, float], classes: Mapping[str, str]) -> float:
    """Mean over object classes of the mean over the sequences of each class: mAO from AO, mSR from SR.

    Every class counts the same, however many sequences or frames it has, where :func:`pooled_mean` counts frames.

    Parameters
    ----------
    values : of each sequence, in [0, 1]; NaN where nothing could be scored, which is left out.
    classes : object class of each sequence, ``object_class`` of ``meta_info.ini``.

    Returns
    -------
    float in [0, 1]; NaN when nothing could be scored.

    Source
    ------
    Huang, Zhao, Huang 2019 (GOT-10k), section 5.1; neither the toolkit nor anything it prints computes it.

    Example
    -------
    >>> class_balanced_mean({"a": 1.0, "b": 0.0, "c": 0.5}, {"a": "dog", "b": "dog", "c": "car"})
    0.5
    """
    groups: dict[str, list[float]] = {}
    for name, value in values.items():
        if not math.isnan(value):
            groups.setdefault(classes[name], []).append(value)
    means = [sum(group) / len(group) for group in groups.values()]
    return sum(means) / len(means) if means else float("nan")


def class_weights(classes: Sequence[str], frames: Sequence[int]) -> np.ndarray | None:
    """Weights with which the mean over sequences is :func:`class_balanced_mean`.

    Parameters
    ----------
    classes, frames : object class of each of Q sequences, and how many of its frames are scored.

    Returns
    -------
    float64 ``(Q,)``, 1 / number of scored sequences of the class, 0 where no frame is scored; None where the class of
    a sequence is not known.

    Example
    -------
    >>> class_weights(["dog", "dog", "car", "car"], [9, 9, 9, 0]).tolist()
    [0.5, 0.5, 1.0, 0.0]
    """
    if not all(classes):
        return None
    scored = [kind for kind, count in zip(classes, frames, strict=True) if count]
    return np.array([1 / scored.count(kind) if count else 0.0 for kind, count in zip(classes, frames, strict=True)])

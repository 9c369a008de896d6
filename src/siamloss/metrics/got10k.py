"""GOT-10k: average overlap and success rates over the visible frames of a sequence."""

from dataclasses import dataclass

import numpy as np

from siamloss.geometry import center_error, overlap
from siamloss.metrics.otb import precision_curve, success_curve
from siamloss.metrics.protocols import GOT10K


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


def bound_boxes(boxes: np.ndarray, image_size: tuple[float, float]) -> np.ndarray:
    """Move and shrink boxes into the image as the GOT-10k toolkit does; returns a new float64 ``(T, 4)``.

    A corner left of or above the image is moved to 0 *without* shortening the box: x, y, w, h = -10, -10, 30, 30
    becomes 0, 0, 30, 30, where the visible part is 0, 0, 20, 20. Published values include this.

    Source
    ------
    GOT-10k toolkit 0.1.3, utils/metrics.py ``rect_iou``, which also overwrites its arguments; this does not.
    """
    limit = np.asarray(image_size, dtype=np.float64)
    corner = np.clip(np.asarray(boxes, dtype=np.float64)[:, :2], 0.0, limit)
    size = np.clip(np.asarray(boxes, dtype=np.float64)[:, 2:], 0.0, limit - corner)
    return np.concatenate([corner, size], axis=1)


def score_sequence(
    predicted: np.ndarray, truth: np.ndarray, visible: np.ndarray, image_size: tuple[float, float] | None = None
) -> Got10kScore:
    """Score one sequence on its visible frames after the first.

    Parameters
    ----------
    predicted, truth : float ``(T, 4)`` x, y, w, h, px, 0-based corner.
    visible : bool ``(T,)``, True where cover > 0.
    image_size : (width, height) px for the toolkit's :func:`bound_boxes`; None leaves boxes as they are.

    Source
    ------
    GOT-10k toolkit 0.1.3, experiments/got10k.py (AO, SR 0.5); SR 0.75 from the same overlaps. The class-balanced mAO of
    the paper is not computed by any toolkit, nor here. A NaN prediction makes AO NaN, as there.
    """
    scored = np.asarray(visible, dtype=bool).copy()
    scored[: GOT10K.first_scored_frame] = False
    predicted, truth = np.asarray(predicted)[scored], np.asarray(truth)[scored]
    errors = center_error(predicted, truth)
    if image_size is not None:
        predicted, truth = bound_boxes(predicted, image_size), bound_boxes(truth, image_size)
    overlaps = overlap(predicted, truth)
    frames = len(overlaps)
    means = [
        float(values.mean()) if frames else np.nan
        for values in (overlaps, *(overlaps > t for t in GOT10K.success_rates))
    ]
    return Got10kScore(*means, frames, success_curve(overlaps), precision_curve(errors))

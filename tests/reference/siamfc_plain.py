"""SiamFC-3s restated: slow, plain, one step per line, sharing no code with the tracker it checks.

Names of axes in shapes: H, W image rows and columns; C channels; 17 score cells; 272 cells after upsampling.

Source
------
Bertinetto et al., "Fully-convolutional Siamese networks for object tracking", ECCVW 2016; constants and order of steps
of the public MATLAB tracker, bertinetto/siamese-fc, tracking/tracker.m, tracker_eval.m, make_scale_pyramid.m and
get_subwindow_tracking.m; whole-pixel crops of huanglianghua/siamfc-pytorch.

The MATLAB code differs from the paper's geometry by less than a pixel per frame; this restatement keeps the geometry:

- its response has its middle at the cell before the true one (136 of 1..272 instead of 136.5);
- it scales a displacement with the rounded side of the unscaled window, whichever scale won;
- its window starts at the pixel at or before the exact corner, here at the nearest (half: the even one);
- it cuts the largest window once and the three scales, one pixel further to the upper left, out of that one;
- at the limit of the search side its box goes on growing or shrinking;
- pixels stay fractions, images are resized with a bicubic filter, and bicubic upsampling has a = -0.5, not -0.75.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.nn.functional import conv2d, max_pool2d, relu

SCALE_STEP = 1.0375
SCALE_PENALTY = 0.9745
SCALE_LR = 0.59
WINDOW_INFLUENCE = 0.176
UPSAMPLED = 17 * 16
LIMITS = (0.2, 5.0)
CONTEXT = 0.5
BATCH_NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class Layer:
    """One convolution of a backbone; ``index`` is where its tensors stand in the state dict."""

    index: int
    stride: int = 1
    groups: int = 1
    normalised: bool = True
    pooled: bool = False


@dataclass(frozen=True)
class Backbone:
    """Layers and image sizes of a backbone; the size of a search image gives 17x17 scores."""

    layers: tuple[Layer, ...]
    exemplar_px: int
    search_px: int
    stride_px: int


ALEXNET = Backbone(
    layers=(
        Layer(0, stride=2, pooled=True),
        Layer(4, groups=2, pooled=True),
        Layer(8),
        Layer(11, groups=2),
        Layer(14, groups=2, normalised=False),
    ),
    exemplar_px=127,
    search_px=255,
    stride_px=8,
)
SMALL = Backbone(
    layers=(Layer(0, stride=2, pooled=True), Layer(4), Layer(7), Layer(10), Layer(13, normalised=False)),
    exemplar_px=63,
    search_px=127,
    stride_px=4,
)


def plain_features(state: dict[str, torch.Tensor], backbone: Backbone, image_HWC: np.ndarray) -> torch.Tensor:
    """Features ``(1, C, h, w)`` of one image: convolution, normalisation with running statistics, ReLU, pooling."""
    values = torch.from_numpy(image_HWC.astype(np.float32)).permute(2, 0, 1)[None]
    for layer in backbone.layers:
        weight, bias = state[f"backbone.{layer.index}.weight"], state[f"backbone.{layer.index}.bias"]
        values = conv2d(values, weight, bias, stride=layer.stride, groups=layer.groups)
        if layer.normalised:
            norm = f"backbone.{layer.index + 1}."
            mean, variance, gamma, beta = (
                state[norm + name][None, :, None, None] for name in ("running_mean", "running_var", "weight", "bias")
            )
            values = relu(gamma * (values - mean) / torch.sqrt(variance + BATCH_NORM_EPSILON) + beta)
        if layer.pooled:
            values = max_pool2d(values, kernel_size=3, stride=2)
    return values


def plain_crop(
    image_HWC: np.ndarray, center_xy: np.ndarray, side: float, size_px: int, color_C: np.ndarray
) -> np.ndarray:
    """A square cut out of an image and resized to uint8 ``(size_px, size_px, 3)``.

    The side is rounded, then the first row and column; what lies outside of the image has the colour given.
    """
    side = int(np.rint(side))
    left = int(np.rint(center_xy[0] - (side - 1) / 2))
    top = int(np.rint(center_xy[1] - (side - 1) / 2))
    height, width = image_HWC.shape[:2]
    patch = np.empty((side, side, 3), dtype=np.uint8)
    patch[:] = np.rint(color_C)
    for row in range(side):
        if not 0 <= top + row < height:
            continue
        first, last = max(left, 0), min(left + side, width)
        if first < last:
            patch[row, first - left : last - left] = image_HWC[top + row, first:last]
    return cv2.resize(patch, (size_px, size_px), interpolation=cv2.INTER_LINEAR)


@dataclass(frozen=True)
class Choice:
    """What one update decides: a scale, and a cell of its upsampled response."""

    scale: float
    row: int
    column: int


class PlainSiamFC:
    """The tracker of one target. Boxes are x, y, w, h in px, of 0-based corners; the centre is x + (w - 1) / 2."""

    def __init__(
        self,
        state: dict[str, torch.Tensor],
        gain: float,
        backbone: Backbone,
        limits: tuple[float, float] = LIMITS,
    ) -> None:
        self.state = state
        self.gain = gain
        self.backbone = backbone
        self.limits = limits
        self.scales = [SCALE_STEP**-1, 1.0, SCALE_STEP]
        hann = np.hanning(UPSAMPLED)
        self.window = np.outer(hann, hann) / np.outer(hann, hann).sum()

    def init(self, image_HWC: np.ndarray, box: np.ndarray) -> None:
        """Remember the target that ``box`` frames in the first image."""
        x, y, width, height = (float(value) for value in box)
        self.center_xy = np.array([x + (width - 1) / 2, y + (height - 1) / 2])
        self.size_wh = np.array([width, height])
        self.color_C = image_HWC.reshape(-1, 3).mean(axis=0)
        margin = CONTEXT * (width + height)
        exemplar_side = np.sqrt((width + margin) * (height + margin))
        self.search_side = exemplar_side * self.backbone.search_px / self.backbone.exemplar_px
        self.least_side, self.most_side = self.limits[0] * self.search_side, self.limits[1] * self.search_side
        exemplar = plain_crop(image_HWC, self.center_xy, exemplar_side, self.backbone.exemplar_px, self.color_C)
        self.exemplar_features = plain_features(self.state, self.backbone, exemplar)

    def score_map(self, image_HWC: np.ndarray, side: float) -> np.ndarray:
        """Raw scores ``(17, 17)`` of the search window with this side."""
        search = plain_crop(image_HWC, self.center_xy, side, self.backbone.search_px, self.color_C)
        scores = conv2d(plain_features(self.state, self.backbone, search), self.exemplar_features)
        return (self.gain * scores + self.state["bias"])[0, 0].numpy()

    def choices(self, image_HWC: np.ndarray, slack: float = 0.0) -> list[Choice]:
        """The best choice in the next image, then all others that are worse by at most ``slack`` of a map's range.

        With a slack of the rounding of float32, these are the choices that a tracker with other rounding may make.
        """
        responses, peaks = [], []
        for scale in self.scales:
            scores = self.score_map(image_HWC, self.search_side * scale)
            response = cv2.resize(scores, (UPSAMPLED, UPSAMPLED), interpolation=cv2.INTER_CUBIC).astype(np.float64)
            responses.append(response)
            peaks.append(response.max() if scale == 1.0 else response.max() * SCALE_PENALTY)
        found = []
        for number in np.argsort(peaks)[::-1]:
            response = responses[number] - responses[number].min()
            if peaks[number] < max(peaks) - slack * response.max():
                continue
            total, spread = response.sum(), response.max()
            mixed = (1 - WINDOW_INFLUENCE) * response / total + WINDOW_INFLUENCE * self.window
            good_enough = mixed.max() - slack * (1 - WINDOW_INFLUENCE) * spread / total
            cells = np.argwhere(mixed >= good_enough)
            cells = sorted(cells, key=lambda cell: -mixed[cell[0], cell[1]])
            found += [Choice(self.scales[number], int(row), int(column)) for row, column in cells]
        return found

    def after(self, choice: Choice) -> tuple[np.ndarray, np.ndarray, float]:
        """Centre, size and search side that follow from a choice."""
        middle = (UPSAMPLED - 1) / 2
        moved_cells = np.array([choice.column - middle, choice.row - middle])
        moved_search_px = moved_cells * self.backbone.stride_px / 16
        cut_side = self.search_side * choice.scale
        center_xy = self.center_xy + moved_search_px * cut_side / self.backbone.search_px
        damped_side = (1 - SCALE_LR) * self.search_side + SCALE_LR * cut_side
        search_side = min(max(damped_side, self.least_side), self.most_side)
        return center_xy, self.size_wh * search_side / self.search_side, search_side

    def box_after(self, choice: Choice) -> np.ndarray:
        """The box ``(4,)`` that follows from a choice."""
        center_xy, size_wh, _ = self.after(choice)
        return np.concatenate([center_xy - (size_wh - 1) / 2, size_wh])

    def take(self, choice: Choice) -> np.ndarray:
        """Go on from a choice; returns its box ``(4,)``."""
        box = self.box_after(choice)
        self.center_xy, self.size_wh, self.search_side = self.after(choice)
        return box

    def update(self, image_HWC: np.ndarray) -> np.ndarray:
        """The target's box ``(4,)`` in the next image."""
        return self.take(self.choices(image_HWC)[0])

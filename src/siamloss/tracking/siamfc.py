"""The SiamFC-3s tracker."""

import numpy as np
import torch

from siamloss.config import TrackConfig
from siamloss.crops.cut import cut_patch, mean_color
from siamloss.errors import AnnotationError
from siamloss.geometry import box_center, context_size
from siamloss.geometry.network import InputGeometry
from siamloss.model import SiamFC
from siamloss.tracking.response import choose_scale, cosine_window, locate_peak, upsample


class SiamFCTracker:
    """Correlates the first frame's exemplar with three scaled search windows around the last position.

    Parameters
    ----------
    model : network in evaluation mode, on its device.
    config : the tracker's constants.
    geometry : image sizes of the network.
    context : share of (w + h) added around the target.

    Source
    ------
    Bertinetto et al. 2016, section 3; bertinetto/siamese-fc, tracker.m and run_tracker.m for constants and order.
    """

    def __init__(self, model: SiamFC, config: TrackConfig, geometry: InputGeometry, context: float = 0.5) -> None:
        self._model, self._config, self._geometry, self._context = model, config, geometry, context
        self._device = next(model.parameters()).device
        self._window = cosine_window(geometry.score_cells * config.response_up)
        self._scales = config.scale_step ** (np.arange(config.scales) - config.scales // 2)

    @torch.inference_mode()
    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        """Start on a target.

        Raises
        ------
        AnnotationError : the box is not finite, has no area, or lies outside the image.
        """
        box = np.asarray(box, dtype=np.float64)
        height, width = image.shape[:2]
        outside = box[0] >= width or box[1] >= height or box[0] + box[2] <= 0 or box[1] + box[3] <= 0
        if not np.isfinite(box).all() or (box[2:] <= 0).any() or outside:
            raise AnnotationError(
                f"cannot start on box {box.tolist()} in a {width}x{height} image; give a box with area inside it"
            )
        self._center = box_center(box)
        self._size = box[2:].copy()
        self._fill = mean_color(image)
        exemplar_side = float(context_size(self._size, self._context))
        self._search_side = exemplar_side * self._geometry.search_px / self._geometry.exemplar_px
        limits = np.array([self._config.size_min, self._config.size_max])
        self._side_limits = limits * self._search_side
        patch = cut_patch(image, self._center, exemplar_side, self._geometry.exemplar_px, self._fill)
        self._exemplar = self._model.features(self._to_tensor(patch[None]))

    @torch.inference_mode()
    def update(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        """Box float64 ``(4,)`` and raw peak score in the next frame."""
        config, search_px = self._config, self._geometry.search_px
        sides = self._search_side * self._scales
        patches = np.stack([cut_patch(image, self._center, side, search_px, self._fill) for side in sides])
        scores = self._model.correlate(self._exemplar, self._model.features(self._to_tensor(patches)))
        responses = upsample(scores[:, 0].float().cpu().numpy(), config.response_up)
        chosen = choose_scale(responses, config.scale_penalty_factor, config.scale_penalty)
        cells = locate_peak(responses[chosen], self._window, config.window_influence) / config.response_up
        self._center = self._center + cells * self._geometry.stride_px * sides[chosen] / search_px
        old_side = self._search_side
        damped = (1.0 - config.scale_lr) * old_side + config.scale_lr * sides[chosen]
        self._search_side = float(np.clip(damped, *self._side_limits))
        self._size = self._size * self._search_side / old_side
        box = np.concatenate([self._center - (self._size - 1.0) / 2.0, self._size])
        return box, float(responses[chosen].max())

    def _to_tensor(self, patches_SPPC: np.ndarray) -> torch.Tensor:
        """uint8 ``(S, P, P, 3)`` to float32 ``(S, 3, P, P)`` on the network's device."""
        return torch.from_numpy(patches_SPPC).to(self._device).permute(0, 3, 1, 2).float()

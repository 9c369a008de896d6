"""The network that answers many targets at once."""

from collections import defaultdict
from typing import Any

import numpy as np
import torch

from siamloss.config import TrackConfig
from siamloss.errors import DivergedError
from siamloss.model import SiamFC
from siamloss.model.frozen import freeze
from siamloss.tracking.response import bicubic_matrix, choose_scale, cosine_window, locate_peak, upsample
from siamloss.tracking.steps import Ask, Found, Play, Steps

PATCHES_AT_ONCE = 384
"""Most images in one call of the network; bounds the memory it takes."""


class Network:
    """A Siamese network that answers :class:`Ask`; each answer is independent of what else is asked with it.

    Parameters
    ----------
    model : network in evaluation mode, on its device; a :class:`~siamloss.model.SiamFC` is frozen for speed.
    config : constants of the response.
    """

    def __init__(self, model: torch.nn.Module, config: TrackConfig) -> None:
        self.device = next(model.parameters()).device
        self._model = freeze(model, config.precision) if isinstance(model, SiamFC) else model
        self._config = config
        self._tables: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    @torch.inference_mode()
    def answer(self, asks: list[Ask]) -> list[torch.Tensor | Found]:
        """Answers in the order of the questions; those of equal image shapes share a call of the network."""
        answers: list[torch.Tensor | Found | None] = [None] * len(asks)
        alike = defaultdict(list)
        for index, ask in enumerate(asks):
            alike[ask.exemplar is None, ask.patches_SPPC.shape].append(index)
        for (embeds, shape), indices in alike.items():
            size = max(1, PATCHES_AT_ONCE // shape[0])
            for first in range(0, len(indices), size):
                part = indices[first : first + size]
                reply = self._embed if embeds else self._search
                for index, answer in zip(part, reply([asks[index] for index in part]), strict=True):
                    answers[index] = answer
        return answers

    def finish(self, steps: Steps | Play) -> Any:
        """What a tracker's step or a whole play returns, when it is answered alone."""
        try:
            ask = next(steps)
            while True:
                ask = steps.send(self.answer([ask])[0])
        except StopIteration as end:
            return end.value

    def _features(self, asks: list[Ask]) -> torch.Tensor:
        patches = torch.from_numpy(np.concatenate([ask.patches_SPPC for ask in asks]))
        if self.device.type == "cuda":
            patches = patches.pin_memory()
        images = patches.to(self.device, non_blocking=True).permute(0, 3, 1, 2)  # channels last, as the network is
        return self._model.features(images.float())

    def _embed(self, asks: list[Ask]) -> list[torch.Tensor]:
        return list(self._features(asks).split(1))

    def _search(self, asks: list[Ask]) -> list[Found]:
        scales, config = len(asks[0].patches_SPPC), self._config
        exemplars = torch.cat([ask.exemplar for ask in asks]).repeat_interleave(scales, dim=0)
        scores = self._model.correlate(exemplars, self._features(asks))[:, 0].float()
        maps_NSHH = scores.view(len(asks), scales, *scores.shape[-2:])
        if not torch.isfinite(maps_NSHH).all():
            raise DivergedError("the network gives scores that are no numbers; its training diverged, use another run")
        matrix, window = self._table(maps_NSHH.shape[-1])
        level_N = maps_NSHH.amin(dim=(1, 2, 3))  # kept apart, so that a high level costs no digits
        responses_NSRR = upsample(maps_NSHH - level_N[:, None, None, None], matrix)
        level_N1 = level_N.double()[:, None]
        floor_N = torch.tensor([ask.floor for ask in asks], dtype=torch.float64, device=self.device) - level_N1[:, 0]
        floor_N = torch.minimum(floor_N, responses_NSRR.amin(dim=(1, 2, 3)).double())
        peaks_NS = responses_NSRR.amax(dim=(2, 3)).double()
        chosen_N = choose_scale(
            peaks_NS + level_N1 * (config.scale_penalty == "multiplicative"),
            floor_N,
            config.scale_penalty_factor,
            config.scale_penalty,
        )
        rows = torch.arange(len(asks), device=self.device)
        chosen_NRR, subcell = responses_NSRR[rows, chosen_N], config.peak == "subcell"
        cells_N2 = locate_peak(chosen_NRR, window, config.window_influence, subcell) / config.response_up
        found = (
            chosen_N.tolist(),
            cells_N2.cpu().numpy(),
            (peaks_NS + level_N1).cpu().numpy(),
            (floor_N + level_N1[:, 0]).tolist(),
            maps_NSHH[rows, chosen_N].cpu().numpy(),
        )
        return [Found(*values) for values in zip(*found, strict=True)]

    def _table(self, side: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Interpolation matrix and cosine window for a map side."""
        if side not in self._tables:
            up = self._config.response_up
            arrays = bicubic_matrix(side, up), cosine_window(side * up)
            self._tables[side] = tuple(torch.from_numpy(array).to(self.device) for array in arrays)
        return self._tables[side]

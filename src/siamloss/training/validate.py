"""Score maps of a network on fixed pairs, and what they say: loss terms and centre error."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from siamloss.model.device import autocast
from siamloss.pairs.loader import PairLoader

VALIDATION_SEED = 0
"""Validation pairs are the same for every run: they depend on neither seed nor epoch."""

BATCH = 32


def score_batches(
    model: nn.Module, loader: PairLoader, count: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Exemplars, searches and float32 score maps of the first ``count`` pairs of epoch 0, without augmentation."""
    model.eval()
    for start in range(0, count, BATCH):
        indices = np.arange(start, min(start + BATCH, count))
        exemplar, search = loader.load(0, indices, augment=False)
        with torch.no_grad(), autocast(loader.device):
            scores = model(exemplar, search)
        yield exemplar, search, scores.float()


def center_error_px(scores_B1HW: torch.Tensor, stride_px: float) -> torch.Tensor:
    """Distance ``(B,)`` of each map's peak from the centre, px of the 255 px search image when stride is 8."""
    side = scores_B1HW.shape[-1]
    peak = scores_B1HW.flatten(1).argmax(dim=1)
    offset = torch.stack([peak // side, peak % side]) - (side - 1) / 2
    return torch.linalg.vector_norm(offset.float(), dim=0) * stride_px


def fixed_maps(model: nn.Module, loader: PairLoader, count: int) -> torch.Tensor:
    """Score maps ``(count, H, W)`` of :func:`score_batches`, float32 on the CPU."""
    return torch.cat([scores[:, 0].cpu() for _, _, scores in score_batches(model, loader, count)])


class Validation(NamedTuple):
    """Mean loss terms and centre error over the validation pairs, and the score maps ``(N, H, W)`` behind them."""

    values: dict[str, float]
    maps: torch.Tensor


def validate(model: nn.Module, loss: nn.Module, loader: PairLoader, labels: torch.Tensor, count: int) -> Validation:
    """One pass over the validation pairs; network and loss are left in training mode."""
    loss.eval()
    sums: dict[str, float] = {}
    maps = []
    stride_px = loader.geometry.stride_px / loader.geometry.resolution
    for _, _, scores in score_batches(model, loader, count):
        total, parts = loss(scores, labels)
        values = {"total": total, **parts, "center_error_px": center_error_px(scores, stride_px).mean()}
        for name, value in values.items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(scores)
        maps.append(scores[:, 0].cpu())
    model.train()
    loss.train()
    return Validation({name: value / count for name, value in sums.items()}, torch.cat(maps))

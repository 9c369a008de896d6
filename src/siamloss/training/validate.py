"""Score maps of networks on fixed pairs, and what they say: loss terms and centre error."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from siamloss.distributed import alone
from siamloss.model.device import autocast
from siamloss.pairs.loader import PairLoader

VALIDATION_SEED = 0
"""Validation pairs are the same for every run: they depend on neither seed nor epoch."""

BATCH = 32


def image_batches(loader: PairLoader, count: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Exemplars and searches of the first ``count`` pairs of epoch 0, without augmentation."""
    for start in range(0, count, BATCH):
        yield loader.load(0, np.arange(start, min(start + BATCH, count)), augment=False)


def score_maps(model: nn.Module, exemplar: torch.Tensor, search: torch.Tensor, precision: str) -> torch.Tensor:
    """Float32 score maps ``(B, 1, H, W)`` of a network in evaluation mode."""
    with torch.no_grad(), autocast(exemplar.device, precision):
        return model(exemplar, search).float()


def center_error_px(scores_B1HW: torch.Tensor, stride_px: float) -> torch.Tensor:
    """Distance ``(B,)`` of each map's peak from the centre, px of the 255 px search image when stride is 8."""
    side = scores_B1HW.shape[-1]
    peak = scores_B1HW.flatten(1).argmax(dim=1)
    offset = torch.stack([peak // side, peak % side]) - (side - 1) / 2
    return torch.linalg.vector_norm(offset.float(), dim=0) * stride_px


def fixed_maps(models: list[nn.Module], loader: PairLoader, count: int, precision: str = "auto") -> list[torch.Tensor]:
    """Score maps ``(count, H, W)`` of each network on the fixed pairs, float32 on the CPU, in evaluation mode."""
    maps: list[list[torch.Tensor]] = [[] for _ in models]
    for model in models:
        model.eval()
    for images in image_batches(loader, count):
        for model, kept in zip(models, maps, strict=True):
            kept.append(score_maps(model, *images, precision)[:, 0].cpu())
    return [torch.cat(kept) for kept in maps]


class Validation(NamedTuple):
    """Mean loss terms and centre error over the validation pairs, and the score maps ``(N, H, W)`` behind them."""

    values: dict[str, float]
    maps: torch.Tensor


def validate(
    networks: list[tuple[nn.Module, nn.Module]], loader: PairLoader, labels: torch.Tensor, count: int, precision: str
) -> list[Validation]:
    """One pass over the validation pairs for each network with its loss; all are left in training mode.

    Every process of a group does the whole of it.
    """
    stride_px = loader.geometry.stride_px / loader.geometry.resolution
    result = []
    all_maps = fixed_maps([model for model, _ in networks], loader, count, precision)
    for (model, loss), maps in zip(networks, all_maps, strict=True):
        loss.eval()
        sums: dict[str, float] = {}
        for batch in maps[:, None].to(labels.device).split(BATCH):
            with torch.no_grad(), alone():
                total, parts = loss(batch, labels)
            values = {"total": total, **parts, "center_error_px": center_error_px(batch, stride_px).mean()}
            for name, value in values.items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(batch)
        model.train()
        loss.train()
        result.append(Validation({name: value / count for name, value in sums.items()}, maps))
    return result

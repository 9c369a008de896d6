"""What a loss returns, and the mean over maps that ends almost every loss."""

from typing import NamedTuple

import torch

from siamloss.distributed import ranks, sum_over_ranks


class LossOutput(NamedTuple):
    """A scalar loss and the named parts that a training curve shows, each a scalar tensor without gradient."""

    total: torch.Tensor
    parts: dict[str, torch.Tensor]


def sum_of_parts(terms: dict[str, torch.Tensor]) -> LossOutput:
    """The output of a loss that is the sum of these scalars."""
    return LossOutput(torch.stack(list(terms.values())).sum(), {name: value.detach() for name, value in terms.items()})


def map_mean(values: torch.Tensor) -> torch.Tensor:
    """Mean over the last dimension, one value per map ``(..., B)``, and over the maps of all ranks."""
    if ranks() == 1:
        return values.mean(-1)
    sums = values.sum(-1).flatten()
    total = sum_over_ranks(torch.cat([sums, sums.new_full((1,), values.shape[-1])]))
    return (total[:-1] / total[-1]).reshape(values.shape[:-1])


def mean_over_maps(terms: dict[str, torch.Tensor]) -> LossOutput:
    """The output of a loss that is the mean over maps of a sum of terms ``(B,)``."""
    means = map_mean(torch.stack(list(terms.values())))
    return sum_of_parts(dict(zip(terms, means.unbind(), strict=True)))

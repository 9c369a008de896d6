"""Sums and collections over the global batch: all ranks of ``torch.distributed``, or this process alone.

A rank's loss is the loss of the whole batch, and its gradient with respect to its own scores is (number of ranks) times
that of the whole batch: DistributedDataParallel averages the ranks' gradients, and the average is then exactly what one
process would have computed. That factor comes by itself, because the backward of a sum over ranks is a sum over ranks.
Ranks may hold different numbers of maps. Without an initialised process group nothing here costs anything.
"""

import torch
from torch import distributed


def ranks() -> int:
    """Number of processes that share a batch; 1 without a process group."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


class _SumOverRanks(torch.autograd.Function):
    """Sum over ranks, forwards and backwards."""

    @staticmethod
    def forward(ctx, values: torch.Tensor) -> torch.Tensor:
        total = values.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> torch.Tensor:
        total = gradient.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(total)
        return total


def sum_over_ranks(values: torch.Tensor) -> torch.Tensor:
    """Elementwise sum of a tensor of equal shape on every rank."""
    return _SumOverRanks.apply(values) if ranks() > 1 else values


def concatenate_over_ranks(values_K: torch.Tensor) -> torch.Tensor:
    """The K values of every rank one after the other, ``(ranks * K,)``; K is the same on every rank."""
    count = ranks()
    if count == 1:
        return values_K
    own = torch.arange(count, device=values_K.device)[:, None] == distributed.get_rank()
    return sum_over_ranks(torch.where(own, values_K, 0.0)).flatten()

"""Sums and collections over the global batch: all ranks of ``torch.distributed``, or this process alone.

A rank's loss is the loss of the whole batch, and its gradient with respect to its own scores is (number of ranks) times
that of the whole batch: DistributedDataParallel averages the ranks' gradients, and the average is then exactly what one
process would have computed. That factor comes by itself, because the backward of a sum over ranks is a sum over ranks.
Ranks may hold different numbers of maps. Without an initialised process group nothing here costs anything.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import distributed

PATIENCE = timedelta(days=7)
"""How long processes wait for each other: the first of a machine may have to wait for its GPUs, or for another process
that is at the same job."""
_alone = False


@contextmanager
def alone() -> Iterator[None]:
    """For the time of the block, what this process holds is the whole batch: every rank does the same work."""
    global _alone
    before, _alone = _alone, True
    try:
        yield
    finally:
        _alone = before


def ranks() -> int:
    """Number of processes that share a batch; 1 without a process group, and in a block of :func:`alone`."""
    joined = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if joined and not _alone else 1


def rank() -> int:
    """Number of this process among those that share a batch, from 0."""
    return distributed.get_rank() if ranks() > 1 else 0


def local_rank() -> int:
    """Number of this process on its machine, as ``torchrun`` sets it; 0 without it."""
    return int(os.environ.get("LOCAL_RANK", "0"))


@contextmanager
def process_group(device: torch.device) -> Iterator[None]:
    """Join the processes that ``torchrun`` started, for the time of the block; alone, there is nothing to join."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def wait_for_all() -> None:
    """Return when every rank has come here."""
    if ranks() > 1:
        distributed.barrier()


def same_on_all_ranks(values: torch.Tensor) -> bool:
    """Whether every rank gives equal values; every rank has to ask at the same point."""
    if ranks() == 1:
        return True
    least, most = values.clone(), values.clone()
    distributed.all_reduce(least, distributed.ReduceOp.MIN)
    distributed.all_reduce(most, distributed.ReduceOp.MAX)
    return torch.equal(least, most)


def any_rank(flag: bool, device: torch.device) -> bool:
    """Whether the flag is set on any rank; every rank has to ask at the same point."""
    if ranks() == 1:
        return flag
    found = torch.tensor([float(flag)], device=device)
    distributed.all_reduce(found)
    return bool(found.item())


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Replace each gradient by its mean over ranks, in one collective."""
    if ranks() == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= ranks()
    for gradient, mean in zip(gradients, flat.split([each.numel() for each in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


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

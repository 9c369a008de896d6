"""Operations that would make a GPU wait are seen on a CPU."""

import pytest
import torch

from siamloss.losses.host_sync import HostSyncError, no_host_sync

WAITING = {
    "item": lambda x: x.sum().item(),
    "bool": lambda x: bool(x.sum() > 0),
    "float": lambda x: float(x.sum()),
    "if": lambda x: 1 if x.any() else 0,
    "tolist": lambda x: x.tolist(),
    "numpy": lambda x: x.numpy(),
    "cpu": lambda x: x.cpu(),
    "nonzero": lambda x: x.nonzero(),
    "mask": lambda x: x[x > 0],
    "assignment by mask": lambda x: x.clone().__setitem__(x > 0, 1.0),
    "masked_select": lambda x: x.masked_select(x > 0),
    "unique": lambda x: x.unique(),
    "equal": lambda x: torch.equal(x, x + 1),
}


@pytest.mark.parametrize("name", WAITING)
def test_waiting_is_seen(name):
    values = torch.arange(6.0)
    with pytest.raises(HostSyncError), no_host_sync():
        WAITING[name](values)


def test_waiting_in_the_backward_pass_is_seen():
    class Reads(torch.autograd.Function):
        @staticmethod
        def forward(ctx, values):
            return values.clone()

        @staticmethod
        def backward(ctx, gradient):
            return gradient * gradient.sum().item()

    leaf = torch.ones(3, requires_grad=True)
    with pytest.raises(HostSyncError), no_host_sync():
        Reads.apply(leaf).sum().backward()


def test_ordinary_work_is_let_through():
    values = torch.arange(6.0, requires_grad=True)
    with no_host_sync():
        top = torch.where(values > 2, values, 0.0).sort().values[torch.tensor([5, 4])]
        top.sum().backward()
    assert values.grad.tolist() == [0, 0, 0, 0, 1, 1]

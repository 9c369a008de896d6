"""Seeing on any machine that code would make a GPU wait: it reads values back, or makes a tensor whose shape depends on
values."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

READS = {"tolist", "item", "numpy", "cpu", "__array__", "__bool__", "__int__", "__float__", "__index__"}
"""Methods of a tensor that hand its values to Python."""
WAITS = {
    "_local_scalar_dense",
    "nonzero",
    "masked_select",
    "unique_consecutive",
    "unique_dim",
    "_unique",
    "_unique2",
    "bincount",
    "equal",
    "is_nonzero",
    "repeat_interleave",
}
"""Operators that need values on the host."""
INDEXES = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index"}


class HostSyncError(Exception):
    """A device would have to be waited for; the message names the operation."""


class _Methods(TorchFunctionMode):
    """Catches what a CPU tensor answers without an operator: ``tolist`` and ``numpy``."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in READS:
            raise HostSyncError(f"Tensor.{name}")
        return func(*args, **(kwargs or {}))


class _Operators(TorchDispatchMode):
    """Catches operators, in the backward pass too."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here; being prepared for it would load torch's compiler, which takes seconds."""
        return False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name.removeprefix("aten::")
        by_mask = name in INDEXES and any(
            isinstance(index, torch.Tensor) and index.dtype in (torch.bool, torch.uint8) for index in args[1]
        )
        if name in WAITS or by_mask:
            raise HostSyncError("indexing by a mask" if by_mask else f"aten::{name}")
        return func(*args, **(kwargs or {}))


@contextmanager
def no_host_sync() -> Iterator[None]:
    """Raise :class:`HostSyncError` where code inside would wait for a device.

    Example
    -------
    >>> with no_host_sync():
    ...     torch.ones(2).sum().item()
    Traceback (most recent call last):
    siamloss.losses.host_sync.HostSyncError: Tensor.item
    """
    with _Methods(), _Operators():
        yield

"""One optimisation step of one network: forward, loss, backward, clipping, update."""

from collections.abc import Callable
from contextlib import contextmanager

import torch
from torch import nn

from siamloss.config import TrainConfig
from siamloss.distributed import average_gradients, ranks
from siamloss.errors import ConfigError, OutOfMemoryError
from siamloss.model.device import autocast

EAGER_STEPS = 3
"""Steps that run one by one before the next is recorded: libraries choose their kernels and buffers in them."""


class Step:
    """A network, its loss and its optimiser, advanced by one batch at a time.

    After :meth:`run`, ``scores`` ``(B, 1, H, W)`` are those of the last batch, made before its update. With
    ``cuda_graph`` they are overwritten by the next step.
    """

    def __init__(
        self, model: nn.Module, loss: nn.Module, optimizer: torch.optim.SGD, labels: torch.Tensor, config: TrainConfig
    ) -> None:
        if config.cuda_graph and labels.device.type != "cuda":
            raise ConfigError("'train.cuda_graph' needs a CUDA device; set it to false, or use device: cuda")
        if config.cuda_graph and ranks() > 1:
            raise ConfigError("'train.cuda_graph' is for one process; set it to false under torchrun")
        self.model, self.loss, self.optimizer, self.labels, self.config = model, loss, optimizer, labels, config
        self.names: tuple[str, ...] = ()
        self.scores = torch.empty(0)
        self._forward: Callable = torch.compile(model) if config.compile else model
        self._graph: torch.cuda.CUDAGraph | None = None
        self._inputs: tuple[torch.Tensor, ...] = ()
        self._terms = torch.empty(0)
        self._eager = 0

    def set_rate(self, rate: float) -> None:
        """Learning rate of the next steps; a recorded step holds the old one and is dropped."""
        for group in self.optimizer.param_groups:
            if group["lr"] != rate:
                self._graph, self._eager = None, 0
            group["lr"] = rate

    def run(self, exemplar: torch.Tensor, search: torch.Tensor) -> torch.Tensor:
        """Advance by one batch; returns the loss and its parts ``(1 + K,)``, named by ``names``, on the device."""
        with named_out_of_memory(self.config.batch_size):
            if not self.config.cuda_graph:
                return self._compute(exemplar, search)
            if self._graph is None and self._eager < EAGER_STEPS:
                self._eager += 1
                return self._compute(exemplar, search)
            if self._graph is None:
                self._record(exemplar, search)
            for static, given in zip(self._inputs, (exemplar, search), strict=True):
                static.copy_(given)
            self._graph.replay()
            return self._terms.clone()

    def _compute(self, exemplar: torch.Tensor, search: torch.Tensor) -> torch.Tensor:
        with autocast(self.labels.device, self.config.precision):
            scores = self._forward(exemplar, search)
        total, parts = self.loss(scores, self.labels)
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        average_gradients(self.model.parameters())
        if self.config.clip_norm > 0:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self.optimizer.step()
        self.scores, self.names = scores.detach(), ("total", *parts)
        return torch.stack([total.detach(), *(part.detach() for part in parts.values())])

    def _record(self, exemplar: torch.Tensor, search: torch.Tensor) -> None:
        """Record a step without running it; gradients live in the graph's memory from here on."""
        self._inputs = exemplar.clone(), search.clone()
        self.optimizer.zero_grad(set_to_none=True)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._terms = self._compute(*self._inputs)


@contextmanager
def named_out_of_memory(batch_size: int):
    """Turn running out of memory into an error that says which batch size to try.

    Raises
    ------
    OutOfMemoryError : torch could not get the memory.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise _too_large(batch_size) from error
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
            raise
        raise _too_large(batch_size) from error


def _too_large(batch_size: int) -> OutOfMemoryError:
    advice = (
        f"try train.batch_size {batch_size // 2}, for every variant, with the rate scaled alike"
        if batch_size > 1
        else "use a smaller network or another device"
    )
    return OutOfMemoryError(f"out of memory in a training step of {batch_size} pairs; {advice}")

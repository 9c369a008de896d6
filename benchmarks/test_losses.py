"""Time and peak memory of every loss, forward and backward on 15x15 maps; run by `make bench`, never by the tests."""

import pytest
import torch
from benchmarks.memory import peak_bytes

from siamloss.losses import LOSSES, make_loss
from siamloss.pairs.labels import label_map

BATCHES = [8, 32, 128]


def loss_step(name: str, batch: int, device: torch.device):
    """Forward and backward of a loss with its defaults, on scores that change no more."""
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(batch, 1, 15, 15, generator=generator).to(device).requires_grad_()
    labels, loss = label_map(15, 8.0, 16.0).to(device), make_loss(name, {})

    def step() -> None:
        scores.grad = None
        loss(scores, labels).total.backward()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return step


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", LOSSES)
def test_loss_forward_and_backward(benchmark, name, batch):
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    step = loss_step(name, batch, device)
    step()
    benchmark.extra_info["peak_kib"] = round(peak_bytes(step, device) / 1024, 1)
    benchmark.extra_info["device"] = device.type
    benchmark.pedantic(step, rounds=30, warmup_rounds=3)

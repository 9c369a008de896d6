"""What every loss costs beside a training step of the full-width network; writes docs/loss-cost.md.

One CPU thread, time of the processor (not of the clock on the wall, so that other work on the machine counts little).
Each round times one step of the network (augmented batch of 8, forward, loss, backward, update) and then every loss by
itself; shares are medians of the ratios within a round::

    PYTHONPATH=. python benchmarks/loss_cost.py [--rounds 5]
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
from benchmarks.memory import peak_bytes
from benchmarks.test_chain import loader
from benchmarks.test_losses import BATCHES, loss_step

from siamloss.config import ModelConfig
from siamloss.losses import LOSSES, loss_facts, make_loss
from siamloss.model import build_model
from siamloss.pairs.labels import label_map

OUT = Path(__file__).resolve().parents[1] / "docs" / "loss-cost.md"
REPEATS = 20
TARGET = 0.02
TEXT = """# What the losses cost

Forward and backward of each loss with its defaults, on 15x15 maps, one CPU thread, in ms of processor time at batch 8,
32 and 128; the share is that of a whole training step of the full-width network (AlexNet, batch 8: {step_ms:.0f} ms
here), measured in the same run. Peak memory in KiB is what tensors of the loss and its gradient take at most, as
torch's profiler counts it. Target: every loss below {target:.0%}. Largest share: {largest:.2%} (`{slowest}`).

| loss | order per map | ms 8 | ms 32 | ms 128 | share of a step | KiB 8 | KiB 32 | KiB 128 |
|---|---|--:|--:|--:|--:|--:|--:|--:|
"""
END = """
On a GPU no loss waits for the device after the first batch with a labels tensor (`siamloss.losses.host_sync` tells).
`make bench` repeats the times with pytest-benchmark; this page is written by `benchmarks/loss_cost.py`.
"""


def training_step() -> Callable[[], None]:
    """One training step of the full-width network at batch 8, with the work of the loader."""
    pairs, model = loader("alexnet"), build_model(ModelConfig("alexnet"), 0)
    loss, labels = make_loss("logistic", {}), label_map(15, 8.0, 16.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        loss(model(*pairs.load(1, np.arange(8))), labels).total.backward()
        optimizer.step()

    return step


def seconds(step: Callable[[], object], repeats: int) -> float:
    """Median processor time of a step."""
    times = []
    for _ in range(repeats):
        started = time.process_time()
        step()
        times.append(time.process_time() - started)
    return median(times)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    whole = training_step()
    steps = {(name, batch): loss_step(name, batch, torch.device("cpu")) for name in LOSSES for batch in BATCHES}
    for step in (whole, *steps.values()):
        step()
    whole_times, times = [], {key: [] for key in steps}
    for _ in range(options.rounds):
        whole_times.append(seconds(whole, 1))
        for key, step in steps.items():
            times[key].append(seconds(step, REPEATS))
    shares = {
        name: median(loss / step for loss, step in zip(times[name, 8], whole_times, strict=True)) for name in LOSSES
    }
    lines = []
    for name in LOSSES:
        ms = " | ".join(f"{1e3 * median(times[name, batch]):.2f}" for batch in BATCHES)
        kib = " | ".join(f"{peak_bytes(steps[name, batch]) / 1024:.0f}" for batch in BATCHES)
        lines.append(f"| `{name}` | {loss_facts(name)['cost']} | {ms} | {shares[name]:.2%} | {kib} |")
    slowest = max(shares, key=shares.get)
    head = TEXT.format(step_ms=1e3 * median(whole_times), target=TARGET, largest=shares[slowest], slowest=slowest)
    OUT.write_text(head + "\n".join(lines) + "\n" + END, encoding="utf-8")
    print(head + "\n".join(lines))


if __name__ == "__main__":
    main()

"""Full-width training steps per second, beside the peer's step and the machine's matrix-product rate, in one run.

Interleaved rounds, medians of ratios within a round: other work on the machine counts alike for all of them::

    PYTHONPATH=. python benchmarks/training_rate.py [--rounds 7] [--threads 2] [--out rate.json]

``peer`` is the training step of huanglianghua/siamfc-pytorch as its description says it (the same AlexNet with batch
normalisation of momentum 0.05, grouped cross-correlation, class-balanced logistic loss, SGD), on a fixed batch; ``peer
from WxH`` the same fed by worker processes that decode whole frames of that size.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from benchmarks.peer import load_pair
from benchmarks.test_chain import loader
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from siamloss.config import ModelConfig, SyntheticConfig, TrainConfig
from siamloss.config_io import load_profile
from siamloss.data.open import open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.data.sequence import Sequence
from siamloss.losses import make_loss
from siamloss.model import build_model
from siamloss.pairs.labels import label_map
from siamloss.paths import Home
from siamloss.training.step import Step

BATCH = 8
GFLOP_PER_PAIR = 15.6
"""Forward and backward of AlexNet on 127 px and 239 px, multiply and add counted apart."""
SIDE = 2048
QUEUE, STEPS = 5, 6
"""Steps of a block that use up what was made before it, and steps that are timed."""
ROOT = Path(__file__).resolve().parents[1]


def matrix_product() -> Callable[[], None]:
    """A matrix product that stays in reach of the machine's best rate."""
    one, other = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
    return lambda: torch.mm(one, other)


def peer_step() -> Callable[..., None]:
    """The peer's step on a fixed batch, or on the one it is given."""
    model = build_model(ModelConfig("alexnet"), 0).train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps, module.momentum = 1e-6, 0.05
    images = fixed_images()
    labels = (label_map(15, 8.0, 16.0) > 0).float().expand(BATCH, 1, 15, 15)
    weights = torch.where(labels > 0, 0.5 / labels.sum(), 0.5 / (1 - labels).sum())
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9, weight_decay=5e-4)

    def step(given: list[torch.Tensor] | None = None) -> None:
        exemplar, search = map(model.features, given or images)
        _, channels, height, width = search.shape
        scores = functional.conv2d(search.view(1, BATCH * channels, height, width), exemplar, groups=BATCH)
        scores = scores.view(BATCH, 1, *scores.shape[-2:]) * 1e-3
        loss = functional.binary_cross_entropy_with_logits(scores, labels, weights, reduction="sum")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def fixed_images() -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of augmented pairs from random crops."""
    return loader("alexnet").load(1, np.arange(BATCH))


def our_step(compiled: bool, fed: bool) -> Callable[[], None]:
    """Our step on a fixed batch, or fed by the store as in training."""
    model = build_model(ModelConfig("alexnet"), 0).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9, weight_decay=5e-4)
    config = TrainConfig(batch_size=BATCH, clip_norm=0.5, compile=compiled)
    step = Step(model, make_loss("gsl", {}), optimizer, label_map(15, 8.0, 16.0), config)
    images = fixed_images()
    stream = loader("alexnet").stream(1, np.arange(100_000 * BATCH).reshape(-1, BATCH))
    if fed:
        return lambda: step.run(*next(stream))
    return lambda: step.run(*images)


class PeerPairs(IterableDataset):
    """The peer's pairs of one drawn video, without end; each worker draws its own."""

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence

    def __iter__(self) -> Iterator[list[torch.Tensor]]:
        rng = np.random.default_rng(get_worker_info().id)
        while True:
            one, other = rng.integers(0, len(self.sequence), 2)
            yield load_pair(self.sequence, (int(one), int(other)), rng)


def block_of_the_peer(step: Callable, sequence: Sequence, workers: int) -> float:
    """Time of a step of the peer, its batches made by worker processes as it does."""
    batches = iter(DataLoader(PeerPairs(sequence), batch_size=BATCH, num_workers=workers))
    return block(lambda: step(next(batches)))


def block(step: Callable[[], object]) -> float:
    """Time of one of some steps in a row, the first ones not counted: what was made ahead is used up in them."""
    for _ in range(QUEUE):
        step()
    return median(seconds(step) for _ in range(STEPS))


def end_to_end(rounds: int, workers: int, ours: Callable[[], None]) -> dict[str, dict[str, float]]:
    """Training of the peer from frames of two sizes, and ours from the crop store, in turn."""
    step = peer_step()
    with tempfile.TemporaryDirectory() as folder:
        frames = {f"{w}x{h}": drawn_sequence(Path(folder) / str(w), w, h) for w, h in ((640, 480), (1920, 1080))}
        times: dict[str, list[float]] = {name: [] for name in (*frames, "ours")}
        for _ in range(rounds):
            for name, sequence in frames.items():
                times[name].append(block_of_the_peer(step, sequence, workers))
            times["ours"].append(block(ours))
    return {
        f"peer from {name}": {
            "pairs_per_s": BATCH / median(times[name]),
            "ours_times_that": median(one / other for one, other in zip(times[name], times["ours"], strict=True)),
        }
        for name in frames
    }


def drawn_sequence(folder: Path, width: int, height: int) -> Sequence:
    """A drawn video of JPEG frames."""
    setting = SyntheticConfig(sequences=1, frames=12, seed=1, width=width, height=height)
    demo = load_profile(ROOT / "config" / "demo.yaml", results=str(folder), profile="bench")
    sets = replace(demo.datasets, train=replace(demo.datasets.train, synthetic=setting))
    experiment = replace(demo, datasets=sets)
    manifest = Home(experiment).manifest(sets.train.name)
    prepare_dataset(experiment, sets.train.name, manifest)
    return open_dataset(experiment, sets.train)[0]


def seconds(step: Callable[[], object]) -> float:
    """Time of one call on the wall."""
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def main() -> None:
    """Run, print and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    steps = {
        "matrix product": matrix_product(),
        "peer": peer_step(),
        "eager": our_step(compiled=False, fed=False),
        "eager, fed": our_step(compiled=False, fed=True),
        "compiled": our_step(compiled=True, fed=False),
        "compiled, fed": our_step(compiled=True, fed=True),
    }
    for step in steps.values():
        seconds(step), seconds(step)
    rounds = [{name: seconds(step) for name, step in steps.items()} for _ in range(options.rounds)]
    flops = dict.fromkeys(steps, 1000000000.0 * GFLOP_PER_PAIR * BATCH) | {"matrix product": 2.0 * SIDE**3}
    result = {
        "hardware": f"{platform.machine()}, {options.threads} threads",
        "torch": torch.__version__,
        "rounds": options.rounds,
        "matrix_product_gflop_per_s": median(flops["matrix product"] / item["matrix product"] / 1e9 for item in rounds),
    }
    for name in list(steps)[1:]:
        result[name] = {
            "pairs_per_s": BATCH / median(item[name] for item in rounds),
            "share_of_matrix_product": median(
                flops[name] / item[name] / (flops["matrix product"] / item["matrix product"]) for item in rounds
            ),
            "times_the_peer": median(item["peer"] / item[name] for item in rounds),
        }
    for name in ("eager", "compiled"):
        cost = median(item[f"{name}, fed"] / item[name] for item in rounds) - 1.0
        result[f"{name}, fed"]["more_than_fixed"] = cost
    result |= end_to_end(options.rounds // 3 or 1, options.threads, steps["compiled, fed"])
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Check and time the network on this machine's device, in one process of a few minutes.

Compares losses, gradients and score maps with the CPU in float32, trains the small and the full net for some steps on
random crops in the device's own precision, tracks a drawn video, and writes all of it as JSON with the device's name.
Needs torch, numpy, pandas, opencv, safetensors and pyyaml only::

    PYTHONPATH=src:. python3 benchmarks/device_check.py --out device.json
"""

import argparse
import json
import platform
import statistics
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from benchmarks.tracking_rate import many, one_at_a_time

from siamloss.config import ModelConfig, PairsConfig, TrackConfig, TrainConfig
from siamloss.crops.store import CropStore, store_px
from siamloss.data.sequence import Sequence
from siamloss.geometry.network import GEOMETRY
from siamloss.losses import LOSSES, make_loss
from siamloss.model import build_model
from siamloss.model.correlation import cross_correlation
from siamloss.model.device import autocast, choose_device, make_deterministic
from siamloss.pairs.labels import label_map
from siamloss.pairs.loader import PairLoader
from siamloss.pairs.resident import make_resident
from siamloss.tracking.batched import Part, play_all
from siamloss.tracking.protocols import one_pass_play
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.training.step import Step

LABELS = label_map(15, 8.0, 16.0)
BLOCKS = 5
"""Timed blocks of steps; the median is told."""


def wait(device: torch.device) -> None:
    """Let all queued work finish before a clock is read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def random_loader(backbone: str, device: torch.device) -> PairLoader:
    """Pairs cut from random crops: the same work as real ones."""
    geometry = GEOMETRY[backbone]
    side = store_px(geometry.train_search_px, 4 * geometry.resolution, 0.05)
    crops = np.random.default_rng(0).integers(0, 256, (400, side, side, 3), dtype=np.uint8)
    store = CropStore(crops, np.array([0, 200, 400]), np.tile(np.arange(200, dtype=np.int32), 2), ("a", "b"))
    return PairLoader(store, geometry, PairsConfig(gray_probability=0.25), 0, device)


def largest_loss_difference(device: torch.device) -> dict[str, float]:
    """Relative difference of each loss's gradient from the CPU's in float64."""
    scores = torch.randn(8, 1, 15, 15, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    result = {}
    for name in LOSSES:
        gradients = []
        for where, kind in ((torch.device("cpu"), torch.float64), (device, torch.float32)):
            leaf = scores.detach().clone().to(where, kind).requires_grad_()
            make_loss(name, {})(leaf, LABELS.to(where)).total.backward()
            gradients.append(leaf.grad.double().cpu())
        result[name] = float((gradients[0] - gradients[1]).abs().max() / gradients[0].abs().max())
    return result


def score_map_difference(backbone: str, device: torch.device) -> dict[str, float]:
    """Largest difference of a score map from the CPU's, relative to the map's spread, in both precisions."""
    exemplar, search = random_loader(backbone, torch.device("cpu")).load(1, np.arange(4))
    model = build_model(ModelConfig(backbone), 0).train()
    with torch.no_grad():
        reference = model(exemplar, search)
        model.to(device)
        plain = model(exemplar.to(device), search.to(device)).cpu()
        with autocast(device):
            mixed = model(exemplar.to(device), search.to(device)).float().cpu()
    spread = float(reference.std())
    return {name: float((x - reference).abs().max()) / spread for name, x in (("float32", plain), ("autocast", mixed))}


def make_step(backbone: str, device: torch.device, batch: int, mode: str) -> Step:
    """The training step of the GSL, in one of its modes."""
    config = TrainConfig(batch_size=batch, clip_norm=0.5, compile=mode == "compiled", cuda_graph=mode == "graph")
    model = build_model(ModelConfig(backbone), 0).to(device).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9, weight_decay=5e-4)
    return Step(model, make_loss("gsl", {}), optimizer, LABELS.to(device), config)


def train_rate(backbone: str, device: torch.device, batch: int, steps: int, mode: str) -> dict[str, float]:
    """Training steps on a fixed batch, and fed by a store that lies on the device, as pairs per second."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    loader, step = random_loader(backbone, device), make_step(backbone, device, batch, mode)
    fixed = loader.load(1, np.arange(batch))
    resident = make_resident(loader.store, device, budget_bytes=2**32)
    stream = replace(loader, resident=resident).stream(1, np.arange(10**5 * batch).reshape(-1, batch))
    rates = {}
    for name, images in (("fixed", lambda: fixed), ("fed", lambda: next(stream))):
        times = []
        for block in range(BLOCKS + 1):
            wait(device)
            started = time.perf_counter()
            for _ in range(steps):
                step.run(*images())
            wait(device)
            if block:  # the first one warms up
                times.append((time.perf_counter() - started) / steps)
        rates[f"{name}_pairs_per_s"] = batch / statistics.median(times)
    stream.close()
    if device.type == "cuda":
        rates["peak_mib"] = torch.cuda.max_memory_allocated(device) / 2**20
    return rates


def correlation_ms(device: torch.device, batch: int, steps: int) -> dict[str, float]:
    """Cross-correlation forwards and backwards at training size: grouped convolution and batched matrix product."""
    shapes = (batch, 256, 6, 6), (batch, 256, 20, 20)
    features = [torch.randn(shape, device=device, requires_grad=True) for shape in shapes]

    def grouped(exemplar: torch.Tensor, search: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.conv2d(search.reshape(1, -1, 20, 20), exemplar, groups=batch)

    result = {}
    for name, correlate in (("grouped convolution", grouped), ("matrix product", cross_correlation)):
        times = []
        for block in range(BLOCKS + 1):
            wait(device)
            started = time.perf_counter()
            for _ in range(steps):
                torch.autograd.grad(correlate(*features).square().sum(), features)
            wait(device)
            if block:
                times.append((time.perf_counter() - started) / steps)
        result[name] = 1e3 * statistics.median(times)
    return result


def graph_difference(backbone: str, device: torch.device) -> float:
    """Largest difference of any weight after 12 steps with a recorded step from 12 single ones; 0 is equal bytes."""
    loader = random_loader(backbone, device)
    weights = []
    for mode in ("eager", "graph"):
        step = make_step(backbone, device, 8, mode)
        step.set_rate(1e-3)
        for number in range(12):
            step.run(*loader.load(1, np.arange(8 * number, 8 * number + 8)))
        weights.append(torch.cat([tensor.detach().flatten().double() for tensor in step.model.parameters()]))
    return float((weights[0] - weights[1]).abs().max())


def drawn_video(folder: Path, frames: int) -> Sequence:
    """A disc that moves over noise, 640x480 JPEG files."""
    scene = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8), (9, 9), 3)
    paths = tuple(folder / f"{frame:04d}.jpg" for frame in range(frames))
    for frame, path in enumerate(paths):
        image = scene.copy()
        cv2.circle(image, (200 + 2 * frame, 240), 30, (220, 40, 40), -1)
        cv2.imwrite(str(path), image)
    boxes = np.array([[170.0 + 2 * frame, 210.0, 60.0, 60.0] for frame in range(frames)])
    return Sequence("drawn", paths, boxes, np.ones(frames, dtype=bool))


def batch_difference(sequence: Sequence, device: torch.device, backbone: str) -> float:
    """Largest difference of a box tracked with others from the same tracked alone, px."""
    tracker = SiamFCTracker(build_model(ModelConfig(backbone), 0).to(device).eval(), TrackConfig(), GEOMETRY[backbone])
    lengths = [len(sequence) - 3 * number for number in range(7)]
    cut = [
        replace(sequence, frame_paths=sequence.frame_paths[:n], boxes=sequence.boxes[:n], visible=sequence.visible[:n])
        for n in lengths
    ]
    results = []
    for streams in (1, 5):
        parts = [Part(part, partial(one_pass_play, tracker.new_target(), part)) for part in cut]
        tables = dict(play_all(tracker.network, parts, streams))
        results.append(np.concatenate([tables[n][["x", "y", "w", "h"]].to_numpy() for n in range(len(cut))]))
    return float(np.abs(results[0] - results[1]).max())


def main() -> None:
    """Run all parts and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 32, 128])
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 16, 64, 128])
    options = parser.parse_args()
    make_deterministic()
    device = choose_device(options.device)
    folder = tempfile.TemporaryDirectory()
    video = drawn_video(Path(folder.name), 60 if device.type == "cuda" else 21)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    result = {"device": name, "torch": torch.__version__, "loss_gradients": largest_loss_difference(device)}
    result["correlation_ms"] = {batch: correlation_ms(device, batch, options.steps) for batch in options.batches}
    for backbone in GEOMETRY:
        print(f"{backbone} on {name}", flush=True)
        result[backbone] = {
            "score_maps": score_map_difference(backbone, device),
            "train": {
                mode: {batch: train_rate(backbone, device, batch, options.steps, mode) for batch in options.batches}
                for mode in (["eager", "compiled", "graph"] if device.type == "cuda" else ["eager"])
            },
            "graph_difference": graph_difference(backbone, device) if device.type == "cuda" else None,
            "track_ms": one_at_a_time(video, options.steps, device, backbone),
            "track_frames_per_s": {
                streams: many(video, streams, device, backbone, 2 * streams if streams > 1 else 2)
                for streams in options.streams
            },
            "track_batch_difference_px": batch_difference(video, device, backbone),
        }
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Frames per second of tracking, beside the peer's tracker and the machine's matrix-product rate, in one run.

Six frames in turn for each, medians without the first of six and without a round of warm-up: other work on the machine
counts alike::

    PYTHONPATH=. python benchmarks/tracking_rate.py [--frames 60] [--threads 2] [--device auto] [--out rate.json]

``peer`` is the tracker of huanglianghua/siamfc-pytorch as its description says it: AlexNet with batch normalisation on
three crops of 255 px, cross-correlation, bicubic upsampling, penalties and window in numpy. ``many`` is the aggregate
rate of the batched tracker. Decoding is not part of the trackers' times; it is reported beside them.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from siamloss.config import ModelConfig, TrackConfig
from siamloss.data.open import open_dataset
from siamloss.data.sequence import Sequence
from siamloss.geometry import box_center, context_size
from siamloss.geometry.network import GEOMETRY
from siamloss.model import SiamFC, build_model
from siamloss.model.device import choose_device
from siamloss.model.frozen import freeze
from siamloss.tracking.batched import Part, play_all
from siamloss.tracking.protocols import one_pass_play
from siamloss.tracking.siamfc import SiamFCTracker

GFLOP_PER_FRAME = 16.3
"""AlexNet on three search images of 255 px, multiply and add counted apart."""
SIDE, BLOCK = 2048, 6
"""Of the matrices that are multiplied; frames that a tracker gets in a row."""


def peer_backbone(model: SiamFC) -> nn.Sequential:
    """The same layers in the peer's order: pooling after the ReLU."""
    layers: list[nn.Module] = []
    for layer in model.backbone:
        pools = isinstance(layer, nn.ReLU) and isinstance(layers[-1], nn.MaxPool2d)
        layers.insert(len(layers) - pools, layer)
    return nn.Sequential(*layers)


class PeerTracker:
    """The tracker of siamfc-pytorch, restated for its speed."""

    def __init__(self, model: SiamFC, device: torch.device) -> None:
        self.backbone, self.device = peer_backbone(model), device
        self.scales = 1.0375 ** np.linspace(-1, 1, 3)
        self.window = np.outer(np.hanning(272), np.hanning(272))
        self.window /= self.window.sum()

    def crop(self, image: np.ndarray, side: float, out: int) -> np.ndarray:
        side = round(side)
        low = np.round(self.center - (side - 1) / 2).astype(int)
        high = low + side
        pad = int(max(0, *-low, *(high - [image.shape[1], image.shape[0]])))
        if pad:
            image = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=self.color)
        patch = image[low[1] + pad : high[1] + pad, low[0] + pad : high[0] + pad]
        return cv2.resize(patch, (out, out), interpolation=cv2.INTER_LINEAR)

    def features(self, patches: list[np.ndarray]) -> torch.Tensor:
        return self.backbone(torch.from_numpy(np.stack(patches)).to(self.device).permute(0, 3, 1, 2).float())

    @torch.no_grad()
    def init(self, image: np.ndarray, box: np.ndarray) -> None:
        self.center, self.size = box_center(box), box[2:].copy()
        self.color = np.mean(image, axis=(0, 1))
        self.side = float(context_size(self.size)) * 255 / 127
        self.exemplar = self.features([self.crop(image, self.side * 127 / 255, 127)])

    @torch.no_grad()
    def update(self, image: np.ndarray) -> np.ndarray:
        search = self.features([self.crop(image, self.side * scale, 255) for scale in self.scales])
        scores = functional.conv2d(search, self.exemplar) * 1e-3
        maps = scores.squeeze(1).cpu().numpy()
        maps = np.stack([cv2.resize(one, (272, 272), interpolation=cv2.INTER_CUBIC) for one in maps])
        maps[[0, 2]] *= 0.9745
        scale = int(np.argmax(np.amax(maps, axis=(1, 2))))
        response = maps[scale] - maps[scale].min()
        response = (1 - 0.176) * response / (response.sum() + 1e-16) + 0.176 * self.window
        row, column = np.unravel_index(response.argmax(), response.shape)
        shift = (np.array([column, row]) - 135.5) / 16 * 8 * self.side * self.scales[scale] / 255
        self.center = self.center + shift
        factor = (1 - 0.59) + 0.59 * self.scales[scale]
        self.side, self.size = self.side * factor, self.size * factor
        return np.concatenate([self.center - (self.size - 1) / 2, self.size])


class Timed(nn.Module):
    """A network that remembers how long it worked since it was last asked."""

    def __init__(self, model: SiamFC, device: torch.device) -> None:
        super().__init__()
        self.model, self.device, self.seconds = freeze(model), device, 0.0

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return self._timed(self.model.features, images)

    def correlate(self, exemplar: torch.Tensor, search: torch.Tensor) -> torch.Tensor:
        return self._timed(self.model.correlate, exemplar, search)

    def _timed(self, work, *tensors: torch.Tensor) -> torch.Tensor:
        wait(self.device)
        started = time.perf_counter()
        result = work(*tensors)
        wait(self.device)
        self.seconds += time.perf_counter() - started
        return result


def wait(device: torch.device) -> None:
    """Until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measured(work, *arguments) -> float:
    """Seconds of one call, which ends on the CPU."""
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def one_at_a_time(sequence: Sequence, frames: int, device: torch.device, backbone: str) -> dict:
    """Medians in ms of each tracker, and of the parts of ours."""
    model = build_model(ModelConfig(backbone), 0).to(device).eval()
    geometry = GEOMETRY[backbone]
    timed = Timed(model, device)
    trackers = {
        "ours": SiamFCTracker(model, TrackConfig(), geometry),
        "ours, network timed": SiamFCTracker(timed, TrackConfig(), geometry),
        "ours, scale_search peak": SiamFCTracker(model, TrackConfig(scale_search="peak"), geometry),
    }
    if device.type == "cpu" and torch.cpu._is_vnni_supported():
        for search, name in (("all", "ours, int8"), ("peak", "ours, int8, scale_search peak")):
            config = TrackConfig(precision="int8", scale_search=search)
            trackers[name] = SiamFCTracker(model, config, geometry)
    if backbone == "alexnet":
        trackers["peer"] = PeerTracker(model, device)
    one, other = torch.rand(SIDE, SIDE, device=device), torch.rand(SIDE, SIDE, device=device)
    target = trackers["ours"].new_target()
    trackers["ours"]._target = target
    works = {
        "decode": lambda image, frame: sequence.image(frame),
        **{name: lambda image, frame, tracker=tracker: tracker.update(image) for name, tracker in trackers.items()},
        "crops": lambda image, frame: target._cut(image, target._search_side * target._scales, geometry.search_px),
        "product": lambda image, frame: torch.mm(one, other).sum().item(),
    }
    times: dict[str, list[float]] = {name: [] for name in [*works, "network"]}
    for number in range(1 + frames // BLOCK):  # the first block warms up
        first = 1 + number * BLOCK % (len(sequence) - BLOCK)
        images = [sequence.image(first + step) for step in range(BLOCK)]
        for tracker in trackers.values():  # random weights do not stay on the target for ever
            tracker.init(images[0], sequence.boxes[first])
        for name, work in works.items():
            for step, image in enumerate(images):
                timed.seconds = 0.0
                seconds = measured(work, image, first + step)
                if number > 0 and step > 0:  # the first one of a block finds the caches full of others' numbers
                    times[name].append(seconds)
                    if name == "ours, network timed":
                        times["network"].append(timed.seconds)
    result = {name: round(1e3 * median(values), 3) for name, values in times.items()}
    outside = [total - network for total, network in zip(times["ours, network timed"], times["network"], strict=True)]
    result["outside the network"] = round(1e3 * median(outside), 3)
    if backbone == "alexnet":
        product = 2 * SIDE**3 / 1e9
        result["share of the matrix-product rate"] = {
            name: round(GFLOP_PER_FRAME / product * median(np.divide(times["product"], times[name])), 3)
            for name in ("peer", "ours")
        }
        for name in [name for name in trackers if name.startswith("ours") and "timed" not in name]:
            ratios = [peer / own for peer, own in zip(times["peer"], times[name], strict=True)]
            result[f"times the peer, {name}"] = round(median(ratios), 2)
    return result


def many(sequence: Sequence, streams: int, device: torch.device, backbone: str, count: int) -> float:
    """Aggregate frames per second of ``count`` plays of a sequence, decoding included."""
    tracker = SiamFCTracker(build_model(ModelConfig(backbone), 0).to(device).eval(), TrackConfig(), GEOMETRY[backbone])

    def play(number: int) -> float:
        parts = [Part(sequence, partial(one_pass_play, tracker.new_target(), sequence)) for _ in range(number)]
        started = time.perf_counter()
        frames = sum(len(table) for _, table in play_all(tracker.network, parts, streams))
        return frames / (time.perf_counter() - started)

    play(min(streams, count))
    return play(count)


def main() -> None:
    """Measure, print, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 2, 8])
    parser.add_argument("--backbones", nargs="+", default=["alexnet", "small"])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = choose_device(options.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    result: dict = {"device": name, "threads": options.threads, "torch": torch.__version__, "frames": "640x480 JPEG"}
    from benchmarks.video import draw_video

    with tempfile.TemporaryDirectory() as folder:
        experiment = draw_video(Path(folder))
        sequence = open_dataset(experiment, experiment.datasets.train)[0]
        for backbone in options.backbones:
            result[backbone] = {"ms": one_at_a_time(sequence, options.frames, device, backbone)}
            result[backbone]["frames_per_s_of_many"] = {
                streams: round(many(sequence, streams, device, backbone, 2 * streams if streams > 1 else 1), 1)
                for streams in options.streams
            }
            print(json.dumps(result[backbone], indent=1), flush=True)
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""The tracker against a plain restatement of SiamFC-3s: same weights, same frames, the same boxes."""

from collections.abc import Sequence as Images
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
import torch
from tests.reference.siamfc_plain import ALEXNET, SMALL, PlainSiamFC

from siamloss.config import ModelConfig, TrackConfig
from siamloss.data.otb import read_otb
from siamloss.geometry.network import GEOMETRY
from siamloss.model import SiamFC, build_model
from siamloss.model.norm import BatchNorm2d
from siamloss.tracking.siamfc import SiamFCTracker

BACKBONES = {"alexnet": ALEXNET, "small": SMALL}
OFFICIAL = TrackConfig(scale_penalty="multiplicative", peak="cell")
CORNER_PX, SIZE_SHARE = 1e-3, 1e-5
"""The promise is 0.5 px and 0.5 %; where both trackers choose the same cells, no more than rounding is left."""
SLACK = 2e-5
"""Share of a score map's range within which a choice counts as a tie: five times what folding of batch normalisation
and other orders of summation changed in any map that was looked at."""


@dataclass(frozen=True)
class Parity:
    """How far two trajectories are apart, and what they went through.

    Attributes
    ----------
    corner_px, center_px, size_share : largest distance of corners and centres, largest relative difference of sizes.
    ties : frames in which ours took another of several equally good choices.
    moved_px : mean larger coordinate of the way of the centre from frame to frame.
    width_shares : least and greatest width, in widths of the first box.
    """

    corner_px: float
    center_px: float
    size_share: float
    ties: int
    moved_px: float
    width_shares: tuple[float, float]


def network(backbone: str, images: Images[np.ndarray], seed: int) -> SiamFC:
    """Random weights, with the batch statistics of windows of these images."""
    model = build_model(ModelConfig(backbone=backbone), seed)
    size = GEOMETRY[backbone].search_px
    windows = [image[top : top + 100, left : left + 100] for image in images for top, left in ((0, 0), (40, 60))]
    crops_BHWC = np.stack([cv2.resize(window, (size, size)) for window in windows])
    for layer in model.modules():
        if isinstance(layer, BatchNorm2d):
            layer.momentum = None  # the statistics of this batch
    with torch.no_grad():
        model.train().features(torch.from_numpy(crops_BHWC).permute(0, 3, 1, 2).float())
    return model.eval()


def drawn(frames: int, seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """A textured patch that wanders, grows, shrinks and reaches over the border, and its first box."""
    random = np.random.default_rng(seed)

    def texture(height: int, width: int, cell: int) -> np.ndarray:
        coarse = random.integers(0, 256, (height // cell + 2, width // cell + 2, 3), dtype=np.uint8)
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)

    background, patch = texture(240, 320, 12), texture(60, 44, 8)
    center, speed = np.array([160.0, 120.0]), np.zeros(2)
    images, boxes = [], []
    for frame in range(frames):
        width, height = (round(side * (1 + 0.4 * np.sin(frame / 25))) for side in (44, 60))
        left, top = np.round(center - np.array([width, height]) / 2).astype(int)
        image = cv2.copyMakeBorder(background, 80, 80, 80, 80, cv2.BORDER_REPLICATE)
        image[80 + top : 80 + top + height, 80 + left : 80 + left + width] = cv2.resize(patch, (width, height))
        images.append(np.ascontiguousarray(image[80:-80, 80:-80]))
        boxes.append((left, top, width, height))
        speed = 0.8 * speed + random.normal(0, 2.5, 2)
        center = np.clip(center + speed, 15, [305, 225])
    return images, np.array(boxes[0], dtype=float)


def compare(
    model: SiamFC, backbone: str, images: Images[np.ndarray], box: np.ndarray, config: TrackConfig = OFFICIAL
) -> Parity:
    """Track with both. Where the plain one finds several choices equally good, it takes the one nearest to ours."""
    tracker = SiamFCTracker(model, config, GEOMETRY[backbone])
    limits = (config.size_min, config.size_max)
    plain = PlainSiamFC(model.state_dict(), model.gain, BACKBONES[backbone], limits)
    tracker.init(images[0], box)
    plain.init(images[0], box)
    ours, theirs, ties = [], [], 0
    with torch.no_grad():
        for image in images[1:]:
            ours.append(tracker.update(image)[0])
            choices = plain.choices(image, SLACK)
            nearest = min(choices, key=lambda choice: np.abs(plain.box_after(choice) - ours[-1]).max())
            ties += nearest != choices[0]
            theirs.append(plain.take(nearest))
    ours, theirs = np.array(ours), np.array(theirs)
    centers = [boxes[:, :2] + (boxes[:, 2:] - 1) / 2 for boxes in (ours, theirs)]
    return Parity(
        corner_px=np.abs(ours[:, :2] - theirs[:, :2]).max(),
        center_px=np.abs(centers[0] - centers[1]).max(),
        size_share=np.abs(ours[:, 2:] / theirs[:, 2:] - 1).max(),
        ties=ties,
        moved_px=np.abs(np.diff(centers[0], axis=0)).max(axis=1).mean(),
        width_shares=(ours[:, 2].min() / box[2], ours[:, 2].max() / box[2]),
    )


def check(found: Parity, frames: int) -> None:
    assert found.corner_px <= CORNER_PX, found
    assert found.center_px <= CORNER_PX, found
    assert found.size_share <= SIZE_SHARE, found
    assert found.ties <= 1 + 0.01 * frames, found
    assert found.moved_px > 0.2, "a tracker that stands still proves nothing"


def real_frames(realmini, name: str, frames: int) -> tuple[list[np.ndarray], np.ndarray]:
    sequence = read_otb(realmini / "otb", (name,))[0]
    return [sequence.image(frame) for frame in range(min(frames, len(sequence)))], sequence.boxes[0]


def test_drawn_patch():
    images, box = drawn(201, seed=1)
    check(compare(network("small", images[:4], 1), "small", images, box), len(images) - 1)


def test_real_sequence(realmini):
    images, box = real_frames(realmini, "Diving", 121)
    check(compare(network("small", images[:4], 0), "small", images, box), len(images) - 1)


def test_full_width():
    images, box = drawn(9, seed=2)
    check(compare(network("alexnet", images[:4], 3), "alexnet", images, box), 8)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Deer", marks=pytest.mark.slow),
        *(
            pytest.param(name, marks=pytest.mark.parity)
            for name in ("Crossing", "Diving", "Football1", "MountainBike", "Skiing")
        ),
    ],
)
def test_full_width_on_real_sequences(realmini, name):
    images, box = real_frames(realmini, name, 201)
    check(compare(network("alexnet", images[:4], 5), "alexnet", images, box), len(images) - 1)


def test_scores_below_zero():
    """There the multiplicative penalty rewards the outer scales."""
    images, box = drawn(41, seed=4)
    model = network("small", images[:4], 0)
    with torch.no_grad():
        model.bias.fill_(-1000.0)
    check(compare(model, "small", images, box), 40)


def test_limits_of_the_size():
    images, box = drawn(61, seed=0)
    config = replace(OFFICIAL, size_min=0.98, size_max=1.02)
    found = compare(network("small", images[:4], 0), "small", images, box, config)
    check(found, 60)
    assert found.width_shares == pytest.approx((0.98, 1.02)), "both limits are met"


@pytest.mark.parametrize(
    "wrong",
    [
        {"window_influence": 0.2},
        {"scale_lr": 0.57},
        {"scale_step": 1.04},
        {"scale_penalty_factor": 0.97},
        {"scale_penalty": "shift_safe"},
    ],
)
def test_another_tracker_is_noticed(wrong):
    images, box = drawn(61, seed=0)
    found = compare(network("small", images[:4], 0), "small", images, box, replace(OFFICIAL, **wrong))
    assert found.corner_px > 0.5
    assert found.size_share > 0.005

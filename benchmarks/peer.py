"""What huanglianghua/siamfc-pytorch does per training pair, restated from its description: the rate to compare with.

For each pair it decodes three frames (one only for its size), averages two of them in float64 for the padding colour,
cuts a 255 px window around each target, then stretches and crops at random. Its speed is what counts here.
"""

import cv2
import numpy as np
import torch

from siamloss.data.sequence import Sequence
from siamloss.geometry import box_center, context_size

METHODS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_NEAREST, cv2.INTER_LANCZOS4)


def window(image: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Window of 255 px around a target, padded with the frame's mean colour."""
    color = np.mean(image, axis=(0, 1), dtype=float)
    side = float(context_size(box[2:])) * 255 / 127
    low = np.round(box_center(box) - (side - 1) / 2).astype(int)
    high = low + round(side)
    size = np.array([image.shape[1], image.shape[0]])
    pad = int(max(0, *-low, *(high - size)))
    if pad:
        image = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=color)
    patch = image[low[1] + pad : high[1] + pad, low[0] + pad : high[0] + pad]
    return cv2.resize(patch, (255, 255), interpolation=int(rng.choice(METHODS)))


def centered(image: np.ndarray, side: int, shift: np.ndarray) -> np.ndarray:
    """Crop of a side, off the centre by whole pixels; filled up with its border where the image is too small."""
    missing = max(0, side + 2 * int(np.abs(shift).max()) - min(image.shape[:2]) + 1) // 2 + 1
    image = cv2.copyMakeBorder(image, *[missing] * 4, cv2.BORDER_REPLICATE)
    y, x = (np.array(image.shape[:2]) - side) // 2 + shift
    return image[y : y + side, x : x + side]


def augmented(patch: np.ndarray, side: int, rng: np.random.Generator) -> torch.Tensor:
    """Random stretch, then a crop at random within 4 px; float32 ``(3, side, side)``."""
    scale = 1 + rng.uniform(-0.05, 0.05)
    patch = cv2.resize(patch, (round(255 * scale),) * 2, interpolation=int(rng.choice(METHODS)))
    return torch.from_numpy(centered(patch, side, rng.integers(-4, 5, 2)).copy()).permute(2, 0, 1).float()


def load_pair(sequence: Sequence, rows: tuple[int, int], rng: np.random.Generator) -> list[torch.Tensor]:
    """Exemplar and search image of two frames, with all that is decoded for them."""
    sequence.image(0)
    images = [sequence.image(row) for row in rows]
    patches = [window(image, sequence.boxes[row], rng) for image, row in zip(images, rows, strict=True)]
    return [augmented(patch, side, rng) for patch, side in zip(patches, (127, 239), strict=True)]


def load_batch(sequence: Sequence, count: int, rng: np.random.Generator) -> list[torch.Tensor]:
    """``count`` pairs stacked."""
    rows = rng.integers(0, len(sequence), (count, 2))
    pairs = [load_pair(sequence, (int(one), int(other)), rng) for one, other in rows]
    return [torch.stack(images) for images in zip(*pairs, strict=True)]

"""One's own pictures in drawn scenes: photographs to look at behind the objects, cut-outs to use as objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from siamloss.data.synthetic.background import ROOM
from siamloss.data.synthetic.shapes import MARGIN, POINTS, draw_mask
from siamloss.data.synthetic.sprites import SIDE_PX, TEXTURE_MARGIN, Sprite, pyramid
from siamloss.errors import MissingDataError, UnreadableImageError

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
LEAST_SIDE_PX = 16
_OPAQUE = 127
KEPT_PHOTOS = 3
"""Decoded photographs that stay in memory."""


@dataclass(frozen=True)
class Cutout:
    """An object cut out of a photograph.

    Attributes
    ----------
    colour : uint8 BGR ``(H, W, 3)`` of its bounding box.
    outline : float64 ``(POINTS, 2)`` of its silhouette, filling [-1, 1]^2.
    """

    colour: np.ndarray
    outline: np.ndarray


def picture_files(folder: str) -> tuple[Path, ...]:
    """The pictures of a folder, by name; none for no folder.

    Raises
    ------
    MissingDataError : the folder is missing or holds no picture.
    """
    if not folder:
        return ()
    root = Path(folder)
    files = sorted(path for path in root.iterdir() if path.suffix.lower() in ENDINGS) if root.is_dir() else []
    if not files:
        raise MissingDataError(f"{root} holds no pictures ({', '.join(ENDINGS)}); give a folder that does")
    return tuple(files)


@dataclass(frozen=True)
class Photos(Sequence):
    """Photographs, uint8 BGR ``(H, W, 3)``, each decoded when it is asked for: twenty of 12 megapixels are 0.7 GB."""

    files: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> np.ndarray:
        return _photo(self.files[index])


@lru_cache(maxsize=4)
def open_photos(folder: str) -> Photos:
    """Photographs of a folder; one that cannot be decoded raises :class:`UnreadableImageError` when it is asked for.

    Raises
    ------
    MissingDataError : there are none.
    """
    return Photos(picture_files(folder))


@lru_cache(maxsize=KEPT_PHOTOS)
def _photo(path: Path) -> np.ndarray:
    return _read(path, cv2.IMREAD_COLOR)


@lru_cache(maxsize=4)
def open_cutouts(folder: str) -> tuple[Cutout, ...]:
    """Objects of PNG images with an alpha channel; of each its largest opaque part.

    Raises
    ------
    MissingDataError, UnreadableImageError : there are none, or one has no alpha channel or nothing opaque.
    """
    return tuple(_cut_out(path) for path in picture_files(folder))


def _read(path: Path, flags: int) -> np.ndarray:
    data = np.fromfile(path, dtype=np.uint8)
    image = cv2.imdecode(data, flags) if data.size else None
    if image is None:
        raise UnreadableImageError(f"{path} is not a readable picture; replace or remove it")
    return image


def _cut_out(path: Path) -> Cutout:
    image = _read(path, cv2.IMREAD_UNCHANGED)
    if image.ndim != 3 or image.shape[2] != 4 or image.dtype != np.uint8:
        raise UnreadableImageError(f"{path} has no 8-bit alpha channel; save the cut-out as a PNG with transparency")
    opaque = (image[..., 3] > _OPAQUE).astype(np.uint8)
    contours, _ = cv2.findContours(opaque, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(contours, key=cv2.contourArea, default=np.zeros((0, 1, 2), np.int32))
    x, y, w, h = cv2.boundingRect(contour) if len(contour) else (0, 0, 0, 0)
    if min(w, h) < LEAST_SIDE_PX:
        raise UnreadableImageError(
            f"{path} has no opaque part of {LEAST_SIDE_PX} px or more; make the object opaque and the rest transparent"
        )
    points = contour[:, 0].astype(np.float64)
    steps = np.linalg.norm(np.diff(points, axis=0, append=points[:1]), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0.0, way[-1], POINTS, endpoint=False)
    ring = np.concatenate([points, points[:1]])
    outline = np.stack([np.interp(at, way, ring[:, axis]) for axis in (0, 1)], axis=1)
    low, high = outline.min(axis=0), outline.max(axis=0)
    return Cutout(image[y : y + h, x : x + w, :3], (outline - low) / (high - low) * 2.0 - 1.0)


def cut_photo(rng: np.random.Generator, photos: Sequence[np.ndarray], width: int, height: int) -> np.ndarray:
    """A random part of a random photograph, uint8 BGR, :data:`ROOM` times larger than the frame; half are mirrored."""
    photo = photos[int(rng.integers(len(photos)))]
    wide, high = round(width * ROOM), round(height * ROOM)
    most = min(photo.shape[1] / wide, photo.shape[0] / high)
    share = most * rng.uniform(0.6, 1.0)
    across, down = max(int(share * wide), 2), max(int(share * high), 2)
    left = int(rng.integers(photo.shape[1] - across + 1))
    top = int(rng.integers(photo.shape[0] - down + 1))
    part = photo[top : top + down, left : left + across]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    return cv2.resize(part, (wide, high), interpolation=cv2.INTER_AREA if share > 1 else cv2.INTER_CUBIC)


def cutout_sprite(cutout: Cutout) -> Sprite:
    """A sprite that looks like the cut-out; its silhouette is the outline, so that boxes stay exact."""
    alpha = draw_mask(cutout.outline, SIDE_PX)
    mask = np.dstack([alpha, np.full_like(alpha, 255)])
    inner = round(SIDE_PX / MARGIN)
    side = round(SIDE_PX * TEXTURE_MARGIN / MARGIN)
    way = cv2.INTER_AREA if min(cutout.colour.shape[:2]) > inner else cv2.INTER_CUBIC
    colour = cv2.resize(cutout.colour, (inner, inner), interpolation=way)
    before = (side - inner) // 2
    after = side - inner - before
    texture = cv2.copyMakeBorder(colour, before, after, before, after, cv2.BORDER_REFLECT)
    return Sprite(cutout.outline, pyramid(mask), pyramid(texture))


def alike(rng: np.random.Generator, cutout: Cutout, others: tuple[Cutout, ...], similarity: float) -> Cutout:
    """A cut-out whose colours are those of ``cutout`` as far as the similarity (0..1) says, else of another one."""
    other = others[int(rng.integers(len(others)))]
    height, width = cutout.colour.shape[:2]
    alien = cv2.resize(other.colour, (width, height), interpolation=cv2.INTER_AREA)
    colour = cv2.addWeighted(cutout.colour, similarity, alien, 1.0 - similarity, 0.0)
    return Cutout(colour, cutout.outline if rng.random() < similarity else other.outline)

"""One annotated video."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from siamloss.data.imageheader import size_in_header
from siamloss.errors import AnnotationError, EmptySequenceError, UnreadableImageError

MOST_PX = 2**26
"""Pixels above which an image is refused: twice those of an 8K video; a small file can announce gigabytes."""


def decode_image(data: np.ndarray, flags: int) -> np.ndarray | None:
    """An image from the bytes of its file; None where they are none, or announce more than :data:`MOST_PX` pixels."""
    width, height = size_in_header(data[: 2**20].tobytes()) or (0, 0)
    if not data.size or width * height > MOST_PX:
        return None
    try:
        return cv2.imdecode(data, flags)
    except cv2.error:
        return None


def read_image(path: Path) -> np.ndarray:
    """Decode an image file to RGB uint8 ``(H, W, 3)``.

    Raises
    ------
    UnreadableImageError : the file is missing, empty, not an image, or one of more than :data:`MOST_PX` pixels.
    """
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise UnreadableImageError(
            f"cannot read {path} ({error.strerror}); restore the file from its source"
        ) from error
    image = decode_image(data, cv2.IMREAD_COLOR)
    if image is None:
        raise UnreadableImageError(f"{path} is not a readable image; restore the file from its source")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


@dataclass(frozen=True)
class Sequence:
    """Frames and annotations of one video; frames are decoded only when asked for.

    Attributes
    ----------
    name : folder or list name.
    frame_paths : T image files in time order.
    boxes : float64 ``(T, 4)`` x, y, w, h, px, 0-based corner; never NaN.
    visible : bool ``(T,)``; False where the target is absent, and there the box means nothing.
    polygons : float64 ``(T, 8)`` rotated ground truth (VOT) or None.
    attributes : names of the OTB attributes the sequence has (``IV``, ``SV``, ...).
    tags : per-frame bool arrays ``(T,)`` by name: those of VOT; ``cut`` in GOT-10k, where the border cuts the target.
    object_class : what the target is (GOT-10k); "" where the dataset does not say.
    distractor : float64 ``(T,)`` in 0..1, similarity of the most similar distractor in the target's search region, 0
        with none; None where the dataset does not know (all but the synthetic sets in GOT-10k layout).
    masks : T masks as text (VOT from 2020), "" where a frame has none, decoded by :func:`siamloss.data.masks.mask_of`;
        None where the dataset has no masks.
    """

    name: str
    frame_paths: tuple[Path, ...]
    boxes: np.ndarray
    visible: np.ndarray
    polygons: np.ndarray | None = None
    attributes: frozenset[str] = frozenset()
    tags: dict[str, np.ndarray] = field(default_factory=dict)
    distractor: np.ndarray | None = None
    object_class: str = ""
    masks: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self._convert()
        count = len(self.frame_paths)
        if count == 0:
            raise EmptySequenceError(
                f"sequence '{self.name}' has no frames; remove it from the list or restore its images"
            )
        if self.boxes.shape != (count, 4):
            raise AnnotationError(
                f"sequence '{self.name}' has {count} frames but {len(self.boxes)} boxes; "
                "restore the missing images or cut the annotation to the frames"
            )
        bad = np.flatnonzero(~np.isfinite(self.boxes).all(axis=1))
        if bad.size:
            raise AnnotationError(
                f"sequence '{self.name}' has a box with NaN or infinity at frame {bad[0] + 1}; "
                "mark the frame absent or correct it"
            )
        bad = np.flatnonzero(self.visible & (self.boxes[:, 2:] <= 0).any(axis=1))
        if bad.size:
            raise AnnotationError(
                f"sequence '{self.name}' has a box without area at frame {bad[0] + 1}; "
                "mark the frame absent or correct it"
            )
        if not self.visible[0]:
            raise EmptySequenceError(
                f"sequence '{self.name}' starts without its target; cut it to the first frame that shows it"
            )
        if self.distractor is not None and self.distractor.shape != (count,):
            raise AnnotationError(
                f"sequence '{self.name}' has {count} frames but {self.distractor.size} similarities of distractors; "
                "restore distractor.label, or remove it"
            )
        if self.distractor is not None and not ((self.distractor >= 0) & (self.distractor <= 1)).all():
            raise AnnotationError(
                f"sequence '{self.name}' has a similarity of a distractor outside 0..1; "
                "correct distractor.label, or remove it"
            )

    def _convert(self) -> None:
        """What a reader of one's own gives as text or lists, as paths and arrays."""
        paths = tuple(self.frame_paths)
        if not all(isinstance(path, Path) for path in paths):
            paths = tuple(map(Path, paths))
        visible = np.asarray(self.visible)
        if visible.dtype.kind not in "biu":
            raise AnnotationError(
                f"sequence '{self.name}' says with {visible.dtype} where its target is visible; give true or false"
            )
        object.__setattr__(self, "frame_paths", paths)
        object.__setattr__(self, "visible", visible.astype(bool, copy=False))
        object.__setattr__(self, "boxes", np.asarray(self.boxes, np.float64))
        if self.distractor is not None:
            object.__setattr__(self, "distractor", np.asarray(self.distractor, np.float64))

    def __len__(self) -> int:
        return len(self.frame_paths)

    def image(self, frame: int) -> np.ndarray:
        """RGB uint8 ``(H, W, 3)`` of one 0-based frame."""
        return read_image(self.frame_paths[frame])

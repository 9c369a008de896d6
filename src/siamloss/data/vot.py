"""Reader of the VOT layout (2013 to 2019): ``list.txt``, ``<sequence>/color/00000001.jpg``, polygons and tags."""

from pathlib import Path

import numpy as np

from siamloss.data.sequence import Sequence
from siamloss.data.text import list_frames, read_names, read_table
from siamloss.errors import AnnotationError
from siamloss.geometry import polygon_to_box

TAG_ENDINGS = (".label", ".tag")
"""Files of per-frame tags; where a tag has both, the second counts."""


def fill_tag(tag: np.ndarray, frames: int, path: Path | str) -> np.ndarray:
    """A tag for every frame: frames behind the end of a short file do not carry it, as in both toolkits.

    Raises
    ------
    AnnotationError : more tags than frames.
    """
    if len(tag) > frames:
        raise AnnotationError(f"{path}: {len(tag)} tags for {frames} frames; restore the file")
    return np.concatenate([tag, np.zeros(frames - len(tag), dtype=bool)])


def read_vot(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read a VOT folder; 4-column ground truth (VOT 2013) becomes polygons, rows of NaN become absent frames."""
    return [_read_sequence(root / name, name) for name in read_names(root, wanted, "list.txt")]


def _read_sequence(folder: Path, name: str) -> Sequence:
    images = folder / "color" if (folder / "color").is_dir() else folder
    frames = list_frames(images)
    regions = read_table(folder / "groundtruth.txt", "annotation", (4, 8))
    rectangles = regions if regions.shape[1] == 4 else None
    if rectangles is not None:
        x, y, w, h = rectangles.T
        regions = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1)
    known = np.isfinite(regions)
    if (known.any(axis=1) != known.all(axis=1)).any():
        frame = int(np.flatnonzero(known.any(axis=1) != known.all(axis=1))[0]) + 1
        raise AnnotationError(
            f"sequence '{name}' has a half-NaN polygon at frame {frame}; correct {folder / 'groundtruth.txt'}"
        )
    visible = known.all(axis=1)
    polygons = np.where(visible[:, None], regions, 0.0)
    files = sorted(path for path in folder.iterdir() if path.name.endswith(TAG_ENDINGS))
    tags = {path.stem: fill_tag(read_table(path, "tag file", (1,))[:, 0] > 0, len(regions), path) for path in files}
    return Sequence(
        name=name,
        frame_paths=frames,
        boxes=polygon_to_box(polygons) if rectangles is None else np.where(visible[:, None], rectangles, 0.0),
        visible=visible,
        polygons=polygons,
        tags=tags,
    )

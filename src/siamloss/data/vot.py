"""Reader of the VOT layout (2013 to 2022): ``list.txt``, ``<sequence>/color/00000001.jpg``, regions and tags."""

from functools import partial
from pathlib import Path

import numpy as np

from siamloss.data.pending import Pending, read_folders
from siamloss.data.regions import read_regions
from siamloss.data.sequence import Sequence
from siamloss.data.text import list_frames, read_lines, read_names, read_table
from siamloss.errors import AnnotationError

TAG_ENDINGS = (".label", ".tag")
"""Files of per-frame tags; where a tag has both, the second counts."""

CHANNELS = ("color", "ir")
"""Image channels that can be tracked in, the first that a sequence has."""


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
    """Read a VOT folder.

    4-column ground truth (VOT 2013) becomes polygons, as do the tight boxes of masks (from VOT 2020); rows of NaN and
    empty masks are absent frames.
    """
    return read_folders(root, pending_vot(root, wanted))


def pending_vot(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence of a VOT folder, by name."""
    return {name: partial(_read_sequence, root / name, name) for name in read_names(root, wanted, "list.txt")}


def _properties(folder: Path) -> dict[str, str]:
    """Entries ``key=value`` of the file ``sequence`` (from VOT 2019); none where there is no such file."""
    if not (folder / "sequence").is_file():
        return {}
    lines = (line.partition("=") for line in read_lines(folder / "sequence", "sequence file"))
    return {key.strip(): value.strip() for key, _, value in lines}


def _images(folder: Path, properties: dict[str, str]) -> Path:
    """Folder of the images: what the file ``sequence`` says, else ``color/``, else beside the ground truth."""
    for channel in CHANNELS:
        pattern = properties.get(f"channels.{channel}")
        if pattern is not None:
            place = folder / pattern.replace("\\", "/")
            return place.parent if place.suffix else place
    return folder / "color" if (folder / "color").is_dir() else folder


def _read_sequence(folder: Path, name: str) -> Sequence:
    properties = _properties(folder)
    frames = list_frames(_images(folder, properties))
    regions = read_regions(folder / properties.get("groundtruth", "groundtruth.txt"), name)
    files = sorted(path for path in folder.iterdir() if path.name.endswith(TAG_ENDINGS))
    count = len(regions.visible)
    tags = {path.stem: fill_tag(read_table(path, "tag file", (1,))[:, 0] > 0, count, path) for path in files}
    return Sequence(
        name=name,
        frame_paths=frames,
        boxes=regions.boxes,
        visible=regions.visible,
        polygons=regions.polygons,
        tags=tags,
        masks=regions.masks,
    )

"""Deterministic synthetic videos with exact annotations, written in the benchmarks' own layouts.

In: a :class:`siamloss.config.Dataset` with a ``synthetic`` part. Out: a folder in OTB, VOT or GOT-10k layout; boxes and
polygons are the exact sub-pixel outline of the target, px, on the plane where pixel i covers [i, i + 1).

Reading order: textures, shapes -> sprites; motion -> poses; target, others, background, light -> scene -> render ->
facts -> attributes, tags, nearby -> layouts.
"""

from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from siamloss.config import Dataset, SyntheticConfig
from siamloss.data.synthetic.checks import check_folder, checked
from siamloss.data.synthetic.layouts import LAYOUTS, Layout
from siamloss.data.synthetic.render import collect_facts, render
from siamloss.data.synthetic.scene import draw_scene
from siamloss.errors import ConfigError
from siamloss.provenance.atomic import named_disk_errors

__all__ = ["write_dataset"]

JPEG_QUALITY = 95
_ROLES = ("train", "val", "test")


def write_dataset(dataset: Dataset, root: Path, progress: bool = False) -> None:
    """Draw a synthetic dataset.

    A sequence is a function of (seed, role, its number, frames, size, difficulty, whether the format is VOT): the same
    configuration gives the same bytes, a longer dataset starts with the shorter one, and equal seeds in different roles
    give different videos.

    Parameters
    ----------
    dataset : its ``synthetic`` part says what to draw, its ``format`` how to store it.
    root : an existing, empty folder.
    progress : show a progress bar, unless standard error is not a terminal.

    Raises
    ------
    ConfigError : a layout without a generator, an impossible value, or a folder that is not empty.
    MissingDataError : the folder does not exist.
    DiskFullError : the disk is full.
    """
    if dataset.format not in LAYOUTS:
        raise ConfigError(
            f"dataset '{dataset.name}' is synthetic and cannot be drawn in format {dataset.format}; "
            f"choose one of: {', '.join(LAYOUTS)}"
        )
    config, root = checked(dataset), Path(root)
    check_folder(root)
    layout = LAYOUTS[dataset.format]
    key = (config.seed, _ROLES.index(dataset.role))
    total = config.sequences * config.frames
    names = []
    with (
        named_disk_errors(root),
        tqdm(total=total, desc=dataset.name, unit="frame", disable=None if progress else True) as bar,
    ):
        for index in range(config.sequences):
            names.append(layout.name.format(index + 1))
            _write_sequence(config, key, index, layout, root, names[-1], bar)
        if layout.list_file:
            (root / "list.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def _write_sequence(
    config: SyntheticConfig, key: tuple[int, ...], index: int, layout: Layout, root: Path, name: str, bar: tqdm
) -> None:
    scene = draw_scene(config, key, index, layout.keep_in_view)
    (root / name / layout.image).parent.mkdir(parents=True)
    seen = np.zeros((config.frames, 2))
    for frame, (image, in_view, visible) in enumerate(render(scene)):
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
        (root / name / layout.image.format(frame + 1)).write_bytes(data)
        seen[frame] = in_view, visible
        bar.update()
    layout.annotate(root, name, scene, collect_facts(scene, seen[:, 0], seen[:, 1]))

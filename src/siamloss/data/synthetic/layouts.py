"""The on-disk layouts of OTB, VOT and GOT-10k: file names and annotation texts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siamloss.data.synthetic.attributes import ORDER, measure
from siamloss.data.synthetic.facts import Facts, clip_boxes
from siamloss.data.synthetic.nearby import scene_likeness
from siamloss.data.synthetic.scene import Scene
from siamloss.data.synthetic.tags import vot_tags


@dataclass(frozen=True)
class Layout:
    """How one benchmark stores sequences.

    Attributes
    ----------
    name : pattern of sequence names, filled with the 1-based number.
    image : pattern of image paths inside a sequence, filled with the 1-based frame.
    annotate : writes all annotations of one sequence: (root, name, scene, facts).
    list_file : the root holds ``list.txt``.
    keep_in_view : the benchmark's targets never disappear.
    """

    name: str
    image: str
    annotate: Callable[[Path, str, Scene, Facts], None]
    list_file: bool
    keep_in_view: bool


def _write_otb(root: Path, name: str, scene: Scene, facts: Facts) -> None:
    boxes = clip_boxes(facts.boxes, scene.setting.width, scene.setting.height)
    boxes[:, :2] += 1.0
    _write_rows(root / name / "groundtruth_rect.txt", boxes)
    present = measure(facts)
    folder = root / "anno" / "att"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(",".join(str(int(item in present)) for item in ORDER) + "\n", encoding="utf-8")


def _write_vot(root: Path, name: str, scene: Scene, facts: Facts) -> None:
    _write_rows(root / name / "groundtruth.txt", facts.polygons)
    for tag, values in vot_tags(facts).items():
        _write_labels(root / name / f"{tag}.tag", values)


def _write_got10k(root: Path, name: str, scene: Scene, facts: Facts) -> None:
    width, height = scene.setting.width, scene.setting.height
    folder = root / name
    _write_rows(folder / "groundtruth.txt", clip_boxes(facts.boxes, width, height))
    _write_labels(folder / "absence.label", facts.absent)
    _write_labels(folder / "cover.label", facts.cover)
    _write_labels(folder / "cut_by_image.label", facts.cut)
    _write_rows(folder / "distractor.label", scene_likeness(scene)[:, None])  # ours; the official toolkit ignores it
    present = measure(facts)
    entries = {
        "url": "synthetic",
        "begin": "00:00:00",
        "end": "00:00:00",
        "anno_fps": "10Hz",
        "object_class": scene.kind,
        "motion_class": "deforming" if "DEF" in present else "turning" if present & {"IPR", "OPR"} else "moving",
        "major_class": "synthetic",
        "root_class": "synthetic",
        "motion_adverb": "fast" if "FM" in present else "smoothly",
        "resolution": f"({width}, {height})",
        "attributes": ",".join(item for item in ORDER if item in present),
    }
    text = "[METAINFO]\n" + "".join(f"{key}: {value}\n" for key, value in entries.items())
    (folder / "meta_info.ini").write_text(text, encoding="utf-8")


def _write_rows(path: Path, rows: np.ndarray) -> None:
    path.write_text("".join(",".join(f"{value:.4f}" for value in row) + "\n" for row in rows), encoding="utf-8")


def _write_labels(path: Path, values: np.ndarray) -> None:
    path.write_text("".join(f"{int(value)}\n" for value in values), encoding="utf-8")


LAYOUTS = {
    "otb": Layout("Synth{:03d}", "img/{:04d}.jpg", _write_otb, list_file=False, keep_in_view=False),
    "vot": Layout("synth{:03d}", "color/{:08d}.jpg", _write_vot, list_file=True, keep_in_view=True),
    "got10k": Layout("GOT-10k_Synth_{:06d}", "{:08d}.jpg", _write_got10k, list_file=True, keep_in_view=False),
}

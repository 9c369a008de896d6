"""The verb ``siamloss crops``: cut every visible frame of a dataset once."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from siamloss.config import CropsConfig, Experiment
from siamloss.crops.cut import cut_patch, mean_color
from siamloss.crops.store import CROPS, INDEX, store_px
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.errors import DiskFullError, EmptySequenceError
from siamloss.geometry import box_center, context_size
from siamloss.geometry.network import GEOMETRY, InputGeometry
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.manifest import write_manifest


def select_frames(sequence: Sequence, config: CropsConfig) -> np.ndarray:
    """0-based frames to cut: all visible ones, or ``frames_per_sequence`` of them evenly spread."""
    frames = np.flatnonzero(sequence.visible)
    limit = config.frames_per_sequence
    if limit and len(frames) > limit:
        frames = frames[np.linspace(0, len(frames) - 1, limit).round().astype(int)]
    return frames


def cut_frame(sequence: Sequence, frame: int, geometry: InputGeometry, side_px: int, context: float) -> np.ndarray:
    """Crop uint8 ``(P, P, 3)`` centred on the target, at the scale of the network's images."""
    image = sequence.image(frame)
    box = sequence.boxes[frame]
    window = float(context_size(box[2:], context)) * side_px / geometry.exemplar_px
    return cut_patch(image, box_center(box), window, side_px, mean_color(image))


def build_store(experiment: Experiment, name: str, manifest: Path, out: Path) -> None:
    """Cut dataset ``name`` into the crop store ``out``.

    Raises
    ------
    DiskFullError : the predicted size does not fit; nothing is written.
    EmptySequenceError : no sequence has two visible frames.
    """
    sequences = open_verified(experiment, name, manifest)
    geometry = GEOMETRY[experiment.model.backbone]
    pairs = experiment.pairs
    side_px = store_px(geometry.train_search_px, pairs.translate_px * geometry.resolution, pairs.stretch)
    chosen = [(sequence, select_frames(sequence, experiment.crops)) for sequence in sequences]
    chosen = [(sequence, frames) for sequence, frames in chosen if len(frames) >= 2]
    count = sum(len(frames) for _, frames in chosen)
    if count == 0:
        raise EmptySequenceError(
            f"dataset '{name}' has no sequence with two visible frames; choose another training set"
        )
    size = count * side_px * side_px * 3
    out.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(out.parent).free
    if size > free:
        raise DiskFullError(
            f"crops of '{name}' need {size / 1e9:.1f} GB but {out.parent} has {free / 1e9:.1f} GB free; "
            "free some space or set crops.frames_per_sequence"
        )
    rows: list[tuple[str, int, float]] = []
    with atomic_folder(out) as folder:
        with (
            open(folder / CROPS, "wb") as file,
            tqdm(total=count, desc=f"crops {name}", unit="frame", disable=None) as bar,
        ):
            for sequence, frames in chosen:
                for frame in frames:
                    file.write(cut_frame(sequence, frame, geometry, side_px, experiment.crops.context).tobytes())
                    likeness = np.nan if sequence.distractor is None else sequence.distractor[frame]
                    rows.append((sequence.name, int(frame), likeness))
                    bar.update()
        index = pd.DataFrame(rows, columns=["sequence", "frame", "distractor"]).astype({"distractor": np.float32})
        index.to_parquet(folder / INDEX, index=False)
        shape, role = [count, side_px, side_px, 3], experiment.dataset(name).role
        write_manifest(folder, dataset=name, role=role, shape=shape, exemplar_px=geometry.exemplar_px)

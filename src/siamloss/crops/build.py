"""The verb ``siamloss crops``: cut the frames of a dataset once, in parallel, resumably."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.crops.ahead import map_ahead
from siamloss.crops.block import cut_block, window_px
from siamloss.crops.forecast import announce, measure
from siamloss.crops.plan import Plan, make_plan
from siamloss.crops.source import open_source
from siamloss.crops.store import COLUMNS, CROPS, INDEX, MAKER, open_store
from siamloss.crops.unfinished import Unfinished, clear_others
from siamloss.errors import ConfigError, CorruptError
from siamloss.geometry import box_center
from siamloss.provenance.atomic import behind_link, named_disk_errors, publish_folder, sync_tree
from siamloss.provenance.lock import exclusive, lock_of
from siamloss.provenance.manifest import NAME, read_manifest, tree_entries
from siamloss.provenance.sealed import write_json

AHEAD = 2
"""Blocks per thread that may wait to be written."""
SOURCE_DIGITS = 16
"""Hexadecimal digits of a source image's sha256 that the index keeps."""


def build_store(
    experiment: Experiment,
    name: str,
    manifest: Path,
    out: Path,
    progress_dir: Path | None = None,
    threads: int = 1,
) -> None:
    """Cut dataset ``name`` into the crop store ``out``; its bytes do not depend on ``threads`` or on interruptions.

    Unfinished work is kept in ``progress_dir`` and taken up by the next call with the same data and settings.

    Raises
    ------
    DiskFullError : the predicted size does not fit; nothing is cut.
    EmptySequenceError : no sequence has two frames to cut.
    CorruptError : the dataset is not the one that its manifest lists.
    """
    out = behind_link(out)
    progress_dir = Path(progress_dir or out.with_name(f".{out.name}.progress"))
    threads = max(threads, 1)
    plan = make_plan(experiment, name, open_source(experiment, name, manifest), manifest)
    out.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(lock_of(progress_dir)), one_thread_each(), named_disk_errors(out):
        if is_made(plan, out):
            shutil.rmtree(progress_dir, ignore_errors=True)
            return
        clear_others(progress_dir, plan.key)
        unfinished = Unfinished(progress_dir / plan.key, CROPS[plan.config.storage])
        if os.stat(progress_dir).st_dev != os.stat(out.parent).st_dev:
            raise ConfigError(f"{progress_dir} and {out} are on different disks; choose --progress-dir beside --out")
        announce(plan, measure(plan, threads), len(unfinished.sizes) / len(plan), threads, progress_dir)
        cut_rest(plan, unfinished, threads)
        write_facts(plan, unfinished)
        sync_tree(unfinished.store)
        publish_folder(unfinished.store, out)
        shutil.rmtree(progress_dir, ignore_errors=True)


def is_made(plan: Plan, out: Path) -> bool:
    """Whether the store is there already, whole: a job may have waited for another one that cut it."""
    if not out.is_dir():
        return False
    try:
        if read_manifest(out).get(MAKER) != plan.maker:
            return False
        open_store(out, check="all")
    except CorruptError:
        return False
    print(f"crops {plan.name}: {out} is there already, and whole", file=sys.stderr)
    return True


def cut_rest(plan: Plan, unfinished: Unfinished, threads: int) -> None:
    """Cut the blocks that are not done yet, several at once, and write them in order.

    Threads are enough: decoding, resizing, hashing and encoding are done outside Python's lock.
    """
    blocks = plan.blocks[unfinished.blocks :]
    bar = tqdm(total=len(plan), initial=len(unfinished.sizes), desc=f"crops {plan.name}", unit="frame", disable=None)
    with bar:
        for done in map_ahead(partial(cut_block, plan=plan), blocks, threads, AHEAD * threads):
            unfinished.append(done)
            bar.update(len(done.sizes))


def write_facts(plan: Plan, unfinished: Unfinished) -> None:
    """Write index and manifest of a store whose crops are all there."""
    folder = unfinished.store
    make_index(plan, unfinished).to_parquet(folder / INDEX, index=False)
    facts = {
        "dataset": plan.name,
        "role": plan.role,
        "dataset_manifest": plan.dataset_manifest,
        MAKER: plan.maker,
        "shape": [len(plan), plan.side_px, plan.side_px, 3],
        "exemplar_px": plan.exemplar_px,
        "storage": plan.config.storage,
        "settings": asdict(plan.config),
        "crops": {"file": CROPS[plan.config.storage], "bytes": unfinished.bytes},
        "files": tree_entries(folder, [INDEX]),
    }
    write_json(folder / NAME, facts, sort_keys=True)


def make_index(plan: Plan, unfinished: Unfinished) -> pd.DataFrame:
    """One row per crop, with the columns :data:`~siamloss.crops.store.COLUMNS`."""
    parts = []
    for sequence, frames in plan.chosen:
        box = boxes_in_crops(sequence.boxes[frames], plan)
        likeness = np.nan if sequence.distractor is None else sequence.distractor[frames]
        hashes = [plan.source.sha256(sequence.frame_paths[frame])[:SOURCE_DIGITS] for frame in frames]
        facts = {"sequence": sequence.name, "frame": frames, **dict(zip("xywh", box.T, strict=True))}
        facts |= {"visible": sequence.visible[frames], "source": hashes, "distractor": likeness}
        parts.append(pd.DataFrame(facts))
    index = pd.concat(parts, ignore_index=True)
    index = index.assign(crc32=unfinished.crc32, bytes=unfinished.sizes)
    kinds = {"frame": np.int32, "distractor": np.float32, "crc32": np.uint32, "bytes": np.int32}
    return index.astype(kinds | dict.fromkeys("xywh", np.float32))[list(COLUMNS)]


def boxes_in_crops(boxes: np.ndarray, plan: Plan) -> np.ndarray:
    """Boxes float64 ``(T, 4)`` x, y, w, h of the frames' targets in pixels of their crops."""
    side = np.maximum(np.rint(window_px(boxes, plan.config.context, plan.side_px, plan.exemplar_px)), 2)[:, None]
    corner = np.rint(box_center(boxes) - (side - 1) / 2)
    return np.concatenate([boxes[:, :2] - corner, boxes[:, 2:]], axis=1) * (plan.side_px / side)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep OpenCV from starting threads of its own beside those that cut."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)

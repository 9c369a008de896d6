"""The crop store on disk: opening and checking it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.errors import CorruptError
from siamloss.provenance.manifest import verify_manifest

CROPS, INDEX = "crops.u8", "index.parquet"


@dataclass(frozen=True)
class CropStore:
    """An open crop store.

    Attributes
    ----------
    crops : read-only uint8 ``(N, P, P, 3)`` RGB, memory-mapped; the target's centre is the crop's centre.
    first : int64 ``(S + 1,)``; crops of sequence s are ``first[s]:first[s + 1]``, in time order.
    frames : int32 ``(N,)`` 0-based frame number within the sequence.
    names : S sequence names.
    distractor : float32 ``(N,)`` :attr:`siamloss.data.sequence.Sequence.distractor` of each crop's frame, NaN where the
        dataset does not know; None in a store that was not opened from disk.
    """

    crops: np.ndarray
    first: np.ndarray
    frames: np.ndarray
    names: tuple[str, ...]
    distractor: np.ndarray | None = None


def store_px(train_search_px: int, translate_px: float, stretch: float) -> int:
    """Side of a crop that still covers the training search image under the strongest augmentation; odd."""
    side = int(np.ceil(train_search_px * (1.0 + stretch) + 2.0 * translate_px)) + 1
    return side + 1 - side % 2


def open_store(folder: Path) -> CropStore:
    """Open a store after checking every byte of it against its manifest.

    Raises
    ------
    CorruptError : a file is missing, truncated or changed.
    """
    manifest = verify_manifest(folder)
    index = pd.read_parquet(Path(folder) / INDEX, partitioning=None)
    shape = tuple(manifest["shape"])
    if "distractor" not in index:
        raise CorruptError(f"{folder} was cut by an older version; delete it and run snakemake again")
    if shape[0] != len(index):
        raise CorruptError(
            f"{folder} has {shape[0]} crops but {len(index)} index rows; delete it and run snakemake again"
        )
    counts = index.groupby("sequence", sort=False, observed=True).size()
    return CropStore(
        crops=np.memmap(Path(folder) / CROPS, dtype=np.uint8, mode="r", shape=shape),
        first=np.concatenate([[0], np.cumsum(counts.to_numpy())]).astype(np.int64),
        frames=index["frame"].to_numpy(np.int32),
        names=tuple(counts.index),
        distractor=index["distractor"].to_numpy(np.float32),
    )

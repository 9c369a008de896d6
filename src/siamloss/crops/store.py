"""The crop store on disk: opening, checking and reading it."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from siamloss.crops.stored import JpegCrops, checksum, stored_bytes
from siamloss.errors import CorruptError
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import read_manifest, verify_entries
from siamloss.provenance.parquet import read_parquet

CROPS = {"raw": "crops.u8", "jpeg": "crops.jpg"}
"""File of all crops, by storage."""
INDEX = "index.parquet"
MAKER = "made_by"
"""Key of the manifest: hash of the data, the settings and the code; the crops may be the same for all that."""
COLUMNS = ("sequence", "frame", "x", "y", "w", "h", "visible", "source", "distractor", "crc32", "bytes")
WHOLE_BYTES = 4 * 10**9
"""Stores up to this size are checked whole when opened, about a second; larger ones row by row as they are read."""


@dataclass(frozen=True)
class CropStore:
    """An open crop store.

    Attributes
    ----------
    crops : read-only uint8 ``(N, P, P, 3)`` RGB, memory-mapped, or the same behind JPEG; the target's centre is the
        crop's centre. Read it through :meth:`read`, which checks what it returns.
    first : int64 ``(S + 1,)``; crops of sequence s are ``first[s]:first[s + 1]``, in time order.
    frames : int32 ``(N,)`` 0-based frame number within the sequence.
    names : S sequence names.
    distractor : float32 ``(N,)`` :attr:`siamloss.data.sequence.Sequence.distractor` of each crop's frame, NaN where the
        dataset does not know; None in a store that was not opened from disk.
    boxes : float32 ``(N, 4)`` x, y, w, h of the target in crop pixels; None as above.
    crc32 : uint32 ``(N,)`` checksum of each crop as stored; None as above: nothing is checked then.
    folder : where it was opened.
    """

    crops: np.ndarray | JpegCrops
    first: np.ndarray
    frames: np.ndarray
    names: tuple[str, ...]
    distractor: np.ndarray | None = None
    boxes: np.ndarray | None = None
    crc32: np.ndarray | None = None
    folder: Path | None = None
    _checked: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_checked", np.full(len(self), self.crc32 is None))

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def side_px(self) -> int:
        """Side P of a crop."""
        return self.crops.shape[1]

    @cached_property
    def span(self) -> int:
        """A number above every frame number."""
        return int(self.frames.max()) + 1

    @cached_property
    def keys(self) -> np.ndarray:
        """int64 ``(N,)`` increasing: sequence number times :attr:`span`, plus the frame number."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first)) * self.span + self.frames

    def read(self, rows: np.ndarray, side_px: int | None = None) -> np.ndarray:
        """The crops of the given rows, uint8 ``(B, P, P, 3)``, or their central ``side_px``.

        Raises
        ------
        CorruptError : a crop is not what was written; each is checked when it is read first.
        """
        self.check(rows)
        side = self.side_px if side_px is None else side_px
        margin = (self.side_px - side) // 2
        result = np.empty((len(rows), side, side, 3), dtype=np.uint8)
        for place, row in enumerate(rows):
            result[place] = self.crops[row][margin : margin + side, margin : margin + side]
        return result

    def check(self, rows: np.ndarray) -> None:
        """Compare crops with the checksums of the index, those that were not checked since the store was opened.

        Raises
        ------
        CorruptError : a crop was changed after it was written.
        """
        rows = np.asarray(rows)
        for row in rows[~self._checked[rows]]:
            if checksum(stored_bytes(self.crops, row)) != self.crc32[row]:
                sequence = self.names[np.searchsorted(self.first, row, side="right") - 1]
                kind = "jpeg" if isinstance(self.crops, JpegCrops) else "raw"
                raise CorruptError(
                    f"{self.folder / CROPS[kind]} was changed after it was written (the crop of sequence '{sequence}', "
                    f"frame {self.frames[row]}, has another checksum); {_again(self.folder)}"
                )
            self._checked[row] = True


def store_px(train_search_px: int, translate_px: float, stretch: float) -> int:
    """Side of a crop that still covers the training search image under the strongest augmentation; odd."""
    side = int(np.ceil(train_search_px * (1.0 + stretch) + 2.0 * translate_px)) + 1
    return side + 1 - side % 2


def open_store(folder: Path, check: Literal["auto", "all", "rows"] = "auto") -> CropStore:
    """Open a store after checking its files, their sizes and the index against the manifest.

    Parameters
    ----------
    check : ``all`` also checks every crop now, ``rows`` each when it is read first; ``auto`` is ``all`` for stores up
        to :data:`WHOLE_BYTES`.

    Raises
    ------
    CorruptError : a file is missing, truncated or changed.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    try:
        shape, storage, size = tuple(manifest["shape"]), manifest["storage"], manifest["crops"]["bytes"]
    except KeyError as error:
        raise CorruptError(f"{folder} was cut by an older version; {_again(folder)}") from error
    path = folder / CROPS[storage]
    if not path.is_file():
        raise CorruptError(f"{path} is missing; {_again(folder)}")
    if path.stat().st_size != size:
        raise CorruptError(f"{path} has {path.stat().st_size} bytes instead of {size}; {_again(folder)}")
    verify_entries(folder, manifest["files"], _again(folder))
    try:
        index = read_parquet(folder / INDEX)
    except ValueError as error:
        raise CorruptError(f"{folder / INDEX} is no table of crops; {_again(folder)}") from error
    if set(index) != set(COLUMNS):
        raise CorruptError(f"{folder} was cut by an older version; {_again(folder)}")
    if shape[0] != len(index) or size != index["bytes"].sum():
        raise CorruptError(
            f"{folder} has {shape[0]} crops in {size} bytes but its index has {len(index)} rows of "
            f"{index['bytes'].sum()} bytes; {_again(folder)}"
        )
    counts = index.groupby("sequence", sort=False, observed=True).size()
    if storage == "raw":
        crops = np.memmap(path, dtype=np.uint8, mode="r", shape=shape).view(np.ndarray)
    else:
        crops = JpegCrops(np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray), index["bytes"], shape)
    store = CropStore(
        crops=crops,
        first=np.concatenate([[0], np.cumsum(counts.to_numpy())]).astype(np.int64),
        frames=index["frame"].to_numpy(np.int32),
        names=tuple(counts.index),
        distractor=index["distractor"].to_numpy(np.float32),
        boxes=index[["x", "y", "w", "h"]].to_numpy(np.float32),
        crc32=index["crc32"].to_numpy(np.uint32),
        folder=folder,
    )
    if check == "all" or (check == "auto" and size <= WHOLE_BYTES):
        store.check(np.arange(len(store)))
    return store


def check_version(folder: Path, dataset_manifest: Path) -> None:
    """Refuse a store that was not cut from the version of its dataset that ``dataset_manifest`` lists.

    Raises
    ------
    CorruptError : the store says that it was cut from another version, or does not say.
    """
    found = read_manifest(folder).get("dataset_manifest")
    try:
        wanted = sha256_file(dataset_manifest)
    except OSError as error:
        raise CorruptError(f"manifest {dataset_manifest} is not readable; run snakemake again") from error
    if found != wanted:
        raise CorruptError(
            f"crop store {folder} was cut from another version of its dataset than {dataset_manifest} lists; "
            f"{_again(folder)}"
        )


def _again(folder: Path) -> str:
    return f"delete {folder} and run snakemake again to cut it anew"

"""Results on the GOT-10k test split as the zip its server takes.

Layout of the GOT-10k toolkit: ``<sequence>/<sequence>_001.txt`` with x, y, w, h per line and
``<sequence>/<sequence>_time.txt`` with seconds per line. The server refuses an incomplete zip after the upload, and
counts the attempt; so everything is checked before the zip is written.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.data.text import list_frames, read_lines
from siamloss.errors import RecordError
from siamloss.provenance.atomic import atomic_path


@dataclass(frozen=True)
class Track:
    """One sequence: boxes float64 ``(T, 4)`` x, y, w, h, px, and seconds float64 ``(T,)`` of tracker time."""

    boxes: np.ndarray
    seconds: np.ndarray


def image_counts(root: Path) -> dict[str, int]:
    """Number of images of each sequence in the test split's ``list.txt``; its annotations have the first box only."""
    return {name: len(list_frames(root / name)) for name in read_lines(root / "list.txt", "sequence list")}


def tracks_of(records: pd.DataFrame) -> dict[str, Track]:
    """Tracks of a record table (:mod:`siamloss.records`), by sequence."""
    tracks = {}
    for name, rows in records.sort_values("frame", kind="stable").groupby("sequence", sort=True):
        if not np.array_equal(rows["frame"], np.arange(len(rows))):
            raise RecordError(f"sequence '{name}': its records skip or repeat a frame; track this run again")
        tracks[name] = Track(rows[["x", "y", "w", "h"]].to_numpy(dtype=np.float64), rows["seconds"].to_numpy())
    return tracks


def check_submission(tracks: Mapping[str, Track], lengths: Mapping[str, int]) -> None:
    """Refuse what the server would: every sequence, one box per image, finite, of positive size.

    Raises
    ------
    RecordError : the first problem, with sequence and frame (1-based).
    """
    missing, unknown = sorted(set(lengths) - set(tracks)), sorted(set(tracks) - set(lengths))
    if missing or unknown:
        problem = f"'{missing[0]}' is missing" if missing else f"'{unknown[0]}' is not in the test split"
        raise RecordError(
            f"{len(missing)} of {len(lengths)} sequences are missing and {len(unknown)} are unknown ({problem}); track "
            "the whole test split"
        )
    for name, length in lengths.items():
        boxes, seconds = tracks[name].boxes, tracks[name].seconds
        if boxes.shape != (length, 4) or len(seconds) != length:
            raise RecordError(f"sequence '{name}': {len(boxes)} boxes for {length} images; track this run again")
        bad = np.flatnonzero(~np.isfinite(boxes).all(axis=1) | ~np.isfinite(seconds) | (seconds < 0))
        if bad.size:
            raise RecordError(
                f"sequence '{name}', frame {bad[0] + 1}: a box or time is no number; track this run again"
            )
        bad = np.flatnonzero((boxes[:, 2:].round(3) <= 0).any(axis=1))
        if bad.size:
            raise RecordError(f"sequence '{name}', frame {bad[0] + 1}: a box without area; correct the tracker")


def write_submission(out: Path, tracks: Mapping[str, Track], lengths: Mapping[str, int]) -> None:
    """Check and write the zip, atomically; the same tracks give the same bytes.

    Parameters
    ----------
    out : the zip file.
    tracks : by sequence.
    lengths : images of every sequence of the test split, see :func:`image_counts`.

    Raises
    ------
    RecordError : see :func:`check_submission`; nothing is written then.

    Source
    ------
    GOT-10k toolkit 0.1.3, experiments/got10k.py ``_record`` (formats) and ``report`` (zip of the tracker's folder).
    """
    check_submission(tracks, lengths)
    with atomic_path(out) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(lengths):
            track = tracks[name]
            boxes = "".join(",".join(f"{value:.3f}" for value in row) + "\n" for row in track.boxes)
            times = "".join(f"{value:.8f}\n" for value in track.seconds)
            for file, text in ((f"{name}_001.txt", boxes), (f"{name}_time.txt", times)):
                info = zipfile.ZipInfo(f"{name}/{file}", date_time=(1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, text)

"""What a page needs to step through a sequence: small pictures, and one entry per frame and tracker."""

import base64
from collections.abc import Sequence as Seq
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from siamloss.data.sequence import Sequence
from siamloss.geometry.network import InputGeometry
from siamloss.records import Status
from siamloss.report.examples import frame_overlaps, truth_corners
from siamloss.tracking.watched import Seen

WIDEST_PX, MOST_FRAMES, QUALITY = 360, 40, 78
STATES = {Status.INIT: "start", Status.TRACKED: "tracked", Status.FAILURE: "lost", Status.SKIPPED: "no box"}


@dataclass(frozen=True)
class Track:
    """One tracker on one sequence: its records, and what it saw of the frames it searched."""

    records: pd.DataFrame
    seen: dict[int, Seen]


def chosen_frames(count: int) -> list[int]:
    """At most :data:`MOST_FRAMES` 0-based frames, evenly spaced, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_FRAMES)).round().astype(int)).tolist()


def small_picture(image: np.ndarray) -> bytes:
    """An RGB image as WebP, at most :data:`WIDEST_PX` wide."""
    height, width = image.shape[:2]
    if width > WIDEST_PX:
        size = WIDEST_PX, max(1, round(height * WIDEST_PX / width))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".webp", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, QUALITY])[
        1
    ].tobytes()


def frame_entries(sequence: Sequence, folder: str, tracks: Seq[Track], geometry: InputGeometry) -> list[dict]:
    """The chosen frames of a sequence, as the page reads them; what is not known is None.

    Parameters
    ----------
    folder : name of the folder of its pictures.
    tracks : the baseline, then ours.
    """
    overlaps = [frame_overlaps(sequence, track.records) for track in tracks]
    rows = [track.records.set_index("frame") for track in tracks]
    entries = []
    for frame in chosen_frames(len(sequence)):
        shown = [
            tracker_entry(row.loc[frame], share[frame], track.seen.get(frame), geometry)
            for row, share, track in zip(rows, overlaps, tracks, strict=True)
        ]
        truth = truth_corners(sequence, frame).round(2).tolist() if sequence.visible[frame] else None
        entries.append({"index": frame, "image": f"{folder}/{frame:04d}.webp", "truth": truth, "trackers": shown})
    return entries


def tracker_entry(record: pd.Series, share: float, seen: Seen | None, geometry: InputGeometry) -> dict:
    """What one tracker says of one frame; the box is that of its record, to the last digit."""
    state = STATES[Status(int(record["status"]))]
    box = None if state == "no box" else [float(record[name]) for name in "xywh"]
    score = float(f"{record['score']:.6g}") if state in ("tracked", "lost") else None
    entry = {"box": box, "state": state, "overlap": round(float(share), 4) if np.isfinite(share) else None}
    return {**entry, "score": score, **(map_entry(seen, geometry) if seen is not None else NO_MAP)}


NO_MAP = {"map": None, "cells": None, "low": None, "high": None, "window": None}


def map_entry(seen: Seen, geometry: InputGeometry) -> dict:
    """A score map in 256 levels from its lowest (0) to its highest score (255), and the part of the image it covers."""
    scores = seen.score_map.astype(np.float64)
    low, high = scores.min(), scores.max()
    levels = np.round((scores - low) / (high - low) * 255) if high > low else np.zeros_like(scores)
    return {
        "map": base64.b64encode(levels.astype(np.uint8).tobytes()).decode("ascii"),
        "cells": list(scores.shape),
        "low": float(f"{low:.6g}"),
        "high": float(f"{high:.6g}"),
        "window": seen.window(geometry).round(2).tolist(),
    }

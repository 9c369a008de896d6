"""Size of a store and time to cut it, measured on a few frames of the data, and whether the disk can hold it."""

import logging
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from siamloss.crops.block import cut_block
from siamloss.crops.plan import Block, Plan
from siamloss.errors import DiskFullError

SAMPLE = 8
"""Frames that the forecast is measured on, spread over the whole store."""
INDEX_BYTES = 64
"""Bytes of an index row, generously."""


class Forecast(NamedTuple):
    """What cutting the rest of a store takes."""

    bytes: int
    seconds: float


def measure(plan: Plan, threads: int) -> Forecast:
    """Cut some frames and scale up to the whole store; the first one is cut once more, for the caches."""
    frames = [(sequence, int(frame)) for sequence, frames in plan.chosen for frame in frames]
    picked = [frames[i] for i in np.unique(np.linspace(0, len(frames) - 1, SAMPLE).astype(int))]
    blocks = [Block(sequence, np.array([frame])) for sequence, frame in picked]
    cut_block(blocks[0], plan)
    started = time.perf_counter()
    size = sum(len(cut_block(block, plan).data) for block in blocks)
    seconds = time.perf_counter() - started
    scale = len(plan) / len(blocks)
    return Forecast(round(size * scale) + INDEX_BYTES * len(plan), seconds * scale / threads)


def announce(plan: Plan, forecast: Forecast, done: float, threads: int, folder: Path) -> None:
    """Print what is to come in one line, on stderr and in the log.

    Parameters
    ----------
    done : share of the store that earlier calls have cut.

    Raises
    ------
    DiskFullError : the rest does not fit on the disk of ``folder``.
    """
    free = shutil.disk_usage(folder).free
    left = forecast.bytes * (1 - done)
    begun = f" ({done:.0%} cut before)" if done else ""
    line = (
        f"crops of '{plan.name}': {len(plan)} crops of {plan.side_px} px, {plan.config.storage}, "
        f"{forecast.bytes / 1e9:.2f} GB{begun}, about {_clock(forecast.seconds * (1 - done))} with {threads} "
        f"thread{'s' * (threads > 1)}, {free / 1e9:.1f} GB free at {folder}"
    )
    print(line, file=sys.stderr, flush=True)
    logging.info(line)
    if left > free:
        raise DiskFullError(
            f"crops of '{plan.name}' need {left / 1e9:.2f} GB more but {folder} has {free / 1e9:.2f} GB free; "
            "free some space, set crops.frames_per_sequence, or set crops.storage: jpeg"
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(round(seconds), 1), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"

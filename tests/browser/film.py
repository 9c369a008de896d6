"""A folder of frames to step through, drawn so that every box and map can be told in the picture."""

import base64
import json
from pathlib import Path

import cv2
import numpy as np

from siamloss.config import Experiment
from siamloss.provenance.manifest import write_manifest

SIZE = (640, 480)
SHRUNK = (320, 240)
COUNT, EVERY = 8, 3
HOSTILE = '</script><img src=x onerror="window.harm=1">'


def box_at(place: int, tracker: int) -> list[float]:
    """Box of a tracker in a frame, px of the original frames; ours stays nearer to the target."""
    return [100.0 + 20 * place, 120.0 + 30 * tracker, 160.0, 90.0]


def write_film(folder: Path, experiment: Experiment) -> Path:
    """Two sequences of the first benchmark and one of the second, whose name is hostile."""
    names = [dataset.name for dataset in experiment.datasets.test]
    chosen = [(names[0], "walk"), (names[0], "turn"), (names[1], HOSTILE)]
    sequences = [_sequence(folder, experiment, *pair, number) for number, pair in enumerate(chosen)]
    (folder / "frames.json").write_text(json.dumps({"sequences": sequences}), encoding="utf-8")
    write_manifest(folder)
    return folder


def _sequence(folder: Path, experiment: Experiment, benchmark: str, name: str, number: int) -> dict:
    (folder / f"s{number}").mkdir(parents=True)
    pair = (experiment.baseline, experiment.report.ours)
    trackers = [{"variant": variant, "label": experiment.variant(variant).label} for variant in pair]
    frames = []
    for place in range(COUNT):
        image = f"s{number}/{place:04d}.webp"
        gray = 40 + 20 * place
        cv2.imwrite(str(folder / image), np.full((SHRUNK[1], SHRUNK[0], 3), gray, np.uint8))
        x, y, w, h = 90.0 + 20 * place, 100.0, 170.0, 100.0
        truth = None if place == 5 else [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]
        frames.append(
            {
                "index": EVERY * place,
                "image": image,
                "truth": truth,
                "trackers": [_entry(place, tracker) for tracker in range(2)],
            }
        )
    facts = {"benchmark": benchmark, "name": name, "seed": 0, "gain": 0.25, "size": list(SIZE)}
    return {**facts, "trackers": trackers, "frames": frames}


def _entry(place: int, tracker: int) -> dict:
    """The first frame has no map; the baseline is lost in the seventh, and nobody is measured in the sixth."""
    levels = np.zeros((5, 7), np.uint8)
    levels[place % 5, (place + tracker) % 7] = 255
    none = {"map": None, "cells": None, "low": None, "high": None, "window": None}
    shown = {
        "map": base64.b64encode(levels.tobytes()).decode(),
        "cells": [5, 7],
        "low": -0.25,
        "high": 1.5,
        "window": [64.0, 48.0, 448.0, 320.0],
    }
    lost = place == 6 and tracker == 0
    state = "start" if place == 0 else "lost" if lost else "tracked"
    overlap = (
        None if place == 5 else 0.0 if lost else 1.0 if place == 0 else round(0.9 - 0.06 * place * (2 - tracker), 4)
    )
    entry = {"box": box_at(place, tracker), "state": state, "overlap": overlap, "score": None if place == 0 else 0.5}
    return {**entry, **(none if place == 0 else shown)}

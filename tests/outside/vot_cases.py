"""Drawn tracking results in VOT's own files: same bytes everywhere, because they come from the standard library alone.

Boxes have integer corners and sides of at least 4 px, for which pixels and areas agree, so a toolkit that rasterises
must give the scores of exact areas.
"""

import math
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from siamloss.records import Status
from siamloss.tracking.multistart import list_runs, place_anchors

SIZE = (320, 240)
LENGTHS = {"ants": 402, "bag": 196, "crab": 61, "dinosaur": 520, "fish": 97}
TRACKERS = {"steady": (2.0, 0.004), "shaky": (5.0, 0.02)}
"""Noise of the boxes, px, and probability of losing the target in a frame."""


@dataclass
class Case:
    """A sequence: boxes ``(T, 4)``, visible, anchors, results of each tracker, ground truth as it is written."""

    name: str
    boxes: np.ndarray
    visible: np.ndarray
    anchors: np.ndarray
    supervised: dict[str, list] = field(default_factory=dict)
    multistart: dict[str, dict] = field(default_factory=dict)
    unsupervised: dict[str, np.ndarray] = field(default_factory=dict)
    regions: np.ndarray = field(init=False)

    def __post_init__(self):
        self.regions = self.boxes


def normal(draw):
    """Standard normal from two uniforms; ``random.random`` is the one generator with a promised sequence."""
    return math.sqrt(-2.0 * math.log(1.0 - draw.random())) * math.cos(2.0 * math.pi * draw.random())


def draw_target(draw, length):
    """A walk of integer boxes that partly leave the image."""
    x, y, w, h = 40.0 + 160 * draw.random(), 40.0 + 100 * draw.random(), 30.0, 40.0
    vx, vy = normal(draw), normal(draw)
    boxes = []
    for _ in range(length):
        vx, vy = 0.97 * vx + 0.5 * normal(draw), 0.97 * vy + 0.5 * normal(draw)
        x, y = min(max(x + vx, -w / 3), SIZE[0] - 2 * w / 3), min(max(y + vy, -h / 3), SIZE[1] - 2 * h / 3)
        w, h = min(max(w + 0.5 * normal(draw), 12), 70), min(max(h + 0.5 * normal(draw), 12), 70)
        boxes.append([round(x), round(y), round(w), round(h)])
    return np.array(boxes, dtype=float)


def overlap(a, b):
    """Overlap of two integer boxes inside the image, by counting pixels."""

    def pixels(box):
        x, y, w, h = (int(value) for value in box)
        columns, rows = range(max(x, 0), min(x + w, SIZE[0])), range(max(y, 0), min(y + h, SIZE[1]))
        return len(columns) * len(rows), columns, rows

    (area_a, columns_a, rows_a), (area_b, columns_b, rows_b) = pixels(a), pixels(b)
    wide = max(0, min(columns_a.stop, columns_b.stop) - max(columns_a.start, columns_b.start))
    high = max(0, min(rows_a.stop, rows_b.stop) - max(rows_a.start, rows_b.start))
    common = wide * high
    return common / (area_a + area_b - common) if common else 0.0


class Drifter:
    """Follows the target with noise until it loses it; then it goes astray and never returns."""

    def __init__(self, draw, noise, lose):
        self.draw, self.noise, self.lose = draw, noise, lose
        self.lost, self.away = False, np.zeros(2)

    def follow(self, box):
        self.lost = self.lost or self.draw.random() < self.lose
        if self.lost:
            self.away += [6 * self.draw.random(), 5 * self.draw.random()]
        noise = [self.noise * normal(self.draw) for _ in range(4)]
        result = np.round(box + noise + [*self.away, 0, 0])
        result[2:] = np.maximum(result[2:], 4)
        return result


def supervised_run(draw, case, noise, lose):
    """Boxes and status with a reset 5 frames after each failure."""
    boxes, status = np.zeros((len(case.boxes), 4)), np.full(len(case.boxes), Status.SKIPPED)
    start = 0
    for frame, target in enumerate(case.boxes):
        if frame < start:
            continue
        if frame == start:
            drifter, status[frame], boxes[frame] = Drifter(draw, noise, lose), Status.INIT, target
            continue
        boxes[frame] = drifter.follow(target)
        failed = overlap(boxes[frame], target) <= 0
        status[frame] = Status.FAILURE if failed else Status.TRACKED
        start = frame + 5 if failed else start
    return boxes, status


def free_run(draw, targets, noise, lose):
    """Boxes without reset; the first is the target."""
    drifter = Drifter(draw, noise, lose)
    return np.array([targets[0]] + [drifter.follow(target) for target in targets[1:]])


def make_cases(seed=2022):
    """All sequences with the results of both trackers; the steady one's repetitions are identical."""
    draw = random.Random(seed)
    cases = []
    for name, length in LENGTHS.items():
        visible = np.ones(length, dtype=bool)
        case = Case(name, draw_target(draw, length), visible, place_anchors(visible))
        for tracker, (noise, lose) in TRACKERS.items():
            runs = [supervised_run(draw, case, noise, lose) for _ in range(3)]
            case.supervised[tracker] = runs if tracker == "shaky" else runs[:1] * 3
            case.unsupervised[tracker] = free_run(draw, case.boxes, noise, lose)
            case.multistart[tracker] = {
                run: free_run(draw, case.boxes[run.frames(length)], noise, lose)
                for run in list_runs(name, case.anchors)
            }
        cases.append(case)
    # The target is away for a while, in a run that would otherwise fail there.
    cases[1].visible[120:150] = False
    return cases


def rotate(cases, angle=0.3):
    """The same results against rotated ground truth, where pixels and areas differ."""
    cases = [replace(case) for case in cases]
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    for case in cases:
        center = case.boxes[:, :2] + case.boxes[:, 2:] / 2
        points = center[:, None] + (corners * case.boxes[:, None, 2:]) @ turn.T
        case.regions = points.reshape(-1, 8)
    return cases


def region(values):
    """A region as VOT writes it."""
    return ",".join(f"{value:.4f}" for value in values)


CODES = {Status.INIT: "1", Status.FAILURE: "2", Status.SKIPPED: "0"}


def trajectory(boxes, status):
    """Text of a result file."""
    lines = [CODES.get(Status(code)) or region(box) for box, code in zip(boxes, status, strict=True)]
    return "\n".join(lines) + "\n"


def write_workspace(folder: Path, cases, stack: str):
    """A workspace as vot-toolkit makes it, with dataset, registry and results; no images are needed to score."""
    multistart = stack >= "vot2020"
    (folder / "sequences").mkdir(parents=True)
    (folder / "config.yaml").write_text(f"registry: [./trackers.ini]\nstack: {stack}\nsequences: sequences\n")
    (folder / "trackers.ini").write_text("".join(f"[{name}]\nprotocol = trax\ncommand = none\n" for name in TRACKERS))
    (folder / "sequences" / "list.txt").write_text("".join(f"{case.name}\n" for case in cases))
    for case in cases:
        root = folder / "sequences" / case.name
        root.mkdir()
        facts = {"name": case.name, "fps": 30, "format": "default", "channels.color": "color/%08d.jpg"}
        facts |= {"width": SIZE[0], "height": SIZE[1], "length": len(case.boxes)}
        (root / "sequence").write_text("".join(f"{key}={value}\n" for key, value in facts.items()))
        absent = "nan,nan,nan,nan"
        hidden = ~case.visible if multistart else np.zeros(len(case.boxes), dtype=bool)
        truth = [absent if gone else region(values) for values, gone in zip(case.regions, hidden, strict=True)]
        (root / "groundtruth.txt").write_text("\n".join(truth) + "\n")
        (root / "anchor.value").write_text("".join(f"{value}\n" for value in case.anchors))
        for tracker in TRACKERS:
            results = folder / "results" / tracker
            baseline, free = results / "baseline" / case.name, results / "unsupervised" / case.name
            baseline.mkdir(parents=True)
            free.mkdir(parents=True)
            if multistart:
                files = {
                    f"{case.name}_{run.anchor:08d}": one_pass(boxes) for run, boxes in case.multistart[tracker].items()
                }
            else:
                files = {f"{case.name}_{k:03d}": run for k, run in enumerate(case.supervised[tracker], start=1)}
            for name, run in files.items():
                (baseline / f"{name}.txt").write_text(trajectory(*run))
            (free / f"{case.name}_001.txt").write_text(trajectory(*one_pass(case.unsupervised[tracker])))


def one_pass(boxes):
    """Boxes and status of a run without reset."""
    return boxes, np.array([Status.INIT] + [Status.TRACKED] * (len(boxes) - 1))

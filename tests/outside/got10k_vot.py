"""A drawn VOT 2018 folder with supervised results, and what the GOT-10k toolkit 0.1.3 reports on it."""

import contextlib
import io
from pathlib import Path

import cv2
import numpy as np
from tests.outside.vot_cases import trajectory

from siamloss.metrics.vot import frame_overlaps
from siamloss.records import Status

SIZE = (480, 360)
TAGS = ("camera_motion", "illum_change", "occlusion", "size_change", "motion_change")


def draw_sequence(rng, frames):
    """Rotated ground truth ``(T, 8)`` and the box ``(T, 4)`` around it; parts leave the image."""
    center = np.array(SIZE) / 2 + np.cumsum(rng.normal(0, 5, (frames, 2)), axis=0)
    center = np.abs(np.mod(center, 2 * np.array(SIZE)) - np.array(SIZE))
    half, angle = rng.uniform(12, 45, 2), np.cumsum(rng.normal(0, 0.03, frames))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    polygons = (center[:, None] + corners @ turn.transpose(0, 2, 1)).reshape(frames, 8).round(4)
    return polygons, np.concatenate([center - half, np.broadcast_to(2 * half, (frames, 2))], axis=1)


def draw_run(rng, polygons, around, lose=0.03):
    """A supervised run that loses its target with probability ``lose`` in a frame: boxes and status."""
    frames = len(around)
    boxes = np.concatenate(
        [around[:, :2] + rng.normal(0, 6, (frames, 2)), around[:, 2:] * rng.uniform(0.8, 1.2)], axis=1
    )
    boxes[rng.random(frames) < lose, :2] += 200
    boxes = boxes.round(4)
    failing = frame_overlaps(boxes, np.zeros(frames), polygons, SIZE) <= 0
    status, start = np.full(frames, Status.SKIPPED), 0
    for frame in range(frames):
        if frame == start:
            status[frame] = Status.INIT
        elif frame > start:
            status[frame] = Status.FAILURE if failing[frame] else Status.TRACKED
            start = frame + 5 if failing[frame] else start
    return boxes, status


def write_set(root: Path, lengths, trackers, repetitions=1, seed=0, lose=0.03):
    """Annotations in ``root/data`` and results in ``root/results/VOT2018``; only the first image has a content."""
    rng = np.random.default_rng(seed)
    for number, frames in enumerate(lengths):
        name = f"sequence{number:02d}"
        folder = root / "data" / name
        folder.mkdir(parents=True)
        polygons, around = draw_sequence(rng, frames)
        np.savetxt(folder / "groundtruth.txt", polygons, fmt="%.4f", delimiter=",")
        for tag in TAGS:
            np.savetxt(folder / f"{tag}.tag", np.repeat(rng.random(frames // 20 + 1) < 0.3, 20)[:frames], fmt="%d")
        cv2.imwrite(str(folder / "00000001.jpg"), np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
        for frame in range(2, frames + 1):
            (folder / f"{frame:08d}.jpg").touch()
        for tracker in trackers:
            results = root / "results" / "VOT2018" / tracker / "baseline" / name
            results.mkdir(parents=True)
            for repetition in range(1, repetitions + 1):
                (results / f"{name}_{repetition:03d}.txt").write_text(
                    trajectory(*draw_run(rng, polygons, around, lose))
                )
    (root / "data" / "list.txt").write_text("\n".join(f"sequence{number:02d}" for number in range(len(lengths))))


def got10k_report(root: Path, trackers):
    """Accuracy and robustness by tracker as the GOT-10k toolkit has them.

    Two mends let it run on numpy 2: the name ``numpy.NaN``, and an overlap that is a number, not an array of one.
    """
    np.NaN = np.nan
    try:
        from got10k.experiments import ExperimentVOT
        from got10k.utils.metrics import poly_iou

        class Mended(ExperimentVOT):
            def _calc_iou(self, boxes, anno, bound, burnin=False):
                boxes = boxes.copy()
                if burnin:
                    for start in [number for number, box in enumerate(boxes) if box == [1.0]]:
                        boxes[start : start + self.burnin] = [[0]] * self.burnin
                return np.array(
                    [
                        float(poly_iou(np.array(box), truth, bound)[0]) if len(box) > 1 else np.nan
                        for box, truth in zip(boxes, anno, strict=False)
                    ]
                )

        with contextlib.redirect_stdout(io.StringIO()):
            experiment = Mended(
                str(root / "data"), 2018, result_dir=str(root / "results"), report_dir=str(root / "reports")
            )
            return experiment.report(list(trackers))
    finally:
        del np.NaN

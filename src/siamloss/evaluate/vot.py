"""Score result files of the supervised VOT protocol (2013 to 2019)."""

import os
import re
from collections.abc import Iterable
from functools import partial, reduce
from operator import add
from pathlib import Path

import numpy as np

from siamloss.data.sequence import read_image
from siamloss.data.vot import TAG_ENDINGS, fill_tag
from siamloss.errors import AnnotationError, ConfigError, MissingDataError, RecordError
from siamloss.evaluate.result import Evaluation, TrackerResult
from siamloss.evaluate.shared import annotated_sequences, chosen_names, first_image, refuse_missing, score_trackers
from siamloss.metrics import eao, vot_supervised
from siamloss.metrics.protocols import supervised_year
from siamloss.metrics.vot import box_to_polygon
from siamloss.metrics.vot_supervised import Repetition, Truth
from siamloss.records import Status
from siamloss.records.boxfiles import SEPARATOR, Rule, read_box_files
from siamloss.records.resultfolders import Files, find_trackers
from siamloss.records.votfiles import VotRun, read_vot_files

VARIANTS = ("vot-toolkit", "pysot", "got10k")
_TAG = Rule("tag file", columns=1, sized=False, error=AnnotationError)
_SIZE = re.compile(r"^(width|height)\s*=\s*(\d+)\s*$", re.MULTILINE)


def evaluate_vot(
    annotations: Path,
    results: Iterable[Path],
    sequence_list: str | None = None,
    *,
    variant: str = "vot-toolkit",
    year: int | None = None,
    allow_missing: bool = False,
) -> Evaluation:
    """Score one or more trackers on a VOT benchmark.

    Parameters
    ----------
    annotations : folder of ``<sequence>/groundtruth.txt`` (rectangles or polygons) with ``*.tag``, and the images or
        the toolkit's file ``sequence`` for the size of the image.
    results : folders of result files, see :mod:`siamloss.records.votfiles` and
        :func:`siamloss.records.resultfolders.find_trackers`.
    sequence_list : a file with one name per line; None for ``list.txt`` of the annotations, or every folder.
    variant : whose rules; see :mod:`siamloss.metrics.vot_supervised`.
    year : of the challenge, for the interval of the expected average overlap; None leaves EAO out.
    allow_missing : leave out, and count, sequences whose results are absent or cannot be used.

    Raises
    ------
    RecordError : results that are absent or cannot be used, with file and line.
    MissingDataError, AnnotationError, ConfigError : the same for annotations, the list and the year.
    """
    interval = _interval(year, variant)
    names, list_name = chosen_names(sequence_list, {})
    truth = read_vot_truth(annotations, names)
    trackers = find_trackers(results, truth)
    score = partial(_score_tracker, truth=truth, variant=variant, interval=interval, allow_missing=allow_missing)
    scored = score_trackers(trackers, score)
    return Evaluation("vot" if year is None else f"vot{year}", variant, list_name, scored)


def _interval(year: int | None, variant: str) -> tuple[int, int] | None:
    if year is None:
        return None
    if variant == "got10k":
        raise ConfigError("the variant 'got10k' has no expected average overlap; leave --year out")
    interval = supervised_year(year, "--year").eao_interval
    if interval is None:
        raise ConfigError(f"the challenge of {year} had no expected average overlap; leave --year out")
    return interval


def read_vot_truth(folder: Path, names: list[str] | None) -> dict[str, Truth]:
    """Read annotations by sequence, all files of a kind in one pass."""
    picked = annotated_sequences(folder, names, "VOT benchmark")
    regions = _read_regions([folder / name / "groundtruth.txt" for name in picked])
    tags = [(name, tag) for name in picked for tag in _tag_files(folder / name)]
    tagged: dict[str, dict[str, np.ndarray]] = {name: {} for name in picked}
    for (name, path), values in zip(tags, read_box_files([path for _, path in tags], _TAG), strict=True):
        tagged[name][Path(path).stem] = fill_tag(values[:, 0] > 0, len(regions[name]), path)
    return {name: _truth(regions[name], _image_size(folder / name), tagged[name]) for name in picked}


def _read_regions(paths: list[Path]) -> dict[str, np.ndarray]:
    """Regions ``(T, 4)`` or ``(T, 8)`` by the name of the folder they lie in."""
    regions: dict[str, np.ndarray] = {}
    widths = [_columns(path) for path in paths]
    for columns in (4, 8):
        chosen = [path for path, width in zip(paths, widths, strict=True) if width == columns]
        rule = Rule("annotation", columns, finite=False, sized=False, error=AnnotationError)
        regions |= {path.parent.name: table for path, table in zip(chosen, read_box_files(chosen, rule), strict=True)}
    return regions


def _columns(path: Path) -> int:
    """8 where the first line of a file is a polygon, else 4."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        first = next((line for line in file if line.strip()), "")
    return 8 if len([part for part in SEPARATOR.split(first) if part]) == 8 else 4


def _tag_files(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        found = sorted(entry.path for entry in entries if entry.name.endswith(TAG_ENDINGS))
    return list({Path(path).stem: path for path in found}.values())


def _truth(regions: np.ndarray, image_size: tuple[float, float], tags: dict[str, np.ndarray]) -> Truth:
    polygons = regions if regions.shape[1] == 8 else box_to_polygon(regions)
    visible = np.isfinite(polygons).all(axis=1)
    return Truth(np.where(visible[:, None], polygons, 0.0), image_size, visible, tags)


def _image_size(folder: Path) -> tuple[float, float]:
    entries = dict(_SIZE.findall((folder / "sequence").read_text())) if (folder / "sequence").is_file() else {}
    if len(entries) == 2:
        return float(entries["width"]), float(entries["height"])
    for images in (folder / "color", folder):
        if images.is_dir() and (image := first_image(images)):
            height, width = read_image(image).shape[:2]
            return float(width), float(height)
    raise MissingDataError(
        f"{folder} tells no image size, at which regions are cut; add its images, or the toolkit's file 'sequence' "
        "with 'width=' and 'height='"
    )


def _score_tracker(
    tracker: str,
    files: Files,
    truth: dict[str, Truth],
    variant: str,
    interval: tuple[int, int] | None,
    allow_missing: bool,
) -> TrackerResult:
    not_scored = refuse_missing(tracker, truth, files, allow_missing)
    pairs = [(name, path) for name in truth for path in files.get(name, ())]
    problems: dict[str, str] | None = {} if allow_missing else None
    runs: dict[str, list[VotRun]] = {}
    for (name, path), run in zip(pairs, read_vot_files([path for _, path in pairs], problems), strict=True):
        frames = len(truth[name].polygons)
        if run is None:
            not_scored.setdefault(name, problems[path])
        elif len(run.status) != frames:
            message = (
                f"{path}, line {min(len(run.status), frames) + 1}: {len(run.status)} results for {frames} annotated "
                f"frames of '{name}'; give one result per annotated frame"
            )
            if not allow_missing:
                raise RecordError(message)
            not_scored.setdefault(name, message)
        else:
            runs.setdefault(name, []).append(run)
    runs = {name: items for name, items in runs.items() if name not in not_scored}
    if not runs:
        return TrackerResult({}, {}, not_scored)
    truths = [truth[name] for name in runs]
    measured = _measure(truths, list(runs.values()))
    score = vot_supervised.score_benchmark(truths, measured, variant)
    overall = {"accuracy": score.accuracy, "robustness": score.robustness, "failures": score.failures}
    if interval is not None:
        for_eao = measured
        if variant == "pysot":  # it cuts regions one pixel earlier for EAO than for accuracy
            bounds = [(width - 1.0, height - 1.0) for width, height in (item.image_size for item in truths)]
            for_eao = _measure(truths, list(runs.values()), bounds)
        terms = [vot_supervised.eao_terms(items, interval[1] + 1, variant) for items in for_eao]
        overall = {"eao": eao.eao(reduce(add, terms), interval, variant), **overall}
    sequences = {}
    for name, items in zip(runs, measured, strict=True):
        accuracy, failures = vot_supervised.sequence_score(items)
        sequences[name] = {"accuracy": accuracy, "failures": failures, "frames": len(truth[name].polygons)}
    return TrackerResult(overall, sequences, dict(sorted(not_scored.items())))


def _measure(
    truths: list[Truth], runs: list[list[VotRun]], bounds: list[tuple[float, float]] | None = None
) -> list[list[Repetition]]:
    """Overlaps of all runs on every sequence, each distinct run once; regions are cut at ``bounds``, else the image."""
    if all(run.regions.shape[1] == 4 for own in runs for run in own):
        return vot_supervised.measure_all(truths, [[(run.regions, run.status) for run in own] for own in runs], bounds)
    bounds = [truth.image_size for truth in truths] if bounds is None else bounds
    measured = []
    for truth, own, bound in zip(truths, runs, bounds, strict=True):
        distinct: dict[tuple[bytes, bytes], tuple[VotRun, int]] = {}
        for run in own:
            key = run.regions.tobytes(), run.status.tobytes()
            distinct[key] = (run, distinct.get(key, (run, 0))[1] + 1)
        overlaps = [(_polygon_overlaps(truth, run, bound), run.status, count) for run, count in distinct.values()]
        measured.append([Repetition(*item) for item in overlaps])
    return measured


def _polygon_overlaps(truth: Truth, run: VotRun, bound: tuple[float, float]) -> np.ndarray:
    """Overlap ``(T,)`` of polygons with polygons, both cut at the image; 0 where nothing was tracked."""
    import shapely

    regions = run.regions if run.regions.shape[1] == 8 else box_to_polygon(run.regions)
    tracked = (run.status == Status.TRACKED) & truth.visible
    image = shapely.box(0.0, 0.0, *bound)
    ours, theirs = (
        shapely.intersection(shapely.make_valid(shapely.polygons(points[tracked].reshape(-1, 4, 2))), image)
        for points in (regions, truth.polygons)
    )
    common = shapely.area(shapely.intersection(ours, theirs))
    union = shapely.area(ours) + shapely.area(theirs) - common
    overlaps = np.zeros(len(tracked))
    overlaps[tracked] = np.divide(common, union, out=np.zeros(len(union)), where=union > 0)
    return overlaps

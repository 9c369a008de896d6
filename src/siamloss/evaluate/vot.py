"""Score result files of the supervised VOT protocol (2013 to 2019)."""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np

from siamloss.data.sequence import read_image
from siamloss.data.text import list_frames, read_lines
from siamloss.errors import AnnotationError, ConfigError, MissingDataError, RecordError
from siamloss.evaluate.result import Evaluation, TrackerResult
from siamloss.evaluate.shared import annotated_sequences, chosen_names, refuse_missing, score_trackers
from siamloss.metrics import eao, vot_supervised
from siamloss.metrics.protocols import VOT_YEARS
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
    if year is None or variant == "got10k":
        return None
    if year not in VOT_YEARS or VOT_YEARS[year].kind != "supervised":
        years = ", ".join(str(known) for known, item in VOT_YEARS.items() if item.kind == "supervised")
        raise ConfigError(f"VOT{year} is no supervised challenge; choose --year from {years}")
    return VOT_YEARS[year].eao_interval


def read_vot_truth(folder: Path, names: list[str] | None) -> dict[str, Truth]:
    """Read annotations by sequence."""
    return {name: _truth(folder / name) for name in annotated_sequences(folder, names, "VOT benchmark")}


def _truth(folder: Path) -> Truth:
    path = folder / "groundtruth.txt"
    first = next(iter(read_lines(path, "annotation")), "")
    columns = 8 if len([part for part in SEPARATOR.split(first) if part]) == 8 else 4
    (regions,) = read_box_files([path], Rule("annotation", columns, finite=False, sized=False, error=AnnotationError))
    polygons = regions if columns == 8 else box_to_polygon(regions)
    visible = np.isfinite(polygons).all(axis=1)
    tags = {}
    for tag in sorted(folder.glob("*.tag")):
        (values,) = read_box_files([tag], _TAG)
        if len(values) != len(polygons):
            raise AnnotationError(f"{tag}: {len(values)} tags for {len(polygons)} frames; restore the file")
        tags[tag.stem] = values[:, 0] > 0
    return Truth(np.where(visible[:, None], polygons, 0.0), _image_size(folder), visible, tags)


def _image_size(folder: Path) -> tuple[float, float]:
    entries = dict(_SIZE.findall((folder / "sequence").read_text())) if (folder / "sequence").is_file() else {}
    if len(entries) == 2:
        return float(entries["width"]), float(entries["height"])
    for images in (folder / "color", folder):
        if images.is_dir() and (frames := list_frames(images)):
            height, width = read_image(frames[0]).shape[:2]
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
    measured = {name: _measure(truth[name], items) for name, items in runs.items()}
    score = vot_supervised.score_benchmark([truth[name] for name in runs], list(measured.values()), variant)
    overall = {"accuracy": score.accuracy, "robustness": score.robustness, "failures": score.failures}
    if interval is not None:
        terms = [
            vot_supervised.eao_terms(
                _for_eao(truth[name], runs[name], measured[name], variant), interval[1] + 1, variant
            )
            for name in runs
        ]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        overall = {"eao": eao.eao(total, interval, variant), **overall}
    sequences = {}
    for name, items in measured.items():
        accuracy, failures = vot_supervised.sequence_score(items)
        sequences[name] = {"accuracy": accuracy, "failures": failures, "frames": len(truth[name].polygons)}
    return TrackerResult(overall, sequences, dict(sorted(not_scored.items())))


def _for_eao(truth: Truth, runs: list[VotRun], measured: list[Repetition], variant: str) -> list[Repetition]:
    """pysot cuts regions one pixel earlier for EAO than for accuracy."""
    if variant != "pysot":
        return measured
    width, height = truth.image_size
    return _measure(truth, runs, (width - 1.0, height - 1.0))


def _measure(truth: Truth, runs: list[VotRun], bound: tuple[float, float] | None = None) -> list[Repetition]:
    """Overlaps of all runs on a sequence, each distinct run once."""
    if all(run.regions.shape[1] == 4 for run in runs):
        return vot_supervised.measure_runs(truth, [(run.regions, run.status) for run in runs], bound)
    distinct: dict[tuple[bytes, bytes], tuple[VotRun, int]] = {}
    for run in runs:
        key = run.regions.tobytes(), run.status.tobytes()
        distinct[key] = (run, distinct.get(key, (run, 0))[1] + 1)
    return [Repetition(_polygon_overlaps(truth, run, bound), run.status, n) for run, n in distinct.values()]


def _polygon_overlaps(truth: Truth, run: VotRun, bound: tuple[float, float] | None) -> np.ndarray:
    """Overlap ``(T,)`` of polygons with polygons, both cut at the image; 0 where nothing was tracked."""
    import shapely

    regions = run.regions if run.regions.shape[1] == 8 else box_to_polygon(run.regions)
    tracked = (run.status == Status.TRACKED) & truth.visible
    image = shapely.box(0.0, 0.0, *(bound or truth.image_size))
    ours, theirs = (
        shapely.intersection(shapely.make_valid(shapely.polygons(points[tracked].reshape(-1, 4, 2))), image)
        for points in (regions, truth.polygons)
    )
    common = shapely.area(shapely.intersection(ours, theirs))
    union = shapely.area(ours) + shapely.area(theirs) - common
    overlaps = np.zeros(len(tracked))
    overlaps[tracked] = np.divide(common, union, out=np.zeros(len(union)), where=union > 0)
    return overlaps

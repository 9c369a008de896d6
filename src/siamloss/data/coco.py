"""Reader of one's own data in a COCO-style JSON file: images, annotations with tracks, videos (docs/datasets.md)."""

import json
import math
from collections import defaultdict
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from siamloss.data.pending import Pending, read_all
from siamloss.data.sequence import Sequence
from siamloss.data.text import enumerated, expand_names, natural_key, require_all, require_root, require_some
from siamloss.errors import AnnotationError, MissingDataError

PLACES = ("annotations.json", "annotations/*.json", "*.json")
"""Where the file is looked for; the first place with exactly one file counts."""

ORDER_KEYS = ("frame_id", "frame_index", "frame")
"""Keys of an image that give its place in time; without them the natural order of file names counts."""

TRACK_KEYS = ("track_id", "instance_id")

Tracks = dict[str, list[tuple[str, dict | None]]]
"""``(file name, annotation or None)`` of each frame of each track, in time order, by the name of the sequence."""


def read_coco(root: Path, wanted: tuple[str, ...] = ()) -> list[Sequence]:
    """Read one sequence per track, from the first image that shows the target to the last one.

    Images in between without an annotation of the track are frames without the target.

    Raises
    ------
    MissingDataError : no JSON file, wanted sequences or image files that are missing.
    AnnotationError : a JSON file of another form, several boxes in one image that no ``track_id`` tells apart, or
        entries that would be taken for one another: ids or names that occur twice, boxes with and without a track.
    """
    tracks, _, _ = content = _content(root)
    pending = _pending(root, wanted, *content)
    require_all([name for name in pending if name not in tracks], len(pending), root)
    return read_all(pending)


def pending_coco(root: Path, wanted: tuple[str, ...] = ()) -> Pending:
    """How to read each track, by name: the video's name, with ``-<track>`` where it has several."""
    return _pending(root, wanted, *_content(root))


def _pending(root: Path, wanted: tuple[str, ...], tracks: Tracks, classes: dict[Any, str], path: Path) -> Pending:
    names = expand_names(wanted) if wanted else require_some(list(tracks), root)
    return {name: partial(_read_sequence, root, path, name, tracks.get(name), classes) for name in names}


def _content(root: Path) -> tuple[Tracks, dict[Any, str], Path]:
    """Tracks, names of the categories, and the JSON file."""
    path = _file(root)
    content = _load(path)
    try:
        return (
            _tracks(content, path),
            {item["id"]: str(item.get("name", "")) for item in content.get("categories", [])},
            path,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise AnnotationError(f"{path} lacks or misplaces {error}; see docs/datasets.md for its form") from error


def _file(root: Path) -> Path:
    require_root(root)
    for place in PLACES:
        found = sorted(path for path in root.glob(place) if path.name != "manifest.json")
        if len(found) == 1:
            return found[0]
    raise MissingDataError(f"{root} holds no annotations.json; put the COCO-style file there")


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise AnnotationError(f"{path} is not valid JSON ({error}); correct or restore it") from error
    if not isinstance(content, dict) or not {"images", "annotations"} <= set(content):
        raise AnnotationError(f"{path} has no 'images' and 'annotations'; see docs/datasets.md for its form")
    return content


def _tracks(content: dict[str, Any], path: Path) -> Tracks:
    _require_unique(content.get("videos", []), "videos", path)
    _require_unique(content["images"], "images", path)
    videos = _videos(content, path)
    of_image: dict[Any, list[dict]] = defaultdict(list)
    for annotation in content["annotations"]:
        of_image[annotation["image_id"]].append(annotation)
    strangers = [str(key) for key in of_image.keys() - {image["id"] for image in content["images"]}]
    if strangers:
        raise AnnotationError(
            f"{path} annotates images that it does not list: {enumerated(sorted(strangers))}; add them under 'images'"
        )
    found: Tracks = {}
    for video in sorted(videos, key=natural_key):
        shown: dict[Any, dict[int, dict]] = defaultdict(dict)
        images = _in_time(videos[video])
        tracked = any(_track(annotation) is not None for image in images for annotation in of_image[image["id"]])
        for frame, image in enumerate(images):
            for annotation in of_image[image["id"]]:
                if tracked and _track(annotation) is None:
                    raise AnnotationError(
                        f"{path}: image '{image['file_name']}' of video '{video}' has a box without track_id, and "
                        "others of the video have one; give it the track_id of its target"
                    )
                _add(shown[_track(annotation)], frame, annotation, image, path)
        for track in sorted(shown, key=lambda key: natural_key(str(key))):
            frames = range(min(shown[track]), max(shown[track]) + 1)
            name = video if len(shown) == 1 else f"{video}-{track}"
            if name in found:
                raise AnnotationError(
                    f"{path}: track '{track}' of video '{video}' would be a second sequence '{name}'; rename one"
                )
            found[name] = [(images[frame]["file_name"], shown[track].get(frame)) for frame in frames]
    return found


def _require_unique(entries: list[dict], what: str, path: Path) -> None:
    """Raise :class:`AnnotationError` where two entries of a list have the same id."""
    seen: set[Any] = set()
    for entry in entries:
        if entry["id"] in seen:
            label = entry.get("file_name", entry.get("name", ""))
            raise AnnotationError(f"{path}: '{label}' under '{what}' has id {entry['id']}, as another has; number anew")
        seen.add(entry["id"])


def _videos(content: dict[str, Any], path: Path) -> dict[str, list[dict]]:
    """Images of each video, by its name; two videos of one name are refused."""
    titles = {video["id"]: str(video.get("name", video["id"])) for video in content.get("videos", [])}
    videos: dict[str, list[dict]] = defaultdict(list)
    origins: dict[str, tuple[str, Any]] = {}
    for image in content["images"]:
        origin, title = _video(image, titles, path)
        name = title.replace("/", "_")
        if origins.setdefault(name, origin) != origin:
            one, other = (f"{kind} {value!r}" for kind, value in (origins[name], origin))
            raise AnnotationError(
                f"{path}: image '{image['file_name']}' of {other} and images of {one} would both be video '{name}'; "
                "rename one of the two"
            )
        videos[name].append(image)
    return videos


def _video(image: dict, titles: dict[Any, str], path: Path) -> tuple[tuple[str, Any], str]:
    """What tells an image's video, and its name: ``video_id``, else the folder of its file, or the JSON file's name."""
    if image.get("video_id") is not None:
        return ("video_id", image["video_id"]), titles.get(image["video_id"], str(image["video_id"]))
    folder = PurePosixPath(image["file_name"]).parent.as_posix()
    return ("folder", folder), path.stem if folder == "." else folder


def _in_time(images: list[dict]) -> list[dict]:
    key = next((key for key in ORDER_KEYS if all(key in image for image in images)), None)
    return sorted(images, key=lambda image: (image[key] if key else 0, natural_key(image["file_name"])))


def _track(annotation: dict) -> Any:
    return next((annotation[key] for key in TRACK_KEYS if annotation.get(key) is not None), None)


def _add(shown: dict[int, dict], frame: int, annotation: dict, image: dict, path: Path) -> None:
    """Note where a track is shown; twice in one image is an error."""
    if frame in shown:
        raise AnnotationError(
            f"{path}: image '{image['file_name']}' has two boxes of one track; give each target its own track_id"
        )
    box = annotation["bbox"]
    if not (len(box) == 4 and all(isinstance(value, (int, float)) and math.isfinite(value) for value in box)):
        raise AnnotationError(f"{path}: 'bbox' of image '{image['file_name']}' is {box}; write [x, y, width, height]")
    if not isinstance(annotation.get("category_id"), (int, float, str, type(None))):
        category = annotation["category_id"]
        raise AnnotationError(f"{path}: 'category_id' of image '{image['file_name']}' is {category}; write one number")
    shown[frame] = annotation


def _image(root: Path, file: str, path: Path) -> Path:
    """File of an image: relative to the dataset's folder, or to its ``images/``."""
    if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        raise AnnotationError(f"{path}: file_name '{file}' leaves the dataset's folder; write it relative to {root}")
    beside = root / "images" / file
    return beside if not (root / file).is_file() and beside.is_file() else root / file


def _read_sequence(root: Path, path: Path, name: str, track: list | None, classes: dict[Any, str]) -> Sequence:
    if track is None:
        raise MissingDataError(f"sequence '{name}' is not in {path}; choose one that is")
    frames = tuple(_image(root, file, path) for file, _ in track)
    missing = [frame.relative_to(root).as_posix() for frame in frames if not frame.is_file()]
    if missing:
        raise MissingDataError(
            f"sequence '{name}' lacks {len(missing)} of {len(frames)} images in {root}: {enumerated(missing)}; "
            "restore them"
        )
    boxes = np.array([shown["bbox"] if shown else [0.0] * 4 for _, shown in track], dtype=np.float64)
    return Sequence(
        name=name,
        frame_paths=frames,
        boxes=boxes,
        visible=np.array([shown is not None for _, shown in track]),
        object_class=classes.get(track[0][1].get("category_id"), ""),
    )

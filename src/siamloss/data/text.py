"""Number tables as the benchmarks write them: comma, tab or space between values."""

import re
from pathlib import Path

import numpy as np

from siamloss.errors import AnnotationError, MissingDataError

SEPARATOR = re.compile(r"[,;\s]+")
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".bmp")
NAMED_AT_MOST = 10
"""Missing names that an error writes out; of more it says how many."""
RANGE = re.compile(r"(?P<head>.*)\{(?P<first>\d+)\.\.(?P<last>\d+)\}(?P<tail>.*)")


def expand_names(names: tuple[str, ...]) -> list[str]:
    """Expand ``Train_{0001..0003}`` to its names, zero-padded like the first bound; other names stay as they are."""
    result: list[str] = []
    for name in names:
        match = RANGE.fullmatch(name)
        if not match:
            result.append(name)
            continue
        width = len(match["first"])
        numbers = range(int(match["first"]), int(match["last"]) + 1)
        result.extend(f"{match['head']}{number:0{width}d}{match['tail']}" for number in numbers)
    return result


def read_lines(path: Path, what: str, keep_empty: bool = False) -> list[str]:
    """Stripped lines of a text file, without empty ones unless they are to be kept.

    Raises
    ------
    MissingDataError, AnnotationError : no file that can be read; a file that is not UTF-8 text.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise MissingDataError(f"{what} {path} is missing; restore it from the dataset's source") from error
    except OSError as error:
        reason = error.strerror or error
        raise MissingDataError(f"{what} {path} cannot be read ({reason}); give a file that can") from error
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{what} {path} is not text; restore it from the dataset's source") from error
    return [line.strip() for line in text.splitlines() if keep_empty or line.strip()]


def read_table(path: Path, what: str, columns: tuple[int, ...]) -> np.ndarray:
    """Read one row of numbers per line.

    Parameters
    ----------
    path, what : file, and how to call it in an error.
    columns : allowed numbers of columns; all rows must agree.

    Returns
    -------
    float64 ``(T, columns)``; NaN where the file says NaN.

    Raises
    ------
    AnnotationError : text that is no number, or a wrong count of columns, with file and line.
    """
    rows: list[list[float]] = []
    for number, line in enumerate(read_lines(path, what), start=1):
        try:
            row = [float(value) for value in SEPARATOR.split(line) if value]
        except ValueError as error:
            raise AnnotationError(
                f"{path}, line {number}: '{line[:40]}' is not a row of numbers; correct or restore the file"
            ) from error
        if len(row) not in columns or (rows and len(row) != len(rows[0])):
            wanted = " or ".join(map(str, columns))
            raise AnnotationError(
                f"{path}, line {number}: {len(row)} values instead of {wanted}; correct or restore the file"
            )
        rows.append(row)
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1 if rows else columns[0])


def natural_key(name: str) -> list[str | int]:
    """Sort key under which ``2.jpg`` comes before ``10.jpg``."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def list_frames(folder: Path, natural: bool = False) -> tuple[Path, ...]:
    """Image files of a folder in name order; with ``natural``, 2 before 10."""
    if not folder.is_dir():
        raise MissingDataError(f"image folder {folder} is missing; restore it from the dataset's source")
    images = (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_ENDINGS)
    shown = (path for path in images if not path.name.startswith("."))
    return tuple(sorted(shown, key=(lambda path: natural_key(path.name)) if natural else None))


def read_names(root: Path, wanted: tuple[str, ...], list_file: str | None) -> list[str]:
    """Names of the sequences to read: the wanted ones, else ``list_file``, else every folder with annotations.

    Raises
    ------
    MissingDataError : the root is missing, or holds no sequence. Whether the names exist is not looked up here.
    """
    require_root(root)
    if wanted:
        names = expand_names(wanted)
    elif list_file and (root / list_file).is_file():
        names = read_lines(root / list_file, "sequence list")
    else:
        names = sorted(path.name for path in root.iterdir() if any(path.glob("groundtruth*.txt")))
    return require_some(names, root)


def require_root(root: Path) -> None:
    """Raise :class:`MissingDataError` where the folder of a dataset is missing."""
    if not root.is_dir():
        raise MissingDataError(f"dataset folder {root} is missing; set data_root to where the data is")


def require_some(names: list[str], root: Path) -> list[str]:
    """The names.

    Raises
    ------
    MissingDataError, AnnotationError : there is none; one leads out of the root.
    """
    if not names:
        raise MissingDataError(f"dataset folder {root} holds no sequence; set data_root to where the data is")
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or not name.isprintable():
            raise AnnotationError(
                f"sequence name {name!r} of {root} leads out of that folder; correct the list of names"
            )
    return names


def enumerated(names: list[str]) -> str:
    """The first names, and how many there are in all where there are more."""
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more


def require_all(missing: list[str], listed: int, root: Path) -> None:
    """Raise one :class:`MissingDataError` that names what is missing of ``listed`` sequences, if anything is."""
    if missing:
        raise MissingDataError(
            f"{len(missing)} of {listed} listed sequences are missing in {root}: {enumerated(missing)}; "
            "restore them from the dataset's source, or list those that are there under 'sequences'"
        )

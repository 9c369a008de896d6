"""``siamloss report --check``: is every printed number what the records give?

First the printed files must be as they were written, to the last byte. Then nothing that was computed before is used:
records and annotations are scored again, score maps measured again, and tables, captions and page made again from
these, in a folder that is thrown away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from tqdm import tqdm

from siamloss.config import Experiment
from siamloss.errors import CorruptError, MismatchError
from siamloss.paths import Home
from siamloss.provenance.parquet import read_parquet
from siamloss.report.check_page import differ_pages, read_page, words_of
from siamloss.report.check_seals import check_seals, remake
from siamloss.report.check_text import (
    FIGURES,
    Difference,
    count_numbers,
    differ_csv,
    differ_json,
    differ_latex,
    differ_markdown,
)
from siamloss.report.gallery import CATALOGUE, read_gallery
from siamloss.report.inputs import REMEDY, require
from siamloss.report.job import write_tables
from siamloss.report.missing import Missing, find_missing
from siamloss.report.page_job import write_page
from siamloss.report.partial import shown_sequences
from siamloss.report.recompute import recompute_captions, recompute_metrics, recompute_separability
from siamloss.runs import runs

FORMS = {".csv": ("csv", differ_csv), ".md": ("markdown", differ_markdown), ".tex": ("latex", differ_latex)}
NAMES = ("variant", "seed", "sequence", "metric", "curve", "attribute", "term", "threshold", "stage", "epoch")
NAMES += ("role", "group", "quantity")


@dataclass(frozen=True)
class Checked:
    """A file that was compared: its kind, and how many numbers it holds."""

    kind: str
    path: Path
    numbers: int


@dataclass(frozen=True)
class Stage:
    """A part of the report: how it is made anew, and how what was printed is compared with that."""

    make: Callable[[], object]
    compare: Callable[[], list[Checked]]


def check_report(experiment: Experiment, home: Home, spec: Path) -> list[Checked]:
    """Compare everything that was printed with what the records give now.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where runs, records and the report are.
    spec : its file, for the commands that a message names.

    Returns
    -------
    The files that were compared, of the kinds "metrics", "separability", "csv", "markdown", "latex", "captions" and
    "page".

    Raises
    ------
    MismatchError : at the first number that differs; names file, row, column, both values, and what makes the file.
    MissingDataError, CorruptError : a file that is missing or damaged, or a printed one that was changed since.

    Notes
    -----
    Numbers of full precision (Parquet, CSV, JSON) are compared to ten figures, rounded ones exactly.
    """
    check_seals(home, spec)
    with TemporaryDirectory(prefix="siamloss-check-") as folder:
        found = list(stages(experiment, home, Home(experiment, Path(folder)), spec))
        checked = []
        for stage in tqdm(found, desc="check", unit="step", disable=None):
            stage.make()
            checked += stage.compare()
        return checked


def describe(checked: list[Checked]) -> str:
    """How many numbers of how many files were compared, in all and by kind."""
    kinds = dict.fromkeys(file.kind for file in checked)
    parts = []
    for kind in kinds:
        files = [file for file in checked if file.kind == kind]
        parts.append(f"{kind} {sum(file.numbers for file in files)} in {_count(len(files))}")
    total = sum(file.numbers for file in checked)
    return f"{total} numbers of {_count(len(checked))} are what the records give ({', '.join(parts)})"


def _count(files: int) -> str:
    return f"{files} file" if files == 1 else f"{files} files"


def stages(experiment: Experiment, home: Home, fresh: Home, spec: Path) -> Iterator[Stage]:
    """The parts in the order of the data flow; each is made from those before it.

    Parameters
    ----------
    experiment, home, spec : as in :func:`check_report`.
    fresh : where to make everything anew.
    """
    allowed = find_missing(experiment, home) if home.made else None
    missing = allowed or Missing(0)

    def parquet(kind: str, path: Path, again: str) -> Checked:
        return _compare_parquet(kind, path, fresh.computed / path.relative_to(home.computed), again)

    for dataset in experiment.datasets.test:
        name = dataset.name
        paths = [home.metrics(name), home.curves(name), home.attributes(name)]
        options = {"manifest": home.manifest(name), "out": paths[0], "curves": paths[1]}
        if any(missing.has_records(*run, name) for run in runs(experiment)):
            again = remake(home, spec, "measure", benchmark=name, **options)
            yield Stage(
                partial(recompute_metrics, experiment, dataset, fresh, missing),
                lambda paths=paths, again=again: [parquet("metrics", path, again) for path in paths],
            )
    again = remake(home, spec, "separability", out=home.separability())
    yield Stage(
        partial(recompute_separability, experiment, fresh, missing),
        lambda again=again: [parquet("separability", home.separability(), again)],
    )
    again = remake(home, spec, "tables")
    yield Stage(
        partial(write_tables, experiment, fresh, fresh.tables, allowed),
        partial(_compare_tables, home.tables, fresh.tables, again),
    )
    yield Stage(
        lambda: recompute_captions(
            experiment, fresh, shown_sequences(experiment, home, missing), read_gallery(home.figures), allowed
        ),
        partial(_compare_captions, home.figures, fresh.figures, remake(home, spec, "figures")),
    )
    frames = home.frames if home.frames.is_dir() and not home.made else None
    yield Stage(
        lambda: write_page(experiment, fresh, fresh.tables, fresh.figures, fresh.page, frames, allowed),
        partial(_compare_pages, home.page, fresh.page, remake(home, spec, "page")),
    )


def _read(path: Path, what: str) -> str:
    try:
        return require(path, what).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CorruptError(f"{path} is not text; delete it and {REMEDY}") from error


def _raise(path: Path, found: Difference | None, again: str) -> None:
    """Raise :class:`MismatchError` if there is a difference."""
    if found is not None:
        raise MismatchError(
            f"{path}, row '{found.row}', column '{found.column}': printed '{found.printed}', the records give "
            f"'{found.recomputed}'; to make it again: {again}"
        )


def _compare_captions(printed: Path, made: Path, again: str) -> list[Checked]:
    """The captions and the words of every figure."""
    path = printed / CATALOGUE
    texts = [_read(folder / CATALOGUE, "the catalogue of figures") for folder in (printed, made)]
    try:
        _raise(path, differ_json(*texts), again)
    except ValueError as error:
        raise CorruptError(f"{path} is not JSON; run '{again}'") from error
    return [Checked("captions", path, count_numbers(texts[0]))]


def _compare_pages(printed: Path, made: Path, again: str) -> list[Checked]:
    """Every text of the page and the data of its charts."""
    pages = [read_page(_read(path, "the page")) for path in (printed, made)]
    _raise(printed, differ_pages(*pages), again)
    return [Checked("page", printed, sum(map(count_numbers, words_of(pages[0]))))]


def _compare_tables(printed: Path, made: Path, again: str) -> list[Checked]:
    """Every table in its three forms, and the verdicts."""
    checked = []
    require(printed, "the folder of tables")
    names = [
        {path.name for path in folder.iterdir() if path.suffix in FORMS and not path.name.startswith(".")}
        for folder in (printed, made)
    ]
    for name in sorted(names[0] | names[1]):
        if name not in names[1]:
            raise MismatchError(f"{printed / name} is not made from these records; to make its folder again: {again}")
        kind, differ = FORMS[Path(name).suffix]
        texts = [_read(folder / name, "a table") for folder in (printed, made)]
        _raise(printed / name, differ(*texts), again)
        checked.append(Checked(kind, printed / name, count_numbers(texts[0])))
    return checked


def _compare_parquet(kind: str, path: Path, made: Path, again: str) -> Checked:
    """Every row of a table; its first difference in the order of rows, then of columns."""
    try:
        printed = read_parquet(require(path, f"a table of {kind}"))
    except (OSError, ValueError) as error:
        raise CorruptError(f"{path} is not a whole Parquet file; run '{again}'") from error
    recomputed = read_parquet(made)
    shapes = [(list(frame.columns), len(frame)) for frame in (printed, recomputed)]
    if shapes[0] != shapes[1]:
        told = [f"{rows} rows of {', '.join(columns)}" for columns, rows in shapes]
        _raise(path, Difference("all", "all", *told), again)
    unlike = pd.DataFrame({name: _unlike(printed[name], recomputed[name]) for name in printed}).to_numpy(dtype=bool)
    if unlike.any():
        at, column = np.argwhere(unlike)[0]
        row = recomputed.iloc[at]
        called = " ".join(str(row[name]) for name in NAMES if name in row)
        values = [str(frame.iloc[at, column]) for frame in (printed, recomputed)]
        _raise(path, Difference(called, str(recomputed.columns[column]), *values), again)
    numeric = printed.select_dtypes("number").shape[1]
    return Checked(kind, path, len(printed) * numeric)


def _unlike(printed: pd.Series, recomputed: pd.Series) -> np.ndarray:
    """Where two columns differ, bool ``(N,)``."""
    if pd.api.types.is_numeric_dtype(recomputed) and pd.api.types.is_numeric_dtype(printed):
        pair = (column.to_numpy(dtype=np.float64) for column in (printed, recomputed))
        return ~np.isclose(*pair, rtol=FIGURES, atol=0.0, equal_nan=True)
    return (printed.astype(object) != recomputed.astype(object)).to_numpy()

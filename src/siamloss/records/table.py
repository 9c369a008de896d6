"""The record table: its columns, and reading and writing it."""

from enum import IntEnum
from pathlib import Path

import pandas as pd

from siamloss.errors import CorruptError, RecordError
from siamloss.provenance.parquet import read_parquet, write_parquet


class Status(IntEnum):
    """What happened at a frame; INIT, FAILURE and SKIPPED are VOT's codes 1, 2 and 0."""

    TRACKED = 0
    INIT = 1
    FAILURE = 2
    SKIPPED = 3


COLUMNS = {
    "sequence": "str",
    "frame": "int32",
    "x": "float64",
    "y": "float64",
    "w": "float64",
    "h": "float64",
    "score": "float64",
    "seconds": "float64",
    "status": "int8",
}


def write_records(path: Path, records: pd.DataFrame) -> None:
    """Write records atomically as Parquet, with the columns in order.

    Raises
    ------
    RecordError : a column is missing.
    """
    missing = [name for name in COLUMNS if name not in records]
    if missing:
        raise RecordError(
            f"records for {path} lack the column '{missing[0]}'; write every column of siamloss.records.COLUMNS"
        )
    write_parquet(path, records[list(COLUMNS)].astype(COLUMNS))


def read_records(path: Path) -> pd.DataFrame:
    """Read records written by :func:`write_records`.

    Raises
    ------
    CorruptError : the file is truncated, was changed, or is not a record table.
    """
    try:
        records = read_parquet(path)
    except (OSError, ValueError) as error:
        raise CorruptError(f"{path} is not a whole record file; delete it and run snakemake again") from error
    if list(records.columns) != list(COLUMNS):
        raise CorruptError(f"{path} has other columns than a record file; delete it and run snakemake again")
    numbers = [name for name, kind in COLUMNS.items() if kind != "str"]
    strange = [name for name in numbers if not pd.api.types.is_numeric_dtype(records[name])]
    if strange:
        raise CorruptError(f"{path} has no numbers in its column '{strange[0]}'; delete it and run snakemake again")
    return records

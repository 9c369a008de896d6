"""Tables as Parquet with a checksum of the whole file: Parquet itself lets a flipped byte pass as another number.

The checksum lies between the columns and the footer, where no reader looks; the footer says that there is one. Files of
older versions have a checksum of their values in the footer instead, or none.
"""

import hashlib
import io
from pathlib import Path

import pandas as pd

from siamloss.provenance.atomic import atomic_path
from siamloss.provenance.hashing import sha256_bytes

KEY = b"siamloss_sha256"
"""Entry of the footer's metadata with the checksum of the values, of older versions."""
SEALED = b"siamloss_sealed"
"""Entry that says that the file holds its own checksum."""
MARK = b"siamloss-sha256:"
DIGITS = 64
ROWS_PER_BYTE = 1000
"""No table of ours comes near; a column of one value needs no bytes, so a small file could announce any memory."""


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table atomically, without its index."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, SEALED: b"1"}), buffer)
    data = buffer.getvalue()
    footer = _footer(data)
    with atomic_path(path) as temporary:
        temporary.write_bytes(data[:footer] + MARK + sha256_bytes(data).encode() + data[footer:])


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table, and compare the file with its checksum where it has one.

    Raises
    ------
    OSError : there is no such file.
    ValueError : it is no Parquet file, or not the one that was written.
    """
    import pyarrow
    import pyarrow.parquet

    data = Path(path).read_bytes()
    footer = _footer(data)
    begin = max(0, footer - DIGITS - len(MARK))
    rest = data[:begin] + data[footer:]
    whole = data[begin:footer] == MARK + sha256_bytes(rest).encode()
    if not whole and data[begin : begin + len(MARK)] == MARK:
        raise ValueError(f"{path} was changed after it was written")
    try:
        rows = _announced_rows(pyarrow.parquet.read_metadata(pyarrow.BufferReader(data)))
        if rows > ROWS_PER_BYTE * len(data):
            raise ValueError(f"{rows} rows in {len(data)} bytes are more than memory should be taken for")
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(data))
        frame = table.to_pandas()
        facts = table.schema.metadata or {}
        changed = not whole and (SEALED in facts or facts.get(KEY, values := _checksum(frame)) != values)
    except Exception as error:  # a damaged schema raises nearly anything
        raise ValueError(f"{path} is damaged: {error}") from error
    if changed:
        raise ValueError(f"{path} was changed after it was written")
    return frame


def _footer(data: bytes) -> int:
    """Where the footer of a Parquet file begins; its length stands before the last four bytes."""
    return max(0, len(data) - 8 - int.from_bytes(data[-8:-4], "little"))


def _announced_rows(metadata) -> int:
    """Rows by the footer: of the file, or of all its groups where they are more."""
    groups = (metadata.row_group(number).num_rows for number in range(metadata.num_row_groups))
    return max(metadata.num_rows, sum(groups))


def _checksum(frame: pd.DataFrame) -> bytes:
    """Hexadecimal sha256 over names, types and values of all columns."""
    facts = [(str(name), str(kind)) for name, kind in frame.dtypes.items()]
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(repr((facts, len(frame))).encode() + rows.tobytes()).hexdigest().encode()

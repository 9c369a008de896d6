"""Tables as Parquet with a checksum of their values: Parquet itself lets a flipped byte pass as another number."""

import hashlib
from pathlib import Path

import pandas as pd

from siamloss.provenance.atomic import atomic_path

KEY = b"siamloss_sha256"
"""Entry of the file's metadata that holds the checksum."""


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table atomically, without its index."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    checksum = _checksum(table.to_pandas()).encode()
    with atomic_path(path) as temporary:
        pyarrow.parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, KEY: checksum}), temporary)


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table, and compare its values with the checksum where it has one.

    Raises
    ------
    OSError : there is no such file.
    ValueError : it is no Parquet file, or its values are not those that were written.
    """
    import pyarrow.parquet

    try:
        # A folder such as gsl[eta=0.5] is no partition key.
        table = pyarrow.parquet.read_table(path, partitioning=None)
        frame = table.to_pandas()
        wanted = (table.schema.metadata or {}).get(KEY)
        changed = wanted is not None and wanted != _checksum(frame).encode()
    except OSError:
        raise
    except Exception as error:  # a damaged schema raises nearly anything
        raise ValueError(f"{path} is damaged: {error}") from error
    if changed:
        raise ValueError(f"{path} was changed after it was written")
    return frame


def _checksum(frame: pd.DataFrame) -> str:
    """Hexadecimal sha256 over names, types and values of all columns."""
    facts = [(str(name), str(kind)) for name, kind in frame.dtypes.items()]
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(repr((facts, len(frame))).encode() + rows.tobytes()).hexdigest()

"""Per-frame tracking results.

In: boxes from a tracker. Out: one Parquet file per (run, benchmark), one row per frame, written whole or not at all.
Columns: ``sequence`` str; ``frame`` int32, 0-based; ``x, y, w, h`` float64 px, 0-based corner; ``score`` float64
(peak of the response, unit of the loss); ``seconds`` float64 of tracker time; ``status`` int8 (see :class:`Status`).

:mod:`siamloss.records.ledger` counts how often a test benchmark was looked at.
"""

from siamloss.records.table import COLUMNS, Status, read_records, write_records

__all__ = ["COLUMNS", "Status", "read_records", "write_records"]

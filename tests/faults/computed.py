"""sha256 of what in a product is computed: the times in it differ from run to run."""

import json

import pyarrow.parquet as pq

from siamloss.provenance.hashing import sha256_bytes, sha256_file

TIMED = {"seconds", "sha256_of_the_rest"}
"""Columns of records and entries of choices that are measured, or a checksum over such."""
MEASURED = {"run.json", "manifest.json", "index.html", "speed.csv", "speed.md", "speed.tex"}
"""Files that say how long something took, or the hash of such a file."""


def digest(path, name):
    """Digest of a product by its place below the results; None of one that is measured."""
    if path.name in MEASURED:
        return None
    if name.startswith("track/"):
        table = pq.read_table(path)
        return sha256_bytes(table.drop_columns(sorted(TIMED & set(table.column_names))).to_pandas().to_json().encode())
    if name.startswith("tune/"):
        return sha256_bytes(json.dumps(_timeless(json.loads(path.read_text()))).encode())
    return sha256_file(path)


def _timeless(value):
    if isinstance(value, dict):
        return {key: _timeless(inner) for key, inner in value.items() if key not in TIMED}
    return list(map(_timeless, value)) if isinstance(value, list) else value

"""sha256 of files and of plain values."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

BLOCK = 2**18
"""Bytes read at a time: enough for full speed, little enough for the cache."""


def sha256_bytes(data: bytes) -> str:
    """Hexadecimal sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in blocks; without Python's buffers, which cost small files half the speed."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while block := os.read(descriptor, BLOCK):
            digest.update(block)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def short_hash(value: Any) -> str:
    """First 12 hexadecimal digits of the sha256 of a value's canonical JSON."""
    return sha256_bytes(canonical_json(value).encode())[:12]

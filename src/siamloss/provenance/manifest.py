"""A manifest lists path, bytes and sha256 of every file of a folder, so that damage is found before use."""

import json
from pathlib import Path

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import sha256_file

NAME = "manifest.json"


def tree_entries(root: Path, only: list[str] | None = None) -> dict[str, dict]:
    """``{relative path: {bytes, sha256}}`` of every regular file under ``root``, or under some of its entries.

    The manifest itself is left out.
    """
    tops = [Path(root)] if only is None else [Path(root) / name for name in only]
    found = (path for top in tops for path in ([top] if top.is_file() else top.rglob("*")))
    files = sorted(path for path in found if path.is_file() and path.name != NAME)
    return {
        path.relative_to(root).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_file(path)} for path in files
    }


def write_manifest(root: Path, **facts: object) -> dict:
    """Write ``root/manifest.json`` over all files of ``root``, with extra facts beside the list."""
    manifest = {**facts, "files": tree_entries(root)}
    write_text(Path(root) / NAME, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return manifest


def read_manifest(root: Path) -> dict:
    """Read ``root/manifest.json``; a missing or broken one raises :class:`CorruptError`."""
    path = Path(root) / NAME
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CorruptError(f"{path} is missing; delete {root} and run snakemake again to rebuild it") from error
    except ValueError as error:
        raise CorruptError(f"{path} is not valid JSON; delete {root} and run snakemake again to rebuild it") from error


def verify_entries(root: Path, entries: dict[str, dict], remedy: str) -> None:
    """Raise :class:`CorruptError` at the first file that is missing, of another size or of another content."""
    for name, entry in entries.items():
        path = Path(root) / name
        if not path.is_file():
            raise CorruptError(f"{path} is missing; {remedy}")
        if path.stat().st_size != entry["bytes"]:
            raise CorruptError(f"{path} has {path.stat().st_size} bytes instead of {entry['bytes']}; {remedy}")
        if sha256_file(path) != entry["sha256"]:
            raise CorruptError(f"{path} was changed after it was written (sha256 differs); {remedy}")


def verify_manifest(root: Path) -> dict:
    """Re-read every file that ``root/manifest.json`` lists; return the manifest."""
    manifest = read_manifest(root)
    verify_entries(root, manifest["files"], f"delete {root} and run snakemake again to rebuild it")
    return manifest

"""``fetched.json``: size, sha256 and version of everything that was ever fetched, by address; later fetches must match.

The first fetch is trusted where the catalogue knows no hash. The file may be kept with a study: it pins its data.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from siamloss.errors import CorruptError, DownloadError
from siamloss.provenance.lock import exclusive, lock_of
from siamloss.provenance.sealed import CHANGED, read_json, write_json

NAME = "fetched.json"
SEAL = "the line 'sha256_of_the_rest' and the empty last line"
THREADS = Lock()
"""Threads of one process take turns without a word; the lock file is for other processes."""


class Record:
    """The record of one data root; every reading and writing holds its lock."""

    def __init__(self, root: Path):
        self.path = Path(root) / NAME
        self._lock = Path(root) / ".downloads" / lock_of(self.path).name

    def known(self, addresses: Iterable[str]) -> str | None:
        """The sha256 that the first recorded of these addresses (mirrors of one file) had; None for none.

        Raises
        ------
        CorruptError : the record is not as it was written, or cannot be read.
        """
        with THREADS, exclusive(self._lock):
            entries = self._read()
        return next((entries[address]["sha256"] for address in addresses if address in entries), None)

    def check(self, address: str, sha256: str, replaced: str | None = None) -> None:
        """Compare a file with what is recorded.

        Parameters
        ----------
        replaced : sha256 of what it would replace; None where nothing is there.

        Raises
        ------
        DownloadError : its address is recorded with another content, or what it would replace is still recorded.
        """
        with THREADS, exclusive(self._lock):
            entries = self._read()
        if address in entries:
            self._compare(address, entries[address], sha256)
        for other, entry in entries.items() if replaced not in (None, sha256) else ():
            if entry["sha256"] == replaced:
                self._compare(other, entry, sha256)

    def add(self, address: str, size: int, sha256: str, etag: str = "", last_modified: str = "") -> None:
        """Remember a file.

        Raises
        ------
        DownloadError : the address is recorded with another content.
        """
        with THREADS, exclusive(self._lock):
            entries = self._read()
            old = entries.get(address)
            if old is not None:
                self._compare(address, old, sha256)
            else:
                when = datetime.now(UTC).isoformat(timespec="seconds")
                facts = {"bytes": size, "sha256": sha256, "etag": etag, "last_modified": last_modified, "when": when}
                write_json(self.path, {**entries, address: facts}, sort_keys=True)

    def _compare(self, address: str, old: dict, sha256: str) -> None:
        if old["sha256"] != sha256:
            raise DownloadError(
                f"{address} had sha256 {old['sha256'][:12]}... on {old['when']} and has {sha256[:12]}... now; "
                f"if its publisher replaced it, remove its entry from {self.path}, with {SEAL}, and fetch again"
            )

    def _read(self) -> dict[str, dict]:
        what = "is not a record of fetched files; restore it,"
        try:
            entries = read_json(self.path)
            if all(isinstance(entry["sha256"], str) and isinstance(entry["when"], str) for entry in entries.values()):
                return entries
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if str(error) == CHANGED:
                what = f"{CHANGED}; restore it, or remove {SEAL} if you changed it by hand,"
        raise CorruptError(f"{self.path} {what} or delete it to trust anew")

"""The claims of processes on GPUs: files that their processes keep locked (``flock``) for as long as they live.

The operating system releases the lock when a process dies, however it dies, and whoever comes next removes the file:
there is no stale claim. Files are read and written under one more lock, the ledger's. Processes of one user on one
machine see each other's claims, whatever their environments are. A claim that is removed, as by what cleans /tmp, is
written again by its process.
"""

import errno
import fcntl
import json
import os
import platform
import stat
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from siamloss.devices import Device
from siamloss.errors import ConfigError

FOLDER = "SIAMLOSS_LEASES"
"""Environment variable with the folder of the leases, the same for all jobs that share GPUs; see
:func:`lease_folder`."""
KEEP_S = 3600.0
EVERY = "*"
"""Stands for all devices, in a claim that this version does not understand."""


@dataclass
class Claim:
    """What one process wants or has.

    Attributes
    ----------
    number : place in the order of those who wait.
    wanted, held : keys of devices.
    mb : MiB asked for on each of them; 0 for the whole device.
    what : who asks, for the message to those who wait.
    group : the processes of ``torchrun`` for which one asks; see :func:`hold_device`.
    """

    number: int
    wanted: list[str]
    held: list[str]
    mb: int
    what: str
    group: str = ""

    def holds(self, key: str) -> bool:
        """Whether it has the device."""
        return key in self.held or EVERY in self.held


class Lease:
    """Devices of this process, until :meth:`release` or the end of the process."""

    def __init__(self, claim: Claim):
        self.devices: list[Device] = []
        self.claim = claim
        self.path: Path | None = None
        self._file = -1
        self._guard, self._released = threading.Lock(), threading.Event()

    def write(self, folder: Path) -> None:
        """Write the claim down, in a new file where the old one is gone; the ledger has to be locked."""
        if self.path is None or not _is_at(self.path, self._file):
            self._close()
            start = f"{self.claim.number:012d}-{os.getpid()}-"
            self._file, name = tempfile.mkstemp(".claim", start, folder)
            self.path = Path(name)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        text = json.dumps(asdict(self.claim)).encode()
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def keep(self) -> None:
        """Write the claim down from time to time, so that it looks young and comes back where it was removed."""
        threading.Thread(target=self._keep, name="lease", daemon=True).start()

    def _keep(self) -> None:
        while not self._released.wait(KEEP_S):
            with suppress(OSError, ConfigError), open_ledger(self.path) as (folder, _), self._guard:
                if not self._released.is_set():
                    self.write(folder)

    def release(self) -> None:
        """Give the devices back."""
        self._released.set()
        with self._guard:
            self._close()

    def _close(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            os.close(self._file)
            self.path = None


def lease_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Folder of this user's leases on this machine, made if need be: that of :data:`FOLDER`, else one in ``/tmp``.

    Other variables do not count: a job of cron or of a scheduler has others than one that is typed by hand.

    Raises
    ------
    ConfigError : it belongs to somebody else or is a link, others may write in it, or it cannot be made.
    """
    given = (os.environ if environ is None else environ).get(FOLDER, "")
    folder = Path(given or f"/tmp/siamloss-leases-{os.getuid()}-{platform.node() or 'host'}")
    if not folder.is_absolute():
        raise ConfigError(f"{FOLDER} is '{given}'; write a path that begins with /, the same for all jobs")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        raise _no_leases(folder, error) from error
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise ConfigError(f"{folder} is a link or belongs to somebody else; set {FOLDER} to a folder of your own")
    if facts.st_mode & 0o022:
        raise ConfigError(f"others may write in {folder}; run chmod 700 on it, or set {FOLDER} to another folder")
    return folder


def _no_leases(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"cannot keep leases in {folder} ({error.strerror}); set {FOLDER} to a folder on a disk of this machine"
    )


def _is_at(path: Path, file: int) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _lock_ledger() -> tuple[Path, IO]:
    """The folder of the leases, and its ledger, open and locked; what was removed meanwhile is made again."""
    while True:
        folder = lease_folder()
        try:
            lock = open(folder / "ledger.lock", "w")  # noqa: SIM115 (the caller closes it)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise _no_leases(folder, error) from error
        if _is_at(folder / "ledger.lock", lock.fileno()):
            return folder, lock
        lock.close()


@contextmanager
def open_ledger(own: Path | None = None) -> Iterator[tuple[Path, list[Claim]]]:
    """Folder, and claims of all living processes but one's own; files of dead ones are removed.

    Nobody else reads or writes in the block.
    """
    folder, lock = _lock_ledger()
    with lock:
        found = [_living(path) for path in _claims_in(folder) if path != own]
        yield folder, [claim for claim in found if claim is not None]


def _claims_in(folder: Path) -> list[Path]:
    try:
        return sorted(folder / name for name in os.listdir(folder) if name.endswith(".claim"))
    except FileNotFoundError:
        return []


def _living(path: Path) -> Claim | None:
    """The claim of a living process; the file of a dead one is removed."""
    try:
        with open(path, "r+b") as file:  # NFS makes a byte-range lock of flock, which needs write access
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return _understood(file.read(), path)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        pass  # released a moment ago
    return None


def _understood(text: bytes, path: Path) -> Claim | None:
    """The claim in a file; None where none is written yet. Another version's may hold any device, whole."""
    if not text:
        return None
    try:
        found = json.loads(text)
        claim = Claim(**{each.name: found[each.name] for each in fields(Claim) if each.name in found})
        lists = (claim.wanted, claim.held)
        sound = all(isinstance(each, list) and all(isinstance(key, str) for key in each) for each in lists)
        if sound and isinstance(claim.number, int) and isinstance(claim.mb, int):
            return claim
    except (ValueError, TypeError):
        pass
    return Claim(0, [], [EVERY], 0, f"a process of another version of siamloss ({path})")

"""Who uses which GPU: a job leases a device, alone or a part of its memory, and others wait for their turn.

Snakemake counts GPUs and hands out no number. A lease is a file that its process keeps locked (``flock``): the
operating system releases the lock when the process dies, however it dies, and whoever comes next removes the file. So
there is no stale lease. Files are read and written under one more lock, the ledger's. Processes of one user on one
machine see each other's leases.

Those who wait have a number and are served in this order: nobody takes a device that somebody before him waits for.
"""

import fcntl
import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from siamloss.devices import Device, visible_devices
from siamloss.errors import ConfigError, DeviceBusyError, DeviceError

MEMORY = "SIAMLOSS_GPU_MB"
"""Environment variable with the GPU memory that a job asks for, in MiB: ``8000``, or by verb ``train=8000,track=3000``.
Absent or 0, a job has its device for itself."""
WAIT = "SIAMLOSS_GPU_WAIT"
"""Environment variable with the seconds that a job waits for a device; a day where it is absent."""
WAIT_S = 86400.0
POLL_S = 0.1


@dataclass
class Claim:
    """What one process wants or has.

    Attributes
    ----------
    number : place in the order of those who wait.
    wanted, held : keys of devices.
    mb : MiB asked for on each of them; 0 for the whole device.
    what : who asks, for the message to those who wait.
    """

    number: int
    wanted: list[str]
    held: list[str]
    mb: int
    what: str


class Lease:
    """Devices of this process, until :meth:`release` or the end of the process."""

    def __init__(self, devices: list[Device], path: Path, file: int):
        self.devices = devices
        self._path, self._file = path, file

    def release(self) -> None:
        """Give the devices back."""
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def lease_folder() -> Path:
    """Folder of this user's leases on this machine, made if need be.

    Raises
    ------
    ConfigError : somebody else owns it, or it cannot be made.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(runtime) if runtime and os.access(runtime, os.W_OK) else Path(tempfile.gettempdir())
    folder = base / f"siamloss-leases-{os.getuid()}-{platform.node() or 'host'}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        raise ConfigError(f"cannot keep leases in {folder} ({error.strerror}); set TMPDIR to another folder") from error
    if facts.st_uid != os.getuid() or folder.is_symlink():
        raise ConfigError(f"{folder} belongs to somebody else; set TMPDIR to a folder of your own")
    return folder


@contextmanager
def _ledger(folder: Path) -> Iterator[dict[Path, Claim]]:
    """Claims of all living processes; files of dead ones are removed. Nobody else reads or writes in the block."""
    with open(folder / "ledger.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = {path: _living(path) for path in sorted(folder.glob("*.claim"))}
        yield {path: claim for path, claim in found.items() if claim is not None}


def _living(path: Path) -> Claim | None:
    """The claim of a living process; the file of a dead one is removed."""
    try:
        with open(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return Claim(**json.loads(file.read()))
            path.unlink(missing_ok=True)
    except (FileNotFoundError, ValueError):
        pass  # released a moment ago, or the disk could not hold it
    return None


def _write(file: int, claim: Claim) -> None:
    text = json.dumps(asdict(claim)).encode()
    os.pwrite(file, text, 0)
    os.ftruncate(file, len(text))


def _free(device: Device, claims: list[Claim], mb: int) -> int:
    """MiB of a device that ``mb`` more would leave; negative where they do not fit."""
    used = [claim.mb for claim in claims if device.key in claim.held]
    if not used:
        return (device.memory_mb or sys.maxsize) - mb
    return -1 if mb == 0 or 0 in used or not device.memory_mb else device.memory_mb - sum(used) - mb


def _choose(devices: list[Device], count: int, own: Claim, claims: list[Claim]) -> list[Device]:
    """The ``count`` devices with most room among those that nobody waits for since longer; none if they are too few."""
    before = {key for claim in claims if not claim.held and claim.number < own.number for key in claim.wanted}
    room = {each.key: _free(each, claims, own.mb) for each in devices if each.key not in before}
    fitting = [each for each in devices if room.get(each.key, -1) >= 0]
    fitting.sort(key=lambda each: -room[each.key])
    return fitting[:count] if len(fitting) >= count else []


def take(devices: list[Device], mb: int = 0, count: int = 1, what: str = "", wait_s: float = WAIT_S) -> Lease:
    """Lease ``count`` of the devices, all at once, and wait until they are free.

    Parameters
    ----------
    devices : the choice, at least ``count`` of them.
    mb : MiB on each; 0 for whole devices. A device of unknown memory is leased whole.
    wait_s : give up after so many seconds.

    Raises
    ------
    DeviceError : no device has so much memory.
    DeviceBusyError : the devices are still taken after ``wait_s``.
    """
    largest = max(each.memory_mb or sys.maxsize for each in devices)
    if mb > largest:
        raise DeviceError(f"{mb} MB of GPU memory are asked for, the largest device has {largest}; ask for less")
    folder, began = lease_folder(), time.monotonic()
    own = Claim(0, [each.key for each in devices], [], mb, f"{what} (process {os.getpid()})".strip())
    with _ledger(folder) as claims:
        own.number = 1 + max((claim.number for claim in claims.values()), default=0)
        path = folder / f"{own.number:012d}-{os.getpid()}.claim"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        lease, said = Lease([], path, file), False
    try:
        while True:
            with _ledger(folder) as claims:
                others = [claim for place, claim in claims.items() if place != path]
                lease.devices = _choose(devices, count, own, others)
                own.held = [each.key for each in lease.devices]
                _write(file, own)
            if own.held:
                return lease
            holders = ", ".join(claim.what for claim in others if set(claim.held) & set(own.wanted)) or "those before"
            if time.monotonic() - began > wait_s:
                raise DeviceBusyError(
                    f"no GPU came free in {wait_s:g} s, held by {holders}; wait for them, or set {WAIT} to more seconds"
                )
            if not said:
                _say(f"waiting for a GPU, held by {holders}")
                said = True
            time.sleep(POLL_S)
    except BaseException:
        lease.release()
        raise


def _say(text: str) -> None:
    logging.info(text)
    print(f"siamloss: {text}", file=sys.stderr, flush=True)


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ConfigError(f"{name} is '{text}'; write a number of 0 or above")
    return value


def demand_mb(verb: str, text: str) -> int:
    """MiB that a verb asks for, from the value of :data:`MEMORY`."""
    parts = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
    named = {name: value for name, _, value in parts}
    return int(_number(named.get(verb, named.get("", "0")), MEMORY))


def hold_device(device: str, verb: str, environ: MutableMapping[str, str] | None = None) -> Lease | None:
    """Lease what a job will use and name it in ``CUDA_VISIBLE_DEVICES``, before CUDA is loaded.

    ``cuda:N`` is taken literally: this very device is leased. Under ``torchrun`` the first process of a machine leases
    the devices of all its processes at once, each of which uses the one of its number; the others lease nothing.

    Parameters
    ----------
    device : of the configuration: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
    verb : the job's, for its memory and for messages.

    Returns
    -------
    None on a CPU, without a GPU, or where another process leases for this one.
    """
    environ = os.environ if environ is None else environ
    if device == "cpu" or environ.get("LOCAL_RANK", "0") != "0":
        return None
    devices = visible_devices(environ)
    ranks = int(environ.get("LOCAL_WORLD_SIZE", "1"))
    literal = device.removeprefix("cuda:")
    if literal.isdigit():
        devices = devices[int(literal) : int(literal) + 1]
    elif ranks > 1:
        devices = devices[:ranks]
    if len(devices) < ranks and not literal.isdigit():
        return None  # too few, or none: choosing the device says so, or takes the CPU
    if not devices:
        return None
    wait_s = _number(environ.get(WAIT, "") or str(WAIT_S), WAIT)
    count = len(devices) if ranks > 1 else 1
    lease = take(devices, demand_mb(verb, environ.get(MEMORY, "")), count, verb, wait_s)
    environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    if ranks == 1 and not literal.isdigit():
        environ["CUDA_VISIBLE_DEVICES"] = lease.devices[0].name
    return lease

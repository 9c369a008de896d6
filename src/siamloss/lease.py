"""Who uses which GPU: a job leases a device, alone or a part of its memory, and others wait for their turn.

Snakemake counts GPUs and hands out no number. Those who wait have a number and are served in this order: nobody takes a
device that somebody before him waits for. What is leased stands in files, see :mod:`siamloss.claims`.
"""

import logging
import os
import sys
import time
from collections.abc import Mapping, MutableMapping

from siamloss.claims import Claim, Lease, open_ledger
from siamloss.devices import Device, visible_devices
from siamloss.errors import ConfigError, DeviceBusyError, DeviceError

MEMORY = "SIAMLOSS_GPU_MB"
"""Environment variable with the GPU memory that a job asks for, in MiB: ``8000``, or by verb ``train=8000,track=3000``.
Absent or 0, a job has its device for itself."""
WAIT = "SIAMLOSS_GPU_WAIT"
"""Environment variable with the seconds that a job waits for a device; a day where it is absent."""
WAIT_S = 86400.0
PATIENCE_S = 7 * 86400.0
"""Seconds that the other processes of ``torchrun`` wait for their first, which may have to wait for another process
that is at the same job before it asks for a device."""
POLL_S = 0.1


def _free(device: Device, claims: list[Claim], mb: int) -> int:
    """MiB of a device that ``mb`` more would leave; negative where they do not fit."""
    used = [claim.mb for claim in claims if claim.holds(device.key)]
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


def take(
    devices: list[Device], mb: int = 0, count: int = 1, what: str = "", wait_s: float = WAIT_S, group: str = ""
) -> Lease:
    """Lease ``count`` of the devices, all at once, and wait until they are free.

    Parameters
    ----------
    devices : the choice, at least ``count`` of them.
    mb : MiB on each; 0 for whole devices. A device of unknown memory is leased whole.
    wait_s : give up after so many seconds.
    group : name of the processes for which this one asks.

    Raises
    ------
    DeviceError : no device has so much memory.
    DeviceBusyError : the devices are still taken after ``wait_s``.
    """
    largest = max(each.memory_mb or sys.maxsize for each in devices)
    if mb > largest:
        raise DeviceError(f"{mb} MB of GPU memory are asked for, the largest device has {largest}; ask for less")
    what = f"{what} (process {os.getpid()})".strip()
    own = Claim(0, [each.key for each in devices], [], mb, what, group)
    lease, said, began = Lease(own), False, time.monotonic()
    try:
        while True:
            try:
                with open_ledger(lease.path) as (folder, others):
                    own.number = own.number or 1 + max((claim.number for claim in others), default=0)
                    lease.devices = _choose(devices, count, own, others)
                    own.held = [each.key for each in lease.devices]
                    lease.write(folder)
            except FileNotFoundError:
                continue  # the folder was removed a moment ago
            if own.held:
                lease.keep()
                return lease
            holders = ", ".join(claim.what for claim in others if any(map(claim.holds, own.wanted))) or "those before"
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


def wait_for_first(group: str, wait_s: float = PATIENCE_S) -> None:
    """Return when the process that asks for a group of processes has its devices.

    Raises
    ------
    DeviceBusyError : it has none after ``wait_s``.
    """
    began = time.monotonic()
    while True:
        with open_ledger() as (_, claims):
            if any(claim.held and claim.group == group for claim in claims):
                return
        if time.monotonic() - began > wait_s:
            raise DeviceBusyError(
                f"the first process of this machine has no GPU after {wait_s:g} s; see what it waits for"
            )
        time.sleep(POLL_S)


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


def _limit_s(environ: Mapping[str, str]) -> float:
    return _number(environ.get(WAIT, "") or str(WAIT_S), WAIT)


def hold_device(device: str, verb: str, environ: MutableMapping[str, str] | None = None) -> Lease | None:
    """Lease what a job will use and name it in ``CUDA_VISIBLE_DEVICES``, before CUDA is loaded.

    ``cuda:N`` is taken literally: this very device is leased. Under ``torchrun`` the first process of a machine leases
    the devices of all its processes at once, each of which uses the one of its number; the others wait until it has
    them. They know it by the address at which all of them meet.

    Parameters
    ----------
    device : of the configuration: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
    verb : the job's, for its memory and for messages.

    Returns
    -------
    None on a CPU, without a GPU, or where another process leases for this one.

    Raises
    ------
    ConfigError, DeviceError, DeviceBusyError : see :func:`siamloss.claims.lease_folder` and :func:`take`.
    """
    environ = os.environ if environ is None else environ
    if device == "cpu":
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
    environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # in which they were counted
    meeting = environ.get("MASTER_PORT", "") and f"{environ.get('MASTER_ADDR', '')}:{environ['MASTER_PORT']}"
    if environ.get("LOCAL_RANK", "0") != "0":
        if meeting:
            wait_for_first(meeting)
        return None
    count = len(devices) if ranks > 1 else 1
    lease = take(devices, demand_mb(verb, environ.get(MEMORY, "")), count, verb, _limit_s(environ), meeting)
    if ranks == 1 and not literal.isdigit():
        environ["CUDA_VISIBLE_DEVICES"] = lease.devices[0].name
    return lease

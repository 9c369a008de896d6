"""GPUs of this machine that a process may use, by name and memory; standard library only, nothing of CUDA is loaded.

``CUDA_VISIBLE_DEVICES`` limits them as CUDA does: indices, names (``GPU-...``, also their first letters, ``MIG-...``),
and an empty value or ``-1`` for none. Indices count as ``nvidia-smi`` does (``CUDA_DEVICE_ORDER=PCI_BUS_ID``).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from siamloss.errors import ConfigError, DeviceError

FAKE = "SIAMLOSS_DEVICES"
"""Environment variable that stands for the machine's GPUs, for tests and for machines without ``nvidia-smi``:
``0:80000,1:80000`` are two of 80,000 MB."""

ANSWER_S = 60.0
"""Seconds within which ``nvidia-smi`` has to answer."""
NODES = Path("/dev")
"""Where a driver shows its GPUs as ``nvidia0``, ``nvidia1``."""
NONE_LENT = "No devices were found"
"""What ``nvidia-smi`` says where there are GPUs but this process may use none, as in a cluster's job without any."""
WITHOUT = "set CUDA_VISIBLE_DEVICES to an empty text to use the CPU, or name the GPUs in " + FAKE
MB_PER_GB = 953
"""MiB of a decimal gigabyte, in which names of MIG profiles count."""


@dataclass(frozen=True)
class Device:
    """A GPU or a part of one.

    Attributes
    ----------
    name : what ``CUDA_VISIBLE_DEVICES`` calls it.
    key : the same for every process of this machine, however it names the device.
    memory_mb : its memory in MiB; 0 where it is not known.
    """

    name: str
    key: str
    memory_mb: int


def visible_devices(environ: Mapping[str, str] | None = None) -> list[Device]:
    """Devices that CUDA would show this process, in CUDA's order; empty without a GPU.

    Raises
    ------
    ConfigError : the list of fake devices cannot be read.
    DeviceError : ``nvidia-smi`` is there but does not say which GPUs there are.
    """
    environ = os.environ if environ is None else environ
    wanted = environ.get("CUDA_VISIBLE_DEVICES")
    if wanted is not None and wanted.strip() in ("", "-1", "NoDevFiles"):
        return []
    groups = _fake(environ[FAKE]) if environ.get(FAKE) else _present()
    if wanted is None or not groups:
        return [part for group in groups for part in group[1:] or group[:1]]
    found: dict[str, Device] = {}
    for token in wanted.split(","):
        device = _named(token.strip(), groups)
        if device is None:
            break
        found.setdefault(device.key, device)
    return list(found.values())


def _named(token: str, groups: list[list[Device]]) -> Device | None:
    """The device that CUDA takes a name for; None where the name ends CUDA's list."""
    if re.fullmatch(r"-?\d+", token):
        number = int(token)
        group = groups[number] if 0 <= number < len(groups) else None
        return replace((group[1:] or group)[0], name=token) if group else None
    # CUDA shows of a GPU in MIG mode its first part.
    shown = [((group[1:] or group)[0] if each is group[0] else each, each) for group in groups for each in group]
    exact = [device for device, named in shown if token in (named.name, named.key)]
    begun = [device for device, named in shown if token.startswith("GPU-") and named.key.startswith(token)]
    match = (exact or begun)[:1]
    if match:
        return replace(match[0], name=token)
    return Device(token, token, 0) if token.startswith("MIG-") else None


def _fake(text: str) -> list[list[Device]]:
    groups = []
    for item in text.split(","):
        name, _, memory = item.strip().rpartition(":")
        if not name or not memory.isdigit():
            raise ConfigError(f"{FAKE} is '{text}'; write names and megabytes, for example 0:80000,1:80000")
        groups.append([Device(name, name, int(memory))])
    return groups


def _present() -> list[list[Device]]:
    """Per GPU of this machine: itself, then its MIG parts."""
    if shutil.which("nvidia-smi") is None:
        if _is_there():
            raise DeviceError(f"there is a GPU but no nvidia-smi, which tells it from others; install it, {WITHOUT}")
        return []
    query = ["nvidia-smi", "--query-gpu=uuid,memory.total", "--format=csv,noheader,nounits"]
    return parse(_output(query), _output(["nvidia-smi", "-L"]))


def parse(query: str, listing: str) -> list[list[Device]]:
    """Per GPU: itself, then its MIG parts, from what ``nvidia-smi`` prints.

    Parameters
    ----------
    query : lines ``uuid, memory in MiB``, in the order of the GPUs' indices.
    listing : the answer of ``nvidia-smi -L``: a line per GPU and an indented one per MIG part.
    """
    groups = []
    for line in query.splitlines():
        uuid, _, memory = (part.strip() for part in line.partition(","))
        if uuid.startswith("GPU-"):
            groups.append([Device(uuid, uuid, int(memory) if memory.isdigit() else 0)])
    owners = {group[0].key: group for group in groups}
    group: list[Device] = []
    for line in listing.splitlines():
        uuid = re.search(r"UUID: ([^)\s]+)", line)
        if uuid is None:
            continue
        if not line.lstrip().startswith("MIG"):
            group = owners.get(uuid[1], [])
            continue
        size = re.search(r"\.(\d+)gb", line)
        group.append(Device(uuid[1], uuid[1], int(size[1]) * MB_PER_GB if size else 0))
    return groups


def _output(command: list[str]) -> str:
    """What a command prints; nothing where it fails because there is no GPU.

    Raises
    ------
    DeviceError : there may be one, but nobody knows which, and jobs would take it unseen by each other.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeviceError(f"{command[0]} gives no answer ({error}); mend the driver, {WITHOUT}") from error
    if done.returncode == 0:
        return done.stdout
    said = " ".join((done.stderr or done.stdout).split())[:200]
    if _is_there() and NONE_LENT not in said:
        raise DeviceError(f"{command[0]} fails although there is a GPU ({said}); mend the driver, {WITHOUT}")
    return ""


def _is_there() -> bool:
    """Whether the driver shows a GPU, which may be closed to this process."""
    return any(NODES.glob("nvidia[0-9]*"))

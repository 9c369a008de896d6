"""Choice of the compute device and of the precision that suits it."""

import platform
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch

from siamloss.distributed import local_rank
from siamloss.errors import DeviceError


def choose_device(name: str) -> torch.device:
    """``auto`` is CUDA where there is one, else the CPU; ``cpu`` and ``cuda:N`` are taken literally.

    ``cuda`` is the device of this process under ``torchrun``, else the first.

    Raises
    ------
    DeviceError : CUDA is asked for where there is none, or the name is unknown.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{local_rank()}"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(f"unknown device '{name}'; use auto, cpu or cuda") from error
    if device.type not in ("cpu", "cuda"):
        raise DeviceError(f"device '{name}' is not supported; use auto, cpu or cuda")
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DeviceError("device 'cuda' was asked for but no CUDA device is available; use device: auto or cpu")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(
            f"device '{name}' does not exist, {torch.cuda.device_count()} are available; use a lower number"
        )
    if device.type == "cuda":
        torch.cuda.set_device(device)  # streams, graphs and pinned memory belong to the current device
    return device


def hardware_name(device: torch.device) -> str:
    """What a person calls the hardware: the GPU's name, or the processor's, or at least its architecture."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(errors="replace").splitlines() if facts.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def autocast(device: torch.device, precision: str = "auto") -> AbstractContextManager:
    """Autocast to bfloat16 or none at all.

    Parameters
    ----------
    precision : ``float32``, ``bfloat16``, or ``auto``: bfloat16 on CUDA, full precision on a CPU, where bfloat16 is
        many times slower.
    """
    lowered = device.type == "cuda" if precision == "auto" else precision == "bfloat16"
    return torch.autocast(device.type, dtype=torch.bfloat16) if lowered else nullcontext()


def make_deterministic(threads: int = 0) -> None:
    """Ask torch for reproducible kernels; ``threads`` above 0 fixes the number of CPU threads.

    Convolutions in float32 are computed in float32 on CUDA too, not in the ten bits of TF32.
    """
    if threads > 0:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False

"""Peak memory of a piece of work, as torch's own allocators count it."""

from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile


def peak_bytes(step: Callable[[], object], device: torch.device = torch.device("cpu")) -> int:  # noqa: B008
    """Most bytes of tensors alive at once during ``step``, beyond those alive before it.

    On a CPU the allocations and releases that torch's profiler records are added up in the order of their times: exact
    for tensors, blind to what a library allocates for itself. On CUDA this is the allocator's own peak.
    """
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        step()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        step()
    events = [event for event in record.profiler.kineto_results.events() if event.name() == "[memory]"]
    alive = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        alive += event.nbytes()
        peak = max(peak, alive)
    return peak

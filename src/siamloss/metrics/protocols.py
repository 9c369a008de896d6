"""Constants of the OTB, GOT-10k and VOT protocols, each with its meaning and source.

The dataclasses are the one truth. ``config/protocols.yaml`` is :func:`to_yaml` written out for people; a test compares
the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from siamloss.data.otb import FRAME_RANGES
from siamloss.tracking.protocols import REINIT_FRAMES

OTB_TOOLKIT = "OTB toolkit (Wu, Lim, Yang 2013/2015)"
GOT10K_TOOLKIT = "GOT-10k toolkit 0.1.3, experiments/got10k.py"
VOT_TOOLKIT = "VOT supervised protocol 2013-2019, vot-toolkit analysis/supervised.py"


def _constant(value: Any, meaning: str, source: str) -> Any:
    return field(default_factory=lambda: value, metadata={"meaning": meaning, "source": source})


@dataclass(frozen=True)
class OtbProtocol:
    """One-pass evaluation (OPE)."""

    success_thresholds: int = _constant(
        21, "evenly spaced overlaps 0, 0.05, ..., 1; success is overlap > threshold", f"{OTB_TOOLKIT}, genPerfMat.m"
    )
    precision_thresholds: int = _constant(
        51, "px 0, 1, ..., 50; precise is centre error <= threshold", f"{OTB_TOOLKIT}, genPerfMat.m"
    )
    precision_px: int = _constant(20, "px, the precision that is reported", f"{OTB_TOOLKIT}, perfPlot.m")
    undefined: float = _constant(
        -1.0,
        "overlap and centre error where a ground-truth value is not positive",
        f"{OTB_TOOLKIT}, calcSeqErrRobust.m",
    )
    frame_ranges: Mapping[str, tuple[int, int]] = _constant(
        FRAME_RANGES, "first and last image, 1-based, both included", f"{OTB_TOOLKIT}, configSeqs.m"
    )
    tiger1_result_range: tuple[int, int] = _constant(
        (6, 354),
        "images of published Tiger1 results, 1-based; the GOT-10k toolkit tracks all 354",
        f"{OTB_TOOLKIT}, configSeqs.m",
    )


@dataclass(frozen=True)
class Got10kProtocol:
    """One pass, scored on visible frames only."""

    first_scored_frame: int = _constant(1, "0-based frame; the given first frame is not scored", GOT10K_TOOLKIT)
    success_rates: tuple[float, float] = _constant(
        (0.5, 0.75), "overlap; success is overlap > threshold", "Huang, Zhao, Huang 2019 (GOT-10k)"
    )


@dataclass(frozen=True)
class VotProtocol:
    """Re-initialisation after failures."""

    burn_in: int = _constant(10, "frames not scored, from each initialisation on, itself included", VOT_TOOLKIT)
    skip: int = _constant(
        REINIT_FRAMES, "frames from a failure (overlap 0) to the next initialisation", "vot-toolkit skip_initialize"
    )


OTB = OtbProtocol()
GOT10K = Got10kProtocol()
VOT = VotProtocol()


def to_yaml() -> str:
    """The text of ``config/protocols.yaml``: ``{format: {constant: {value, meaning, source}}}``."""
    import yaml

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return list(value) if isinstance(value, tuple) else value

    protocols = {
        name: {item.name: {"value": plain(getattr(protocol, item.name)), **item.metadata} for item in fields(protocol)}
        for name, protocol in (("otb", OTB), ("got10k", GOT10K), ("vot", VOT))
    }
    head = "# Written by siamloss.metrics.protocols.to_yaml(); change the constants there.\n"
    return head + yaml.safe_dump(protocols, sort_keys=False, default_flow_style=False, width=120)

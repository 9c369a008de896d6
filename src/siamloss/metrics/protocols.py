"""Constants of the OTB, GOT-10k and VOT protocols, each with its meaning and source.

The dataclasses are the one truth. ``config/protocols.yaml`` is :func:`to_yaml` written out for people; a test compares
the two.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from siamloss.config import Dataset
from siamloss.data.otb_ranges import FRAME_RANGES
from siamloss.errors import ConfigError
from siamloss.tracking.protocols import ANCHOR_EVERY, IDENTICAL_REPETITIONS, REINIT_FRAMES, REPETITIONS

OTB_TOOLKIT = "OTB toolkit (Wu, Lim, Yang 2013/2015)"
GOT10K_TOOLKIT = "GOT-10k toolkit 0.1.3, experiments/got10k.py"
VOT_TOOLKIT = "vot-toolkit 0.9.0"
NOT_CHECKED = "(from memory, not checked against a source)"


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
    """Re-initialisation after failures (2013 to 2019), and several starts without it (2020 to 2022)."""

    burn_in: int = _constant(
        10,
        "frames not scored, from each initialisation on, itself included",
        f"{VOT_TOOLKIT}, analysis/supervised.py; the GOT-10k toolkit and pysot alike",
    )
    skip: int = _constant(
        REINIT_FRAMES,
        "frames from a failure (overlap 0) to the next initialisation",
        f"{VOT_TOOLKIT}, skip_initialize of the stacks 2013 to 2019",
    )
    repetitions: int = _constant(
        REPETITIONS,
        "runs of a tracker on each sequence, 2013 to 2019",
        f"{VOT_TOOLKIT}, stacks; the GOT-10k toolkit alike",
    )
    identical_repetitions: int = _constant(
        IDENTICAL_REPETITIONS,
        "equal first runs after which the others are left out",
        f"{VOT_TOOLKIT}, experiment/multirun.py; the GOT-10k toolkit alike",
    )
    sensitivity: float = _constant(
        30.0,
        "S in exp(-S failures / frames), the robustness axis of the AR plot",
        f"{VOT_TOOLKIT}, stacks",
    )
    tags: tuple[str, ...] = _constant(
        ("camera_motion", "illum_change", "occlusion", "size_change", "motion_change", "empty"),
        "tags that weight accuracy and failures in the GOT-10k toolkit; empty: frames with no tag",
        "GOT-10k toolkit 0.1.3, experiments/vot.py",
    )
    anchor_every: int = _constant(
        ANCHOR_EVERY,
        "frames between starts where a dataset has no anchor.value (2020 to 2022)",
        f"VOT2020 challenge results, Kristan et al. 2020 {NOT_CHECKED}. {VOT_TOOLKIT}, experiment/multistart.py, "
        "places none: it starts where the dataset's own anchor values are not 0, and refuses a sequence without any",
    )
    grace: int = _constant(
        10,
        "frames in a row at or below the threshold that make a failure, at the first of them",
        f"{VOT_TOOLKIT}, analysis/multistart.py",
    )
    threshold: float = _constant(
        0.1,
        "overlap; a multi-start run that does not rise above it has failed",
        f"{VOT_TOOLKIT}, analysis/multistart.py",
    )
    realtime_fps: float = _constant(
        20.0,
        "frames a second in real-time experiments where the sequence names none; the GOT-10k toolkit takes 25",
        f"{VOT_TOOLKIT}, experiment/__init__.py",
    )
    realtime_grace: int = _constant(
        3, "first frames that may take longer in real-time experiments", f"{VOT_TOOLKIT}, stacks from 2017"
    )


@dataclass(frozen=True)
class VotYear:
    """What differs between the short-term challenges of the years.

    Attributes
    ----------
    kind : ``supervised`` (reset after failure) or ``multistart`` (anchors, no reset).
    eao_interval : first and last frame, both included, over which the curve is averaged; None before EAO.
    unsupervised_burn_in : frames not scored in the experiment without reset; None where there is none.
    realtime : whether the year has a real-time experiment.
    source : where the numbers were read.
    """

    kind: Literal["supervised", "multistart"]
    eao_interval: tuple[int, int] | None
    unsupervised_burn_in: int | None
    realtime: bool
    source: str


def _year(
    kind: Literal["supervised", "multistart"],
    interval: tuple[int, int] | None,
    unsupervised: int | None,
    realtime: bool,
    stack: str,
    also: str = "",
) -> VotYear:
    return VotYear(kind, interval, unsupervised, realtime, f"{VOT_TOOLKIT}, stack/{stack}.yaml{also}")


VOT_YEARS: dict[int, VotYear] = {
    2013: _year("supervised", None, None, False, "vot2013"),
    2014: _year("supervised", None, None, False, "vot2014"),
    2015: _year("supervised", (108, 371), None, False, "vot2015/rgb"),
    2016: _year("supervised", (108, 371), 10, False, "vot2016/rgb", "; pysot toolkit, eao_benchmark.py"),
    2017: _year("supervised", (100, 356), 10, True, "vot2017", "; pysot toolkit, eao_benchmark.py"),
    2018: _year("supervised", (100, 356), 10, True, "vot2018/shortterm", "; pysot toolkit, eao_benchmark.py"),
    2019: _year("supervised", (46, 291), 10, True, "vot2019/shortterm", "; pysot toolkit, eao_benchmark.py"),
    2020: _year("multistart", (115, 755), 1, True, "vot2020/shortterm"),
    2021: _year("multistart", (115, 755), 1, True, "vot2021/shortterm"),
    2022: _year("multistart", (115, 755), 1, True, "vot2022/shorttermbox", " and vot2022/shortterm.yaml"),
}
"""Protocol of each year's short-term challenge."""


def supervised_year(year: int, whose: str) -> VotYear:
    """Protocol of a year that restarts trackers after failures.

    Raises
    ------
    ConfigError : a year without a challenge, or with another protocol; ``whose`` says in the message who asks.
    """
    if year not in VOT_YEARS or VOT_YEARS[year].kind != "supervised":
        years = ", ".join(str(known) for known, item in VOT_YEARS.items() if item.kind == "supervised")
        raise ConfigError(f"{whose}: VOT{year} is no supervised challenge; choose the year from {years}")
    return VOT_YEARS[year]


def eao_interval(dataset: Dataset) -> tuple[int, int] | None:
    """First and last n of the expected average overlap on a VOT dataset; None where it has none.

    Raises
    ------
    ConfigError : the dataset's year has no supervised challenge.
    """
    if dataset.year:
        return supervised_year(dataset.year, f"dataset '{dataset.name}'").eao_interval
    return dataset.eao_interval or None


OTB = OtbProtocol()
GOT10K = Got10kProtocol()
VOT = VotProtocol()


def to_yaml() -> str:
    """The text of ``config/protocols.yaml``: ``{format: {constant: {value, meaning, source}}}``, and ``vot_years``."""
    import yaml

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return list(value) if isinstance(value, tuple) else value

    protocols = {
        name: {item.name: {"value": plain(getattr(protocol, item.name)), **item.metadata} for item in fields(protocol)}
        for name, protocol in (("otb", OTB), ("got10k", GOT10K), ("vot", VOT))
    }
    protocols["vot_years"] = {
        year: {key: plain(value) for key, value in asdict(entry).items()} for year, entry in VOT_YEARS.items()
    }
    head = "# Written by siamloss.metrics.protocols.to_yaml(); change the constants there.\n"
    return head + yaml.safe_dump(protocols, sort_keys=False, default_flow_style=False, width=120)

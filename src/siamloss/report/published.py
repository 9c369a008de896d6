"""``config/published.yaml``: what others claim, typed and checked, and what keeps it from being compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from siamloss.config import Experiment
from siamloss.config_build import build
from siamloss.config_io import read_yaml
from siamloss.errors import ConfigError, UnknownNameError, did_you_mean
from siamloss.metrics.catalogue import METRICS
from siamloss.report.separation import QUANTITIES

NOT_STATED = "not stated"

Kind = Literal["gap", "separation", "tracking"]


@dataclass(frozen=True)
class Claim:
    """One claim in words, and the comparison of two variants that decides it.

    Attributes
    ----------
    claim, source : what is said, and by whom.
    kind : "gap" compares how much better a quantity is on training than on unseen scenes, "separation" the quantity on
        unseen scenes, "tracking" metrics of the benchmarks.
    variant, against : the first is claimed to be better; "baseline" is the profile's.
    measures : quantities of the separability table, or metrics.
    """

    claim: str
    source: str
    kind: Kind
    variant: str
    against: str
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """Numbers of one tracker on one benchmark, or their difference to another tracker.

    Attributes
    ----------
    tracker, source : as published, with paper and table.
    variant : the loss of ours that it would be compared to; ``against`` as well for a difference.
    benchmark, trained_on : names of datasets as in datasets.yaml, or of others; the latter may be
        "not stated".
    values : published number by metric.
    backbone : of the tracker; "alexnet" is SiamFC's at full width.
    different : what else is different for every profile; with any, nothing is compared.
    """

    tracker: str
    source: str
    variant: str
    benchmark: str
    trained_on: str
    values: dict[str, Any] = field(default_factory=dict)
    against: str = ""
    backbone: str = "alexnet"
    different: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claims:
    """The whole file: claims in words first, then numbers."""

    claims: tuple[Claim, ...] = ()
    numbers: tuple[Published, ...] = ()


def read_published(path: Path) -> Claims:
    """Read and check the file.

    Raises
    ------
    ConfigError : a missing or malformed file, an unknown key or measure (with the nearest one), or a value that is no
        number.
    """
    found = build(Claims, read_yaml(path))
    for claim in found.claims:
        _check_measures(path, claim.measures, METRICS if claim.kind == "tracking" else QUANTITIES)
    for row in found.numbers:
        _check_measures(path, row.values, METRICS)
    for row in found.numbers:
        for metric, value in row.values.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ConfigError(f"{path}: {metric} of '{row.tracker}' is {value!r}; give a number")
    return found


def _check_measures(path: Path, measures: Iterable[str], known: Iterable[str]) -> None:
    for measure in measures:
        if measure not in known:
            raise UnknownNameError(f"{path}: unknown measure '{measure}'; {did_you_mean(measure, known)}")


def differences(number: Published, experiment: Experiment) -> list[str]:
    """What keeps a published number from being compared to the runs of an experiment; empty if nothing does."""
    found = []
    tests = {dataset.name: dataset for dataset in experiment.datasets.test}
    train, model = experiment.datasets.train, experiment.model
    if number.benchmark not in tests:
        drawn = all(dataset.synthetic for dataset in tests.values())
        ours = "drawn scenes (synthetic data)" if drawn else ", ".join(tests)
        found.append(f"this profile tracks {ours}, not {number.benchmark}")
    elif tests[number.benchmark].synthetic:
        found.append(f"{number.benchmark} is drawn (synthetic data) here")
    elif tests[number.benchmark].sequences:
        found.append(f"ours on a part of {number.benchmark} only")
    if number.trained_on != train.name:
        theirs = "a set that is not stated" if number.trained_on == NOT_STATED else number.trained_on
        found.append(f"trained on {theirs}, ours on {train.name}{' (synthetic data)' if train.synthetic else ''}")
    elif train.sequences:
        found.append(f"ours trained on a part of {train.name} only")
    if (model.backbone, model.width) != (number.backbone, 1.0):
        width = "" if model.width == 1.0 else f" of width {model.width:g}"
        found.append(f"backbone {number.backbone}, ours {model.backbone}{width}")
    if number.against and number.against != experiment.baseline:
        found.append(f"a difference to '{number.against}', ours are to '{experiment.baseline}'")
    return [*found, *number.different]

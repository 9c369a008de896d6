"""What a profile asks for and the disk does not hold: named and counted, never left out silently."""

import re
from dataclasses import dataclass
from pathlib import Path

from siamloss.config import Experiment
from siamloss.paths import Home
from siamloss.runs import FIXED, runs

ENDED = re.compile(r"siamloss: (?P<error>\w+): (?P<message>.+)")
BEGUN = re.compile(r",\d{3} (siamloss |done$)")
STOPPED = ("StoppedError", "Interrupted")
"""Somebody ended the job; that is no failure."""


@dataclass(frozen=True)
class Gap:
    """One run of which something is missing.

    Attributes
    ----------
    variant, label, seed : the run.
    weights : whether the run directory is there; a control without a network needs none.
    scores : whether its score maps are there; the same.
    benchmarks : those without records of it.
    failure : the named error that its last job ended with, in one line; "" if none is known.
    """

    variant: str
    label: str
    seed: int
    weights: bool
    scores: bool
    benchmarks: tuple[str, ...]
    failure: str = ""

    @property
    def reason(self) -> str:
        """What is missing, and why where it is known."""
        if self.weights:
            parts = [f"no records on {' and '.join(self.benchmarks)}"] if self.benchmarks else []
            what = " and ".join(parts + ["no score maps"] * (not self.scores))
        else:
            what = "no weights"
        return f"{what}; failed: {self.failure}" if self.failure else what


@dataclass(frozen=True)
class Missing:
    """All gaps of an experiment, and how many runs it asks for."""

    runs: int
    gaps: tuple[Gap, ...] = ()

    def of(self, variant: str, seed: int) -> Gap | None:
        """The gap of one run, if it has one."""
        return next((gap for gap in self.gaps if (gap.variant, gap.seed) == (variant, seed)), None)

    def has_records(self, variant: str, seed: int, benchmark: str) -> bool:
        """Whether a run has records on a benchmark."""
        gap = self.of(variant, seed)
        return gap is None or benchmark not in gap.benchmarks

    def nothing(self, experiment: Experiment) -> bool:
        """Whether not one run has records on any benchmark."""
        tests = len(experiment.datasets.test)
        return len(self.gaps) == self.runs and all(len(gap.benchmarks) == tests for gap in self.gaps)

    def has_weights(self, variant: str, seed: int) -> bool:
        """Whether the run directory is there."""
        gap = self.of(variant, seed)
        return gap is None or gap.weights

    def has_scores(self, variant: str, seed: int) -> bool:
        """Whether a network's run can be measured for separability: its directory and its score maps are there."""
        gap = self.of(variant, seed)
        return gap is None or (gap.weights and gap.scores)

    @property
    def short(self) -> str:
        """How many runs are missing, for captions."""
        verb = "is" if len(self.gaps) == 1 else "are"
        return f"{len(self.gaps)} of {self.runs} runs {verb} missing, see the top of the page."

    @property
    def sentence(self) -> str:
        """How many runs are missing and which; empty if none is."""
        if not self.gaps:
            return ""
        verb = "is" if len(self.gaps) == 1 else "are"
        named = ", ".join(f"{gap.label} seed {gap.seed} ({gap.reason})" for gap in self.gaps)
        return f"{len(self.gaps)} of {self.runs} runs {verb} missing, whole or in part: {named}."


def find_missing(experiment: Experiment, home: Home) -> Missing:
    """Look for the products of every run of the main list; whether they are whole is seen when they are read.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where the products are.
    """
    wanted = runs(experiment)
    found = (_gap(experiment, home, name, seed) for name, seed in wanted)
    return Missing(len(wanted), tuple(gap for gap in found if gap is not None))


def _gap(experiment: Experiment, home: Home, name: str, seed: int) -> Gap | None:
    variant = experiment.variant(name)
    network = variant.control not in FIXED
    weights = not network or (home.run(name, seed) / "run.json").is_file()
    scores = not network or home.scores(name, seed).is_file()
    tests = [dataset.name for dataset in experiment.datasets.test]
    absent = tuple(test for test in tests if not home.records(name, seed, test).is_file())
    if weights and scores and not absent:
        return None
    jobs = [f"train-{name}-seed{seed:02d}"] if not weights else []
    jobs += [] if scores else [f"scores-{name}-seed{seed:02d}"]
    jobs += [f"track-{name}-seed{seed:02d}-{test}" for test in absent]
    failure = next((text for job in jobs if (text := read_failure(home.log(job)))), "")
    return Gap(name, variant.label, seed, weights, scores, absent, failure)


def read_failure(log: Path) -> str:
    """The named error that the last call of a job ended with; "" if it ended otherwise, or has no log.

    Parameters
    ----------
    log : messages of all calls of the job, one after another.
    """
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in reversed(lines):
        found = ENDED.search(line)
        if found:
            return "" if found["error"] in STOPPED else f"{found['error']}: {found['message']}"
        if BEGUN.search(line):
            return ""
    return ""

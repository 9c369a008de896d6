"""How long a profile's DAG takes with 1 to 256 workers: list scheduling of its real jobs with given job times.

    PYTHONPATH=. python benchmarks/schedule.py --rates benchmarks/rates.yaml --figure docs/images/schedule.png

A worker does one job at a time; a job begins as soon as its inputs are there and a worker is free, of several the one
with the longest way to the end first. Nothing is lost between jobs except ``startup`` seconds of each.
"""

import argparse
import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from siamloss.config import Experiment
from siamloss.runs import FIXED, compared, network_runs, runs, tuned_names

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Job:
    """A job: its rule, how long it takes, and the names of the jobs whose products it reads."""

    rule: str
    seconds: float
    needs: tuple[str, ...] = ()


Jobs = Mapping[str, Job]


def order_of(jobs: Jobs) -> list[str]:
    """Names in an order in which every job comes behind those it needs; ValueError for a circle or an unknown name."""
    state: dict[str, int] = {}
    order: list[str] = []
    waiting = [(name, False) for name in reversed(list(jobs))]
    while waiting:
        name, done = waiting.pop()
        if done:
            state[name] = 2
            order.append(name)
        elif state.get(name) == 1:
            raise ValueError(f"'{name}' needs itself")
        elif name not in state:
            if name not in jobs:
                raise ValueError(f"'{name}' is needed and is no job")
            state[name] = 1
            waiting.append((name, True))
            waiting += [(need, False) for need in jobs[name].needs if state.get(need) != 2]
    return order


def ways_to_the_end(jobs: Jobs) -> dict[str, float]:
    """Seconds from the beginning of each job to the end of the longest chain of jobs that it begins."""
    ways = dict.fromkeys(jobs, 0.0)
    for name in reversed(order_of(jobs)):
        ways[name] += jobs[name].seconds
        for need in jobs[name].needs:
            ways[need] = max(ways[need], ways[name])
    return ways


def critical_path(jobs: Jobs) -> float:
    """Seconds with as many workers as there are jobs."""
    return max(ways_to_the_end(jobs).values(), default=0.0)


def makespan(jobs: Jobs, workers: int) -> float:
    """Seconds until the last job is done."""
    if workers < 1:
        raise ValueError("there must be a worker")
    ways = ways_to_the_end(jobs)
    missing = {name: len(set(job.needs)) for name, job in jobs.items()}
    children: dict[str, list[str]] = {name: [] for name in jobs}
    for name, job in jobs.items():
        for need in set(job.needs):
            children[need].append(name)
    ready = [(-ways[name], name) for name, count in missing.items() if not count]
    heapq.heapify(ready)
    running: list[tuple[float, str]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < workers:
            _, name = heapq.heappop(ready)
            heapq.heappush(running, (now + jobs[name].seconds, name))
        now, done = heapq.heappop(running)
        for child in children[done]:
            missing[child] -= 1
            if not missing[child]:
                heapq.heappush(ready, (-ways[child], child))
    return now


def jobs_of(experiment: Experiment, rates: Mapping[str, float]) -> dict[str, Job]:
    """The jobs of ``snakemake all`` without the last, which does nothing, as :func:`siamloss.jobs.count_jobs` counts.

    Parameters
    ----------
    rates : per rule ``seconds``, or what :func:`seconds_of` computes them from.
    """
    seconds = seconds_of(experiment, rates)
    sets, jobs = experiment.datasets, {}

    def add(name: str, rule: str, needs: Iterable[str] = (), times: float = 1.0) -> None:
        jobs[name] = Job(rule, rates.get("startup", 0.0) + times * seconds[rule], tuple(needs))

    add("spec", "spec")
    for dataset in experiment.all_datasets:
        add(f"data {dataset.name}", "data")
    for dataset in (sets.train, sets.val):
        add(f"crops {dataset.name}", "crops", [f"data {dataset.name}"])
    stores = [f"crops {dataset.name}" for dataset in (sets.train, sets.val)]
    tuned = tuned_names(experiment)
    for name in tuned:
        add(f"tune {name}", "tune", [*stores, f"data {sets.val.name}"])
    for name, seed in network_runs(experiment):
        variant = experiment.variant(name)
        start = (
            [f"train {variant.start} {seed}"] if variant.start and not variant.start.endswith(".safetensors") else []
        )
        choice = [f"tune {variant.tuned_as}"] if variant.loss and variant.tuned_as in tuned else []
        add(f"train {name} {seed}", "train", [*stores, *choice, *start], 1.0 if variant.loss else 0.0)
        add(f"scores {name} {seed}", "scores", [f"train {name} {seed}", *stores])
    for dataset in sets.test:
        for name, seed in runs(experiment):
            fixed = experiment.variant(name).control in FIXED
            weights = [] if fixed else [f"train {name} {seed}"]
            add(
                f"track {name} {seed} {dataset.name}",
                "track",
                [f"data {dataset.name}", *weights],
                0.0 if fixed else 1.0,
            )
        tracks = [f"track {name} {seed} {dataset.name}" for name, seed in runs(experiment)]
        add(f"measure {dataset.name}", "measure", [f"data {dataset.name}", *tracks])
    networks = network_runs(experiment)
    add(
        "separability",
        "separability",
        [f"{rule} {name} {seed}" for rule in ("train", "scores") for name, seed in networks],
    )
    shown = compared(experiment)
    add(
        "frames",
        "frames",
        [
            *(f"data {dataset.name}" for dataset in sets.test),
            *(f"track {name} {seed} {dataset.name}" for name, seed in shown for dataset in sets.test),
            *(f"train {name} {seed}" for name, seed in shown if (name, seed) in networks),
        ],
    )
    measured = [*(f"measure {dataset.name}" for dataset in sets.test), "separability", "spec"]
    add("tables", "tables", measured)
    add("figures", "figures", ["tables", *measured])
    add("page", "page", ["tables", "figures", "frames"])
    return jobs


def seconds_of(experiment: Experiment, rates: Mapping[str, float]) -> dict[str, float]:
    """Seconds of a job of each rule: ``rates["seconds"][rule]``, or from ``pairs_per_s`` and ``frames_per_s``."""
    seconds = dict(rates["seconds"])
    tune, train = experiment.tune, experiment.train
    if "pairs_per_s" in rates:
        seconds["train"] = train.epochs * train.pairs_per_epoch / rates["pairs_per_s"]
        seconds["tune"] = tune.trials * tune.epochs * tune.pairs_per_epoch / rates["pairs_per_s"]
    if "frames_per_s" in rates:
        seconds["track"] = rates["frames_per_benchmark"] / rates["frames_per_s"]
    return seconds


def table(jobs: Jobs, workers: Iterable[int] = WORKERS) -> list[tuple[int, float, float]]:
    """Workers, hours, and efficiency: work done per worker and hour, of all that could be done."""
    work = sum(job.seconds for job in jobs.values())
    return [(count, time / 3600, work / (count * time)) for count in workers for time in [makespan(jobs, count)]]


def main() -> None:
    """Print a table per set of rates, and draw it where asked to."""
    import yaml

    from siamloss.config_io import load_profile

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/paper.yaml"))
    parser.add_argument("--rates", type=Path, default=Path("benchmarks/rates.yaml"))
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    experiment, found = load_profile(asked.config), {}
    for name, rates in yaml.safe_load(asked.rates.read_text(encoding="utf-8"))["schedules"].items():
        jobs = jobs_of(experiment, rates)
        work, path = sum(job.seconds for job in jobs.values()) / 3600, critical_path(jobs) / 3600
        found[name] = table(jobs)
        print(f"{name}: {len(jobs)} jobs, {work:.3g} h of work, critical path {path:.3g} h")
        for count, hours, efficiency in found[name]:
            print(f"| {count} | {hours:.3g} | {work / hours:.1f} | {efficiency:.0%} |")
    if asked.figure is not None:
        from benchmarks.schedule_figure import draw

        draw(found, asked.figure)


if __name__ == "__main__":
    main()

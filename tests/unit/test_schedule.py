"""The simulated schedule: chains, jobs that need nothing, a small graph done by hand, and bounds on random ones."""

import itertools

import numpy as np
import pytest
import yaml
from benchmarks.schedule import Job, critical_path, jobs_of, makespan, order_of, table
from tests.conftest import ROOT

from siamloss.config_io import load_profile
from siamloss.jobs import count_jobs


def test_a_chain_gains_nothing():
    jobs = {str(n): Job("r", 2.0, (str(n - 1),) if n else ()) for n in range(5)}
    assert [makespan(jobs, workers) for workers in (1, 2, 9)] == [10.0, 10.0, 10.0]
    assert critical_path(jobs) == 10.0


def test_jobs_that_need_nothing_are_shared_out():
    jobs = {str(n): Job("r", 3.0) for n in range(8)}
    assert [makespan(jobs, workers) for workers in (1, 2, 3, 8, 100)] == [24.0, 12.0, 9.0, 3.0, 3.0]


def test_a_small_graph_done_by_hand():
    jobs = {
        "a": Job("r", 1.0),
        "b": Job("r", 4.0),
        "c": Job("r", 5.0, ("a",)),
        "d": Job("r", 2.0, ("a", "b")),
        "e": Job("r", 1.0, ("c", "d")),
    }
    assert critical_path(jobs) == 7.0
    assert [makespan(jobs, workers) for workers in (1, 2, 3)] == [13.0, 7.0, 7.0]


def test_the_longest_way_goes_first():
    jobs = {"short": Job("r", 1.0), "long": Job("r", 5.0), "end": Job("r", 5.0, ("long",)), "other": Job("r", 9.0)}
    assert makespan(jobs, 2) == 10.0


@pytest.mark.parametrize("seed", range(20))
def test_bounds(seed):
    rng = np.random.default_rng(seed)
    needs = [[str(other) for other in range(number) if rng.random() < 0.1] for number in range(60)]
    jobs = {str(number): Job("r", float(rng.exponential()), tuple(needs[number])) for number in range(60)}
    work, path = sum(job.seconds for job in jobs.values()), critical_path(jobs)
    assert makespan(jobs, 1) == pytest.approx(work)
    assert makespan(jobs, 60) == pytest.approx(path)
    for workers in (2, 3, 7, 30):
        time = makespan(jobs, workers)
        assert max(path, work / workers) - 1e-9 <= time <= work / workers + path * (1 - 1 / workers) + 1e-9  # Graham


def test_what_is_no_plan_is_refused():
    with pytest.raises(ValueError, match="needs itself"):
        order_of({"a": Job("r", 1.0, ("b",)), "b": Job("r", 1.0, ("a",))})
    with pytest.raises(ValueError, match="'b' is needed and is no job"):
        makespan({"a": Job("r", 1.0, ("b",))}, 1)
    with pytest.raises(ValueError, match="a worker"):
        makespan({"a": Job("r", 1.0)}, 0)


@pytest.mark.parametrize("profile", ["demo", "paper"])
def test_the_jobs_are_those_of_the_workflow(profile):
    experiment = load_profile(ROOT / "config" / f"{profile}.yaml")
    for rates in yaml.safe_load((ROOT / "benchmarks" / "rates.yaml").read_text())["schedules"].values():
        jobs = jobs_of(experiment, rates)
        wanted = {rule: count for rule, count in count_jobs(experiment).items() if rule != "all" and count}
        found = itertools.groupby(sorted(job.rule for job in jobs.values()))
        assert {rule: len(list(group)) for rule, group in found} == wanted
        rows = table(jobs, (1, 8, 64))
        assert rows[0][2] == pytest.approx(1)
        assert rows[0][1] > rows[1][1] > rows[2][1] >= critical_path(jobs) / 3600

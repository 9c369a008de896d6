"""What other targets than `all` plan, without running them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.schedule import jobs_of

from siamloss.config_io import load_profile

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def printed(tmp_path):
    """What Snakemake prints for a project without any product."""

    def ask(mode, *arguments):
        command = [sys.executable, "-m", "snakemake", mode, "--cores", "1", "--config", f"results={tmp_path}"]
        done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return ask


@pytest.fixture
def planned(printed):
    """Jobs that a dry run plans, by rule."""

    def plan(*arguments):
        table = printed("-n", *arguments).split("Job stats:")[1].split("Reasons:")[0]
        rows = [line.split() for line in table.splitlines()]
        return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}

    return plan


def test_the_study_tracks_every_loss_at_every_setting(planned):
    jobs = planned("--configfile", "config/study.yaml", "--", "study")
    trained, controls, settings = 3 * 3, 1, 15
    assert jobs["train"] == trained
    assert jobs["track"] == (trained + controls) * settings
    assert jobs["measure"] == settings
    assert jobs["study"] == 1
    assert "page" not in jobs


@pytest.mark.parametrize("kind", [{}, {"gpu_type": "h100"}])
def test_runs_and_controls_are_tracked_in_one_job_of_a_cluster(planned, kind):
    """A group asks for one type of GPU, so that its jobs must not differ in it."""
    resources = f"resources={json.dumps({'track': kind})}"
    groups = ("--groups", "track=track", "--group-components", "track=10")
    assert planned(resources, *groups, "--configfile", "config/demo.yaml")["track"] > 10


def with_all_before(edges):
    """Pairs of rules of which the second waits for the first, however many are between them."""
    found = set(edges)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def test_the_simulated_schedule_waits_for_what_the_workflow_waits_for(printed):
    """What is waited for by way of others need not be named again."""
    text = printed("--rulegraph", "--configfile", "config/demo.yaml")
    rules = dict(re.findall(r'(\d+)\[label = "(\w+)"', text))
    real = {(rules[a], rules[b]) for a, b in re.findall(r"(\d+) -> (\d+)", text) if rules[b] != "all"}
    seconds = dict.fromkeys(rules.values(), 1.0)
    jobs = jobs_of(load_profile(ROOT / "config" / "demo.yaml"), {"seconds": seconds})
    simulated = {(jobs[need].rule, job.rule) for job in jobs.values() for need in job.needs}
    assert simulated <= real
    assert with_all_before(simulated) == with_all_before(real)

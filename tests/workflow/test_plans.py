"""What other targets than `all` plan, without running them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def planned(tmp_path):
    """Jobs that a dry run plans, by rule."""

    def plan(*arguments):
        command = [sys.executable, "-m", "snakemake", "-n", "--cores", "1", "--config", f"results={tmp_path}"]
        done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        table = done.stdout.split("Job stats:")[1].split("Reasons:")[0]
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

"""A job that outlives its Snakemake, which was killed: it neither replaces newer work, nor is it done a second time."""

import json
import os
import signal
import time

import pytest
from tests.faults.sessions import command, kill_session, session
from tests.faults.test_training_kills import epochs, wait_for_state
from tests.workflow.project import PROFILE, Project

pytestmark = pytest.mark.slow
RUN = "results/tiny/train/gsl/seed00"
LONG = {"epochs": 4, "pairs_per_epoch": 1200, "batch_size": 4, "val_pairs": 8, "checkpoint_steps": 7}
SHORT = {**LONG, "epochs": 1, "pairs_per_epoch": 40}


def profile(train):
    return {**PROFILE, "train": train, "tune": {"trials": 0}}


@pytest.fixture
def project(tmp_path):
    """Everything up to the crop stores, and no tuning."""
    project = Project(tmp_path, own_source=True)
    project.write(profile(LONG))
    stores = [f"results/tiny/crops/{name}" for name in ("tiny-train", "tiny-val")]
    result = project.snakemake(*stores)
    assert result.returncode == 0, result.stdout + result.stderr
    return project


@pytest.fixture
def orphan(project):
    """The session of a killed Snakemake, whose training goes on."""
    process = project.start(RUN)
    wait_for_state(project, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert at_work(process.pid)
    yield process.pid
    kill_session(process.pid)


def at_work(leader):
    return [pid for pid in session(leader) if "train" in command(pid)]


def finish(project):
    done = project.snakemake(RUN)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_an_orphan_of_other_settings_does_not_replace_what_is_newer(project, orphan):
    project.write(profile(SHORT))
    said = finish(project)
    assert "waiting for another process" in said
    assert not at_work(orphan)
    assert json.loads((project.folder / RUN / "run.json").read_text())["steps"] == 10
    assert epochs(project) == [1]
    assert project.planned(RUN) == {}


@pytest.mark.parametrize("waits", [True, False])
def test_the_work_of_an_orphan_is_not_done_again(project, orphan, waits):
    while at_work(orphan) and not waits:
        time.sleep(0.2)
    finish(project)
    assert not at_work(orphan)
    assert epochs(project) == []
    assert json.loads((project.folder / RUN / "run.json").read_text())["steps"] == 1200
    assert project.planned(RUN) == {}
    kept = [path for path in (project.folder / "results/tiny/.progress").rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} == {".lock"}

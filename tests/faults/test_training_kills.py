"""kill -9 at random moments of a training, restarted through Snakemake: always the same weights.

Four moments here; ``make test-kills`` takes 50 (``KILLS``) and prints how far each training had come.
"""

import os
import random
import re
import shutil
import signal
import time

import pytest
from tests.workflow.project import PROFILE, Project

from siamloss.provenance.hashing import sha256_file

KILLS = int(os.environ.get("KILLS", "4"))
RUN = "results/tiny/train/gsl/seed00"
FILES = ("weights.safetensors", "curve.jsonl", "maps.safetensors")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Everything up to the crop stores, and no tuning."""
    project = Project(tmp_path_factory.mktemp("project"))
    train = {"epochs": 4, "pairs_per_epoch": 400, "batch_size": 4, "val_pairs": 8, "checkpoint_steps": 7}
    project.write({**PROFILE, "train": train, "tune": {"trials": 0}})
    result = project.snakemake(RUN)
    assert result.returncode == 0, result.stdout + result.stderr
    return project


def digests(project):
    return {name: sha256_file(project.folder / RUN / name) for name in FILES}


def epochs(project):
    """Epochs that the last job trained: Snakemake begins a log anew for each."""
    text = (project.folder / "results/tiny/logs/train-gsl-seed00.log").read_text()
    return [int(number) for number in re.findall(r"epoch (\d+) of", text)]


def wait_for_state(project, process):
    """Wait until the training has saved its first state."""
    started = time.monotonic()
    while not list((project.folder / "results/tiny/.progress").rglob("*.safetensors")):
        assert time.monotonic() - started < 120, "the training did not begin"
        assert process.poll() is None, "snakemake ended before the training began"
        time.sleep(0.005)


@pytest.mark.slow
def test_killed_anywhere_it_ends_with_the_same_weights(project):
    whole = digests(project)
    shutil.rmtree(project.folder / RUN)
    process = project.start(RUN)
    wait_for_state(project, process)
    started = time.monotonic()
    while not (project.folder / RUN).exists():
        assert process.poll() is None or (project.folder / RUN).exists()
        time.sleep(0.01)
    length = time.monotonic() - started
    process.wait()
    assert digests(project) == whole
    moments = random.Random(0)
    equal = cut = continued = 0
    for number in range(KILLS):
        shutil.rmtree(project.folder / RUN)
        process = project.start(RUN)
        wait_for_state(project, process)
        wait = moments.uniform(0, length)
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        unfinished, before = not (project.folder / RUN).exists(), epochs(project)
        cut += unfinished
        result = project.snakemake(RUN)
        assert result.returncode == 0, result.stdout + result.stderr
        same, after = digests(project) == whole, epochs(project)
        equal += same
        if unfinished and 2 in before:
            assert 1 not in after, f"after epochs {before} it trained {after}"
            continued += 1
        print(
            f"kill {number + 1}: {wait:.2f} s of {length:.2f} s after the first state, "
            f"{'unfinished' if unfinished else 'finished'}, weights {'equal' if same else 'DIFFER'}"
        )
    assert equal == KILLS
    assert cut > 0, "every kill came after the end; nothing was tried"
    assert continued > 0, "every kill came in the first two epochs; nothing was taken up"

"""The workflow on a real SLURM: the same tables as on one machine, and nothing lost when jobs, nodes or Snakemake go.

``make test-slurm`` runs these; they need root, and Debian's slurm-wlm and munge.
"""

import os
import re
import shutil
import signal
import time

import pytest
from tests.cluster.queued import LONG, RESOURCES, Queued
from tests.cluster.slurm import Slurm
from tests.workflow.project import PROFILE, ROOT, Project

from siamloss.provenance.hashing import sha256_file

pytestmark = pytest.mark.slurm
RUN = "results/tiny/train/gsl/seed00"
FILES = ("weights.safetensors", "curve.jsonl", "maps.safetensors")
NAMES = ["logistic", "gsl", "never-moves"]
FEW = {
    **PROFILE,
    "variants": NAMES,
    "datasets": {**PROFILE["datasets"], "test": ["tiny-vot"]},
    "ablation": {},
    "report": {**PROFILE["report"], "main": NAMES},
}
"""A DAG of few jobs: each costs several seconds of its own here."""
TIMED = ("speed", "provenance")
"""Tables that hold durations."""


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slurm")
    for place in (folder, *folder.parents):
        if place.stat().st_uid == os.getuid() and len(place.parts) > 2:
            place.chmod(0o755)  # munged refuses a socket that others cannot reach
    cluster = Slurm(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def queued(slurm, tmp_path_factory):
    return Queued(tmp_path_factory.mktemp("queued"), slurm)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The same project on this machine."""
    return Project(tmp_path_factory.mktemp("local"), own_source=True)


def tables(project):
    folder = project.folder / "results/tiny/tables"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv")) if path.stem not in TIMED}


def digests(project):
    return {name: sha256_file(project.folder / RUN / name) for name in FILES}


def test_the_dag_ends_with_the_tables_of_one_machine(queued, local):
    queued.write(FEW)
    local.write({"resources": RESOURCES, **FEW})
    began = time.monotonic()
    process, beside = queued.start(), local.start()
    queued.finish(process)
    took, jobs = time.monotonic() - began, queued.submissions()
    print(f"the tiny DAG through SLURM: {took:.0f} s in {jobs} jobs")
    beside.wait(timeout=1800)
    done = local.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(tables(local)) > 3
    assert tables(queued) == tables(local)
    assert jobs < 15, "short rules go together"
    assert queued.planned() == {}


@pytest.mark.skipif(not os.environ.get("SLURM_DEMO"), reason="takes long; make test-slurm DEMO=1")
def test_the_demo_completes(slurm, tmp_path_factory):
    demo = Queued(tmp_path_factory.mktemp("demo"), slurm)
    for path in (ROOT / "config").glob("*.yaml"):
        shutil.copy(path, demo.folder / "config")
    began = time.monotonic()
    demo.finish(demo.start(), seconds=4 * 3600)
    print(f"the demo through SLURM: {time.monotonic() - began:.0f} s in {demo.submissions()} jobs")
    assert (demo.folder / "results/demo/report/index.html").stat().st_size > 10_000
    assert demo.planned() == {}


@pytest.fixture(scope="module")
def whole(local):
    """Weights of an undisturbed training on one machine."""
    shutil.rmtree(local.folder / "results", ignore_errors=True)
    local.write({**PROFILE, "train": LONG, "tune": {"trials": 0}})
    done = local.snakemake(RUN)
    assert done.returncode == 0, done.stdout + done.stderr
    return digests(local)


def log_of(project):
    return project.folder / "results/tiny/logs/train-gsl-seed00.log"


def epochs(project):
    """Epochs that the last attempt trained: Snakemake begins a log anew for each."""
    text = log_of(project).read_text() if log_of(project).exists() else ""
    return [int(number) for number in re.findall(r"epoch (\d+) of", text)]


@pytest.fixture
def training(queued):
    """A training of the cluster in its third epoch; nothing else of the run is there."""
    queued.write_long()
    shutil.rmtree(queued.folder / RUN, ignore_errors=True)
    shutil.rmtree(queued.folder / "results/tiny/.progress", ignore_errors=True)
    log_of(queued).unlink(missing_ok=True)
    (queued.folder / "run.log").write_text("")
    process = queued.start(f"{RUN}", "results/tiny/track/gsl/seed00/tiny-otb.parquet")
    queued.wait_for(lambda: 2 in epochs(queued), process, "the end of the second epoch")
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def running(slurm, what="train"):
    return [number for number, comment in slurm.jobs().items() if what in comment]


def test_a_cancelled_job_is_sent_again_with_more_and_continues(queued, slurm, training, whole):
    (job,) = running(slurm)
    first = slurm.ask("scontrol", "show", "job", str(job))
    slurm.ask("scancel", str(job))
    queued.wait_for(lambda: running(slurm) and running(slurm) != [job], training, "the second attempt")
    (job,) = running(slurm)
    second = slurm.ask("scontrol", "show", "job", str(job))
    assert [re.search(r"mem=(\d+)", text)[1] for text in (first, second)] == ["1000", "1500"]
    assert [re.search(r"TimeLimit=(\S+)", text)[1] for text in (first, second)] == ["00:30:00", "00:45:00"]
    assert "gpu:1" in re.search(r"TresPerJob=(\S+)", first)[1]
    queued.finish(training)
    assert digests(queued) == whole
    assert 1 not in epochs(queued), "the second attempt goes on"


def test_a_node_drained_and_resumed_loses_nothing(queued, slurm, training, whole):
    slurm.ask("scontrol", "update", f"nodename={slurm.host}", "state=drain", "reason=test")
    try:
        queued.wait_for(lambda: slurm.jobs("PENDING"), training, "a job that waits for the node")
        assert slurm.node().startswith("drain")
        assert not slurm.jobs()
        assert training.poll() is None, "snakemake waits"
    finally:
        slurm.ask("scontrol", "update", f"nodename={slurm.host}", "state=resume")
    queued.finish(training)
    assert queued.submissions() == 2, "no job was sent again"
    assert digests(queued) == whole


def test_a_job_that_slurm_queues_again_continues(queued, slurm, training, whole):
    """As after a preemption or the death of its node."""
    (job,) = running(slurm)
    slurm.ask("scontrol", "requeue", str(job))
    queued.wait_for(lambda: job not in running(slurm), training, "the end of the first attempt")
    queued.finish(training)
    assert queued.submissions() == 2, "by SLURM, not by Snakemake"
    assert digests(queued) == whole
    assert 1 not in epochs(queued)


def test_after_ctrl_c_the_next_call_continues(queued, slurm, training, whole):
    """The plug-in cancels no job while it asks for their states; such a one is left to itself, as after ``kill -9``."""
    os.killpg(training.pid, signal.SIGINT)
    training.wait(timeout=120)
    assert training.returncode != 0
    time.sleep(10)
    print(f"Ctrl-C left {len(running(slurm))} jobs")
    queued.finish(queued.start(RUN, "results/tiny/track/gsl/seed00/tiny-otb.parquet"))
    assert digests(queued) == whole
    assert 1 not in epochs(queued)


def test_snakemake_killed_and_started_again_picks_up(queued, slurm, training, whole):
    os.killpg(training.pid, signal.SIGKILL)
    training.wait()
    assert running(slurm), "the job goes on without it"
    again = queued.start(RUN, "results/tiny/track/gsl/seed00/tiny-otb.parquet")
    queued.finish(again)
    assert digests(queued) == whole
    assert 1 not in epochs(queued), "what the first job did is not done again"
    assert queued.planned(RUN) == {}

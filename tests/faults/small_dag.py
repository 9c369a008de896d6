"""A small project with every stage, its states between the stages, and four ways to disturb a run of it.

The project lies on a file system of its own (tmpfs, where the test may mount one), which can be filled for real.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.computed import digest
from tests.faults.sessions import command, kill_session, session
from tests.workflow.project import PROFILE, Project

HOME = "results/small"
DATASETS, VARIANTS, BENCHMARK = ("small-train", "small-val", "small-test"), ("logistic", "gsl"), "small-test"
SMALL = {
    **PROFILE,
    "profile": "small",
    "variants": list(VARIANTS),
    "datasets": {"train": DATASETS[0], "val": DATASETS[1], "test": [BENCHMARK]},
    "train": {"epochs": 2, "pairs_per_epoch": 16, "batch_size": 4, "val_pairs": 4, "checkpoint_steps": 2},
    "tune": {"trials": 2, "epochs": 1, "pairs_per_epoch": 8, "val_pairs": 4},
    "ablation": {},
    "stats": {"draws": 50},
    "report": {"ours": "gsl", "main": list(VARIANTS), "terms": ["gsl"], "qualitative_sequences": 1},
}
STAGES = {
    "data": [f"data/{name}.manifest.json" for name in DATASETS],
    "crops": [f"crops/{name}" for name in DATASETS[:2]],
    "tune": [f"tune/{name}.json" for name in VARIANTS],
    "train": [f"train/{name}/seed00" for name in VARIANTS],
    "scores": [f"scores/{name}/seed00.npz" for name in VARIANTS],
    "track": [f"track/{name}/seed00/{BENCHMARK}.parquet" for name in VARIANTS],
    "measure": [f"metrics/{BENCHMARK}.parquet"],
    "separability": ["separability/main.parquet"],
    "tables": ["tables"],
    "frames": ["frames"],
    "figures": ["figures"],
    "page": ["report/index.html"],
}
"""What each stage makes, in an order in which they can be made; each is a verb of ``siamloss`` as well."""

LAST = {stage: "page" if stage in ("frames", "figures", "page") else "tables" for stage in STAGES}
"""Where a restarted run goes on to: to the tables, or to the page where the tables were there before."""

GRACE_S = 60
"""Seconds after a SIGTERM until ``kill -9``, as schedulers have it: Snakemake 9.27 hangs where its handler waits for
the lock that the code it interrupted holds (``job_scheduler.py``, ``exit_gracefully``)."""
SIZE = 2**28
CRASHING = Path(__file__).parent / "crashing"
"""Holds the sitecustomize.py that ends a job in its middle."""


def targets(*stages):
    return [f"{HOME}/{name}" for stage in stages for name in STAGES[stage]]


@dataclass
class Ended:
    """How a disturbed run ended.

    Attributes
    ----------
    verbs : what was at work at the moment of the disturbance; empty between two jobs.
    late : the run had ended before.
    hung : it did not end by itself, and was killed.
    """

    verbs: tuple[str, ...]
    late: bool
    hung: bool = False


class SmallDag:
    """The project, its undisturbed products, and its state before each stage.

    Parameters
    ----------
    folder : the project's; a file system is mounted on it if that is allowed.
    states : folder for the copies of the states.
    """

    def __init__(self, folder, states):
        self.folder, self.states, self.hung = folder, states, 0
        folder.mkdir()
        self.mounted = os.geteuid() == 0 and self._mount()
        self._project = Project(folder)
        size = {"sequences": 2, "frames": 8, "width": 128, "height": 96}
        sets = {
            name: {"format": "got10k", "role": role, "synthetic": {**size, "seed": seed}}
            for seed, (name, role) in enumerate(zip(DATASETS, ("train", "val", "test"), strict=True))
        }
        (folder / "config" / "datasets.yaml").write_text(json.dumps(sets))
        self._project.write(SMALL)
        (folder / "tmp").mkdir()
        self._project.environment |= {"TMPDIR": str(folder / "tmp"), "OMP_NUM_THREADS": "1"}
        self.seconds = {}
        for stage in STAGES:
            self._keep(stage)
            started = time.monotonic()
            self.finish(*targets(stage))
            self.seconds[stage] = time.monotonic() - started
        self.products = self.digests()

    def _mount(self):
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)]
        return subprocess.run(mount, capture_output=True).returncode == 0

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _keep(self, stage):
        subprocess.run(["cp", "-a", f"{self.folder}/.", str(self.states / stage)], check=True)

    def restore(self, stage):
        """The state before a stage, with time stamps."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        subprocess.run(["cp", "-a", f"{self.states / stage}/.", str(self.folder)], check=True)

    def finish(self, *wanted):
        """Run to the end; returns what was said."""
        result = self._project.snakemake(*wanted)
        text = result.stdout + result.stderr
        assert result.returncode == 0, text
        return text

    def unfinished(self, *wanted):
        """Jobs that are still planned."""
        return self._project.planned(*wanted)

    def digests(self):
        """sha256 of every product that is computed: of a whole file, or of what in it is not measured."""
        home, found = self.folder / HOME, {}
        for path in sorted(home.rglob("*")):
            name = path.relative_to(home).as_posix()
            if path.is_file() and not path.name.startswith(".") and name.split("/")[0] in PRODUCTS:
                found[name] = digest(path, name)
        return {name: digest for name, digest in found.items() if digest}

    def leftovers(self):
        """Temporary files that a finished run has left behind; ``.progress`` may keep the locks of its jobs."""
        home = self.folder / HOME
        names = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
        hidden = [name for name in names if any(part.startswith(".") for part in name.parts)]
        return [str(name) for name in hidden if name.suffix != ".lock" and name.name != ".snakemake_timestamp"]

    def disturb(self, kind, stage, share, spare):
        """Start a run, wait until ``stage`` is at work and ``share`` of its time is over, and disturb it."""
        process = self._start(kind, stage, share)
        try:
            begun = self._wait_for(process, stage)
            time.sleep(share * self._length(stage) if begun and kind != "crash" else 0)
            verbs, late = self._verbs(process), process.poll() is not None
            return self._end(kind, process, verbs, late, spare)
        finally:
            kill_session(process.pid)
            process.wait()

    def _length(self, stage):
        """Seconds that the jobs of a stage take, without the start of snakemake."""
        return max(self.seconds[stage] - 2.0, 0.5)

    def _start(self, kind, stage, share):
        environment = dict(self._project.environment)
        if kind == "crash":
            flag = self.folder / "tmp" / "crashed"
            order = {"verb": stage, "seconds": share * self._length(stage), "flag": str(flag)}
            places = [str(CRASHING), *filter(None, [environment.get("PYTHONPATH")])]
            self._project.environment |= {"PYTHONPATH": os.pathsep.join(places), "TEST_CRASH": json.dumps(order)}
        try:
            return self._project.start(*targets(LAST[stage]))
        finally:
            self._project.environment = environment

    def _wait_for(self, process, stage):
        while process.poll() is None:
            if stage in self._verbs(process):
                return True
            time.sleep(0.02)
        return False

    def _verbs(self, process):
        """Verbs of ``siamloss`` at work in a session."""
        found = set()
        for pid in session(process.pid):
            words = command(pid)
            names = [word.rpartition("/")[2] for word in words[:2]]
            if "siamloss" in names:
                found |= set(words) & set(STAGES)
        return tuple(sorted(found))

    def _end(self, kind, process, verbs, late, spare):
        flag = self.folder / "tmp" / "crashed"
        if kind == "kill":
            kill_session(process.pid)
        elif kind == "term" and not late:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        elif kind == "full":
            self._fill(spare)
        code, hung = None, False
        try:
            code = process.wait(timeout=GRACE_S if kind == "term" else 180)
        except subprocess.TimeoutExpired:
            if kind != "term":
                raise
            hung, self.hung = True, self.hung + 1
            assert not self._verbs(process), "a verb does not end at a SIGTERM"
            kill_session(process.pid)
            process.wait()
        if kind == "crash":
            verbs, late = tuple(flag.read_text().split()) if flag.exists() else (), not flag.exists()
            flag.unlink(missing_ok=True)
        if kind == "full":
            late = late or code == 0
            (self.folder / "ballast").unlink()
        return Ended(verbs, late, hung)

    def _fill(self, spare):
        """Take all space but ``spare`` bytes."""
        with open(self.folder / "ballast", "wb") as ballast:
            while True:
                facts = os.statvfs(self.folder)
                free = facts.f_bavail * facts.f_frsize - spare
                if free <= 0:
                    return
                with contextlib.suppress(
                    OSError
                ):  # the run took some of it meanwhile: tmpfs takes all that is asked for, or nothing
                    os.posix_fallocate(ballast.fileno(), 0, free)
                    return


PRODUCTS = {name.split("/")[0] for names in STAGES.values() for name in names}


def moments(seed, count):
    """Kind, stage, share of its time and bytes left, of each disturbance: all pairs of kind and stage in turn."""
    stages, kinds = list(STAGES), ("kill", "term", "crash", "full")
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        stage = stages[number % len(stages)]
        kind = kinds[(number + number // len(stages)) % len(kinds)]
        yield kind, stage, draw.uniform(0, 1), draw.choice((0, 4096, 65536))

"""The tiny project run through SLURM."""

import subprocess
import sys
import time

import yaml
from tests.workflow.project import PROFILE, ROOT, Project

PROFILE_FOLDER = "workflow/profiles/slurm"
QUICK = [
    "--slurm-init-seconds-before-status-checks",
    "1",
    "--seconds-between-status-checks",
    "1",
    "--latency-wait",
    "5",
]
TOGETHER = {"data": 16, "crops": 2, "tune": 1, "train": 3, "scores": 8, "track": 8, "report": 16}
"""Branches of the DAG in one job, so that the tiny DAG is a dozen jobs and not forty."""
SMALL = {"mem_mb": 1000, "runtime_min": 30}
RESOURCES = {
    **dict.fromkeys(("data", "tune", "train", "scores", "track", "other"), SMALL),
    "crops": {**SMALL, "cpus": 2},
}
LONG = {"epochs": 4, "pairs_per_epoch": 800, "batch_size": 4, "val_pairs": 8, "checkpoint_steps": 7}
"""A training that lasts long enough to be disturbed."""


class Queued(Project):
    """A project whose jobs go to a cluster."""

    def __init__(self, folder, slurm):
        super().__init__(folder, own_source=True)
        self.environment |= slurm.environ
        self.environment["OMP_NUM_THREADS"] = "1"
        self.slurm = slurm

    def write(self, profile):
        super().write({"resources": RESOURCES, **profile})

    def write_long(self):
        self.write({**PROFILE, "train": LONG, "tune": {"trials": 0}})

    def command(self, *arguments):
        text = yaml.safe_load((ROOT / PROFILE_FOLDER / "config.yaml").read_text())
        groups = ["--groups", *text["groups"], "crops=crops", "train=train"]
        components = ["--group-components", *(f"{group}={count}" for group, count in TOGETHER.items())]
        program = [sys.executable, "-m", "snakemake", *arguments, "--profile", PROFILE_FOLDER, *QUICK]
        return [*program, *groups, *components]

    def start(self, *arguments):
        """Snakemake in the background; its messages go to ``run.log``."""
        with open(self.folder / "run.log", "a") as log:
            return subprocess.Popen(
                self.command(*arguments),
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    def messages(self):
        return (self.folder / "run.log").read_text()

    def submissions(self):
        return self.messages().count("has been submitted with SLURM jobid")

    def finish(self, process, seconds=1800):
        """Wait for the end; it must be a good one."""
        process.wait(timeout=seconds)
        assert process.returncode == 0, self.messages()[-6000:]

    def wait_for(self, ready, process, what, seconds=600):
        began = time.monotonic()
        while not ready():
            assert process.poll() is None, f"snakemake ended before {what}:\n{self.messages()[-6000:]}"
            assert time.monotonic() - began < seconds, f"{what} did not come:\n{self.messages()[-6000:]}"
            time.sleep(0.1)

    def states(self):
        """Saved states of unfinished trainings."""
        return list((self.folder / "results/tiny/.progress").rglob("*.safetensors"))

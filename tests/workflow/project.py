"""A throw-away project with the workflow and tiny drawn datasets, for tests that run snakemake."""

import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROFILE = {
    "profile": "tiny",
    "seeds": [0],
    "variants": ["logistic", "gsl", "never-moves", "untrained", "oracle"],
    "datasets": {"train": "tiny-train", "val": "tiny-val", "test": ["tiny-otb", "tiny-vot", "tiny-got10k"]},
    "model": {"backbone": "small", "width": 0.25},
    "train": {"epochs": 2, "pairs_per_epoch": 32, "batch_size": 4, "val_pairs": 8, "checkpoint_steps": 4},
    "tune": {"trials": 2, "epochs": 1, "pairs_per_epoch": 16, "val_pairs": 8},
    "ablation": {"grids": ["tiny"]},
    "stats": {"draws": 200},
    "report": {
        "ours": "gsl",
        "main": ["logistic", "gsl", "never-moves", "untrained", "oracle"],
        "terms": ["gsl"],
        "qualitative_sequences": 1,
    },
}


def drawn(layout, role, seed):
    size = {"sequences": 2, "frames": 12, "seed": seed, "width": 160, "height": 120}
    return {"format": layout, "role": role, "synthetic": size}


class Project:
    """A folder with the workflow, its own configuration, and snakemake to run in it.

    Parameters
    ----------
    own_source : it also has its own copy of the package, which may be edited.
    """

    def __init__(self, folder, own_source=False):
        self.folder = folder
        self.environment = dict(os.environ)
        if own_source:
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / "src" / "siamloss", folder / "src" / "siamloss", ignore=ignore)
            shutil.copy(ROOT / "pyproject.toml", folder)
            self.environment["PYTHONPATH"] = str(folder / "src")
        for name in ("Snakefile", "environment.yml"):
            shutil.copy(ROOT / name, folder)
        shutil.copytree(ROOT / "workflow", folder / "workflow")
        (folder / "profiles").symlink_to("workflow/profiles")
        (folder / "config").mkdir()
        catalogue = yaml.safe_load((ROOT / "config" / "variants.yaml").read_text())
        catalogue["grids"]["tiny"] = {"base": "gsl", "over": {"eta": [0.1, 1.0], "alpha": [0.0, 0.1]}}
        (folder / "config" / "variants.yaml").write_text(yaml.safe_dump(catalogue, sort_keys=False))
        sets = {
            "tiny-train": drawn("got10k", "train", 1),
            "tiny-val": drawn("got10k", "val", 2),
            "tiny-otb": drawn("otb", "test", 3),
            "tiny-vot": drawn("vot", "test", 4),
            "tiny-got10k": drawn("got10k", "test", 5),
        }
        (folder / "config" / "datasets.yaml").write_text(yaml.safe_dump(sets))
        self.write(PROFILE)

    def write(self, profile):
        (self.folder / "config" / "demo.yaml").write_text(yaml.safe_dump(profile))

    def command(self, *arguments):
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]

    def snakemake(self, *arguments):
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=3000,
        )

    def start(self, *arguments):
        """Snakemake in the background, the leader of its own process group, which a signal can reach as a whole.

        A test run that a script started in the background ignores Ctrl-C, and so would its children.
        """
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            start_new_session=True,
            preexec_fn=heed,
            **quiet,
        )

    def planned(self, *targets):
        """Rules that a run would execute now, with their number of jobs."""
        result = self.snakemake(*targets, "-n", "--quiet", "rules")
        assert result.returncode == 0, result.stderr
        table = (result.stdout + result.stderr).split("Job stats:")
        lines = table[1].splitlines() if len(table) > 1 else []
        rows = [line.split() for line in lines if len(line.split()) == 2 and line.split()[1].isdigit()]
        return {rule: int(count) for rule, count in rows if rule not in ("total", "all", "ablation")}

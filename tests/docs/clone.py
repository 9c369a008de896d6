"""The throw-away copy of the repository in which the commands of the docs run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from tests.docs import things
from tests.docs.blocks import ROOT, Block

FILES = [
    "Snakefile",
    "Makefile",
    "environment.yml",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "LICENSE",
    "mkdocs.yml",
]
FOLDERS = ["workflow", "config", "src", "examples", "benchmarks", "tests", "docs"]
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info")
SHRUNK = {
    "epochs: 4": "epochs: 1",
    "pairs_per_epoch: 240": "pairs_per_epoch: 16",
    "val_pairs: 64": "val_pairs: 8",
    "tune: {trials: 0}": "tune: {trials: 0}\nstats: {draws: 100}",
}
"""What a profile of the docs says -> what it says in the copy, so that a training takes a second."""
DRAWN = {"sequences": 2, "frames": 12}


def shrink(text: str) -> str:
    for old, new in SHRUNK.items():
        text = text.replace(old, new)
    return text


class Clone:
    """A copy of the repository with small data, trained once, and bash to run in it."""

    def __init__(self, folder: Path, server) -> None:
        self.folder = folder
        for name in FILES:
            shutil.copy(ROOT / name, folder)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=IGNORED)
        (folder / "profiles").symlink_to("workflow/profiles")
        (folder / ".venv").symlink_to(sys.prefix)
        self._small_profiles()
        things.videos(folder)
        things.results(folder)
        things.weights(folder)
        things.archives(folder, server)
        self.must("snakemake --cores 2 --configfile config/tutorial.yaml")
        shutil.copytree(folder / "results/tutorial", folder / "results/demo")
        self.must("siamloss spec --config config/demo.yaml --out results/demo/spec.json")
        parts = " ".join(f"--{name} results/demo/{name}" for name in ("tables", "figures", "frames"))
        self.must(f"siamloss page --spec results/demo/spec.json {parts} --out results/demo/report/index.html")
        self.must("siamloss fetch otb100 --root data")
        self.must("siamloss fetch got10k --root data --archive ~/Downloads/full_data.zip")
        shutil.copytree(folder / "data/otb100", folder / "data/my-otb")
        (folder / "data/my-otb/manifest.json").unlink()

    def _small_profiles(self) -> None:
        config = self.folder / "config"
        tutorial = shrink((config / "tutorial.yaml").read_text())
        (config / "tutorial.yaml").write_text(tutorial)
        (config / "demo.yaml").write_text(tutorial.replace("profile: tutorial", "profile: demo"))
        sets = yaml.safe_load((config / "datasets.yaml").read_text())
        for name in ("synthetic-train", "synthetic-val", "synthetic-otb", "synthetic-got10k"):
            sets[name]["synthetic"] |= DRAWN
        (config / "datasets.yaml").write_text(yaml.safe_dump(sets))

    def run(self, command: str) -> subprocess.CompletedProcess:
        """Run a command as somebody in the folder would type it, in the activated environment."""
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder / "src"),
            "HOME": str(self.folder / "home"),
            "MPLCONFIGDIR": str(Path.home() / ".cache" / "matplotlib"),
            "OMP_NUM_THREADS": "1",
            "COLUMNS": "120",
        }
        shell = ["bash", "-euo", "pipefail", "-c", command]
        done = subprocess.run(shell, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=900)
        return done

    def must(self, command: str) -> str:
        """Run a command that has to succeed; returns what it prints."""
        done = self.run(command)
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"$ {command}\nexit code {done.returncode}\n{said[-4000:]}"
        assert "Traceback" not in said, f"$ {command}\n{said[-4000:]}"
        return said

    def save(self, block: Block) -> None:
        """Put a block into the file that it stands for; a catalogue that is there gets it at its end."""
        path = self.folder / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".yaml" and path.exists():
            old, new = path.read_text(), block.text
            key = re.match(r"([\w-]+):", new)[1]
            if f"\n{key}:" not in old:
                path.write_text(f"{old}\n{new}")
        else:
            path.write_text(shrink(block.text))

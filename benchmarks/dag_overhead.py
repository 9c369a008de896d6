"""What the DAG costs beside its jobs: planning many jobs, a plan with nothing to do, and the imports of each verb.

    python benchmarks/dag_overhead.py                      # 2,000 jobs planned, and the imports of each verb
    python benchmarks/dag_overhead.py --finished FOLDER    # also a plan in a working folder whose run is finished

Prints JSON. Seconds are those of the clock and, in brackets behind them, of the processor: on a shared machine the
latter say more. "ours" is what the files of siamloss take themselves, without what they import from other packages.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from siamloss import jobs
from siamloss.config_io import load_profile
from siamloss.jobs import ENTRY, count_jobs
from siamloss.tracking.by_name import NETWORK

ROOT = Path(__file__).resolve().parents[1]
VARIANTS, SEEDS, TESTS = 40, 8, 4


def make_project(folder: Path) -> dict[str, int]:
    """A working folder whose profile has about 2,000 jobs; returns their number by rule."""
    for name in ("Snakefile", "environment.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("workflow", "config"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "profiles").symlink_to("workflow/profiles")
    drawn = {"format": "otb", "synthetic": {"sequences": 2, "frames": 10}}
    tests = [f"test-{number}" for number in range(TESTS)]
    roles = {"many-train": "train", "many-val": "val", **dict.fromkeys(tests, "test")}
    sets = {name: {**drawn, "role": role} for name, role in roles.items()}
    (folder / "config" / "datasets.yaml").write_text(yaml.safe_dump(sets))
    variants = ["logistic", "gsl", *(f"gsl[eta={(number + 1) / 1000}]" for number in range(VARIANTS - 2))]
    profile = {
        "profile": "many",
        "seeds": list(range(SEEDS)),
        "variants": variants,
        "datasets": {"train": "many-train", "val": "many-val", "test": tests},
        "tune": {"trials": 4},
        "report": {"ours": "gsl", "main": variants[:2]},
    }
    path = folder / "config" / "demo.yaml"
    path.write_text(yaml.safe_dump(profile))
    return count_jobs(load_profile(path))


def timed(command: list[str], folder: Path, rounds: int) -> tuple[str, str]:
    """Median seconds of a command, as text, and what it said on standard error."""
    walls, cpus = [], []
    for _ in range(rounds):
        before, begin = os.times(), time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        after = os.times()
        walls.append(time.perf_counter() - begin)
        cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return f"{statistics.median(walls):.2f} ({statistics.median(cpus):.2f})", done.stderr


def time_plan(folder: Path, rounds: int) -> str:
    """Seconds of ``snakemake -n`` in a working folder."""
    command = [sys.executable, "-m", "snakemake", "-n", "--quiet", "all", "--cores", "1"]
    return timed(command, folder, rounds)[0]


def time_hashes(profile: Path) -> dict[str, str]:
    """Seconds of the clock for the two hashes of every job, as a plan asks for them: of code and of configuration."""
    experiment = load_profile(profile)
    sets, runs = experiment.datasets, jobs.runs(experiment)
    begin = time.perf_counter()
    for verb in ENTRY:
        jobs.code(verb)
    for dataset in experiment.all_datasets:
        jobs.code("data", dataset=dataset)
    for name, _ in runs:
        variant = experiment.variant(name)
        jobs.code("tune", variant, sets.val)
        jobs.code("train", variant)
        for dataset in sets.test:
            jobs.code("track", variant, dataset)
    middle = time.perf_counter()
    for dataset in experiment.all_datasets:
        jobs.data_part(experiment, dataset)
    for name, seed in runs:
        variant = experiment.variant(name)
        jobs.tune_part(experiment, variant)
        jobs.train_part(experiment, variant, seed)
        for dataset in sets.test:
            jobs.track_part(experiment, variant, dataset)
    return {"code": f"{middle - begin:.2f}", "configuration": f"{time.perf_counter() - middle:.2f}"}


def ours_of(importtime: str) -> float:
    """Seconds in the files of siamloss themselves, of the table of ``python -X importtime``."""
    rows = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", importtime)
    return sum(int(microseconds) for microseconds, name in rows if name.split(".")[0] == "siamloss") / 1e6


def time_imports(verb: str, rounds: int) -> dict[str, str]:
    """Seconds until a verb's help, and until its modules are there and its work begins; how many are ours."""
    modules = [ENTRY[verb], *(NETWORK if verb == "track" else ())]
    shown, _ = timed([sys.executable, "-m", "siamloss.cli", verb, "--help"], ROOT, rounds)
    code = "; ".join(f"import {module}" for module in ("siamloss.cli", *modules))
    ready, table = timed([sys.executable, "-X", "importtime", "-c", code], ROOT, rounds)
    return {"help": shown, "ready": ready, "ours": f"{ours_of(table):.3f}"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--finished", type=Path, help="a working folder in which nothing is left to do")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[str, object] = {"seconds": "clock (processor)"}
    with tempfile.TemporaryDirectory() as name:
        counts = make_project(Path(name))
        found["jobs"] = sum(counts.values())
        found["planned"] = time_plan(Path(name), options.rounds)
        found["of these hashes"] = time_hashes(Path(name) / "config" / "demo.yaml")
    if options.finished:
        found["nothing to do"] = time_plan(options.finished, options.rounds)
    found["verbs"] = {verb: time_imports(verb, options.rounds) for verb in ENTRY}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

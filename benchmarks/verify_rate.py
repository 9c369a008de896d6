"""How fast ``siamloss verify`` reads a tree, beside ``sha256sum`` over the same files; prints JSON.

    python benchmarks/verify_rate.py --files 3000 --file-kb 100

Both read from the page cache, in turns, so that both meet the same neighbours on a shared machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from siamloss.data.verify import verify_path
from siamloss.provenance.manifest import write_manifest
from siamloss.provenance.tree import default_threads

FILES_PER_FOLDER = 200


def make_tree(root: Path, files: int, file_bytes: int) -> None:
    """A tree of random files with a manifest, and a list for ``sha256sum --check`` beside it."""
    for number in range(files):
        folder = root / f"{number // FILES_PER_FOLDER:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:08d}.jpg").write_bytes(os.urandom(file_bytes))
    entries = write_manifest(root)["files"]
    lines = (f"{entry['sha256']}  {name}\n" for name, entry in entries.items())
    root.with_suffix(".sha256").write_text("".join(lines))


def time_ours(root: Path, threads: int) -> float:
    """Seconds of one verification by this package."""
    begin = time.perf_counter()
    if verify_path(root, threads).differences:
        raise SystemExit("the tree was changed")
    return time.perf_counter() - begin


def time_sha256sum(root: Path) -> float:
    """Seconds of one verification by coreutils."""
    command = ["sha256sum", "--check", "--quiet", str(root.with_suffix(".sha256").absolute())]
    begin = time.perf_counter()
    subprocess.run(command, cwd=root, check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--file-kb", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=default_threads())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "tree"
        make_tree(root, options.files, options.file_kb * 1000)
        times: dict[str, list[float]] = {"verify": [], "verify, 1 thread": [], "sha256sum": []}
        for _ in range(options.rounds + 1):  # the first round warms the page cache
            times["verify"].append(time_ours(root, options.threads))
            times["verify, 1 thread"].append(time_ours(root, 1))
            times["sha256sum"].append(time_sha256sum(root))
    megabytes = options.files * options.file_kb / 1000
    rates = {name: round(megabytes / statistics.median(values[1:]), 1) for name, values in times.items()}
    facts = {"files": options.files, "file_kb": options.file_kb, "MB": megabytes, "threads": options.threads}
    load = [round(value, 2) for value in os.getloadavg()]
    ratio = round(rates["verify"] / rates["sha256sum"], 2)
    print(json.dumps({**facts, "MB_per_s": rates, "ratio": ratio, "load": load, "cpus": os.cpu_count()}, indent=1))


if __name__ == "__main__":
    main()

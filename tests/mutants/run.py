"""Make each small mistake in a copy of the package, and see that the tests of the losses notice it.

Writes the table docs/mutants.md; ends with 1 if a mistake goes unnoticed or its text has moved. Minutes on two cores::

    python tests/mutants/run.py [--only TEXT] [--jobs 2]
"""

import argparse
import contextlib
import importlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import pytest  # noqa: E402
from tests.mutants import in_losses, in_shared  # noqa: E402
from tests.mutants.mutant import LOOPS, RANKS, SHARED, SYNC, Mutant  # noqa: E402
from tqdm import tqdm  # noqa: E402

MUTANTS = [*in_losses.MUTANTS, *in_shared.MUTANTS]
TESTS = [LOOPS, SHARED, "tests/unit/losses", "tests/properties/test_loss_properties.py", SYNC]
"""What a mistake has to get through: the mutant's own first choice, then these, the tests with two processes last."""
LEFT_OUT = "not installed_losses and not imports_no_torch"
"""Tests that start a Python which sees the package as it is installed, without the mistake."""
TIMEOUT_S = 240
HEADER = """# Mutation check of the losses

Each row is a small mistake made on purpose in a copy of `src/siamloss/losses`, and the first test that noticed it.
`python tests/mutants/run.py` makes them all again and writes this table; a mistake that goes unnoticed makes it fail.

{count} mistakes, {unnoticed} unnoticed.

| mistake | file | noticed by |
|---|---|---|
"""


class FirstFailure:
    """A pytest plugin that runs the likeliest test first and remembers the first one that failed."""

    def __init__(self, likely: str) -> None:
        self.order, self.test = [likely, *TESTS], ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        def place(item: pytest.Item) -> int:
            if item.nodeid.startswith(RANKS) and self.order[0] != RANKS:
                return len(self.order)
            return next(number for number, start in enumerate(self.order) if item.nodeid.startswith(start))

        items.sort(key=place)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.test = self.test or report.nodeid.partition("[")[0]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.test = self.test or f"{report.nodeid} (collection)"


def check(mutant: Mutant) -> tuple[str, float]:
    """The first test that fails with the mistake ("" if all pass) and the seconds it took; runs in a fresh process."""
    started = time.perf_counter()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src" / "siamloss", source / "siamloss", ignore=shutil.ignore_patterns("__pycache__"))
        path = source / "siamloss" / "losses" / mutant.file
        path.write_text(path.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8")
        os.environ.update(PYTHONPATH=str(source), HYPOTHESIS_STORAGE_DIRECTORY=str(Path(folder) / "hypothesis"))
        sys.path.insert(0, str(source))
        found = FirstFailure(mutant.first)
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            signal.alarm(TIMEOUT_S)
            code = pytest.main(["-x", "-p", "no:cacheprovider", "-k", LEFT_OUT, *TESTS], plugins=[found])
            signal.alarm(0)
        if importlib.import_module("siamloss").__file__ != str(source / "siamloss" / "__init__.py"):
            raise RuntimeError("the tests saw the package as it is installed, without the mistake")
    if code == pytest.ExitCode.INTERRUPTED and not found.test:
        found.test = f"no end within {TIMEOUT_S} s"
    if code not in (0, 1, 2):
        raise RuntimeError(f"pytest ended with {code} for '{mutant.what}' in {mutant.file}")
    return found.test.removeprefix("tests/"), time.perf_counter() - started


def moved() -> list[str]:
    """Mistakes whose text does not stand exactly once in its file."""
    folder = ROOT / "src" / "siamloss" / "losses"
    counts = {item: (folder / item.file).read_text(encoding="utf-8").count(item.old) for item in MUTANTS}
    return [f"{item.file}: '{item.old}' stands there {count} times" for item, count in counts.items() if count != 1]


def main() -> int:
    """Check all mistakes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="mistakes whose file or description contains this; writes no table")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if moved():
        print(*moved(), "correct the lists in tests/mutants", sep="\n")
        return 1
    os.chdir(ROOT)
    os.environ.update(OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    for name in ("torch", "hypothesis"):
        importlib.import_module(name)  # once here, not once per mistake: the processes below are copies of this one
    chosen = [item for item in MUTANTS if options.only in f"{item.file} {item.what}"]
    with multiprocessing.get_context("fork").Pool(options.jobs, maxtasksperchild=1) as pool:
        found = list(tqdm(pool.imap(check, chosen), total=len(chosen), unit="mutant", disable=None))
    results = list(zip(chosen, found, strict=True))
    unnoticed = [f"{item.file}: {item.what}" for item, (test, _) in results if not test]
    if not options.only:
        rows = [
            f"| {item.what} | `{item.file}` | {f'`{test}`' if test else '**no test**'} |" for item, (test, _) in results
        ]
        head = HEADER.format(count=len(chosen), unnoticed=len(unnoticed))
        (ROOT / "docs" / "mutants.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    for item, (test, seconds) in sorted(results, key=lambda pair: -pair[1][1])[:5]:
        print(f"{seconds:6.1f} s  {item.file}: {item.what} ({test or 'unnoticed'})")
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} mistakes were noticed", *unnoticed, sep="\n")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())

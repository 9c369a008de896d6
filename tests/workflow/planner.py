"""``snakemake -n`` many times over: each in a process of its own, which begins with Snakemake already imported.

The children are forked before anything of siamloss is imported, so each reads the package and the workflow anew, as a
plain call does.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


class Planner:
    """Plans of projects with their own copy of the package."""

    def __init__(self):
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def plan(self, folder, *arguments):
        """Names of the jobs that a run in ``folder`` would execute now: rule and wildcards, ``track gsl 00 tiny-otb``.

        Rules without an output of their own (``all``) are left out.
        """
        order = {"folder": str(folder), "arguments": ["-n", "--cores", "2", *arguments]}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        code, text = json.loads(self._server.stdout.readline())
        assert code == 0, text
        return jobs_of(text)

    def close(self):
        self._server.stdin.close()
        self._server.wait(timeout=10)


def jobs_of(text):
    """Names of the jobs that the output of ``snakemake -n`` lists."""
    found = set()
    for block in re.split(r"\n(?=\[)|\n\n", text):
        rule = re.search(r"^(?:local)?rule (\w+):$", block, re.M)
        if rule and re.search(r"^    output: ", block, re.M):
            values = re.findall(r"[:,] \w+=([^,\n]+(?:,[^ ][^,\n]*)*)", _line(block, "wildcards"))
            found.add(" ".join([rule[1], *values]))
    return found


def _line(block, name):
    line = re.search(rf"^    {name}(: .*)$", block, re.M)
    return line[1] if line else ""


def serve():
    """Read orders from standard input, fork for each, and answer with the exit code and the output."""
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]
    import pandas  # noqa: F401
    import snakemake.cli
    import yaml  # noqa: F401

    assert not any(name.startswith("siamloss") for name in sys.modules)
    for line in sys.stdin:
        order = json.loads(line)
        with tempfile.TemporaryFile("w+") as output:
            child = os.fork()
            if child == 0:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
                os.chdir(order["folder"])
                sys.path.insert(0, str(Path(order["folder"]) / "src"))
                code = 1
                try:
                    code = snakemake.cli.main(order["arguments"])
                except SystemExit as end:
                    code = end.code
                finally:
                    sys.stdout.flush()
                    os._exit(int(code or 0))
            _, status = os.waitpid(child, 0)
            output.seek(0)
            print(json.dumps([os.waitstatus_to_exitcode(status), output.read()]), flush=True)


if __name__ == "__main__":
    serve()

"""The command, run in this process."""

import json

import pytest
from typer.testing import CliRunner

from siamloss.cli_evaluate import app


@pytest.fixture
def command(tmp_path):
    """Runs a subcommand of `siamloss evaluate`; gives its JSON, or raises its error."""

    def run(name, *options):
        out = tmp_path / "out.json"
        out.unlink(missing_ok=True)
        result = CliRunner().invoke(app, [name, "--json", str(out), *map(str, options)])
        if result.exception is not None:
            assert not out.exists()
            raise result.exception
        return json.loads(out.read_text()) | {"printed": result.output}

    return run

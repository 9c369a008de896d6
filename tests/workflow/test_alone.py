"""One Snakemake at a time: per working folder, and per folder of results."""

import pytest
from tests.workflow.project import Project

from siamloss.provenance.lock import exclusive


@pytest.mark.parametrize(
    ("lock", "where"),
    [(".snakemake/siamloss.lock", "in this folder"), ("results/tiny/.progress/snakemake.lock", "on results/tiny")],
)
def test_a_second_snakemake_ends_in_one_line_and_makes_nothing(tmp_path, lock, where):
    project = Project(tmp_path)
    with exclusive(tmp_path / lock):
        result = project.snakemake("spec")
    assert result.returncode == 2
    assert f"siamloss: another snakemake is running {where}; wait for it or stop it\n" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "results" / "tiny" / "spec.json").exists()
    assert project.snakemake("spec").returncode == 0


def test_where_no_lock_can_be_written_it_ends_in_one_line(tmp_path):
    project = Project(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "tiny").write_text("a file")
    result = project.snakemake("spec")
    assert result.returncode == 2
    assert "siamloss: ConfigError: cannot write results/tiny/.progress/snakemake.lock (" in result.stderr
    assert "Traceback" not in result.stderr

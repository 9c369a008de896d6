"""After each edit of the table exactly those jobs run again that it touches: precision and recall are 1."""

import pytest
from tests.workflow.followers import all_jobs
from tests.workflow.project import PROFILE
from tests.workflow.rerun_table import EDITS, NEW_SEED

pytestmark = pytest.mark.slow


def names(edits):
    return [f"{number:02d} {edit.name}" for number, edit in enumerate(edits)]


@pytest.mark.parametrize("edit", EDITS, ids=names(EDITS))
def test_an_edit_runs_what_it_touches(planned_after, edit):
    expected = edit.expected()
    planned = planned_after(edit)
    assert sorted(planned - expected) == [], "too much"
    assert sorted(expected - planned) == [], "too little"


def test_the_table_is_long_and_names_every_job():
    assert len(EDITS) >= 30
    touched = set().union(*(edit.expected() for edit in EDITS))
    assert touched >= all_jobs(PROFILE)


def test_a_removed_seed_is_measured_away(finished, planner):
    """With two seeds made, the plan for one measures again and trains nothing."""
    two = NEW_SEED(PROFILE)
    finished.write(two)
    result = finished.snakemake()
    assert result.returncode == 0, result.stdout + result.stderr
    assert planner.plan(finished.folder) == set()
    finished.write(PROFILE)
    planned = planner.plan(finished.folder)
    assert {job.split(" ")[0] for job in planned} == {"spec", "measure", "separability", "tables", "figures", "page"}
    result = finished.snakemake()
    assert result.returncode == 0, result.stdout + result.stderr
    assert planner.plan(finished.folder) == set()

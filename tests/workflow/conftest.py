"""The tiny project, run once per process that needs it, and the planner of edits."""

import pytest
from tests.workflow.edits import Undo
from tests.workflow.planner import Planner
from tests.workflow.project import Project


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The tiny project with its own copy of the package and all products; edits are undone by those who make them."""
    project = Project(tmp_path_factory.mktemp("project"), own_source=True)
    result = project.snakemake()
    assert result.returncode == 0, result.stdout + result.stderr
    return project


@pytest.fixture(scope="session")
def planner():
    planner = Planner()
    yield planner
    planner.close()


@pytest.fixture
def planned_after(finished, planner):
    """Jobs that are planned after an edit, which is undone."""

    def plan(edit):
        with Undo(finished.folder):
            edit.make(finished)
            return planner.plan(finished.folder)

    return plan

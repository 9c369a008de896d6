"""A small finished experiment, made once per session."""

import pytest
from tests.unit.report.fakes import make_experiment, write_home, write_sequences

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.paths import Home


@pytest.fixture(scope="session")
def experiment(tmp_path_factory) -> Experiment:
    """Four trained variants, one of them collapsed and one with a hostile name, and a control; two seeds."""
    return make_experiment(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def home(experiment) -> Home:
    """The finished experiment on disk."""
    return write_home(experiment)


@pytest.fixture(scope="session")
def sequences(home) -> dict[str, list[Sequence]]:
    """Sequences of every benchmark, with records of every run."""
    return write_sequences(home)

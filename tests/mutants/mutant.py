"""A small mistake, and where it is likely to be noticed."""

from typing import NamedTuple

LOOPS = "tests/unit/losses/test_against_loops.py"
RANKS = "tests/unit/losses/test_distributed.py"
SHARED = "tests/unit/losses/shared"
SYNC = "tests/conformance/test_losses.py"


class Mutant(NamedTuple):
    """``old`` stands exactly once in the file (of siamloss/losses); ``first`` is the test to try first."""

    what: str
    file: str
    old: str
    new: str
    first: str = LOOPS

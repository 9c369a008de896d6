"""How often the test benchmarks were ever looked at: each look is a chance to choose by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MEANING = (
    "Counts every finished tracking of a test benchmark in this results folder, abandoned settings included; one that "
    "is repeated for the same variant, seed and benchmark could have been used to choose by the test set."
)


@dataclass(frozen=True)
class Evaluations:
    """All test evaluations, and those of a (variant, seed, benchmark) that had been evaluated before."""

    total: int
    repeated: int

    def __str__(self) -> str:
        return f"{self.total}, of which {self.repeated} repeated"


def count_evaluations(ledger: Iterable[Mapping[str, Any]]) -> Evaluations:
    """Count the entries of :func:`siamloss.records.ledger.read_evaluations`."""
    keys = [(entry["variant"], entry["seed"], entry["benchmark"]) for entry in ledger]
    return Evaluations(len(keys), len(keys) - len(set(keys)))

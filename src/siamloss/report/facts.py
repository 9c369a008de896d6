"""Provenance for people: what all runs share, and what is each run's own."""

from collections.abc import Mapping, Sequence
from typing import Any

OWN = ("variant", "seed")
SHORT = 12


def flatten(facts: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested facts as one level: ``{"versions": {"torch": ...}}`` becomes ``{"versions torch": ...}``."""
    flat: dict[str, Any] = {}
    for key, value in facts.items():
        name = f"{prefix} {key}".strip()
        if isinstance(value, Mapping):
            flat.update(flatten(value, name))
        else:
            flat[name] = value
    return flat


def split_facts(runs: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """Separate what is common to all runs from what differs.

    Parameters
    ----------
    runs : facts of each run, with ``variant`` and ``seed``.

    Returns
    -------
    shared : name to text, facts that every run has with the same value.
    columns : names of the other facts, ``variant`` and ``seed`` first.
    rows : their texts, one list per run; empty where a run lacks a fact.
    """
    flat = [flatten(run) for run in runs]
    names = list(dict.fromkeys(name for run in flat for name in run))
    same = [
        name
        for name in names
        if name not in OWN and all(name in run for run in flat) and len({repr(run[name]) for run in flat}) == 1
    ]
    columns = [*OWN, *(name for name in names if name not in OWN and name not in same)]
    rows = [[show(run.get(name, "")) for name in columns] for run in flat]
    return {name: show(flat[0][name]) for name in same}, columns, rows


def show(value: Any) -> str:
    """A fact as text: floats with four figures, hashes by their first digits, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(show(item) for item in value)
    text = str(value)
    is_hash = len(text) == 64 and all(character in "0123456789abcdef" for character in text)
    return text[:SHORT] if is_hash else text


def duration(seconds: float) -> str:
    """A time span: ``41 s``, ``12 min``, ``3.4 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

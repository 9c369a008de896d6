"""Write an evaluation: JSON, CSV, Markdown, and text for a terminal."""

import json
from pathlib import Path

import pandas as pd

from siamloss.errors import ConfigError
from siamloss.evaluate.result import Evaluation
from siamloss.metrics.catalogue import EVALUATED_METRICS
from siamloss.provenance.atomic import atomic_path, write_text


def write_json(path: Path, evaluation: Evaluation) -> None:
    """All numbers, per tracker, overall and per sequence, unrounded."""
    write_text(path, json.dumps(evaluation.to_dict(), indent=1, allow_nan=False) + "\n")


def write_csv(path: Path, evaluation: Evaluation) -> None:
    """One row per tracker, unrounded."""
    with atomic_path(path) as temporary:
        evaluation.table().to_csv(temporary, index=False)


def write_markdown(path: Path, evaluation: Evaluation) -> None:
    """One row per tracker, to three decimals."""
    names, rows = _cells(evaluation)
    lines = [names, [":---"] + ["---:"] * (len(names) - 1), *rows]
    write_text(path, "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines))


def to_text(evaluation: Evaluation) -> str:
    """The same table in columns, and below it what was not scored."""
    names, rows = _cells(evaluation)
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in (names, *rows)
    ]
    for name, result in evaluation.trackers.items():
        lines += [f"not scored: {name}, {sequence}: {why}" for sequence, why in result.not_scored.items()]
    return "\n".join(line.rstrip() for line in lines)


def write_plot(path: Path, evaluation: Evaluation) -> None:
    """Success and precision plot of all trackers, or accuracy and robustness for VOT, as one PNG."""
    from siamloss.evaluate.plot import draw

    if path.suffix.lower() != ".png":
        raise ConfigError(f"--plot {path} does not end in .png; give a name such as curves.png")
    figure = draw(evaluation)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=200, metadata={"Software": None})


def _cells(evaluation: Evaluation) -> tuple[list[str], list[list[str]]]:
    table = evaluation.table()
    if not table["missing"].any():
        table = table.drop(columns="missing")
    names = [EVALUATED_METRICS[name].label if name in EVALUATED_METRICS else name for name in table.columns]
    return names, [[_cell(value) for value in row] for row in table.itertuples(index=False, name=None)]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if pd.isna(value) else f"{value:.3f}"
    return str(value)

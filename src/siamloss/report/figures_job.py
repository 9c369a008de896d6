"""The figures of a report as files, published whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.paths import Home
from siamloss.provenance.manifest import listed_folder
from siamloss.report.missing import Missing


def write_figures(
    experiment: Experiment,
    home: Home,
    sequences: Mapping[str, list[Sequence]],
    out: Path,
    missing: Missing | None = None,
) -> None:
    """Write every figure as PNG, PDF and SVG, with ``figures.json``, the catalogue of their captions.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where metrics, curves, separability, score maps, records and the facts of the runs are.
    sequences : test sequences by benchmark, for the qualitative figure.
    out : folder to make.
    missing : gaps of the runs that are allowed and told; without it nothing may be missing.
    """
    from siamloss.report.figures import draw_all

    with listed_folder(out) as folder:
        draw_all(experiment, home, sequences, folder, missing)

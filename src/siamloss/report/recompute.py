"""Everything that is computed from runs and records, made anew in another folder."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path

from siamloss.config import Dataset, Experiment
from siamloss.data.sequence import Sequence
from siamloss.metrics.job import measure_benchmark
from siamloss.metrics.separation_job import measure_separability
from siamloss.paths import Home
from siamloss.provenance.atomic import write_bytes
from siamloss.provenance.manifest import write_manifest
from siamloss.report.figure_data import FigureData
from siamloss.report.figures import all_drawings
from siamloss.report.gallery import Drawing, Gallery, Picture
from siamloss.report.missing import Missing
from siamloss.runs import network_runs, runs

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""The smallest PNG there is."""


class Words(Gallery):
    """A gallery of captions; nothing is drawn: every picture is one dot, of the size that it has in the catalogue."""

    def __init__(self, folder: Path, printed: Iterable[Picture]) -> None:
        super().__init__(folder)
        self.sizes = {picture.path: (picture.width, picture.height) for picture in printed}

    def put(self, drawing: Drawing) -> None:
        """Remember the words, and write the dot."""
        write_bytes(self.folder / f"{drawing.path}.png", DOT)
        size = self.sizes.get(drawing.path, (1, 1))
        self.pictures.append(Picture(drawing.section, drawing.path, drawing.alt, drawing.caption, *size))


def recompute_metrics(experiment: Experiment, dataset: Dataset, home: Home, missing: Missing) -> bool:
    """Metrics, curves and attributes of a benchmark from the records, to where ``home`` has them.

    Parameters
    ----------
    experiment : the resolved configuration.
    home : where records and manifests are, and where to write.
    missing : gaps of the runs; those without records on the benchmark are left out.

    Returns
    -------
    Whether there was anything to measure.

    Raises
    ------
    CorruptError : records or data that are damaged.
    """
    name = dataset.name
    scored = [run for run in runs(experiment) if missing.has_records(*run, name)]
    if scored:
        measure_benchmark(experiment, name, home.manifest(name), home.metrics(name), home.curves(name), runs=scored)
    return bool(scored)


def recompute_separability(experiment: Experiment, home: Home, missing: Missing) -> None:
    """Separability from the score maps, to where ``home`` has it; runs without maps are left out."""
    mapped = [run for run in network_runs(experiment) if missing.has_scores(*run)]
    measure_separability(experiment, mapped, home, home.separability())


def recompute_captions(
    experiment: Experiment,
    home: Home,
    sequences: Mapping[str, list[Sequence]],
    printed: Iterable[Picture],
    missing: Missing | None = None,
) -> None:
    """``figures.json`` as the figures of these results have it; only the sizes are those of the printed pictures."""
    gallery = Words(home.figures, printed)
    for drawing in all_drawings(FigureData(experiment, home, sequences, missing)):
        gallery.put(drawing)
    gallery.close()
    write_manifest(home.figures)

"""Pages to look at in the browser: a report of invented numbers, its ablation, and the demo's where it was made."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from tests.browser.film import write_film
from tests.unit.report.fakes import make_experiment, write_home, write_sequences

from siamloss.config import Experiment
from siamloss.paths import Home
from siamloss.provenance.manifest import write_manifest
from siamloss.report.gallery import CATALOGUE
from siamloss.report.job import write_tables
from siamloss.report.page_job import write_page

SECTIONS = ("differences", "overfitting", "hard-samples", "training", "tuning")


@dataclass(frozen=True)
class Made:
    """A page with what it was made from."""

    path: Path
    experiment: Experiment
    home: Home
    tables: Path


def write_pictures(folder: Path, experiment: Experiment) -> Path:
    """Plain pictures in the place of figures: what is in them is tested where they are drawn."""
    tests = [dataset.name for dataset in experiment.datasets.test]
    wanted = [(section, section) for section in SECTIONS]
    wanted += [("curves", f"curves/{name}") for name in tests]
    wanted += [("attributes", f"attributes/{name}") for name in tests[:2]]
    wanted += [("qualitative", f"qualitative/{name}-seq") for name in tests]
    wanted += [("scores", f"fig1/{variant.name}") for variant in experiment.variants if not variant.control]
    entries = []
    for section, path in wanted:
        target = folder / f"{path}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(cv2.imencode(".png", np.full((60, 104, 3), 210, np.uint8))[1].tobytes())
        words = {"alt": f"Picture of {path}.", "caption": f"Figure {path}."}
        entries.append({"section": section, "path": path, **words, "width": 1037, "height": 600})
    (folder / CATALOGUE).write_text(json.dumps(entries), encoding="utf-8")
    write_manifest(folder)
    return folder


def write_report(folder: Path) -> Made:
    """The report on the experiment of :mod:`tests.unit.report.fakes`, with frames to step through."""
    experiment = make_experiment(folder / "results")
    experiment = replace(experiment, stats=replace(experiment.stats, draws=60))
    home = write_home(experiment)
    write_sequences(home)
    pictures = write_pictures(folder / "figures", experiment)
    write_tables(experiment, home, folder / "tables")
    film = write_film(folder / "frames", experiment)
    out = folder / "index.html"
    write_page(experiment, home, folder / "tables", pictures, out, film)
    return Made(out, experiment, home, folder / "tables")

"""A training set of 640x480 JPEG video, drawn, and the experiment that cuts it for the full-width network."""

from dataclasses import replace
from pathlib import Path

from siamloss.config import CropsConfig, Experiment, ModelConfig, PairsConfig, SyntheticConfig
from siamloss.config_io import load_profile
from siamloss.data.prepare import prepare_dataset
from siamloss.paths import Home

ROOT = Path(__file__).resolve().parents[1]
VIDEO = SyntheticConfig(sequences=3, frames=64, seed=1, width=640, height=480)


def draw_video(folder: Path, **crops: object) -> Experiment:
    """An experiment whose training set lies in ``folder``, drawn there unless it already is."""
    demo = load_profile(ROOT / "config" / "demo.yaml", results=str(folder), profile="bench")
    experiment = replace(
        demo,
        datasets=replace(demo.datasets, train=replace(demo.datasets.train, synthetic=VIDEO)),
        model=ModelConfig("alexnet"),
        crops=CropsConfig(**crops),
        pairs=PairsConfig(gray_probability=0.25),
    )
    manifest = Home(experiment).manifest(experiment.datasets.train.name)
    if not manifest.exists():
        prepare_dataset(experiment, experiment.datasets.train.name, manifest)
    return experiment

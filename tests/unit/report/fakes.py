"""A finished experiment on disk, with random but plausible numbers: everything that the report reads."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from tests.unit.report.fakes_attributes import write_attributes
from tests.unit.report.fakes_scores import write_separability, write_tuning

from siamloss.config import (
    AblationConfig,
    CropsConfig,
    Dataset,
    Datasets,
    Experiment,
    ModelConfig,
    PairsConfig,
    ReportConfig,
    StatsConfig,
    SyntheticConfig,
    TrackConfig,
    TrainConfig,
    TuneConfig,
    Variant,
)
from siamloss.data.sequence import Sequence
from siamloss.geometry import polygon_to_box
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.records import write_records
from siamloss.runs import network_runs, tuned_names

METRICS = {
    "otb": ("success_auc", "precision_20", "normalized_precision"),
    "vot": ("accuracy", "failures", "eao"),
    "got10k": ("ao", "sr_50", "sr_75", "mao"),
}
EAO_TERMS = (20, 21, 22)
VARIANTS = (
    Variant("logistic", "logistic", label="Logistic (SiamFC)", tuned_as="logistic"),
    Variant("gsl", "gsl", label="GSL", tuned_as="gsl"),
    Variant("<script>", "triplet", label="<script>alert('x')</script> & 50% $a_b$", tuned_as="<script>"),
    Variant("gsl[eta=0.5]", "gsl", label="gsl[eta=0.5]", fixed=("eta",), tuned_as="gsl"),
    Variant("never-moves", control="never-moves", label="never-moves"),
)
COLLAPSED = "gsl[eta=0.5]"
COLLAPSED_RUN = (COLLAPSED, 1)


def make_experiment(
    results: Path, variants=VARIANTS, seeds=(0, 1), terms=("gsl", "gsl[eta=0.5]"), **train
) -> Experiment:
    """A resolved experiment with one benchmark of each format."""
    drawn = SyntheticConfig(sequences=3, frames=12)
    dataset = lambda name, kind, role: Dataset(name, kind, role, synthetic=drawn)  # noqa: E731
    tests = tuple(dataset(f"synthetic-{kind}", kind, "test") for kind in METRICS)
    datasets = Datasets(dataset("train", "got10k", "train"), dataset("val", "got10k", "val"), tests)
    return Experiment(
        profile="fake",
        seeds=seeds,
        variants=tuple(variants),
        datasets=datasets,
        baseline="logistic",
        results=str(results),
        data_root="data",
        device="cpu",
        model=ModelConfig("small", 0.25),
        crops=CropsConfig(),
        pairs=PairsConfig(),
        train=replace(TrainConfig(epochs=5), **train),
        tune=TuneConfig(trials=8),
        ablation=AblationConfig(),
        track=TrackConfig(),
        stats=StatsConfig(draws=200),
        report=ReportConfig(ours="gsl", terms=terms),
    )


def seeds_of(experiment: Experiment, variant: Variant) -> tuple[int, ...]:
    return (0,) if variant.control in ("never-moves", "oracle") else experiment.seeds


def write_home(experiment: Experiment) -> Home:
    """Every file that the report reads."""
    home = Home(experiment)
    write_text(home.spec, json.dumps(experiment.to_dict()))
    for dataset in experiment.datasets.test:
        write_metrics(home, dataset)
        write_attributes(home, dataset)
    for index, variant in enumerate(experiment.variants):
        for seed in experiment.seeds if not variant.control else ():
            write_run(home, variant, index, seed)
        for seed in experiment.seeds if variant.control in ("", "untrained") else ():
            write_scores(home, variant, index, seed)
    for name in tuned_names(experiment):
        write_tuning(home, name)
    write_separability(home, network_runs(experiment))
    return home


def quality(experiment: Experiment, variant: Variant) -> float:
    fixed = {"never-moves": 0.12, "untrained": 0.2, "oracle": 1.0}
    index = [item.name for item in (*experiment.variants, *experiment.grid_variants)].index(variant.name)
    return fixed.get(variant.control, 0.55 + 0.03 * np.sin(2.4 * index))


def write_metrics(home: Home, dataset: Dataset, variants=None, ablation: bool = False) -> None:
    rng = np.random.default_rng(len(dataset.name))
    rows, curves = [], []
    names = [f"seq{number}" for number in range(8)]
    hardness = rng.normal(0, 0.12, len(names))
    for variant in variants or home.experiment.variants:
        for seed in home.experiment.ablation_seeds if ablation else seeds_of(home.experiment, variant):
            shift = rng.normal(0, 0.015)
            for name, hard in zip(names, hardness, strict=True):
                value = float(np.clip(quality(home.experiment, variant) + shift + hard + rng.normal(0, 0.05), 0.01, 1))
                for metric in METRICS[dataset.format]:
                    shown = -60 * np.log(value) if metric == "failures" else value
                    for term in EAO_TERMS if metric == "eao" else (0,):
                        rows.append((dataset.name, metric, variant.name, seed, name, term, shown, 1.0))
                for curve, limits in (("success", np.linspace(0, 1, 21)), ("precision", np.arange(51.0))):
                    if dataset.format != "vot":
                        fall = 1 / (1 + np.exp((limits - value) * 9)) if curve == "success" else None
                        points = fall if curve == "success" else value**0.5 * (1 - np.exp(-limits / 8))
                        for limit, point in zip(limits, points, strict=True):
                            curves.append((dataset.name, curve, variant.name, seed, name, limit, point))
    path = home.metrics(dataset.name, ablation)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"]
    pd.DataFrame(rows, columns=columns).to_parquet(path, index=False)
    if curves:
        columns = ["benchmark", "curve", "variant", "seed", "sequence", "threshold", "value"]
        pd.DataFrame(curves, columns=columns).to_parquet(home.curves(dataset.name, ablation), index=False)


def write_run(home: Home, variant: Variant, index: int, seed: int) -> None:
    rng = np.random.default_rng([index, seed])
    epochs = home.experiment.train.epochs
    parts = {"gsl": ("variance", "margin", "hard")}.get(variant.loss, ("total",))
    lines = []
    for epoch in range(1, epochs + 1):
        splits = {}
        for split, floor in (("train", 0.05), ("val", 0.12)):
            terms = {p: floor + np.exp(-3 * epoch / epochs - i) + rng.normal(0, 0.01) for i, p in enumerate(parts)}
            splits[split] = {"total": sum(terms.values()), **terms}
        splits["val"]["center_error_px"] = 8 + 30 * np.exp(-4 * epoch / epochs) + rng.normal(0, 1)
        lines.append(json.dumps({"epoch": epoch, "lr": 10 ** (-2 - 3 * epoch / epochs), **splits}))
    folder = home.run(variant.name, seed)
    write_text(folder / "curve.jsonl", "\n".join(lines) + "\n")
    facts = {"python": "3.11.2", "torch": "2.13.0", "device": "cpu", "seconds": 41.5 + index, "pairs_per_s": 310.0}
    weights = {"weights_sha256": f"{index:02d}{seed:02d}" * 16, "variant": variant.name, "seed": seed}
    collapse = {"collapsed": True, "collapse": "the scores are flat"} if (variant.name, seed) == COLLAPSED_RUN else {}
    chosen = {"lr_scale": 0.3, **({"eta": 0.2} if variant.name == "gsl" else {})}
    own = {"head": "correlation", "collapsed": False, "collapse": "", "chosen": chosen, "lr_scale": 0.3, **collapse}
    write_text(folder / "run.json", json.dumps({**facts, **weights, **own}))


def blob(size: int, x: float, y: float, rng: np.random.Generator) -> np.ndarray:
    yy, xx = np.mgrid[:size, :size]
    base = 90 + 40 * np.sin(xx / 11)[..., None] * np.cos(yy[..., None] / 17 + np.arange(3))
    spot = np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * (size / 14) ** 2))[..., None] * np.array([140, 60, -60])
    return np.clip(base + spot + rng.normal(0, 6, base.shape), 0, 255).astype(np.uint8)


def write_scores(home: Home, variant: Variant, index: int, seed: int, cells: int = 15, count: int = 40) -> None:
    rng = np.random.default_rng(seed)
    yy, xx = np.mgrid[:cells, :cells] - cells // 2
    labels = np.where(np.hypot(yy, xx) <= 2, 1, -1).astype(np.int8)
    peak = np.exp(-(yy**2 + xx**2) / 6)
    scale = 10.0 ** (-(index % 3))
    maps = [scale * ((0.5 + index % 4) * peak + rng.normal(-1, 0.4 + gap, (count, cells, cells))) for gap in (0, 0.1)]
    if variant.name == COLLAPSED:
        maps = [np.full((count, cells, cells), 0.25) for _ in maps]
    path = home.scores(variant.name, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        train_scores=maps[0].astype(np.float32),
        val_scores=maps[1].astype(np.float32),
        labels=labels,
        example_exemplars=np.stack([blob(63, 31, 31, rng) for _ in range(2)]),
        example_searches=np.stack([blob(119, 59, 59, rng) for _ in range(2)]),
    )


def write_sequences(home: Home, frames: int = 12, size: tuple[int, int] = (240, 320)) -> dict[str, list[Sequence]]:
    """Frames on disk, and the records of the baseline, ours and every other variant on them."""
    made = {}
    for dataset in home.experiment.datasets.test:
        made[dataset.name] = [_sequence(home, dataset, f"seq{number}", frames, size) for number in range(3)]
        for index, variant in enumerate(home.experiment.variants):
            for seed in seeds_of(home.experiment, variant):
                rng = np.random.default_rng([index, seed])
                parts = [_track(sequence, rng) for sequence in made[dataset.name]]
                write_records(home.records(variant.name, seed, dataset.name), pd.concat(parts))
    return made


def _sequence(home: Home, dataset: Dataset, name: str, frames: int, size: tuple[int, int]) -> Sequence:
    rng = np.random.default_rng(len(name))
    folder = home.data / dataset.name / name
    folder.mkdir(parents=True, exist_ok=True)
    height, width = size
    turn = np.linspace(0, 5, frames)
    centers = np.stack([width / 2 + width / 4 * np.cos(turn), height / 2 + height / 5 * np.sin(turn)], axis=1)
    paths = tuple(folder / f"{frame:04d}.jpg" for frame in range(frames))
    for path, (x, y) in zip(paths, centers, strict=True):
        cv2.imwrite(str(path), blob(max(size), x, y, rng)[:height])
    angle = turn[:, None] + np.arange(4) * np.pi / 2
    corners = centers[:, None] + 0.09 * width * np.stack([np.cos(angle), 0.7 * np.sin(angle)], axis=-1)
    polygons = corners.reshape(frames, 8)
    boxes = polygon_to_box(polygons)
    visible = np.ones(frames, bool)
    return Sequence(name, paths, boxes, visible, polygons if dataset.format == "vot" else None)


def _track(sequence: Sequence, rng: np.random.Generator) -> pd.DataFrame:
    boxes = sequence.boxes + np.cumsum(rng.normal(0, 1.5, sequence.boxes.shape) * [1, 1, 0.1, 0.1], axis=0)
    status = np.zeros(len(sequence), int)
    status[0] = 1
    if sequence.polygons is not None:
        status[len(sequence) // 2] = 2
    table = pd.DataFrame(boxes, columns=list("xywh"))
    return table.assign(sequence=sequence.name, frame=range(len(sequence)), score=0.0, seconds=0.01, status=status)

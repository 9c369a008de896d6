"""The study of knobs: what changes when one challenge grows, and for which loss more."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from siamloss.config import StatsConfig, StudyConfig
from siamloss.config_io import load_profile
from siamloss.config_study import check_study
from siamloss.errors import ConfigError, UnknownNameError
from siamloss.paths import Home
from siamloss.report.study import CHANGE, changes, study_axes, write_study

SEQUENCES = [f"Synth{number:03d}" for number in range(1, 7)]
FALL = {"logistic": 0.10, "triplet": 0.10, "gsl": 0.25, "never-moves": 0.0}
"""How much success every loss loses over a whole axis."""


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    loaded = load_profile(Path("config/study.yaml"), results=str(tmp_path_factory.mktemp("results")))
    return replace(loaded, stats=StatsConfig(draws=400))


@pytest.fixture(scope="module")
def metrics(experiment):
    rng, rows = np.random.default_rng(0), []
    easy = dict(zip(SEQUENCES, rng.uniform(0.5, 0.7, len(SEQUENCES)), strict=True))
    for names in experiment.study.axes.values():
        for step, benchmark in enumerate(names):
            for variant, fall in FALL.items():
                for seed in [0] if variant == "never-moves" else experiment.seeds:
                    for sequence, start in easy.items():
                        value = start - fall * step / 2 + 0.002 * seed + rng.normal(0, 0.004)
                        rows.append([benchmark, "success_auc", variant, seed, sequence, 0, value, 1.0])
                        rows.append([benchmark, "precision_20", variant, seed, sequence, 0, 0.5, 1.0])
    return pd.DataFrame(rows, columns=["benchmark", "metric", "variant", "seed", "sequence", "term", "value", "weight"])


@pytest.fixture(scope="module")
def folder(experiment, metrics, tmp_path_factory):
    home = Home(experiment)
    for benchmark, part in metrics.groupby("benchmark"):
        home.metrics(benchmark).parent.mkdir(parents=True, exist_ok=True)
        part.to_parquet(home.metrics(benchmark), index=False)
    out = tmp_path_factory.mktemp("out") / "study"
    write_study(experiment, home, out)
    return out


def test_axes_are_in_the_order_of_their_settings(experiment):
    backwards = StudyConfig({knob: names[::-1] for knob, names in experiment.study.axes.items()})
    for axis in study_axes(replace(experiment, study=backwards)):
        assert list(axis.settings) == sorted(axis.settings)
        assert axis.benchmarks == tuple(experiment.study.axes[axis.knob])


def test_change_is_last_minus_first_of_the_same_run_and_sequence(experiment, metrics):
    axes = study_axes(experiment)
    found = changes(metrics, axes, "success_auc")
    assert set(found["metric"]) == {CHANGE}
    assert set(found["benchmark"]) == set(experiment.study.axes)
    row = found[
        (found.benchmark == "MB") & (found.variant == "gsl") & (found.seed == 1) & (found.sequence == "Synth004")
    ]
    chosen = metrics[
        (metrics.metric == "success_auc")
        & (metrics.variant == "gsl")
        & (metrics.seed == 1)
        & (metrics.sequence == "Synth004")
    ].set_index("benchmark")["value"]
    assert row["value"].item() == chosen["study-MB-15"] - chosen["study-MB-05"]


def test_files_say_how_much_more_each_loss_falls(folder):
    table = pd.read_csv(folder / "changes.csv").set_index(["knob", "variant"])
    for knob in ("similarity", "distractors", "MB", "SV", "IV"):
        assert table.loc[(knob, "gsl"), "diff"] == pytest.approx(-0.15, abs=0.006)
        assert table.loc[(knob, "gsl"), "diff_high"] < 0
        low, high = table.loc[(knob, "triplet"), ["diff_low", "diff_high"]]
        assert low < 0 < high
        assert table.loc[(knob, "never-moves"), "mean"] == pytest.approx(0, abs=0.006)
    levels = pd.read_csv(folder / "levels.csv")
    assert levels.loc[levels["benchmark"] == "study-similarity-05", "setting"].unique() == [0.5]
    words = (folder / "changes.md").read_text(encoding="utf-8")
    assert "0 → 1" in words
    assert "3 seeds" in words
    assert (folder / "changes.tex").is_file()
    assert (folder / "column" / "success-auc-by-knob.svg").is_file()
    with Image.open(folder / "success-auc-by-knob.png") as image:
        assert np.asarray(image.convert("L")).std() > 10


def test_a_profile_without_study_is_told_where_one_is(experiment, tmp_path):
    with pytest.raises(ConfigError, match=r"no 'study.axes'; use --configfile config/study.yaml"):
        write_study(replace(experiment, study=StudyConfig()), Home(experiment), tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("axes", "metric", "error", "message"),
    [
        ({"MB": ["study-MB-05"]}, "success_auc", ConfigError, r"'study.axes.MB' must be a list of two or more"),
        ({"MB": ["study-MB-05", "study-MB-2"]}, "success_auc", UnknownNameError, r"'study-MB-2', which is no test"),
        ({"MB": ["study-MB-05", "study-SV-08"]}, "success_auc", ConfigError, r"knobs do not set MB; set it there"),
        (
            {"similarity": ["study-similarity-0", "study-distractors-3"]},
            "success_auc",
            ConfigError,
            r"differ in more than similarity; make the rest equal",
        ),
        ({"MB": ["study-MB-05", "study-MB-05"]}, "success_auc", ConfigError, r"have the same MB; leave one out"),
        ({"MB": ["study-MB-05", "study-MB-1"]}, "ao", ConfigError, r"'study.metric' is ao, .* give them format got10k"),
    ],
)
def test_an_impossible_study_is_named(experiment, axes, metric, error, message):
    with pytest.raises(error, match=message):
        check_study(replace(experiment, study=StudyConfig(axes, metric)))

"""Anybody's result files as an experiment of ours, so that tables and figures are made of them in the same way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

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
    TrackConfig,
    TrainConfig,
    TuneConfig,
    Variant,
)
from siamloss.errors import ConfigError, UnknownNameError, did_you_mean
from siamloss.evaluate.result import Evaluation
from siamloss.metrics.catalogue import METRICS
from siamloss.report.table import Table
from siamloss.report.tables import summary_table
from siamloss.stats.summary import summarise

LAYOUTS = ("otb", "got10k", "vot")
WORDS = (
    "Mean over the sequences, one run per tracker; brackets: {level:g} % interval over sequences, which does not tell "
    "what another training or another run would give.{base} Best in bold, second underlined; ↑ higher is better, ↓ "
    "lower is better. No p and no significance star is printed: they need six or more trainings of each tracker.{eao}"
)


@dataclass(frozen=True)
class Outside:
    """Trackers of other people.

    Attributes
    ----------
    experiment : a variant per tracker, best first, and the benchmark.
    baseline : name of the tracker that differences are taken to; "" for none.
    summary : rows of :func:`siamloss.stats.summarise`; EAO, which is no mean over sequences, has no interval.
    evaluation : what the rows come from.
    """

    experiment: Experiment
    baseline: str
    summary: pd.DataFrame
    evaluation: Evaluation

    def table(self) -> Table:
        """The main table of the trackers."""
        experiment = self.experiment
        made = summary_table("main", "", self.summary, experiment.variants, experiment)
        rows = made.rows if self.baseline else tuple(replace(row, role="") for row in made.rows)
        base = f" Δ: paired difference to {self.baseline}, with its interval." if self.baseline else ""
        eao = " EAO is no mean over sequences and has no interval." if "eao" in set(self.summary["metric"]) else ""
        words = WORDS.format(level=100 * experiment.stats.level, base=base, eao=eao)
        title = experiment.datasets.test[0].name
        return replace(made, caption=f"Trackers on {title}. {words}", rows=rows, stub="tracker")


def read_outside(
    layout: str,
    annotations: Path,
    results: Iterable[Path],
    baseline: str = "",
    sequence_list: str | None = None,
    year: int | None = None,
) -> Outside:
    """Score result files as ``siamloss evaluate`` does.

    Parameters
    ----------
    layout : whose format and protocol, one of :data:`LAYOUTS`.
    annotations, results, sequence_list, year : as there.
    baseline : name of the tracker that differences are taken to; "" for none.

    Raises
    ------
    UnknownNameError : no such layout or tracker.
    RecordError, AnnotationError, MissingDataError : files that cannot be scored.
    """
    if layout == "otb":
        from siamloss.evaluate.otb import evaluate_otb

        return view_of(evaluate_otb(annotations, results, sequence_list), layout, baseline)
    if layout == "got10k":
        from siamloss.evaluate.got10k import evaluate_got10k

        return view_of(evaluate_got10k(annotations, results, sequence_list), layout, baseline)
    if layout == "vot":
        from siamloss.evaluate.vot import evaluate_vot

        return view_of(evaluate_vot(annotations, results, sequence_list, year=year), layout, baseline)
    raise UnknownNameError(f"unknown benchmark '{layout}' of result files; {did_you_mean(layout, LAYOUTS)}")


def require_outside(
    layout: str,
    annotations: Path | None,
    results: Iterable[Path] | None,
    baseline: str = "",
    sequence_list: str | None = None,
    year: int | None = None,
) -> Outside:
    """The same for options of a command, each of which may be lacking; :class:`ConfigError` then."""
    if annotations is None or not results or not layout:
        raise ConfigError(
            "result files need --annotations FOLDER, --results FOLDER and --benchmark (otb, got10k or vot); give all"
        )
    return read_outside(layout, annotations, results, baseline, sequence_list, year)


def view_of(evaluation: Evaluation, layout: str, baseline: str = "") -> Outside:
    """An evaluation as an experiment, with intervals over sequences."""
    names = evaluation.table()["tracker"].tolist()
    if baseline and baseline not in names:
        raise UnknownNameError(f"unknown tracker '{baseline}' in --baseline; {did_you_mean(baseline, names)}")
    experiment = _experiment(names, evaluation.title, layout, baseline or names[0])
    found = summarise(_tidy(evaluation), names, experiment.baseline, experiment.stats)
    if not baseline:
        found.loc[:, ["diff", "diff_low", "diff_high"]] = np.nan
    overall = {name: result.overall for name, result in evaluation.trackers.items()}
    found["mean"] = [overall[name][metric] for metric, name in zip(found["metric"], found["variant"], strict=True)]
    if all("eao" in values for values in overall.values()):
        rows = pd.DataFrame({"variant": names, "mean": [overall[name]["eao"] for name in names]})
        rows = rows.assign(benchmark=evaluation.title, metric="eao", n_seeds=1)
        found = pd.concat([found, rows], ignore_index=True)[found.columns]
    return Outside(experiment, baseline, found, evaluation)


def _tidy(evaluation: Evaluation) -> pd.DataFrame:
    """Tidy metrics: a row per metric, tracker and sequence; frames weigh where the benchmark pools frames."""
    rows = [
        (
            metric,
            name,
            sequence,
            value,
            0.0 if np.isnan(value) else values.get("frames", 1) if metric != "failures" else 1,
        )
        for name, result in evaluation.trackers.items()
        for sequence, values in result.sequences.items()
        for metric, value in values.items()
        if metric in METRICS
    ]
    table = pd.DataFrame(rows, columns=["metric", "variant", "sequence", "value", "weight"])
    return table.assign(benchmark=evaluation.title, seed=0, term=0)


def _experiment(names: list[str], title: str, layout: str, baseline: str) -> Experiment:
    """Nothing of it is ever trained: only names, benchmark and settings of the intervals are looked at."""
    nothing = Dataset("none", "got10k", "train")
    return Experiment(
        profile="outside",
        seeds=(0,),
        variants=tuple(Variant(name, label=name) for name in names),
        datasets=Datasets(nothing, replace(nothing, role="val"), (Dataset(title, layout, "test"),)),
        baseline=baseline,
        results="",
        data_root="",
        device="cpu",
        model=ModelConfig(),
        crops=CropsConfig(),
        pairs=PairsConfig(),
        train=TrainConfig(),
        tune=TuneConfig(),
        ablation=AblationConfig(),
        track=TrackConfig(),
        stats=StatsConfig(),
        report=ReportConfig(ours=""),
    )

"""The metrics of the tables: how each is called, and which direction is better."""

from dataclasses import dataclass

from siamloss.config import Format


@dataclass(frozen=True)
class MetricInfo:
    """Label for people, direction, unit, and the benchmark format that has the metric."""

    label: str
    higher_is_better: bool
    unit: str
    benchmark_format: Format


METRICS: dict[str, MetricInfo] = {
    "success_auc": MetricInfo("Success AUC", True, "share", "otb"),
    "precision_20": MetricInfo("Precision (20 px)", True, "share", "otb"),
    "ao": MetricInfo("AO", True, "share", "got10k"),
    "sr_50": MetricInfo("SR 0.5", True, "share", "got10k"),
    "sr_75": MetricInfo("SR 0.75", True, "share", "got10k"),
    "accuracy": MetricInfo("Accuracy", True, "share", "vot"),
    "robustness": MetricInfo("Robustness", False, "failures per sequence", "vot"),
}

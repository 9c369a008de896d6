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

EVALUATED_METRICS: dict[str, MetricInfo] = {
    **METRICS,
    "normalized_precision": MetricInfo("Norm. precision (mean)", True, "share", "otb"),
    "normalized_precision_20": MetricInfo("Norm. precision (0.20)", True, "share", "otb"),
    "mao": MetricInfo("mAO", True, "share", "got10k"),
    "msr_50": MetricInfo("mSR 0.5", True, "share", "got10k"),
    "msr_75": MetricInfo("mSR 0.75", True, "share", "got10k"),
    "eao": MetricInfo("EAO", True, "share", "vot"),
    "failures": MetricInfo("Failures", False, "failures", "vot"),
}
"""These and what ``siamloss evaluate`` computes besides; the tables of a run have :data:`METRICS` only."""

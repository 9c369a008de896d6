"""The metrics of the tables: how each is called, and which direction is better."""

from dataclasses import dataclass

from siamloss.config import Format


@dataclass(frozen=True)
class MetricInfo:
    """Label for people, direction, unit, the benchmark format that has the metric, and whether it is a main one.

    Main metrics are in the main table and in the figures, the others in the table of further metrics; the correction
    for many tests counts each of the two by itself.
    """

    label: str
    higher_is_better: bool
    unit: str
    benchmark_format: Format
    main: bool = True


METRICS: dict[str, MetricInfo] = {
    "success_auc": MetricInfo("Success AUC", True, "share", "otb"),
    "precision_20": MetricInfo("Precision (20 px)", True, "share", "otb"),
    "normalized_precision": MetricInfo("Norm. precision (mean)", True, "share", "otb", main=False),
    "normalized_precision_20": MetricInfo("Norm. precision (0.20)", True, "share", "otb", main=False),
    "ao": MetricInfo("AO", True, "share", "got10k"),
    "sr_50": MetricInfo("SR 0.5", True, "share", "got10k"),
    "sr_75": MetricInfo("SR 0.75", True, "share", "got10k"),
    "mao": MetricInfo("mAO", True, "share", "got10k", main=False),
    "msr_50": MetricInfo("mSR 0.5", True, "share", "got10k", main=False),
    "msr_75": MetricInfo("mSR 0.75", True, "share", "got10k", main=False),
    "accuracy": MetricInfo("Accuracy", True, "share", "vot"),
    "failures": MetricInfo("Failures", False, "failures per sequence", "vot"),
    "eao": MetricInfo("EAO", True, "share", "vot"),
}

EVALUATED_METRICS: dict[str, MetricInfo] = {
    **METRICS,
    "robustness": MetricInfo("Robustness", True, "share", "vot", main=False),
}
"""These and what ``siamloss evaluate`` alone computes: exp(-30 failures / frames), which is no mean over sequences."""


def is_main(metric: str) -> bool:
    """Whether the main table shows a metric; one that the catalogue does not know counts as main."""
    return metric not in METRICS or METRICS[metric].main

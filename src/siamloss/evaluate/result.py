"""What an evaluation gives: numbers per tracker and sequence, and what could not be scored."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class TrackerResult:
    """One tracker on one benchmark.

    Attributes
    ----------
    overall : metric -> the benchmark's own mean over the scored sequences.
    sequences : sequence -> metric -> value.
    not_scored : sequence -> why it was left out; filled only where the caller allowed it.
    curves : "success", "precision" and "normalized" -> mean curve, where the benchmark has them.
    """

    overall: dict[str, float]
    sequences: dict[str, dict[str, float]]
    not_scored: dict[str, str] = field(default_factory=dict)
    curves: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """Several trackers on the same sequences of one benchmark.

    Attributes
    ----------
    benchmark : "otb", "got10k" or "vot".
    variant : whose rules, one of the benchmark's named variants.
    list_name : which sequences.
    trackers : by name, in the order they were given.
    thresholds : of each curve.
    attributes : sequence -> attributes, where the annotations have them.
    """

    benchmark: str
    variant: str
    list_name: str
    trackers: dict[str, TrackerResult]
    thresholds: dict[str, np.ndarray] = field(default_factory=dict)
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The list of sequences by its name; the benchmark where it has none of its own."""
        return self.benchmark if self.list_name in ("", "all") else self.list_name

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is undefined is None. One tracker's overall values stand at the top too."""
        trackers = {
            name: {
                "overall": _plain(result.overall),
                "sequences": {sequence: _plain(values) for sequence, values in result.sequences.items()},
                "missing": len(result.not_scored),
                "missing_sequences": result.not_scored,
                **({"attributes": self._plain_attributes(name)} if self.attributes else {}),
                "curves": {kind: curve.tolist() for kind, curve in result.curves.items()},
            }
            for name, result in self.trackers.items()
        }
        top = next(iter(trackers.values())) if len(trackers) == 1 else {}
        return {
            "benchmark": self.benchmark,
            "variant": self.variant,
            "list": self.list_name,
            **top.get("overall", {}),
            **({"missing": top["missing"]} if top else {}),
            "thresholds": {kind: values.tolist() for kind, values in self.thresholds.items()},
            "trackers": trackers,
        }

    def _plain_attributes(self, tracker: str) -> dict[str, dict[str, float | None]]:
        return {attribute: _plain(means) for attribute, means in self.by_attribute(tracker).items()}

    def table(self) -> pd.DataFrame:
        """One row per tracker, best first by the benchmark's first metric: ``tracker``, metrics, ``sequences``,
        ``missing``."""
        rows = [
            {
                "tracker": name,
                **result.overall,
                "sequences": len(result.sequences),
                "missing": len(result.not_scored),
            }
            for name, result in self.trackers.items()
        ]
        table = pd.DataFrame(rows)
        return table.sort_values(table.columns[1], ascending=False, kind="stable", ignore_index=True)

    def by_attribute(self, tracker: str) -> dict[str, dict[str, float]]:
        """Of each attribute, how many scored ``sequences`` have it and the means over them, weighted as the overall
        values are (GOT-10k: by ``frames``)."""
        scored = self.trackers[tracker].sequences
        found = {}
        for attribute in sorted(frozenset().union(*self.attributes.values())):
            names = [name for name in scored if attribute in self.attributes.get(name, ())]
            means = {"sequences": len(names)}
            for metric in [key for key in scored[names[0]] if key != "frames"] if names else []:
                pairs = [(scored[name][metric], scored[name].get("frames", 1)) for name in names]
                known = [(value, weight) for value, weight in pairs if value == value]
                total = sum(weight for _, weight in known)
                means[metric] = sum(value * weight for value, weight in known) / total if total else float("nan")
            found[attribute] = means
        return found

    def curve_table(self) -> pd.DataFrame:
        """Tidy mean curves, ``benchmark, curve, variant, seed, sequence, threshold, value``; sequence is the list."""
        parts = [
            pd.DataFrame({"curve": kind, "variant": name, "threshold": self.thresholds[kind], "value": curve})
            for name, result in self.trackers.items()
            for kind, curve in result.curves.items()
        ]
        columns = ["benchmark", "curve", "variant", "seed", "sequence", "threshold", "value"]
        if not parts:
            return pd.DataFrame(columns=columns)
        return pd.concat(parts).assign(benchmark=self.title, seed=0, sequence=self.list_name)[columns]


def _plain(values: dict[str, float]) -> dict[str, float | None]:
    return {name: None if value != value else value for name, value in values.items()}

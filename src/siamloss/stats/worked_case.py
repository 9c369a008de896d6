"""The worked case of docs/statistics.md: is SiamFC-tri better than SiamFC-3s on OTB?

``python -m siamloss.stats.worked_case ../shared/data/otb100`` prints the table of the docs from the published boxes.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from siamloss.config import StatsConfig
from siamloss.data.text import read_lines, read_table
from siamloss.metrics import otb
from siamloss.stats.comparison import compare
from siamloss.stats.summary import summarise

BASELINE, VARIANT = "SiamFC-3s", "SiamFC-tri"
LISTS = {"otb2013": "OTB-2013", "otb50": "OTB-50", "otb100": "OTB-100"}
STATS = StatsConfig(draws=5_000)
COLUMNS = [
    *("list", "metric", BASELINE, VARIANT, "difference", "95 % interval", "p (sequences)"),
    *("wins / losses / ties", "P(improvement)", "detectable"),
]


def published_metrics(data: Path) -> pd.DataFrame:
    """Tidy metrics of both trackers on the three lists, one run each, float64 values in [0, 1].

    Parameters
    ----------
    data : folder with ``annotations/<name>.txt``, ``results/<tracker>/<name>.txt`` (1-based boxes) and ``<list>.txt``.
    """
    rows = []
    for tracker in (BASELINE, VARIANT):
        for name in read_lines(data / "otb100.txt", "sequence list"):
            truth, result = (
                read_table(data / folder / f"{name}.txt", "boxes", (4,)) - np.array([1.0, 1.0, 0.0, 0.0])
                for folder in ("annotations", f"results/{tracker}")
            )
            score = otb.score_sequence(*otb.align(result, truth, name))
            rows += [(tracker, name, metric, getattr(score, metric)) for metric in ("success_auc", "precision_20")]
    scores = pd.DataFrame(rows, columns=["variant", "sequence", "metric", "value"])
    chosen = [
        scores[scores["sequence"].isin(read_lines(data / f"{stem}.txt", "sequence list"))].assign(benchmark=label)
        for stem, label in LISTS.items()
    ]
    return pd.concat(chosen).assign(seed=0, weight=1.0)


def worked_case(data: Path) -> pd.DataFrame:
    """The table as text, columns :data:`COLUMNS`; the same bytes every time."""
    metrics = published_metrics(data)
    arguments = metrics, [BASELINE, VARIANT], BASELINE, STATS
    keys = ["benchmark", "metric", "variant"]
    found = summarise(*arguments).merge(compare(*arguments), on=keys, suffixes=("", "_paired"))
    rows = []
    for row in found[found["variant"] == VARIANT].to_dict("records"):
        chosen = metrics[(metrics["benchmark"] == row["benchmark"]) & (metrics["metric"] == row["metric"])]
        wide = chosen.pivot(index="sequence", columns="variant", values="value")
        signs = np.sign(wide[VARIANT] - wide[BASELINE])
        rows.append(
            [
                row["benchmark"],
                row["metric"],
                f"{wide[BASELINE].mean():.4f}",
                f"{row['mean']:.4f}",
                f"{row['diff']:+.4f}",
                f"[{row['diff_low']:+.4f}, {row['diff_high']:+.4f}]",
                f"{row['p_sequences']:.3f}",
                " / ".join(str(int((signs == sign).sum())) for sign in (1, -1, 0)),
                f"{row['improvement']:.2f} [{row['improvement_low']:.2f}, {row['improvement_high']:.2f}]",
                f"{row['detectable']:.4f}",
            ]
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def to_markdown(table: pd.DataFrame) -> str:
    """Rows of text as a Markdown table."""
    lines = [list(table), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(to_markdown(worked_case(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/otb100"))))

"""Metrics by attribute of a finished experiment: OTB and VOT have them, GOT-10k has none."""

import pandas as pd

from siamloss.config import Dataset
from siamloss.metrics.attributes import ATTRIBUTE_COLUMNS, of_sequences
from siamloss.paths import Home

ATTRIBUTES = {
    "otb": {"OCC": (0, 1, 2, 3, 4), "FM": (4, 5, 6), "LR": (7,)},
    "vot": {"occlusion": (0, 2, 4, 6), "illum_change": (1, 3)},
    "got10k": {},
}


def write_attributes(home: Home, dataset: Dataset) -> None:
    """Rows of the metrics of some sequences, EAO aside, which no tag has."""
    metrics = pd.read_parquet(home.metrics(dataset.name))
    chosen = ATTRIBUTES[dataset.format]
    owned = {f"seq{number}": {name for name, owners in chosen.items() if number in owners} for number in range(8)}
    rows = of_sequences(metrics[metrics["metric"] != "eao"], owned)
    rows[ATTRIBUTE_COLUMNS].to_parquet(home.attributes(dataset.name), index=False)

"""Tables of separability with chosen values, as :mod:`siamloss.metrics.separation_job` writes them."""

import pandas as pd

from siamloss.config import Variant
from siamloss.metrics.separability import QUANTITIES
from siamloss.metrics.separation_job import COLUMNS

THREE = (
    Variant("logistic", "logistic", label="Logistic"),
    Variant("gsl", "gsl", label="GSL"),
    Variant("triplet", "triplet", label="Triplet"),
    Variant("untrained", control="untrained", label="untrained"),
)


def rows(variant, val, train, seed=0, stage="final", epoch=5, group="all", maps=8, quantities=QUANTITIES):
    """Both roles of one run at one time: a number for every quantity, or numbers by quantity (the rest is 0.5)."""
    found = []
    for role, values in (("val", val), ("train", train)):
        by_name = values if isinstance(values, dict) else dict.fromkeys(quantities, values)
        found += [
            (variant, seed, stage, epoch, role, group, name, float(by_name.get(name, 0.5)), maps) for name in quantities
        ]
    return found


def frame(*parts):
    return pd.DataFrame([row for part in parts for row in part], columns=COLUMNS)

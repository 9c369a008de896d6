"""What the tables of a report show, read or computed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from siamloss.report.claims import Judged
from siamloss.report.collapse import Collapse
from siamloss.report.missing import Missing


@dataclass(frozen=True)
class Numbers:
    """What the tables show.

    Attributes
    ----------
    summary, comparison : rows of :func:`siamloss.stats.summarise` and of :func:`siamloss.stats.compare`.
    attributes : rows of :func:`siamloss.report.attributes.attribute_table`.
    separability, tunings : as :mod:`siamloss.report.inputs` reads them.
    judged : claims of others; empty where the profile names no file of them.
    collapsed : variants with collapsed runs.
    speed : rows of :func:`siamloss.report.speed.speed_frame`.
    missing : gaps of the runs, where they are allowed.
    """

    summary: pd.DataFrame
    comparison: pd.DataFrame
    attributes: pd.DataFrame
    separability: pd.DataFrame
    tunings: Mapping[str, Mapping]
    judged: Sequence[Judged]
    collapsed: Mapping[str, Collapse]
    speed: pd.DataFrame
    missing: Missing | None = None

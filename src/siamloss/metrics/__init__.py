"""Records and annotations -> numbers, one protocol per file.

In: boxes float64 ``(T, 4)`` x, y, w, h, px, 0-based corner, with status codes for VOT; score maps ``(N, H, W)`` for
separability. Out: one value and weight per (benchmark, metric, variant, seed, sequence), so that every printed digit
can be recomputed as a weighted mean; curves over thresholds. Constants and sources: :mod:`siamloss.metrics.protocols`.
"""

from siamloss.metrics.catalogue import METRICS, MetricInfo
from siamloss.metrics.gaussian import gaussian_overlap
from siamloss.metrics.measure import CURVE_COLUMNS, METRIC_COLUMNS, measure
from siamloss.metrics.separability import separability

__all__ = ["CURVE_COLUMNS", "METRICS", "METRIC_COLUMNS", "MetricInfo", "gaussian_overlap", "measure", "separability"]

"""Does the poster's assumption hold? A sentence with numbers on how well a Gaussian fits the scores."""

import numpy as np
import pandas as pd

from siamloss.config import Experiment
from siamloss.report import text
from siamloss.report.separation import measured_variants

KEYS = ["variant", "seed"]
VERDICTS = (
    (0.03, "is nearly exact"),
    (0.06, "holds roughly"),
    (0.12, "holds poorly"),
    (1.0, "does not hold"),
)
"""Greatest mean Kolmogorov-Smirnov distance of each wording; a uniform distribution has .06, an exponential one .16."""

SAME_AREA = 0.05
"""Mean difference of the two overlaps up to which the fitted area is called a good stand-in for the measured one."""


def gaussian_statement(frame: pd.DataFrame, experiment: Experiment) -> str:
    """Whether the scores of the trained losses are Gaussian, as the poster assumes, measured on unseen scenes.

    Parameters
    ----------
    frame : rows of :func:`siamloss.metrics.separation_job.measure_separability`.
    experiment : which variants are trained.

    Returns
    -------
    Sentences with the mean Kolmogorov-Smirnov distance of each class over losses (of each loss the mean over seeds),
    the worst loss, and how far the overlap of the fitted Gaussians is from that of the histograms; "" where nothing
    was measured. Runs whose scores are not finite, or all equal in a class, have no distribution to fit: they are
    counted and left out.
    """
    labels = {variant.name: variant.label for variant in measured_variants(frame, experiment) if not variant.control}
    of_runs = frame[(frame["stage"] == "final") & (frame["group"] == "all") & (frame["role"] == "val")]
    runs = of_runs[of_runs["variant"].isin(labels)].pivot(index=KEYS, columns="quantity", values="value")
    if runs.empty:
        return ""
    usable = runs[np.isfinite(runs["pos_ks"]) & (runs[["pos_var", "neg_var"]] > 0).all(axis=1)]
    if usable.empty:
        return "The poster assumes Gaussian scores: no run has finite scores with a spread, so this cannot be measured."
    left = len(runs) - len(usable)
    losses = (
        usable.assign(difference=usable["gaussian_overlap"] - usable["empirical_overlap"]).groupby("variant").mean()
    )
    positive, negative = losses["pos_ks"].mean(), losses["neg_ks"].mean()
    worst = losses[["pos_ks", "neg_ks"]].max(axis=1)
    apart = losses["difference"].abs().mean()
    count = f"{len(losses)} loss{'es' if len(losses) > 1 else ''}"
    without = f" ({left} run{'s' if left > 1 else ''} without finite scores or without spread left out)" if left else ""
    return (
        f"The poster assumes Gaussian scores: over {count}{without} the Kolmogorov-Smirnov distance on unseen scenes "
        f"is {text.number(positive)} for positives and {text.number(negative)} for negatives on average (at worst "
        f"{text.number(worst.max())}, {labels[worst.idxmax()]}; a uniform distribution has .06, an exponential one "
        f".16), so the assumption {_wording(positive, negative)}. The overlap of the fitted Gaussians differs from "
        f"that of the histograms by {text.number(apart)} on average ({_direction(losses['difference'])}): the "
        f"poster's blue area is {'a fair' if apart <= SAME_AREA else 'not a safe'} measure of the true overlap."
    )


def _wording(positive: float, negative: float) -> str:
    """What the two distances mean, in one clause if both mean the same."""
    words = [next(words for limit, words in VERDICTS if distance <= limit) for distance in (positive, negative)]
    return f"{words[0]} for both" if words[0] == words[1] else f"{words[0]} for positives and {words[1]} for negatives"


def _direction(difference: pd.Series) -> str:
    """Whether the fitted area errs to one side."""
    if (difference > 0).all():
        return "always too large"
    if (difference < 0).all():
        return "always too small"
    return f"too large for {int((difference > 0).sum())} of {len(difference)}"

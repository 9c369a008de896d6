"""Any one figure by itself, of our results or of anybody's."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from siamloss.config import Experiment
from siamloss.errors import ConfigError
from siamloss.evaluate import plot
from siamloss.paths import Home
from siamloss.report import style
from siamloss.report.curves import draw_curves
from siamloss.report.figure_data import FigureData
from siamloss.report.figures import SECTIONS, difference_drawings, draw_success_precision
from siamloss.report.gallery import Drawing
from siamloss.report.origin import check_name, find_benchmark
from siamloss.report.outside import Outside
from siamloss.report.vot_plot import draw_accuracy_robustness

CURVES = {
    "success": ("success",),
    "precision": ("precision",),
    "success-precision": ("success", "precision"),
    "normalized-precision": ("normalized",),
    "eao": ("eao",),
}
FIGURES = {
    "success": "success plot of a benchmark",
    "precision": "precision plot of a benchmark",
    "success-precision": "both side by side",
    "normalized-precision": "normalised precision plot; of result files only",
    "eao": "expected average overlap by length, of a VOT benchmark",
    "accuracy-robustness": "accuracy over failures (our results) or robustness (result files), of a VOT benchmark",
    "differences": "paired difference of every variant to the baseline",
    "attributes": "differences by attribute of the sequences of a benchmark",
    "score-map": "exemplar, search image, score map and Gaussians of a variant; needs --variant",
    "score-maps": "the same of all variants",
    "overfitting": "separation of the scores by epoch, on training and on unseen scenes",
    "hard-samples": "with and without a look-alike near the target",
    "tuning": "every trial of the tuning stage",
    "training": "training curves",
    "qualitative": "frames of a sequence, the baseline above ours; needs --sequence",
}
OUTSIDE = (*CURVES, "accuracy-robustness", "differences")


def make_figure(
    data: FigureData,
    name: str,
    out: Path,
    width: str = "page",
    benchmark: str = "",
    variant: str = "",
    sequence: str = "",
) -> None:
    """Draw one figure of finished results.

    Parameters
    ----------
    data : the results.
    name : one of :data:`FIGURES`.
    out : file to write; its suffix tells the format.
    width : one of :data:`siamloss.report.style.WIDTHS`; panels are laid out for it.
    benchmark, variant, sequence : which one, where there are several.

    Raises
    ------
    UnknownNameError, ConfigError : no such figure, width, benchmark or variant, or one that these results have not got.
    MissingDataError, CorruptError : results that are missing or damaged.
    """
    check_name(name, FIGURES, "figure")
    check_name(width, style.WIDTHS, "width")
    if variant:
        data.plain.variant(variant)
    about = find_benchmark(benchmark, data.plain) if benchmark else variant
    drawings = list(_drawings(data, name))
    if not drawings:
        raise ConfigError(f"these results have nothing to draw for '{name}'; see 'siamloss figure --list'")
    chosen = [item for item in drawings if (not about or item.about == about) and item.path.endswith(sequence)]
    if len(chosen) != 1:
        option = {"score-map": "--variant", "qualitative": "--benchmark and --sequence"}.get(name, "--benchmark")
        known = ", ".join(item.path if name == "qualitative" else item.about or item.path for item in drawings)
        raise ConfigError(f"{len(chosen)} figures '{name}' are meant; choose by {option} one of: {known}")
    style.save_as(chosen[0].figure(width), out)


def _drawings(data: FigureData, name: str) -> Iterator[Drawing]:
    if name == "eao":
        yield from _expected_overlap(data)
    elif name == "accuracy-robustness":
        yield from _accuracy_failures(data)
    elif name in CURVES:
        yield from draw_success_precision(data, CURVES[name])
    else:
        yield from SECTIONS[name](data)


def _expected_overlap(data: FigureData) -> Iterator[Drawing]:
    """E(n) of the VOT benchmarks, over the interval that EAO is the mean of."""
    found = data.metrics[data.metrics["metric"] == "eao"]
    for benchmark, rows in found.groupby("benchmark", sort=False):
        keys = ["benchmark", "variant", "seed", "term"]
        sums = rows.assign(sum=rows["value"].fillna(0) * rows["weight"]).groupby(keys)[["sum", "weight"]].sum()
        sums = sums[sums["weight"] > 0]
        curves = (sums["sum"] / sums["weight"]).rename("value").reset_index()
        curves = curves.rename(columns={"term": "threshold"}).assign(curve="eao", sequence="all")
        draw = partial(draw_curves, curves, data.labels, data.looks, wanted=("eao",))
        yield Drawing("curves", f"eao-{benchmark}", draw, "", "", about=benchmark)


def _accuracy_failures(data: FigureData) -> Iterator[Drawing]:
    found = data.summary[data.summary["metric"].isin(["accuracy", "failures"])]
    for benchmark, rows in found.groupby("benchmark", sort=False):
        table = rows.pivot_table(index="variant", columns="metric", values="mean", sort=False)
        points = {name: (row["failures"], row["accuracy"]) for name, row in table.iterrows()}
        words = "failures per sequence (better to the left)"
        draw = partial(draw_accuracy_robustness, points, data.labels, data.looks, benchmark, words)
        yield Drawing("curves", f"accuracy-robustness-{benchmark}", draw, "", "", about=benchmark)


def make_outside_figure(outside: Outside, name: str, out: Path, width: str = "page") -> None:
    """Draw one figure of anybody's result files; raises as :func:`make_figure`."""
    check_name(name, OUTSIDE, "figure of result files")
    width_in = style.WIDTHS[check_name(width, style.WIDTHS, "width")]
    evaluation = outside.evaluation
    if name == "differences":
        if not outside.baseline:
            raise ConfigError("differences are taken to a tracker; name it with --baseline")
        names = [variant.name for variant in outside.experiment.variants]
        looks = {tracker: plot.look_of_rank(index) for index, tracker in enumerate(names)}
        (drawing,) = difference_drawings(outside.experiment, outside.summary, looks)
        style.save_as(drawing.figure(width), out)
        return
    kinds = CURVES.get(name, ())
    has = set(evaluation.curve_table()["curve"])
    if (kinds and not has & set(kinds)) or (not kinds and outside.experiment.datasets.test[0].format != "vot"):
        raise ConfigError(
            f"'{evaluation.benchmark}' has no figure '{name}'; choose another, see 'siamloss figure --list'"
        )
    style.save_as(plot.draw(evaluation, kinds, width_in), out)


def open_data(experiment: Experiment, home: Home, name: str) -> FigureData:
    """The results for a figure; sequences are opened for the qualitative one only."""
    sequences = {}
    if name == "qualitative":
        from siamloss.data.verified import open_verified

        tests = [item.name for item in experiment.datasets.test]
        sequences = {test: open_verified(experiment, test, home.manifest(test)) for test in tests}
    return FigureData(experiment, home, sequences)

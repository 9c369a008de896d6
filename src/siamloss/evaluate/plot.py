"""One plot of several trackers, in the style of the report."""

from matplotlib.figure import Figure

from siamloss.evaluate.result import Evaluation
from siamloss.report import style
from siamloss.report.curves import draw_curves


def draw(evaluation: Evaluation) -> Figure:
    """Success and precision curves, best tracker on top; for VOT, accuracy over robustness."""
    names = evaluation.table()["tracker"].tolist()
    looks = {name: _look(index) for index, name in enumerate(names)}
    curves = evaluation.curve_table()
    if curves.empty:
        return _accuracy_robustness(evaluation, names, looks)
    return draw_curves(curves, {name: name for name in names}, looks)


def _look(index: int) -> style.Look:
    """Colour, marker and dashes of the tracker at a rank; colours repeat with other dashes."""
    colors = (style.OURS, *style.OTHERS)
    dashes = style.DASHES[(index // len(colors)) % len(style.DASHES)]
    return style.Look(colors[index % len(colors)], style.MARKERS[index % len(style.MARKERS)], dashes)


@style.applied()
def _accuracy_robustness(evaluation: Evaluation, names: list[str], looks: dict[str, style.Look]) -> Figure:
    figure = style.new_figure(style.PAGE_IN / 2, 2.8)
    axes = figure.subplots()
    for name in names:
        overall, look = evaluation.trackers[name].overall, looks[name]
        label = style.shorten(name, 30)
        axes.plot(overall["robustness"], overall["accuracy"], look.marker, color=look.color, label=label)
    better = "right" if evaluation.variant == "vot-toolkit" else "left"
    axes.set(title=f"Accuracy and robustness, {evaluation.benchmark}", xlabel=f"robustness (better to the {better})")
    axes.set_ylabel("accuracy")
    axes.legend(loc="best")
    return figure

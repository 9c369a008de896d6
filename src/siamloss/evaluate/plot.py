"""One plot of several trackers, in the style of the report."""

from matplotlib.figure import Figure

from siamloss.evaluate.result import Evaluation
from siamloss.report import style
from siamloss.report.curves import draw_curves
from siamloss.report.vot_plot import draw_accuracy_robustness


def draw(
    evaluation: Evaluation,
    wanted: tuple[str, ...] = ("success", "precision"),
    width_in: float = style.PAGE_IN,
) -> Figure:
    """Curves of these kinds, best tracker on top; accuracy over robustness where there are none (VOT)."""
    names = evaluation.table()["tracker"].tolist()
    looks = {name: look_of_rank(index) for index, name in enumerate(names)}
    labels = {name: name for name in names}
    curves = evaluation.curve_table()
    if curves["curve"].isin(wanted).any():
        return draw_curves(curves, labels, looks, width_in, wanted)
    overall = {name: evaluation.trackers[name].overall for name in names}
    points = {name: (values["robustness"], values["accuracy"]) for name, values in overall.items()}
    better = "right" if evaluation.variant == "vot-toolkit" else "left"
    x_label = f"robustness (better to the {better})"
    return draw_accuracy_robustness(points, labels, looks, evaluation.title, x_label, width_in)


def look_of_rank(index: int) -> style.Look:
    """Colour, marker and dashes of the tracker at a rank; colours repeat with other dashes."""
    colors = (style.OURS, *style.OTHERS)
    dashes = style.DASHES[(index // len(colors)) % len(style.DASHES)]
    return style.Look(colors[index % len(colors)], style.MARKERS[index % len(style.MARKERS)], dashes)

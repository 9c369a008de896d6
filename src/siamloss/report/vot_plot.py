"""Accuracy over robustness, the plot of the VOT challenges."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from siamloss.report import style


@style.applied()
def draw_accuracy_robustness(
    points: Mapping[str, tuple[float, float]],
    labels: Mapping[str, str],
    looks: Mapping[str, style.Look],
    title: str,
    x_label: str,
    width_in: float = style.COLUMN_IN,
) -> Figure:
    """A mark per tracker.

    Parameters
    ----------
    points : robustness (or failures) and accuracy by name.
    labels, looks : by name.
    title, x_label : benchmark, and what lies along x, with the side that is better.
    width_in : printed width, inches.
    """
    narrow = style.is_narrow(width_in)
    figure = style.new_figure(width_in, 2.3 + 0.15 * len(points) if narrow else max(2.8, 0.2 + 0.15 * len(points)))
    axes = figure.subplots()
    for name, (x, y) in points.items():
        look, label = looks[name], style.shorten(labels[name], 40 if narrow else 60)
        axes.plot(x, y, look.marker, color=look.color, markersize=5, label=label)
    axes.set(title=f"Accuracy and robustness, {title}", xlabel=x_label, ylabel="accuracy")
    axes.margins(0.08)
    place = "outside lower left" if narrow else "outside right upper"
    figure.legend(loc=place, handlelength=1.2, borderaxespad=0.2)
    return figure

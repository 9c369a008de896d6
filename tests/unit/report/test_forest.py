"""The difference plot."""

import re

import numpy as np
import pytest
from matplotlib.text import Text

from siamloss.report import style
from siamloss.report.forest import draw_forest
from siamloss.report.inputs import read_metrics
from siamloss.report.tables import panels
from siamloss.stats.summary import summarise


@pytest.fixture(scope="module")
def summary(experiment, home):
    names = [variant.name for variant in experiment.variants]
    return summarise(read_metrics(experiment, home), names, experiment.baseline, experiment.stats)


@pytest.fixture(scope="module")
def figure(summary, experiment):
    return draw_forest(summary, experiment, style.looks(experiment.variants, "logistic", "gsl"))


def dots(axes):
    return {line.get_ydata()[0]: line for line in axes.lines if len(line.get_xdata()) == 1}


def test_a_panel_per_benchmark_and_metric_in_table_order(figure, summary, experiment):
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == [benchmark for benchmark, _ in panels(summary, experiment)]
    assert sum("\u2190 better" in axes.get_xlabel() for axes in shown) == 1


def test_dots_and_whiskers_are_the_summary(figure, summary, experiment):
    rows = [variant for variant in experiment.variants if variant.name != "logistic"]
    for axes, (benchmark, metric) in zip(figure.axes, panels(summary, experiment), strict=False):
        found = summary[(summary["benchmark"] == benchmark) & (summary["metric"] == metric)].set_index("variant")
        whiskers = [
            line.get_xydata() for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 1.5
        ]
        for line, variant in enumerate(rows):
            if variant.control:
                continue
            assert dots(axes)[line].get_xdata()[0] == found.loc[variant.name, "diff"]
            ends = next(segment[:, 0] for segment in whiskers if segment[0, 1] == line)
            assert ends.tolist() == found.loc[variant.name, ["diff_low", "diff_high"]].tolist()


def test_a_mark_is_filled_only_if_its_interval_leaves_zero_out(summary, experiment):
    made = summary.copy()
    for name, low in (("gsl", 0.01), ("<script>", -0.01)):
        made.loc[made["variant"] == name, ["diff", "diff_low", "diff_high"]] = [0.02, low, 0.03]
    axes = draw_forest(made, experiment, style.looks(experiment.variants, "logistic", "gsl")).axes[0]
    assert dots(axes)[0].get_markerfacecolor() == style.OURS
    assert dots(axes)[1].get_markerfacecolor() == "white"


def test_a_control_beyond_the_scale_is_an_arrow_with_its_value(figure, summary):
    value = summary[(summary["variant"] == "never-moves") & (summary["metric"] == "success_auc")]["diff"].item()
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    assert value < low
    assert dots(axes)[3].get_marker() == "<"
    assert low < dots(axes)[3].get_xdata()[0] < high
    assert any(text.get_text() == f"\u2212{abs(value):.3f}".replace("0.", ".") for text in axes.findobj(Text))


def test_missing_intervals_leave_a_dot(summary, experiment):
    made = summary.copy()
    made.loc[made["variant"] == "gsl", ["diff_low", "diff_high"]] = np.nan
    axes = draw_forest(made, experiment, style.looks(experiment.variants, "logistic", "gsl")).axes[0]
    assert 0 in dots(axes)
    (mark,) = [line for line in axes.lines if line.get_marker() not in ("None", None, "") and 0 in line.get_ydata()]
    assert mark.get_markerfacecolor() == "white", "filled means that 0 is left out"


def test_a_variant_without_a_value_has_no_mark_and_further_metrics_no_panel(summary, experiment):
    made = summary.copy()
    made.loc[(made["variant"] == "gsl") & (made["metric"] == "eao"), ["mean", "diff", "diff_low", "diff_high"]] = np.nan
    figure = draw_forest(made, experiment, style.looks(experiment.variants, "logistic", "gsl"))
    labels = [re.split(r",|\n", axes.get_xlabel())[0] for axes in figure.axes if axes.get_visible()]
    assert labels == ["Success AUC", "Precision (20 px)", "Accuracy", "Failures", "EAO", "AO", "SR 0.5", "SR 0.75"]
    assert set(dots(figure.axes[4])) == {1, 2, 3}
    assert set(dots(figure.axes[3])) == {0, 1, 2, 3}

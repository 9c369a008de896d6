"""Success and precision plots."""

import numpy as np
import pandas as pd
import pytest

from siamloss.report import style
from siamloss.report.curves import curve_score, draw_curves, mean_curve
from siamloss.report.inputs import read_curves


@pytest.fixture(scope="module")
def otb(experiment, home):
    curves = read_curves(experiment, home)
    return curves[curves["benchmark"] == "synthetic-otb"]


def draw(curves, experiment):
    labels = {variant.name: variant.label for variant in experiment.variants}
    return draw_curves(curves, labels, style.looks(experiment.variants, experiment.baseline, "gsl"))


def test_mean_curve_averages_sequences_then_keeps_seeds_apart(otb):
    rows = otb[(otb["curve"] == "success") & (otb["variant"] == "gsl")]
    thresholds, values = mean_curve(rows.sample(frac=1, random_state=0))
    assert values.shape == (2, 21)
    for index, seed in enumerate((0, 1)):
        for column in (0, 7, 20):
            total, count = 0.0, 0
            for _, row in rows.iterrows():
                if row["seed"] == seed and row["threshold"] == thresholds[column]:
                    total, count = total + row["value"], count + 1
            assert values[index, column] == pytest.approx(total / count)


def test_scores_are_the_area_and_the_precision_at_20_px():
    assert curve_score("success", np.linspace(0, 1, 3), np.array([[1, 0.5, 0], [1, 0.7, 0.1]])) == pytest.approx(0.55)
    values = np.arange(51.0)[None] / 100
    assert curve_score("precision", np.arange(51.0), values) == pytest.approx(0.20)


def test_legend_is_sorted_by_score_and_holds_it_in_brackets(otb, experiment):
    figure = draw(otb, experiment)
    for legend in [axes.get_legend() for axes in figure.axes if axes.get_legend()]:
        shown = [text.get_text() for text in legend.get_texts()]
        scores = [float(text[1 : text.index("]")]) for text in shown]
        assert len(shown) == len(experiment.variants)
        assert scores == sorted(scores, reverse=True)
    thresholds, values = mean_curve(otb[(otb["curve"] == "success") & (otb["variant"] == "gsl")])
    first = [text.get_text() for text in figure.axes[2].get_legend().get_texts()]
    assert f"[{curve_score('success', thresholds, values):.3f}]  GSL" in first


def test_band_spans_the_seeds_and_needs_two(otb, experiment):
    banded = len([v for v in experiment.variants if not v.control])
    assert len(draw(otb, experiment).axes[0].collections) == banded
    assert not draw(otb[otb["seed"] == 0], experiment).axes[0].collections
    band = draw(otb[otb["variant"] == "gsl"], experiment).axes[0].collections[0].get_paths()[0].vertices
    _, values = mean_curve(otb[(otb["curve"] == "success") & (otb["variant"] == "gsl")])
    assert band[:, 1].min() == pytest.approx(values.min())
    assert band[:, 1].max() == pytest.approx(values.max())


def test_names_the_benchmark_and_keeps_a_lone_curve(otb, experiment):
    figure = draw(otb[otb["curve"] == "success"], experiment)
    assert len(figure.axes) == 2
    assert figure.axes[0].get_title(loc="left") == "Success plot, synthetic-otb"


def test_curves_without_rows_are_an_empty_table(experiment, tmp_path):
    from dataclasses import replace

    from siamloss.paths import Home

    empty = replace(experiment, results=str(tmp_path))
    assert isinstance(read_curves(empty, Home(empty)), pd.DataFrame)
    assert read_curves(empty, Home(empty)).empty

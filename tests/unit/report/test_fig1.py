"""The poster's Fig. 1: what it prints, and runs that have nothing to print."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.unit.report.fakes import COLLAPSED

from siamloss.metrics.gaussian import gaussian_overlap
from siamloss.metrics.scores_file import read_scores
from siamloss.metrics.separability import separability
from siamloss.report.fig1 import Run, draw_fig1, draw_overview
from siamloss.report.gaussians import density, split_scores
from siamloss.report.style import NEGATIVE, OVERLAP, POSITIVE


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.fixture(scope="module")
def scores(home):
    return read_scores(home.scores("gsl", 0))


def run_of(scores, label="GSL") -> Run:
    finite = np.isfinite(scores.val).all()
    return Run(label, scores, separability(scores.val, scores.labels)["gaussian_overlap"] if finite else np.nan)


def test_prints_the_overlap_that_the_metrics_room_measures(scores):
    measured = separability(scores.val, scores.labels)["gaussian_overlap"]
    assert f"overlap {measured:.3f}" in texts(draw_fig1(run_of(scores)))


def test_shaded_area_is_the_overlap(scores):
    """The polygon under both curves, integrated, equals the number printed above it."""
    axes = draw_fig1(run_of(scores)).axes[3]
    (shade,) = [c for c in axes.collections if c.get_hatch()]
    vertices = shade.get_paths()[0].vertices
    x, y = vertices[:, 0], vertices[:, 1]
    area = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
    assert area == pytest.approx(run_of(scores).overlap_area, abs=2e-3)


def test_curves_are_the_gaussians_of_the_scores(scores):
    axes = draw_fig1(run_of(scores)).axes[3]
    by_color = {line.get_color(): line for line in axes.lines}
    for color, sign in ((POSITIVE, 1), (NEGATIVE, -1)):
        x, y = by_color[color].get_data()
        cells = scores.val[:, scores.labels == sign].astype(float)
        expected = np.exp(-((x - cells.mean()) ** 2) / (2 * cells.var())) / np.sqrt(2 * np.pi * cells.var())
        np.testing.assert_allclose(y, expected)
    assert OVERLAP not in by_color


def test_density_integrates_to_one_and_a_spike_is_not_drawn():
    x = np.linspace(-8, 12, 4001)
    assert np.trapezoid(density(x, 2.0, 1.3), x) == pytest.approx(1.0)
    assert density(x, 2.0, 0.0).max() == 0


def test_every_panel_and_the_label_are_there(scores):
    shown = texts(draw_fig1(run_of(scores, "$a_b$ <x>")))
    assert {"exemplar", "search image", "score map", "negatives", "positives", "overlap", "$a_b$ <x>"} <= set(shown)


def test_overview_has_a_row_per_loss_in_the_same_layout(scores, home):
    other = read_scores(home.scores("logistic", 0))
    figure = draw_overview([run_of(scores, "one"), run_of(other, "two")])
    assert len(figure.axes) == 8
    shown = texts(figure)
    assert {"one", "two"} <= set(shown)
    assert sum(text.startswith("overlap 0") for text in shown) == 2
    assert sum(text == "score map" for text in shown) == 1


def test_collapsed_run_is_called_so(home):
    scores = read_scores(home.scores(COLLAPSED, 0))
    assert np.ptp(scores.val) == 0
    shown = texts(draw_fig1(run_of(scores)))
    assert "collapsed" in shown
    assert not any(text.startswith(("overlap 0", "overlap 1")) for text in shown)


def test_diverged_run_is_called_so(scores):
    bad = scores.val.copy()
    bad[:] = np.nan
    broken = replace(scores, val=bad)
    run = run_of(broken)
    assert np.isnan(run.overlap_area)
    assert "not finite" in texts(draw_fig1(run))


def test_one_infinite_score_is_enough(scores):
    bad = scores.val.copy()
    bad[3, 0, 0] = np.inf
    assert split_scores(bad, scores.labels).state == "not finite"


def test_ignored_cells_count_neither_way(scores):
    labels = scores.labels.copy()
    labels[0] = 0
    values = scores.val.copy()
    values[:, 0] = np.nan
    split = split_scores(values, labels)
    assert split.state == ""
    assert split.negative.size == (labels == -1).sum() * len(values)


def test_positives_without_variance_still_draw(scores):
    values = scores.val.astype(float)
    values[:, scores.labels > 0] = values.max() + 1
    found = separability(values, scores.labels)
    assert found["gaussian_overlap"] == gaussian_overlap(
        found["neg_mean"], found["neg_var"], found["pos_mean"], found["pos_var"]
    )
    assert "overlap 0.000" in texts(draw_fig1(run_of(replace(scores, val=values))))


def test_no_example_images_still_draw(scores):
    bare = replace(scores, exemplars=scores.exemplars[:0], searches=scores.searches[:0])
    assert "exemplar" in texts(draw_fig1(run_of(bare)))

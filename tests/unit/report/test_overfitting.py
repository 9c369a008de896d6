"""Over-fitting by epoch: table and figure."""

import math

import numpy as np
import pytest
from tests.unit.report.fakes import make_experiment
from tests.unit.report.separability_rows import THREE, frame, rows

from siamloss.config import Variant
from siamloss.report import style
from siamloss.report.overfitting import draw_overfitting, has_epochs, overfitting_table
from siamloss.report.separation import QUANTITIES, measured_variants


@pytest.fixture
def experiment(tmp_path):
    return make_experiment(tmp_path, THREE)


def run(variant, val, train, seed=0):
    """A run with these values of every quantity after each epoch."""
    pairs = enumerate(zip(val, train, strict=True), start=1)
    return [row for epoch, pair in pairs for row in rows(variant, *pair, seed=seed, stage="epoch", epoch=epoch, maps=6)]


def table_of(found, experiment):
    return overfitting_table(found, measured_variants(found, experiment), experiment)


def draw(found, experiment):
    figure = draw_overfitting(found, experiment, style.looks(experiment.variants, "logistic", "gsl"))
    figure.draw_without_rendering()
    return figure


def panel(figure, quantity, below=False):
    return figure.axes[list(QUANTITIES).index(quantity) + below * len(QUANTITIES)]


def test_only_epochs_count():
    assert has_epochs(frame(run("gsl", [0.1], [0.2])))
    assert not has_epochs(frame(rows("gsl", 0.1, 0.2)))


def test_table_shows_the_gap_after_the_last_epoch_and_at_earlier_ones(experiment):
    found = frame(
        run("gsl", [0.5, 0.5, 0.6, 0.7, 0.7], [0.5, 0.6, 0.8, 0.9, 1.0]),
        run("gsl", [0.5, 0.5, 0.6, 0.7, 0.8], [0.7, 0.6, 0.8, 0.9, 1.0], seed=1),
    )
    table = table_of(found, experiment)
    assert [row.label for row in table.rows] == ["GSL"]
    for cell in table.rows[0].cells:
        assert (cell.value, cell.rank) == ("−.250", 0)
        assert cell.details == ("[−.300, −.200]", "epoch 1: −.100", "epoch 3: −.200")
    signs = [column.name[-2] for column in table.columns]
    assert signs == ["−" if info.higher_is_better else "+" for info in QUANTITIES.values()]
    assert "last epoch (5)" in table.caption
    assert "first 6 of the" in table.caption


def test_the_middle_of_an_even_number_of_epochs_is_the_earlier_one(experiment):
    (row,) = table_of(frame(run("gsl", [0.5] * 4, [0.6, 0.7, 0.8, 0.9])), experiment).rows
    assert row.cells[0].details == ("epoch 1: −.100", "epoch 2: −.200")


@pytest.mark.parametrize("count", [1, 2])
def test_table_of_few_epochs_repeats_none(experiment, count):
    (row,) = table_of(frame(run("gsl", [0.5] * count, [0.6] * count)), experiment).rows
    assert row.cells[0].details == ("epoch 1: −.100",)[: count - 1]


def test_variants_without_epochs_are_left_out_of_both(experiment):
    found = frame(run("triplet", [0.5, 0.6], [0.6, 0.8]), rows("gsl", 0.5, 0.5), rows("untrained", 0.5, 0.5, epoch=0))
    assert [row.label for row in table_of(found, experiment).rows] == ["Triplet"]
    figure = draw(found, experiment)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Triplet"]


def test_figure_has_training_solid_unseen_dashed_and_the_gap_below(experiment):
    found = frame(run("gsl", [0.2, 0.4, 0.5], [0.3, 0.6, 0.8]), run("gsl", [0.4, 0.6, 0.7], [0.3, 0.8, 1.0], seed=1))
    figure = draw(found, experiment)
    assert len(figure.axes) == 2 * len(QUANTITIES)
    for quantity in QUANTITIES:
        train, val = panel(figure, quantity).lines
        np.testing.assert_allclose(train.get_ydata(), [0.3, 0.7, 0.9])
        np.testing.assert_allclose(val.get_ydata(), [0.3, 0.5, 0.6])
        assert (train.is_dashed(), val.is_dashed()) == (False, True)
        assert (train.get_color(), val.get_color()) == (style.OURS, style.lighter(style.OURS))
        below = panel(figure, quantity, below=True)
        gap = next(line for line in below.lines if len(line.get_xdata()) == 3)
        np.testing.assert_allclose(gap.get_ydata(), [0.0, -0.2, -0.3], atol=1e-12)
        (band,) = below.collections
        low, high = band.get_datalim(below.transData).intervaly
        assert (low, high) == (pytest.approx(-0.3), pytest.approx(0.1))


def test_words_say_which_sign_over_fits(experiment):
    figure = draw(frame(run("gsl", [0.5, 0.4], [0.5, 0.6])), experiment)
    for name, info in QUANTITIES.items():
        (words,) = (text.get_text() for text in panel(figure, name, below=True).texts)
        assert words == ("↓ over-fits" if info.higher_is_better else "↑ over-fits")


def test_a_line_ends_where_a_seed_diverged_and_infinity_is_not_drawn(experiment):
    found = frame(
        run("gsl", [0.5, 0.6, math.nan], [0.5, 0.7, 0.8]),
        run("gsl", [0.5, 0.6, 0.7], [0.5, 0.7, 0.8], seed=1),
        run("triplet", [0.5, math.inf, 0.7], [0.5, math.inf, 0.8]),
    )
    figure = draw(found, experiment)
    lines = panel(figure, "dprime").lines
    assert [np.isfinite(line.get_ydata()).tolist() for line in lines[:2]] == [[True] * 3, [True, True, False]]
    assert [np.isfinite(line.get_ydata()).tolist() for line in lines[2:]] == [[True, False, True]] * 2
    assert not any(np.isinf(line.get_ydata()).any() for axes in figure.axes for line in axes.lines)


def test_noise_does_not_fill_a_panel_and_shares_end_near_1(experiment):
    figure = draw(frame(run("gsl", [1.0, 0.999], [1.0, 1.0])), experiment)
    low, high = panel(figure, "hard_violation").get_ylim()
    assert high - low == pytest.approx(0.1)
    assert 1.0 < high < 1.01
    low, high = panel(figure, "hard_violation", below=True).get_ylim()
    assert high - low > 0.1
    # d' is no share: it may be drawn around 1.
    assert panel(figure, "dprime").get_ylim()[1] == pytest.approx(1.05, abs=0.01)


@pytest.mark.parametrize("count", [1, 14])
def test_any_number_of_losses_with_any_label_stays_inside_the_figure(tmp_path, count):
    variants = [
        Variant(f"v{i}", "gsl", label=f"a very long label of a loss, number {i}, that goes on") for i in range(count)
    ]
    experiment = make_experiment(tmp_path, variants)
    found = frame(*(run(v.name, np.linspace(0.5, 0.6, 60), np.linspace(0.5, 0.8, 60)) for v in variants))
    looks = style.looks(variants, "v0", "v1")
    figure = draw_overfitting(found, experiment, looks)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height
    legend = figure.legends[0].get_window_extent()
    assert all(axes.get_tightbbox().y0 >= legend.y1 for axes in figure.axes)

"""Training curves."""

import numpy as np
import pytest

from siamloss.config import Variant
from siamloss.report import style
from siamloss.report.inputs import training_curves
from siamloss.report.training import CENTER, draw_training, series, terms_of
from siamloss.runs import network_runs


def epoch(number, train, val=None):
    return {"epoch": number, "lr": 0.1, "train": train, "val": val}


def draw(curves):
    variants = [Variant(name, name, label=f"label {name}") for name in curves]
    return draw_training(curves, {v.name: v.label for v in variants}, style.looks(variants, "a", "b"))


def shown(figure):
    return [axes for axes in figure.axes if axes.axison]


def test_terms_open_with_total_and_close_with_the_centre_error():
    runs = {0: [epoch(1, {"hard": 1.0, "total": 3.0, "margin": 2.0}, {CENTER: 9.0, "total": 1.0})]}
    assert terms_of(runs) == ["total", "hard", "margin", CENTER]


def test_a_lone_part_that_equals_the_total_is_shown_once():
    assert terms_of({0: [epoch(1, {"total": 3.0, "logistic": 3.0})]}) == ["total"]
    assert terms_of({0: [epoch(1, {"total": 3.0, "logistic": 2.0})]}) == ["total", "logistic"]


def test_series_leaves_out_epochs_that_lack_the_term():
    epochs = [epoch(1, {"total": 1.0}), epoch(2, {}, {"total": 5.0}), epoch(3, {"total": 2.0}, None)]
    x, y = series(epochs, "train", "total")
    assert (x.tolist(), y.tolist()) == ([1, 3], [1, 2])
    x, y = series(epochs, "val", "total")
    assert (x.tolist(), y.tolist()) == ([2], [5])


@pytest.mark.parametrize("count", [1, 3, 400])
def test_any_number_of_epochs_and_no_validation(count):
    figure = draw({"a": {0: [epoch(n + 1, {"total": 1.0 / (n + 1)}) for n in range(count)]}})
    (axes,) = shown(figure)
    lines = [line for line in axes.lines if len(line.get_xdata())]
    assert [len(line.get_xdata()) for line in lines] == [count]


def test_solid_is_training_dashed_is_unseen_one_line_per_seed():
    runs = {seed: [epoch(n, {"total": seed + n}, {"total": 2 * n}) for n in (1, 2)] for seed in (0, 1)}
    (axes,) = shown(draw({"a": runs}))
    assert [line.is_dashed() for line in axes.lines] == [True, True, False, False]
    assert axes.lines[3].get_ydata().tolist() == [2, 3]
    assert {line.get_color() for line in axes.lines[:2]} == {style.lighter(style.BASELINE)}


def test_values_that_are_not_finite_are_left_out():
    runs = {0: [epoch(1, {"total": 1.0}), epoch(2, {"total": np.nan}), epoch(3, {"total": np.inf})]}
    (axes,) = shown(draw({"a": runs}))
    assert axes.lines[1].get_ydata().tolist() == [1.0]


def test_centre_errors_share_one_scale_and_losses_do_not():
    curves = {
        name: {0: [epoch(n, {"total": scale * n}, {CENTER: scale + n}) for n in (1, 2)]}
        for name, scale in (("a", 1), ("b", 50))
    }
    first_loss, first_error, second_loss, second_error = shown(draw(curves))
    assert first_error.get_ylim() == second_error.get_ylim()
    assert first_error.get_ylim()[0] <= 0
    assert first_loss.get_ylim() != second_loss.get_ylim()


def test_a_variant_that_logged_nothing_has_no_row():
    curves = {"a": {0: []}, "b": {0: [epoch(1, {"total": 1.0})]}}
    assert len(shown(draw(curves))) == 1


def test_every_trained_variant_is_read(experiment, home):
    curves = training_curves(network_runs(experiment, trained_only=True), home)
    assert list(curves) == [variant.name for variant in experiment.variants if not variant.control]
    assert all(len(epochs) == experiment.train.epochs for runs in curves.values() for epochs in runs.values())

"""The sentence on whether a Gaussian fits."""

import math

import pytest
from tests.unit.report.fakes import make_experiment
from tests.unit.report.separability_rows import THREE, frame, rows

from siamloss.report.gaussian_fit import gaussian_statement


@pytest.fixture
def experiment(tmp_path):
    return make_experiment(tmp_path, THREE)


def fit(variant, positive, negative, fitted=0.30, measured=0.27, seed=0, **more):
    values = {"pos_ks": positive, "neg_ks": negative, "gaussian_overlap": fitted, "empirical_overlap": measured}
    return rows(variant, {**values, **more}, 0.9, seed=seed)


def test_numbers_are_means_over_losses_of_means_over_seeds(experiment):
    found = frame(
        fit("logistic", 0.10, 0.20),
        fit("logistic", 0.12, 0.24, seed=1),
        fit("gsl", 0.05, 0.08, fitted=0.2, measured=0.25),
        fit("untrained", 0.9, 0.9),
        rows("gsl", 0.9, 0.9, group="plain"),
        rows("gsl", 0.9, 0.9, stage="epoch"),
    )
    words = gaussian_statement(found, experiment)
    assert "over 2 losses the" in words
    assert "is .080 for positives and .150 for negatives on average (at worst .220, Logistic;" in words
    assert "differs from that of the histograms by .040 on average (too large for 1 of 2)" in words
    assert "left out" not in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("positive", "negative", "words"),
    [
        (0.01, 0.03, "so the assumption is nearly exact for both."),
        (0.031, 0.06, "so the assumption holds roughly for both."),
        (0.05, 0.07, "so the assumption holds roughly for positives and holds poorly for negatives."),
        (0.13, 0.12, "so the assumption does not hold for positives and holds poorly for negatives."),
        (1.0, 0.5, "so the assumption does not hold for both."),
    ],
)
def test_wording_follows_the_distance_of_each_class(experiment, positive, negative, words):
    assert words in gaussian_statement(frame(fit("gsl", positive, negative)), experiment)


@pytest.mark.parametrize(
    ("fitted", "measured", "words"),
    [
        (0.30, 0.26, "(always too large): the poster's blue area is a fair measure"),
        (0.20, 0.30, "(always too small): the poster's blue area is not a safe measure"),
    ],
)
def test_the_two_areas_are_compared(experiment, fitted, measured, words):
    found = frame(fit("gsl", 0.1, 0.1, fitted, measured), fit("triplet", 0.1, 0.1, fitted, measured))
    assert words in gaussian_statement(found, experiment)


def test_runs_without_a_distribution_are_counted_and_left_out(experiment):
    found = frame(
        fit("gsl", 0.04, 0.05),
        fit("gsl", 0.0, 0.0, seed=1, pos_var=0.0, neg_var=0.0),
        fit("logistic", math.nan, math.nan, pos_var=math.nan, neg_var=math.nan),
    )
    words = gaussian_statement(found, experiment)
    assert "over 1 loss (2 runs without finite scores or without spread left out)" in words
    assert ".040 for positives and .050 for negatives" in words
    assert "cannot be measured" in gaussian_statement(frame(fit("gsl", 0.0, 0.0, pos_var=0.0)), experiment)


def test_nothing_measured_nothing_said(experiment):
    assert gaussian_statement(frame(), experiment) == ""
    assert gaussian_statement(frame(fit("untrained", 0.1, 0.1)), experiment) == ""

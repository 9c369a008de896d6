"""config/published.yaml: its rows, what is refused, and what keeps a number from being compared."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.report.fakes import make_experiment

from siamloss.config import Dataset, Datasets, ModelConfig
from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError
from siamloss.metrics.catalogue import METRICS
from siamloss.report.published import Published, differences, read_published
from siamloss.report.separation import QUANTITIES

PATH = Path(__file__).resolve().parents[3] / "config" / "published.yaml"
NUMBER = Published("SiamFC", "a paper", "logistic", "otb100", "vid", {"success_auc": 0.58})


@pytest.fixture(scope="module")
def published():
    return read_published(PATH)


@pytest.fixture
def alike(tmp_path):
    """An experiment that differs from what was published by its runs only."""
    datasets = Datasets(
        Dataset("vid", "got10k", "train"), Dataset("val", "got10k", "val"), (Dataset("otb100", "otb", "test"),)
    )
    return replace(make_experiment(tmp_path), datasets=datasets, model=ModelConfig())


def test_the_poster_comes_first_and_every_claim_has_a_measure(published):
    assert all("poster" in claim.source for claim in published.claims)
    words = " ".join(claim.claim for claim in published.claims)
    for what in ("over-fits less", "separate the two distributions", "shrinks the overlap", "tracker gets better"):
        assert what in words
    for claim in published.claims:
        known = METRICS if claim.kind == "tracking" else QUANTITIES
        assert claim.measures
        assert set(claim.measures) <= set(known)


def test_numbers_are_those_of_the_sources(published):
    found = {
        (row.tracker, row.benchmark, metric): value for row in published.numbers for metric, value in row.values.items()
    }
    assert found["SiamFC-3s", "otb100", "success_auc"] == 0.582
    assert found["SiamFC-tri", "otb50", "precision_20"] == 0.713
    assert found["SiamFC-tri minus SiamFC-3s", "otb100", "success_auc"] == pytest.approx(0.590 - 0.582)
    assert found["SiamFC-tri, real-time", "vot2017", "eao"] == 0.2125
    assert all(row.source for row in published.numbers)
    assert all(-1 < value < 1 for value in found.values())


def test_what_is_misspelt_or_no_number_is_refused(tmp_path):
    path = tmp_path / "published.yaml"
    path.write_text("claims: []\nnumber: []\n", encoding="utf-8")
    with pytest.raises(UnknownKeyError, match="unknown key 'number'; did you mean 'numbers'"):
        read_published(path)
    row = "{tracker: T, source: S, variant: v, benchmark: b, trained_on: t, values: {ao: high}}"
    path.write_text(f"numbers: [{row}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="ao of 'T' is 'high'; give a number"):
        read_published(path)
    with pytest.raises(ConfigError, match="give the path of an existing YAML file"):
        read_published(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "measures: [gaussian_overlap, empirical_overlap]",
            "measures: [gausian_overlap]",
            "did you mean 'gaussian_overlap'",
        ),
        ("measures: [success_auc, precision_20", "measures: [succes_auc, precision_20", "did you mean 'success_auc'"),
        ("values: {eao: 0.1966}", "values: {dprime: 0.1966}", "unknown measure 'dprime'"),
    ],
    ids=["of scores", "of tracking", "of a number"],
)
def test_a_measure_that_does_not_exist_is_named(tmp_path, old, new, words):
    text = PATH.read_text()
    assert old in text
    path = tmp_path / "published.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(UnknownNameError, match=words):
        read_published(path)


def test_nothing_differs_where_only_the_runs_do(alike):
    assert differences(NUMBER, alike) == []
    assert differences(replace(NUMBER, against="logistic"), alike) == []


def changed(alike, **datasets):
    return replace(alike, datasets=replace(alike.datasets, **datasets))


def test_every_difference_is_named(alike, tmp_path):
    drawn = make_experiment(tmp_path).datasets
    otb, train = alike.datasets.test[0], alike.datasets.train
    cases = [
        (changed(alike, test=drawn.test), "tracks drawn scenes (synthetic data), not otb100"),
        (changed(alike, test=(replace(otb, name="vot2018"),)), "tracks vot2018, not otb100"),
        (changed(alike, test=(replace(drawn.test[0], name="otb100"),)), "otb100 is drawn (synthetic data) here"),
        (changed(alike, test=(replace(otb, sequences=("Car4",)),)), "ours on a part of otb100 only"),
        (changed(alike, train=replace(train, name="got10k-train")), "trained on vid, ours on got10k-train"),
        (changed(alike, train=drawn.train), "trained on vid, ours on train (synthetic data)"),
        (changed(alike, train=replace(train, sequences=("a",))), "ours trained on a part of vid only"),
        (replace(alike, model=ModelConfig("small")), "backbone alexnet, ours small"),
        (replace(alike, model=ModelConfig(width=0.5)), "backbone alexnet, ours alexnet of width 0.5"),
    ]
    for experiment, reason in cases:
        (found,) = differences(NUMBER, experiment)
        assert reason in found
    unknown = replace(NUMBER, trained_on="not stated", different=("tuned on the test set",))
    assert differences(unknown, alike) == ["trained on a set that is not stated, ours on vid", "tuned on the test set"]
    against = replace(NUMBER, against="triplet")
    assert differences(against, alike) == ["a difference to 'triplet', ours are to 'logistic'"]

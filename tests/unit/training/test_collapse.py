"""Collapse to equal scores: the rule on numbers, and on trainings that do and do not collapse."""

import json
import logging
import math
from dataclasses import replace

import pytest
import torch

from siamloss.losses import make_loss
from siamloss.training.collapse import AT_EQUAL, FLAT, UNORDERED, Signs, dprime_inside, equal_loss, spread_inside
from siamloss.training.job import train_run

HEALTHY = Signs(spread=0.1, first_spread=0.4, dprime=1.2, loss=0.05, equal_loss=0.11)
FLAT_SIGN = {"spread": 0.4 * FLAT * 0.99}
UNORDERED_SIGN = {"dprime": UNORDERED * 0.99}
EQUAL_SIGN = {"loss": 0.11 * (1 + AT_EQUAL * 0.99)}
SIGNS = {"flat": FLAT_SIGN, "unordered": UNORDERED_SIGN, "at equal": EQUAL_SIGN}
WORDS = {"flat": "fell from 0.4 to 0.02", "unordered": "do not stand out", "at equal": "of equal scores"}


def test_healthy_maps_are_not_called_collapsed():
    assert HEALTHY.verdict() == ""


@pytest.mark.parametrize("sign", SIGNS)
def test_one_sign_alone_is_no_collapse(sign):
    assert replace(HEALTHY, **SIGNS[sign]).verdict() == ""


@pytest.mark.parametrize("left_out", SIGNS)
def test_two_signs_are_a_collapse_and_only_they_are_named(left_out):
    values = {key: value for name, sign in SIGNS.items() if name != left_out for key, value in sign.items()}
    verdict = replace(HEALTHY, **values).verdict()
    assert {name for name, word in WORDS.items() if word in verdict} == set(SIGNS) - {left_out}
    assert "\n" not in verdict


def test_just_outside_the_limits_is_no_collapse():
    near = Signs(0.4 * FLAT * 1.01, 0.4, UNORDERED * 1.01, 0.11 * (1 + AT_EQUAL * 1.01), 0.11)
    assert near.verdict() == ""
    assert replace(near, dprime=-0.1, loss=0.11 * (1 - AT_EQUAL * 0.99)).verdict(), "below the loss, and upside down"


def test_numbers_that_are_missing_are_no_sign():
    assert replace(HEALTHY, dprime=math.nan, loss=math.nan).verdict() == ""


MEASURED = {
    "gsl, eta 1, rate 0.1, seed 0": (Signs(2.92e-4, 0.399, 0.32, 0.2000, 0.2000), True),
    "gsl-hard, rate 0.3": (Signs(2.57e-4, 0.399, 0.33, 0.1000, 0.1000), True),
    "gsl, eta 1, rate 0.1, seed 1": (Signs(1.17e-2, 0.399, 1.07, 0.1984, 0.2000), True),
    "gsl-var, rate 0.1, no clipping": (Signs(3.85e-3, 0.399, 0.05, 0.0001, 0.0), True),
    "gsl-var, no clipping": (Signs(1.43e-2, 0.399, 1.29, 0.0009, 0.0), False),
    "gsl": (Signs(6.57e-2, 0.399, 1.20, 0.0389, 0.1100), False),
    "gsl-hard": (Signs(1.08e-1, 0.399, 1.18, 0.2607, 0.1000), False),
    "gsl-margin, loss 0 from the start": (Signs(0.791, 0.399, 0.93, 0.0, 0.1000), False),
    "logistic, hardly trained": (Signs(0.829, 0.399, 0.93, 0.9409, 1.4294), False),
    "triplet": (Signs(1.88, 0.399, 0.93, 0.2557, 0.6931), False),
}


@pytest.mark.parametrize("case", MEASURED)
def test_rule_on_numbers_measured_on_the_demo(case):
    signs, collapsed = MEASURED[case]
    assert bool(signs.verdict()) == collapsed


def labels():
    wanted = -torch.ones(1, 1, 3, 3)
    wanted[0, 0, 1, 1] = 1
    wanted[0, 0, 0, 0] = 0
    return wanted


def test_spread_is_inside_maps_not_between_them():
    maps = torch.stack([torch.zeros(1, 2, 2), torch.full((1, 2, 2), 7.0), torch.tensor([[[0.0, 2.0], [0.0, 2.0]]])])
    assert spread_inside(maps).item() == pytest.approx(1 / 3)


def test_dprime_by_hand():
    maps = torch.zeros(2, 1, 3, 3)
    maps[:, 0, 1, 1] = torch.tensor([3.0, 5.0])
    maps[1] += 100  # a level that changes nothing
    means = [3 / 9, 5 / 9]
    gap = (3 - means[0] + 5 - means[1]) / 2 + sum(means) / 2
    half = (5 - means[1] - 3 + means[0]) / 2
    noise = math.sqrt((half**2 + ((means[1] - means[0]) / 2) ** 2) / 2)
    assert dprime_inside(maps, labels()).item() == pytest.approx(gap / noise)
    assert dprime_inside(-maps, labels()).item() == pytest.approx(-gap / noise)


def test_dprime_ignores_cells_without_label():
    maps = torch.rand(4, 1, 3, 3, generator=torch.Generator().manual_seed(0))
    shifted = maps.clone()
    before = dprime_inside(maps, labels())
    shifted[:, 0, 0, 0] += torch.tensor(9.0)
    assert dprime_inside(shifted, labels()).item() == pytest.approx(before.item(), rel=1e-5)


def test_dprime_of_maps_without_variance():
    assert dprime_inside(torch.full((2, 1, 3, 3), 5.0), labels()).item() == 0
    peak = torch.where(labels() > 0, 1.0, 0.0).expand(2, 1, 3, 3)
    assert dprime_inside(peak, labels()).item() > 1e12


def test_equal_loss_of_gsl_is_lambda_delta_plus_eta_alpha():
    loss = make_loss("gsl", {"lambda": 2.0, "delta": 0.3, "eta": 0.5, "alpha": 0.2})
    scores = torch.randn(2, 1, 3, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
    value = equal_loss(loss, scores, labels())
    assert value.item() == pytest.approx(2.0 * 0.3 + 0.5 * 0.2)
    assert not value.requires_grad
    assert loss.training


def test_equal_loss_of_logistic_knows_the_level():
    value = equal_loss(make_loss("logistic", {}), torch.full((2, 1, 3, 3), 4.0), labels())
    assert value.item() == pytest.approx(0.5 * math.log1p(math.exp(-4)) + 0.5 * math.log1p(math.exp(4)))


@pytest.fixture(scope="module")
def fallen(tiny, tiny_stores, tmp_path_factory):
    """A run with much too high a rate, and what was said meanwhile."""
    folder = tmp_path_factory.mktemp("fallen")
    hot = replace(tiny, train=replace(tiny.train, epochs=6, lr_start=0.3, lr_end=0.03, clip_norm=0.0))
    records = []

    class Note(logging.Handler):
        def emit(self, record):
            records.append(record)

    note = Note(logging.WARNING)
    logging.getLogger().addHandler(note)
    try:
        train_run(hot, "gsl-hard", 0, *tiny_stores, folder / "progress", folder / "run", threads=1)
    finally:
        logging.getLogger().removeHandler(note)
    return folder / "run", [record.getMessage() for record in records]


def test_collapsed_run_says_so_once_while_training(fallen):
    (line,) = fallen[1]
    assert "train gsl-hard seed 0: the scores collapse to equal values at step" in line
    assert line.endswith("lower the learning rate (train.lr_start, or lr_scale of the variant) or set train.clip_norm")


def test_collapsed_run_is_marked(fallen):
    facts = json.loads((fallen[0] / "run.json").read_text())
    rows = [json.loads(line) for line in (fallen[0] / "curve.jsonl").read_text().splitlines()]
    assert facts["collapsed"] is True
    assert facts["collapse"].startswith("equal scores since epoch ")
    assert rows[-1]["spread"] < 0.01 * rows[0]["spread"]
    assert rows[-1]["train"]["total"] == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("variant", ["logistic", "triplet", "gsl", "gsl-dis", "gsl-hard", "gsl-margin"])
def test_usual_rates_are_not_called_collapsed(tiny, tiny_stores, tmp_path, caplog, variant):
    train_run(tiny, variant, 0, *tiny_stores, tmp_path / "progress", tmp_path / "run", threads=1)
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (facts["collapsed"], facts["collapse"]) == (False, "")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

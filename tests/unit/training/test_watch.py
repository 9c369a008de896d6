"""The watch over a training: what it remembers, when it speaks, what it refuses."""

import logging

import pytest
import torch

from siamloss.errors import DivergedError
from siamloss.losses import make_loss
from siamloss.training.state import Progress
from siamloss.training.validate import Validation
from siamloss.training.watch import Watch

LABELS = torch.where(torch.eye(5)[2][:, None] * torch.eye(5)[2] > 0, 1.0, -1.0)[None, None]
GOOD = torch.where(LABELS > 0, 2.0, 0.0) + torch.randn(4, 1, 5, 5, generator=torch.Generator().manual_seed(0))
FLAT = GOOD * 0 + 1e-9 * torch.randn(4, 1, 5, 5, generator=torch.Generator().manual_seed(1))


def make(progress):
    return Watch(make_loss("gsl", {"eta": 1.0}), LABELS, progress, "train gsl seed 0")


def step(watch, scores):
    watch.step(scores, watch.loss(scores, LABELS)[0].item())


def epoch(watch, number, maps, train_total=0.2, val_total=0.2):
    return watch.epoch(number, Validation({"total": val_total}, maps[:, 0]), train_total)


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_first_step_sets_the_spread_that_later_ones_are_compared_to(caplog):
    progress = Progress(step=1)
    watch = make(progress)
    step(watch, FLAT)
    assert 0 < progress.first_spread < 1e-8
    progress.step = 25
    step(watch, FLAT * 2)
    assert progress.first_spread < 1e-8
    assert progress.collapse == ""


def test_warns_once_with_what_to_do(caplog, capsys):
    progress = Progress(step=25, first_spread=1.0)
    watch = make(progress)
    step(watch, FLAT)
    step(watch, FLAT)
    epoch(watch, 1, FLAT)
    (line,) = warnings(caplog)
    assert line.startswith("train gsl seed 0: the scores collapse to equal values at step 25: ")
    assert line.endswith("or set train.clip_norm")
    assert line in capsys.readouterr().err


def test_a_training_that_recovers_is_not_marked():
    progress = Progress(first_spread=1.0)
    watch = make(progress)
    epoch(watch, 1, FLAT)
    epoch(watch, 2, FLAT)
    assert progress.collapse.startswith("equal scores since epoch 1: ")
    signs = epoch(watch, 3, GOOD, train_total=0.05)
    assert signs.spread == pytest.approx(GOOD.double().flatten(1).std(1, correction=0).mean().item())
    assert (progress.collapse, progress.collapsed_since) == ("", 0)
    epoch(watch, 4, FLAT)
    assert progress.collapse.startswith("equal scores since epoch 4: ")


def test_a_resumed_training_goes_on_from_what_was_saved(caplog):
    progress = Progress(first_spread=1.0, collapsed_since=2, collapse="equal scores since epoch 2: flat")
    watch = make(progress)
    epoch(watch, 3, FLAT)
    assert progress.collapse.startswith("equal scores since epoch 2: the spread")
    assert warnings(caplog) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("where", ["score", "loss"])
def test_validation_that_is_no_number_names_the_epoch(value, where):
    maps = GOOD.clone()
    if where == "score":
        maps[1, 0, 2, 2] = value
    watch = make(Progress(first_spread=1.0))
    with pytest.raises(DivergedError, match=r"not finite after epoch 3; lower train\.lr_start"):
        epoch(watch, 3, maps, val_total=value if where == "loss" else 0.1)

"""Every registered loss keeps to the contract, installed ones included; losses that do not are caught by name."""

import os
import subprocess
import sys

import pytest
import torch
from tests.unit.losses.cases import CASES
from tests.unit.losses.thirdparty import install
from torch import nn
from torch.nn import functional

from siamloss.errors import UnknownNameError
from siamloss.losses import LOSSES, make_loss
from siamloss.losses.conformance import CHECKS, check_loss_conformance, run_check
from siamloss.losses.shared.cells import masked_mean, split_cells
from siamloss.losses.shared.output import LossOutput, mean_over_maps


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", LOSSES)
def test_registered_losses(name, check):
    assert run_check(CHECKS[check], lambda: make_loss(name, {})) == ""


@pytest.mark.parametrize("case", [case for case in CASES if case.params], ids=str)
def test_every_option_of_the_built_in_losses(case):
    """What the unit and property tests do not already ask of every option."""
    checks = {name: CHECKS[name] for name in ("shapes", "extremes", "repeatable", "no-waiting")}
    found = {name: run_check(check, lambda: make_loss(case.name, case.params)) for name, check in checks.items()}
    assert {name: message for name, message in found.items() if message} == {}


def test_an_unknown_loss_is_named():
    with pytest.raises(UnknownNameError, match="did you mean 'focal'"):
        check_loss_conformance("focl", {})


class Right(nn.Module):
    """A plain loss that every wrong one below is a change of."""

    per_map = True

    def cells(self, scores, labels):
        return split_cells(scores, labels)

    def finish(self, terms):
        return mean_over_maps(terms)

    def forward(self, scores, labels):
        values, positive, negative = self.cells(scores, labels)
        return self.finish(
            {
                "positive": masked_mean(functional.softplus(-values), positive),
                "negative": masked_mean(functional.softplus(values), negative),
            }
        )


class NotScalar(Right):
    def finish(self, terms):
        return LossOutput(torch.stack(list(terms.values())).sum(0), {"all": torch.tensor(0.0)})


class HalfPrecision(Right):
    def cells(self, scores, labels):
        wide = super().cells(scores, labels)
        return wide._replace(scores_BN=wide.scores_BN.to(scores.dtype))


class WrongGradient(Right):
    def cells(self, scores, labels):
        return super().cells(2 * scores - scores.detach(), labels)


class PartsMissing(Right):
    def finish(self, terms):
        total, parts = super().finish(terms)
        return LossOutput(total, {"positive": parts["positive"]})


class PartsWithGradient(Right):
    def finish(self, terms):
        total, _ = super().finish(terms)
        return LossOutput(total, {"all": total})


class NoGradient(Right):
    def finish(self, terms):
        total, parts = super().finish(terms)
        return LossOutput(total.detach(), parts)


class OrderCounts(Right):
    def cells(self, scores, labels):
        found = super().cells(scores, labels)
        ramp = torch.linspace(1, 2, found.scores_BN.shape[1], dtype=found.scores_BN.dtype)
        return found._replace(scores_BN=found.scores_BN * ramp)


class MeanOfTheWholeBatch(Right):
    def forward(self, scores, labels):
        values, positive, _ = self.cells(scores, labels)
        total = torch.where(positive, functional.softplus(-values), functional.softplus(values))
        total = torch.where(labels.flatten(1) != 0, total, 0.0).sum() / (labels != 0).expand_as(scores).sum().clamp_min(
            1
        )
        return LossOutput(total, {"all": total.detach()})


class ForgetsToIgnore(Right):
    def cells(self, scores, labels):
        return super().cells(scores, torch.where(labels > 0, 1.0, -1.0))


class DividesByNothing(Right):
    def forward(self, scores, labels):
        values, positive, negative = self.cells(scores, labels)
        positive_cost = torch.where(positive, functional.softplus(-values), 0.0).sum(1) / positive.sum(1)
        return self.finish({"positive": positive_cost, "negative": masked_mean(functional.softplus(values), negative)})


class Remembers(Right):
    calls = 0

    def finish(self, terms):
        self.calls += 1
        return super().finish({name: term * self.calls for name, term in terms.items()})


class ChangesItsArguments(Right):
    def forward(self, scores, labels):
        found = super().forward(scores, labels)
        with torch.no_grad():
            labels[:, :, 0, 0] = 0
        return found


class ReadsBack(Right):
    def finish(self, terms):
        total, parts = super().finish(terms)
        return LossOutput(total, {name: torch.tensor(part.item(), dtype=part.dtype) for name, part in parts.items()})


class OneLabelPerMap(Right):
    def cells(self, scores, labels):
        if len(labels) != len(scores):
            raise ValueError("labels do not fit")
        return super().cells(scores, labels)


WRONG = {
    NotScalar: "shapes",
    OneLabelPerMap: "shapes",
    HalfPrecision: "dtypes",
    WrongGradient: "gradient",
    PartsMissing: "named-parts",
    PartsWithGradient: "named-parts",
    NoGradient: "named-parts",
    OrderCounts: "order-of-cells",
    MeanOfTheWholeBatch: "batch-splitting",
    ForgetsToIgnore: "ignored-cells",
    DividesByNothing: "extremes",
    Remembers: "repeatable",
    ChangesItsArguments: "repeatable",
    ReadsBack: "no-waiting",
}


@pytest.mark.parametrize("check", CHECKS)
def test_the_plain_loss_passes(check):
    assert run_check(CHECKS[check], Right) == ""


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_each_mistake_is_caught_by_its_check(wrong):
    message = run_check(CHECKS[WRONG[wrong]], wrong)
    assert message
    assert "\n" not in message


def test_every_check_catches_something():
    assert set(WRONG.values()) == set(CHECKS)


def test_a_loss_may_say_that_it_is_no_mean_over_maps():
    class Said(MeanOfTheWholeBatch):
        per_map = False

    assert run_check(CHECKS["batch-splitting"], Said) == ""


THIRD_PARTY = """
import torch
from siamloss.losses.shared.output import mean_over_maps

class Right(torch.nn.Module):
    def used(self, signs):
        return signs != 0

    def forward(self, scores, labels):
        values, signs = scores.flatten(1), labels.flatten(1)
        values = values if values.dtype == torch.float64 else values.float()
        cost = torch.where(signs > 0, 1 - values, 1 + values).clamp_min(0)
        return mean_over_maps({"acme": torch.where(self.used(signs), cost, 0.0).sum(1)})

class ForgetsToIgnore(Right):
    def used(self, signs):
        return signs < 2
"""
RUN = """
from siamloss.losses import LOSSES
from siamloss.losses.conformance import check_loss_conformance
assert {"acme-right", "acme-wrong", "gsl"} <= set(LOSSES)
for name in ("acme-right", "acme-wrong"):
    print(name, *[check for check, message in check_loss_conformance(name, {}) if message])
"""


def test_installed_losses_are_checked_like_the_others(tmp_path):
    """In a process of its own, from nothing but a folder with a module and the metadata of a package."""
    entries = {"acme-right": "acme_loss:Right", "acme-wrong": "acme_loss:ForgetsToIgnore"}
    install(tmp_path, THIRD_PARTY, entries=entries)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["acme-right", "acme-wrong ignored-cells"]

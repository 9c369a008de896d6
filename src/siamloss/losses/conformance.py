"""What every loss has to fulfil, as named checks; ``siamloss check-loss NAME`` and the tests run them on every loss.

A check takes a function that makes the loss, and raises :class:`ConformanceError` saying what it saw. Nothing is
random: the same loss gives the same answer.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from siamloss.errors import SiamlossError
from siamloss.losses.host_sync import HostSyncError, no_host_sync
from siamloss.losses.registry import make_loss

Make = Callable[[], nn.Module]
Check = Callable[[Make], None]


class ConformanceError(SiamlossError):
    """A loss does not keep to the contract of siamloss.losses; the message says which part."""


CHECKS: dict[str, Check] = {}
"""All checks by name, in the order in which they are read best."""


def _check(function: Check) -> Check:
    CHECKS[function.__name__.replace("_", "-")] = function
    return function


def sample(
    dtype: torch.dtype = torch.float64, batch: int = 4, height: int = 6, width: int = 7, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores and labels ``(B, 1, H, W)``: each map has both classes in other numbers, and ignored cells."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(batch, 1, height, width, generator=generator, dtype=torch.float64).to(dtype)
    rank = torch.rand(batch, height * width, generator=generator).argsort(1)
    positives = 3 + torch.arange(batch)[:, None] % 4
    labels = torch.where(rank < positives, 1.0, torch.where(rank < positives + 5, 0.0, -1.0))
    return scores, labels.reshape(scores.shape)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ConformanceError(message)


def _value_and_gradient(loss: nn.Module, scores: torch.Tensor, labels: torch.Tensor) -> tuple[float, torch.Tensor]:
    leaf = scores.detach().clone().requires_grad_()
    total = loss(leaf, labels).total
    (gradient,) = torch.autograd.grad(total, leaf, allow_unused=True)
    return total.item(), torch.zeros_like(leaf) if gradient is None else gradient


def _require_equal(first: float, second: float, rel: float, what: str) -> None:
    _require(
        abs(first - second) <= rel * max(abs(first), abs(second), 1e-3), f"{what}: {first:.9g} against {second:.9g}"
    )


@_check
def shapes(make: Make) -> None:
    """Maps of any size, a batch of one, one label map for the whole batch, scores that are not contiguous."""
    for batch, height, width in ((4, 6, 7), (1, 6, 7), (2, 15, 15)):
        scores, labels = sample(torch.float32, batch, height, width)
        total, parts = make()(scores, labels)
        _require(total.shape == (), f"the total has shape {tuple(total.shape)}, not that of a scalar")
        _require(all(part.shape == () for part in parts.values()), "a part is no scalar")
        shared = make()(scores, labels[:1]).total.item()
        repeated = make()(scores, labels[:1].repeat(batch, 1, 1, 1)).total.item()
        _require_equal(shared, repeated, 1e-5, "one label map for the batch is not the same as one for each map")
        turned = scores.transpose(2, 3).contiguous().transpose(2, 3)
        _require_equal(
            make()(turned, labels).total.item(), total.item(), 1e-5, "the memory layout of the scores counts"
        )


@_check
def dtypes(make: Make) -> None:
    """float64 stays, float32 agrees with it, half precision is computed in float32, also under autocast."""
    scores, labels = sample()
    reference = make()(scores, labels).total
    _require(reference.dtype == torch.float64, f"float64 scores give a total in {reference.dtype}")
    single = make()(scores.float(), labels).total
    _require_equal(single.item(), reference.item(), 1e-4, "float32 is not what float64 gives")
    for dtype in (torch.bfloat16, torch.float16):
        rounded = scores.to(dtype)
        total, gradient = _value_and_gradient(make(), rounded, labels)
        expected, wanted = _value_and_gradient(make(), rounded.float(), labels)
        _require(make()(rounded, labels).total.dtype == torch.float32, f"{dtype} scores are not raised to float32")
        _require_equal(total, expected, 1e-5, f"{dtype} scores are not computed in float32")
        _require(torch.equal(gradient, wanted.to(dtype)), f"the gradient for {dtype} scores is not that of float32")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lowered = make()(scores.float(), labels).total
    _require(lowered.dtype == torch.float32, f"under autocast the total is in {lowered.dtype}")
    _require_equal(lowered.item(), single.item(), 1e-5, "autocast lowers the precision")


@_check
def gradient(make: Make) -> None:
    """The gradient is that of finite differences, in float64."""
    scores, labels = sample(batch=2, height=4, width=5)
    loss = make()
    fits = torch.autograd.gradcheck(
        lambda values: loss(values, labels).total, scores.requires_grad_(), raise_exception=False
    )
    _require(fits, "the gradient is not that of finite differences")


@_check
def named_parts(make: Make) -> None:
    """Parts have names, carry no gradient and sum to the total, which does."""
    scores, labels = sample()
    total, parts = make()(scores.requires_grad_(), labels)
    _require(bool(parts) and all(isinstance(name, str) and name for name in parts), "there are no named parts")
    _require("total" not in parts, "a part is called 'total', which is the name of the sum")
    _require(total.requires_grad, "the total carries no gradient")
    _require(not any(part.requires_grad for part in parts.values()), "a part carries a gradient; detach it")
    _require_equal(sum(part.item() for part in parts.values()), total.item(), 1e-9, "the parts do not sum to the total")


@_check
def order_of_cells(make: Make) -> None:
    """The order of the cells of a map, and of the maps of a batch, does not count."""
    scores, labels = sample()
    generator = torch.Generator().manual_seed(1)
    cells = torch.randperm(scores[0].numel(), generator=generator)
    maps = torch.randperm(len(scores), generator=generator)
    expected = make()(scores, labels).total.item()
    mixed = [values.flatten(1)[:, cells].reshape(values.shape) for values in (scores, labels)]
    _require_equal(make()(*mixed).total.item(), expected, 1e-9, "the order of the cells counts")
    _require_equal(make()(scores[maps], labels[maps]).total.item(), expected, 1e-9, "the order of the maps counts")


@_check
def batch_splitting(make: Make) -> None:
    """The loss of a batch is the mean of the losses of its maps; not asked of a loss whose ``per_map`` is false."""
    if not getattr(make(), "per_map", True):
        return
    scores, labels = sample()
    labels[1] = labels[1].clamp_max(0)
    alone = [make()(scores[i : i + 1], labels[i : i + 1]).total.item() for i in range(len(scores))]
    _require_equal(
        make()(scores, labels).total.item(),
        sum(alone) / len(alone),
        1e-9,
        "the loss of a batch is not the mean over its maps; set per_map = False if that is meant",
    )


@_check
def ignored_cells(make: Make) -> None:
    """Cells labelled 0 change nothing and get no gradient."""
    scores, labels = sample()
    expected, gradient = _value_and_gradient(make(), scores, labels)
    for level in (-1e3, 1e3):
        moved = make()(torch.where(labels == 0, level, scores), labels).total.item()
        _require_equal(moved, expected, 1e-12, "scores of cells labelled 0 change the loss")
    _require(not gradient[labels == 0].any(), "cells labelled 0 get a gradient")
    _require(bool(gradient[labels != 0].any()), "no cell gets a gradient")


@_check
def extremes(make: Make) -> None:
    """Finite, with a finite gradient: scores up to 1e4 in bfloat16, equal scores, maps that lack a class or both."""
    scores, labels = sample(torch.bfloat16)
    levels = {"scores around 1e4": scores * 1e4, "scores of +-1e4": scores.sign() * 1e4}
    levels |= {f"all scores {level:g}": torch.full_like(scores, level) for level in (0.0, 1.0, -1e4, 1e4)}
    cells = {
        "both classes": labels,
        "no positives": labels.clamp_max(0),
        "no negatives": labels.clamp_min(0),
        "no labelled cell": torch.zeros_like(labels),
        "one map without positives": torch.cat([labels[:1].clamp_max(0), labels[1:]]),
    }
    for level, values in levels.items():
        for which, signs in cells.items():
            for dtype in (torch.bfloat16, torch.float32):
                total, gradient = _value_and_gradient(make(), values.to(dtype), signs)
                finite = total - total == 0 and bool(gradient.isfinite().all())
                _require(finite, f"not finite for {level} and {which} in {dtype}")


@_check
def repeatable(make: Make) -> None:
    """The same arguments give the same loss again, and are left as they were."""
    scores, labels = sample()
    kept_scores, kept_labels = scores.clone(), labels.clone()
    loss = make()
    first = loss(scores, labels).total.item()
    loss(scores * 3, -labels)
    second = loss(scores, labels).total.item()
    _require(first == second == make()(scores, labels).total.item(), "the same arguments give another loss")
    _require(
        torch.equal(scores, kept_scores) and torch.equal(labels, kept_labels), "the arguments are changed in place"
    )
    labels.neg_()
    _require(loss(scores, labels).total.item() == make()(scores, -kept_labels).total.item(), "changed labels go unseen")


@_check
def no_waiting(make: Make) -> None:
    """Called again with the same labels tensor, nothing makes a GPU wait, forwards or backwards."""
    scores, labels = sample(torch.float32)
    for signs in (labels, labels[:1].clone()):
        loss = make()
        loss(scores, signs)
        leaf = scores.clone().requires_grad_()
        try:
            with no_host_sync():
                loss(leaf, signs).total.backward()
        except HostSyncError as error:
            raise ConformanceError(f"a GPU would have to wait in every step: {error}") from error


def run_check(check: Check, make: Make) -> str:
    """What a check has against a loss, in one line; empty if nothing. Errors of the loss itself count too."""
    try:
        check(make)
    except ConformanceError as error:
        return str(error)
    except Exception as error:  # whatever the loss raises
        return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    return ""


def check_loss_conformance(name: str, params: dict[str, Any]) -> list[tuple[str, str]]:
    """All checks of a registered loss with these parameters: (name of the check, what it has against the loss or "").

    Raises
    ------
    UnknownNameError, ConfigError : there is no such loss, or it cannot be built.
    """
    make_loss(name, params)
    return [(title, run_check(check, lambda: make_loss(name, params))) for title, check in CHECKS.items()]

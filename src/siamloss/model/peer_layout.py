"""Weights in the layout of siamfc-pytorch: other names, another epsilon of batch normalisation, no bias of the scores.

Batch normalisation divides by sqrt(variance + epsilon), with 1e-6 there and torch's 1e-5 here. The difference goes into
the running variance, so that both networks divide by the same number and no weight changes. The running variance of a
channel that hardly varies may become negative by that, never below -9e-6.
"""

from collections.abc import Mapping

import torch

from siamloss.config import ModelConfig
from siamloss.errors import ConfigError, CorruptError
from siamloss.model.siamfc import build_model

PEER_MODEL = ModelConfig(backbone="alexnet", width=1.0, score_gain=1e-3)
"""The network that siamfc-pytorch calls AlexNetV1, with its fixed output scale."""

CONVOLUTIONS = (0, 4, 8, 11, 14)
"""Where the convolutions stand in the backbone; batch normalisation, if any, follows."""
EPSILON_SHIFT = float(torch.tensor(1e-5 - 1e-6))
"""Our epsilon less theirs, a float32 value: a variance of 0 comes back as 0."""
COUNTER = "num_batches_tracked"
BIAS = "bias"


def from_peer(state: Mapping[str, torch.Tensor], where: str = "the file") -> dict[str, torch.Tensor]:
    """The state dict of :data:`PEER_MODEL` that gives the scores of siamfc-pytorch's.

    Parameters
    ----------
    state : tensors by their names there, ``backbone.conv1.0.weight`` and so on. A leading ``module.`` is dropped;
        ``feature.0.weight`` and so on, the names of its first version, mean the same, and ``num_batches_tracked`` may
        be absent as it was before torch 0.4.1.
    where : where they come from, for messages.

    Raises
    ------
    CorruptError : a tensor is missing, of another shape, not of real numbers, not finite, or unknown; the first one is
        named.

    Source
    ------
    huanglianghua/siamfc-pytorch, siamfc/backbones.py (AlexNetV1) and siamfc/siamfc.py (``out_scale``); siamfc.py of its
    first version.
    """
    named = {name.removeprefix("module."): tensor for name, tensor in state.items()}
    flat = any(name.startswith("feature.") for name in named)
    expected = _ours()
    names = {ours: ours.replace("backbone.", "feature.") if flat else _peer_name(ours) for ours in expected}
    for ours, peer in names.items():
        if peer not in named and peer.endswith(COUNTER):
            named[peer] = torch.tensor(0)
        _check(peer, named.get(peer), expected[ours], where)
    unknown = next((name for name in named if name not in names.values()), None)
    if unknown is not None:
        raise CorruptError(
            f"{where} has a tensor '{unknown}' that siamfc-pytorch's AlexNetV1 lacks; give a state dict of that network"
        )
    result = {ours: named[peer].detach().to(expected[ours].dtype).clone() for ours, peer in names.items()}
    return {BIAS: torch.zeros(1), **_shifted(result, -EPSILON_SHIFT)}


def to_peer(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The reverse of :func:`from_peer`, with the names of the present siamfc-pytorch; the bias of the scores is lost.

    Raises
    ------
    ConfigError : the tensors are those of another backbone or width than :data:`PEER_MODEL`; the first one is named.
    """
    expected = _ours()
    for name in [*expected, *state]:
        fits = name in state and name in expected and state[name].shape == expected[name].shape
        if name != BIAS and not fits:
            raise ConfigError(
                f"tensor '{name}' does not fit siamfc-pytorch's AlexNetV1; export a run with backbone alexnet, width 1"
            )
    shifted = _shifted({name: state[name].detach().cpu().clone() for name in expected}, EPSILON_SHIFT)
    return {_peer_name(name): tensor for name, tensor in shifted.items()}


def _ours() -> dict[str, torch.Tensor]:
    """Names, shapes and types of the backbone's tensors, without their values' memory."""
    with torch.device("meta"):
        state = build_model(PEER_MODEL, seed=0).state_dict()
    return {name: tensor for name, tensor in state.items() if name != BIAS}


def _peer_name(ours: str) -> str:
    """``backbone.5.running_var`` -> ``backbone.conv2.1.running_var``."""
    _, index, kind = ours.split(".")
    number = max(place for place, start in enumerate(CONVOLUTIONS) if start <= int(index))
    return f"backbone.conv{number + 1}.{int(index) - CONVOLUTIONS[number]}.{kind}"


def _check(name: str, given: object, expected: torch.Tensor, where: str) -> None:
    if not isinstance(given, torch.Tensor):
        found = "missing" if given is None else f"a {type(given).__name__}"
    elif given.shape != expected.shape:
        found = _said(given)
    elif given.layout != torch.strided or given.is_quantized or given.is_complex():
        found = f"no plain array but {given.layout}, {given.dtype}"
    elif not torch.isfinite(given).all():
        found = "not finite"
    elif name.endswith("running_var") and (given < 0).any():
        found = "negative"
    else:
        return
    raise CorruptError(
        f"{where} is no siamfc-pytorch AlexNetV1, first at tensor '{name}': {found}, expected {_said(expected)}; "
        "give a state dict of that network"
    )


def _said(tensor: torch.Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"


def _shifted(state: dict[str, torch.Tensor], shift: float) -> dict[str, torch.Tensor]:
    """The same tensors with all running variances shifted, calculated in float64."""
    return {
        name: (tensor.double() + shift).to(tensor.dtype) if name.endswith("running_var") else tensor
        for name, tensor in state.items()
    }

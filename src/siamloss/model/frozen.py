"""A network for inference alone: batch normalisation folded, channels last, fewer multiplications on a CPU."""

import copy

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from siamloss.model.siamfc import SiamFC
from siamloss.model.winograd import WinogradConv2d, pays


def fold(layers: nn.Sequential) -> nn.Sequential:
    """The layers with each batch normalisation folded into the convolution before it; all in evaluation mode."""
    kept: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, nn.BatchNorm2d):
            kept[-1] = fuse_conv_bn_eval(kept[-1], layer)
        else:
            kept.append(layer)
    return nn.Sequential(*kept)


def freeze(model: SiamFC) -> SiamFC:
    """A copy of a network that tracks about twice as fast on a CPU; score maps differ by rounding.

    Parameters
    ----------
    model : network in evaluation mode; it is left as it is.

    Returns
    -------
    Network of the same interface, without batch normalisation, without gradients; it must not be trained.
    """
    frozen = copy.deepcopy(model).eval()
    backbone = fold(frozen.backbone)
    if next(model.parameters()).device.type == "cpu":  # a GPU's library has its own ways
        backbone = nn.Sequential(*(WinogradConv2d(layer) if pays(layer) else layer for layer in backbone))
    frozen.backbone = backbone.to(memory_format=torch.channels_last)
    return frozen.requires_grad_(False)

"""Fully convolutional backbones without padding: one 6x6 feature map per exemplar image."""

import torch
from torch import nn

from siamloss.model.norm import BatchNorm2d


def _block(
    inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, pool: bool = False
) -> list[nn.Module]:
    """Pooling comes before the ReLU: the values and gradients of the usual order, with a quarter of the ReLU's work."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups)
    pooling = [nn.MaxPool2d(3, 2)] if pool else []
    return [convolution, BatchNorm2d(outputs), *pooling, nn.ReLU(inplace=True)]


def _scaled(channels: tuple[int, ...], width: float) -> list[int]:
    return [max(2, 2 * round(count * width / 2)) for count in channels]


def alexnet(width: float = 1.0) -> nn.Sequential:
    """SiamFC's AlexNet: 127 px -> 6x6x256, 255 px -> 22x22x256, total stride 8.

    Source
    ------
    Bertinetto et al. 2016, table 1; bertinetto/siamese-fc for groups and batch normalisation (after conv1 to conv4).
    """
    c1, c2, c3, c4, c5 = _scaled((96, 256, 384, 384, 256), width)
    return nn.Sequential(
        *_block(3, c1, 11, stride=2, pool=True),
        *_block(c1, c2, 5, groups=2, pool=True),
        *_block(c2, c3, 3),
        *_block(c3, c4, 3, groups=2),
        nn.Conv2d(c4, c5, 3, groups=2),
    )


def small(width: float = 1.0) -> nn.Sequential:
    """Half-resolution net: 63 px -> 6x6, 127 px -> 22x22, total stride 4; the score maps are those of ``alexnet``.

    Five convolutions of 16 to 48 channels at width 1: 0.2 GFLOP per training pair, for runs on a CPU. Pooling comes
    before the 5x5 convolution and the last one is 1x1, which keeps the cost low at the same receptive field.
    """
    c1, c2, c3, c4, c5 = _scaled((16, 32, 48, 48, 32), width)
    return nn.Sequential(
        *_block(3, c1, 7, stride=2, pool=True),
        *_block(c1, c2, 5),
        *_block(c2, c3, 3),
        *_block(c3, c4, 3),
        nn.Conv2d(c4, c5, 1),
    ).to(memory_format=torch.channels_last)


BACKBONES = {"alexnet": alexnet, "small": small}
FULL_CHANNELS = 256
"""Feature channels of SiamFC, for which its score gain of 1e-3 was chosen."""

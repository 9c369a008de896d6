"""The Siamese network: one backbone for both images, cross-correlation, gain and bias."""

import math
from typing import Literal

import torch
from torch import nn

from siamloss.config import ModelConfig
from siamloss.model.backbone import BACKBONES, FULL_CHANNELS
from siamloss.model.correlation import cosine_correlation, cross_correlation

Head = Literal["correlation", "cosine"]


def _at_least_float32(features: torch.Tensor) -> torch.Tensor:
    return features if features.dtype == torch.float64 else features.float()


class SiamFC(nn.Module):
    """Score map = gain * cross-correlation + bias, or the cosine of the same features.

    ``gain`` is fixed, ``bias`` is learnt (SiamFC's "adjust" layer). The gain of SiamFC suits 256 feature channels; for
    fewer it grows with sqrt(256 / channels), which keeps the spread of the scores at initialisation. With the
    ``cosine`` head the scores lie in [-1, 1]; gain and bias then have no part in them, and the bias stays 0.

    Source
    ------
    Bertinetto et al. 2016, equation 1; bertinetto/siamese-fc: adjust gain 1e-3 with learning rate 0, bias 0.
    """

    def __init__(self, config: ModelConfig, head: Head = "correlation") -> None:
        super().__init__()
        self.head = head
        self.backbone = BACKBONES[config.backbone](config.width)
        channels = self.backbone[-1].out_channels
        self.gain = config.score_gain * math.sqrt(FULL_CHANNELS / channels)
        self.bias = nn.Parameter(torch.zeros(1))

    def features(self, images_BCHW: torch.Tensor) -> torch.Tensor:
        """Backbone features of RGB images in 0..255."""
        return self.backbone(images_BCHW)

    def correlate(self, exemplar_BCHW: torch.Tensor, search_BCHW: torch.Tensor) -> torch.Tensor:
        """Score map ``(B, 1, H, W)`` of two feature maps, in float32 whatever the autocast type (float64 stays).

        A bfloat16 map would round the scores by an amount that depends on their level, which some losses leave free.
        """
        with torch.autocast(search_BCHW.device.type, enabled=False):
            exemplar_BCHW, search_BCHW = _at_least_float32(exemplar_BCHW), _at_least_float32(search_BCHW)
            if self.head == "cosine":
                return cosine_correlation(exemplar_BCHW, search_BCHW)
            return self.gain * cross_correlation(exemplar_BCHW, search_BCHW) + self.bias

    def forward(self, exemplar_BCHW: torch.Tensor, search_BCHW: torch.Tensor) -> torch.Tensor:
        """Score map ``(B, 1, H, W)`` of two image batches."""
        return self.correlate(self.features(exemplar_BCHW), self.features(search_BCHW))


def build_model(config: ModelConfig, seed: int, head: Head = "correlation") -> SiamFC:
    """A network whose initial weights depend on the configuration and the seed alone, whatever the head.

    Convolutions are drawn from N(0, 2 / fan_out) ("xavier improved" of siamese-fc), biases are 0. The caller's random
    state is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SiamFC(config, head)
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(module.bias)
    return model

"""The untrained control: initial weights with fair batch-normalisation statistics."""

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from siamloss.model.device import autocast
from siamloss.pairs.loader import PairLoader

BATCHES = 50
"""Batches that the statistics are averaged over."""


def set_batch_statistics(
    model: nn.Module, loader: PairLoader, batch_size: int, precision: str = "auto", batches: int = BATCHES
) -> None:
    """Replace the running statistics of batch normalisation by plain means over the first batches of training pairs.

    A fresh layer has mean 0 and variance 1 whatever its input, so that in evaluation mode an untrained network would
    not normalise at all and be a weaker control than its weights are. The pairs are those a training with the loader's
    seed starts with; no weight changes. The model is left in evaluation mode.
    """
    layers = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a cumulative mean
    model.train()
    with torch.no_grad(), autocast(loader.device, precision):
        for number in range(batches):
            indices = np.arange(number * batch_size, (number + 1) * batch_size)
            model(*loader.load(1, indices))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.eval()


def describe_statistics(batch_size: int, batches: int = BATCHES) -> str:
    """What ``run.json`` says of them."""
    return f"mean over {batches} batches of {batch_size} training pairs, initial weights"

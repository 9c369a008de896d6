"""A backbone in 8-bit integers, for inference on a CPU: approximate, and a third of the time.

Weights are rounded to 255 levels per output channel, features to 256 levels per layer. The range of a layer's features
follows from its batch normalisation, so that no image is needed to calibrate and every image is answered on its own.

Source
------
Jacob et al. 2018, "Quantization and training of neural networks for efficient integer-arithmetic-only inference";
ranges from batch statistics as in Nagel et al. 2019, "Data-free quantization", section 4.2.
"""

from itertools import pairwise

import torch
from torch import nn

from siamloss.errors import DeviceError, DivergedError

SPREADS = 8.0
"""Standard deviations above a channel's mean that a layer's features are represented up to."""
SMALLEST = 1e-6
ONCE = [1, 1]
NOWHERE = [0, 0]


def pool_3x3_2(images_BCHW: torch.Tensor) -> torch.Tensor:
    """Maximum over 3x3 cells in steps of two, for any type; torch's own has none for 8-bit images of this size."""
    for dim in (2, 3):
        count = (images_BCHW.shape[dim] - 1) // 2
        first, second, third = (images_BCHW.narrow(dim, start, 2 * count - 1) for start in range(3))
        stepped = [torch.movedim(torch.movedim(part, dim, 0)[::2], 0, dim) for part in (first, second, third)]
        images_BCHW = torch.maximum(torch.maximum(stepped[0], stepped[1]), stepped[2])
    return images_BCHW


class Int8Conv2d(nn.Module):
    """A convolution of uint8 features; its result is uint8 without negative values, or float32 where it is the last.

    Parameters
    ----------
    layer : convolution with its batch normalisation folded in.
    input_step : value of one level of the incoming features.
    output_step : value of one level of the result; none for a float32 result, which keeps its negative values.
    """

    def __init__(self, layer: nn.Conv2d, input_step: float, output_step: float | None) -> None:
        super().__init__()
        weight_DCkk = layer.weight.detach()
        self.steps_D = weight_DCkk.abs().amax(dim=(1, 2, 3)).clamp_min(SMALLEST) / 127
        if not torch.isfinite(self.steps_D).all():
            raise DivergedError("the network has weights that are no numbers; its training diverged, use another run")
        levels = (weight_DCkk / self.steps_D[:, None, None, None]).round().to(torch.int8)
        self.stride, self.groups, self.bias_D = list(layer.stride), layer.groups, layer.bias.detach()
        self.zeros_D = torch.zeros(len(self.steps_D), dtype=torch.int32)
        self.input_step, self.output_step, self.last = input_step, output_step or 1.0, output_step is None
        self.packed = torch.ops.onednn.qconv_prepack(
            levels, self.steps_D, input_step, 0, self.stride, NOWHERE, ONCE, self.groups, None
        )

    def forward(self, images_BCHW: torch.Tensor) -> torch.Tensor:
        """``(B, C, H, W)`` uint8 -> ``(B, D, H', W')``, channels last."""
        return torch.ops.onednn.qconv_pointwise(
            images_BCHW,
            self.input_step,
            0,
            self.packed,
            self.steps_D,
            self.zeros_D,
            self.bias_D,
            self.stride,
            NOWHERE,
            ONCE,
            self.groups,
            self.output_step,
            0,
            torch.float32 if self.last else torch.uint8,
            "none" if self.last else "relu",
            [],
            "",
        )


class Int8Backbone(nn.Module):
    """A backbone of blocks of convolution, batch normalisation, pooling (3x3, step 2) and ReLU, in 8-bit integers.

    Parameters
    ----------
    layers : backbone in evaluation mode, with batch normalisation after every convolution but the last.
    folded : its convolutions with the normalisation folded in, in the same order.
    """

    def __init__(self, layers: nn.Sequential, folded: list[nn.Conv2d]) -> None:
        super().__init__()
        norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
        tops = [float((norm.bias + SPREADS * norm.weight.abs()).detach().max()) for norm in norms]
        steps = [1.0, *(max(top, SMALLEST) / 255 for top in tops), None]  # pixels are levels already
        self.blocks = nn.ModuleList(
            Int8Conv2d(layer, before, after) for layer, (before, after) in zip(folded, pairwise(steps), strict=True)
        )
        self.pooled: list[bool] = []
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                self.pooled.append(False)
            elif isinstance(layer, nn.MaxPool2d):
                self.pooled[-1] = True

    def forward(self, images_BCHW: torch.Tensor) -> torch.Tensor:
        """Features in float32 of images whose values are whole numbers from 0 to 255."""
        features = images_BCHW.to(torch.uint8).contiguous(memory_format=torch.channels_last)
        for block, pooled in zip(self.blocks, self.pooled, strict=True):
            features = block(features)
            if pooled:
                features = pool_3x3_2(features)
        return features


def refuse_int8_elsewhere(device: torch.device) -> None:
    """Raise a DeviceError where products of 8-bit integers are not computed exactly or not at all."""
    if device.type != "cpu" or not torch.cpu._is_vnni_supported():
        raise DeviceError(
            f"track.precision int8 needs a CPU with VNNI instructions, this device ({device.type}) has none; "
            "use precision: float32"
        )

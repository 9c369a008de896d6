"""3x3 convolution with a quarter of the multiplications, for inference on a CPU.

Winograd's minimal filtering F(4x4, 3x3): the image is cut into overlapping tiles of 6x6, tiles and kernels are
transformed by small constant matrices, multiplied cell by cell (36 matrix products over the channels), and transformed
back to 4x4 results. In float32 the result is as near to the exact one as that of the direct sum.

Source
------
Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", section 4.3 (the matrices of F(4x4, 3x3)).
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

TILE, STEP = 6, 4
FEWEST_CHANNELS = 192
"""Below it, transforming costs more than multiplying less saves."""
FEWEST_TILES = 64
"""Below it, reading the transformed kernels, four times as large as the kernels, costs more."""

_INPUT = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=np.float64,
)
_KERNEL = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
_OUTPUT = np.array(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], dtype=np.float64
)


def pays(layer: nn.Module) -> bool:
    """Is a layer a plain 3x3 convolution with channels enough?"""
    if not isinstance(layer, nn.Conv2d) or layer.kernel_size != (3, 3):
        return False
    plain = layer.stride == layer.dilation == (1, 1) and layer.padding == (0, 0) and layer.bias is not None
    return plain and min(layer.in_channels, layer.out_channels) // layer.groups >= FEWEST_CHANNELS


class WinogradConv2d(nn.Module):
    """The convolution of a layer that :func:`pays`, channels last: ``(B, C, H, W)`` -> ``(B, D, H - 2, W - 2)``.

    Few and small images (fewer tiles than ``fewest_tiles``) are left to the layer itself.
    """

    def __init__(self, layer: nn.Conv2d, fewest_tiles: int = FEWEST_TILES) -> None:
        super().__init__()
        self.direct, self.fewest_tiles = layer, fewest_tiles
        kernels_DCkk = layer.weight.detach().double().cpu().numpy()
        self.groups, self.bias = layer.groups, layer.bias.detach()
        kernels = np.einsum("ik,dckl,jl->ijcd", _KERNEL, kernels_DCkk, _KERNEL)
        channels = kernels_DCkk.shape[1]
        kernels = kernels.reshape(TILE * TILE, channels, self.groups, -1).transpose(0, 2, 1, 3)
        kernels = kernels.reshape(TILE * TILE * self.groups, channels, -1)
        # A tile's transform from both sides is one product with the Kronecker product of the matrix with itself.
        for name, array in (
            ("kernels", kernels),
            ("forward_matrix", np.kron(_INPUT, _INPUT)),
            ("backward_matrix", np.kron(_OUTPUT, _OUTPUT)),
        ):
            self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(array)).to(layer.weight.dtype))

    def forward(self, images_BCHW: torch.Tensor) -> torch.Tensor:
        """The layer's result, channels last in memory."""
        batch, channels, height, width = images_BCHW.shape
        down, across = -(-(height - 2) // STEP), -(-(width - 2) // STEP)
        if batch * down * across < self.fewest_tiles:
            return self.direct(images_BCHW)
        missing = (0, 0, 0, STEP * across + 2 - width, 0, STEP * down + 2 - height)
        images_BHWC = functional.pad(images_BCHW.permute(0, 2, 3, 1), missing)
        tiles = images_BHWC.unfold(1, TILE, STEP).unfold(2, TILE, STEP)  # B, down, across, C, 6, 6
        count, cells = batch * down * across, TILE * TILE
        tiles = self.forward_matrix @ tiles.permute(4, 5, 0, 1, 2, 3).reshape(cells, -1)
        tiles = tiles.view(cells, count, self.groups, channels // self.groups).transpose(1, 2)
        products = torch.bmm(tiles.reshape(cells * self.groups, count, -1), self.kernels)
        products = products.view(cells, self.groups, count, -1).transpose(1, 2).reshape(cells, -1)
        results = (self.backward_matrix @ products).view(STEP, STEP, batch, down, across, -1)
        results = results.permute(2, 3, 0, 4, 1, 5).reshape(batch, STEP * down, STEP * across, -1)
        return (results[:, : height - 2, : width - 2] + self.bias).permute(0, 3, 1, 2)

"""Comparing exemplar and search features: cross-correlation and cosine."""

import torch
from torch.nn import functional

EPSILON = 1e-12
"""Least squared norm of a feature, so that a black window has a cosine."""


def cross_correlation(exemplar_BCHW: torch.Tensor, search_BCHW: torch.Tensor) -> torch.Tensor:
    """Correlate each search feature with its own exemplar feature.

    One matrix product per pair compares every exemplar cell with every search cell; the scores are sums along its
    diagonals. On a CPU that takes a twentieth of the time of a grouped convolution, which is the same sum.

    Parameters
    ----------
    exemplar_BCHW : ``(B, C, h, w)``, or ``(1, C, h, w)`` shared by all search features.
    search_BCHW : ``(B, C, H, W)``.

    Returns
    -------
    ``(B, 1, H - h + 1, W - w + 1)``, the sum over channels.
    """
    if exemplar_BCHW.shape[0] == 1:
        return functional.conv2d(search_BCHW, exemplar_BCHW)
    batch, _, height, width = exemplar_BCHW.shape
    products = torch.bmm(exemplar_BCHW.flatten(2).transpose(1, 2), search_BCHW.flatten(2))
    products_BhwHW = products.view(batch, height, width, *search_BCHW.shape[-2:])
    columns_BhHX = _sum_diagonals(products_BhwHW.transpose(2, 3))
    return _sum_diagonals(columns_BhHX.permute(0, 3, 1, 2)).transpose(1, 2)[:, None]


def _sum_diagonals(values: torch.Tensor) -> torch.Tensor:
    """``(..., K, N)`` -> ``(..., N - K + 1)``: entry j is the sum over k of ``values[k, k + j]``.

    A row more than N long puts the entries of a diagonal below each other.
    """
    *lead, count, length = values.shape
    padded = functional.pad(values.reshape(*lead, count * length), (0, count))
    return padded.view(*lead, count, length + 1)[..., : length - count + 1].sum(dim=-2)


def cosine_correlation(exemplar_BCHW: torch.Tensor, search_BCHW: torch.Tensor) -> torch.Tensor:
    """Cosine of the angle between the exemplar feature and each window of the search feature, in [-1, 1].

    Parameters and shape as :func:`cross_correlation`; a window or an exemplar without any feature has cosine 0.
    """
    height, width = exemplar_BCHW.shape[-2:]
    energy = search_BCHW.square().sum(dim=1, keepdim=True)
    window_norm = functional.avg_pool2d(energy, (height, width), stride=1, divisor_override=1).clamp_min(EPSILON).sqrt()
    exemplar_norm = exemplar_BCHW.square().sum(dim=(1, 2, 3), keepdim=True).clamp_min(EPSILON).sqrt()
    return cross_correlation(exemplar_BCHW / exemplar_norm, search_BCHW) / window_norm

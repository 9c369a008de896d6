"""Score maps for the loss tests."""

import torch

from siamloss.pairs.labels import label_map

DTYPES = [(torch.float64, 1e-12), (torch.float32, 1e-5)]


def random_maps(dtype: torch.dtype, batch: int = 3, side: int = 7, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores ``(B, 1, H, H)`` and labels with positives, negatives and a few ignored cells."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(batch, 1, side, side, generator=generator, dtype=torch.float64).to(dtype)
    labels = label_map(side, 8.0, 16.0).repeat(batch, 1, 1, 1)
    labels[:, :, 0, :3] = 0
    labels[0, :, 1, 1] = 0
    return scores, labels


def to_lists(scores: torch.Tensor, labels: torch.Tensor) -> tuple[list[list[float]], list[list[float]]]:
    """Maps and labels as lists of floats, one list per map."""
    return scores.flatten(1).double().tolist(), labels.flatten(1).tolist()


def row(positive: list[float], negative: list[float], ignored: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """One map of one row, ``(1, 1, 1, N)`` in float64, with these scores of each class."""
    scores = torch.tensor([*positive, *negative, *[7.0] * ignored], dtype=torch.float64)
    labels = torch.tensor([1.0] * len(positive) + [-1.0] * len(negative) + [0.0] * ignored)
    return scores[None, None, None], labels[None, None, None]

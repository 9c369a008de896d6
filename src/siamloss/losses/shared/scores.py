"""The score kind: what a loss takes for the similarity of exemplar and search cell."""

from typing import Literal

import torch

from siamloss.losses.shared.cells import Cells

ScoreKind = Literal["raw", "cosine", "sigmoid"]
"""``raw``: the scores as they come. ``cosine``: as they come, and the network makes them lie in [-1, 1]. ``sigmoid``:
squashed to (0, 1) inside the loss; the tracker reads the scores as they come."""
KINDS = ("raw", "cosine", "sigmoid")


def as_kind(cells: Cells, kind: ScoreKind) -> Cells:
    """The same cells with scores of this kind."""
    return cells._replace(scores_BN=torch.sigmoid(cells.scores_BN)) if kind == "sigmoid" else cells

"""Sizes of the images that a backbone takes, and of the score map it gives."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InputGeometry:
    """Image sizes in network pixels; all backbones give a 6x6 exemplar feature and the same score maps.

    Attributes
    ----------
    exemplar_px, search_px : exemplar and search image when tracking.
    train_search_px : search image in training; smaller, so that no score cell sees padding of the store.
    stride_px : distance of two neighbouring score cells.
    """

    exemplar_px: int
    search_px: int
    train_search_px: int
    stride_px: int

    @property
    def resolution(self) -> float:
        """Network pixels per pixel of SiamFC's images: 1 for stride 8, 1/2 for stride 4."""
        return self.stride_px / 8.0

    @property
    def score_cells(self) -> int:
        """Side of the score map when tracking."""
        return (self.search_px - self.exemplar_px) // self.stride_px + 1

    @property
    def train_score_cells(self) -> int:
        """Side of the score map in training."""
        return (self.train_search_px - self.exemplar_px) // self.stride_px + 1


GEOMETRY = {
    "alexnet": InputGeometry(exemplar_px=127, search_px=255, train_search_px=239, stride_px=8),
    "small": InputGeometry(exemplar_px=63, search_px=127, train_search_px=119, stride_px=4),
}

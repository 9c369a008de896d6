"""Batches of training pairs from a crop store."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch

from siamloss.config import PairsConfig
from siamloss.crops.ahead import map_ahead
from siamloss.crops.store import CropStore, store_px
from siamloss.geometry.network import InputGeometry
from siamloss.pairs.augment import cut_batch, to_gray
from siamloss.pairs.sampler import PairBatch, sample_pairs

SAMPLED = 16
"""Batches of a stream that are sampled together."""

Images = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class PairLoader:
    """Makes the pairs with given numbers on a device.

    Attributes
    ----------
    resident : the store's crops on the device (:func:`~siamloss.pairs.resident.make_resident`), or None to read them
        from the store; the pairs are the same.
    """

    store: CropStore
    geometry: InputGeometry
    config: PairsConfig
    seed: int
    device: torch.device
    resident: torch.Tensor | None = None

    def load(self, epoch: int, indices: np.ndarray, augment: bool = True) -> Images:
        """Exemplars ``(B, 3, E, E)`` and searches ``(B, 3, S, S)``, float32 RGB in 0..255.

        With ``augment=False`` the pairs are the same, cut at the centre, unstretched and in colour.

        Raises
        ------
        CorruptError : a crop is not what was written.
        """
        batch = sample_pairs(self.store, self.config, self.seed, epoch, indices)
        return self._cut(batch, self._read(batch), augment)

    def stream(
        self, epoch: int, batches: Iterable[np.ndarray], augment: bool = True, ahead: int = 2, threads: int = 1
    ) -> Iterator[Images]:
        """:meth:`load` of one batch of pair numbers after the other, read while the consumer works on those before.

        Checking, decoding and reading are done ahead in threads, cutting on the device when a batch is asked for;
        sampling takes a few microseconds per pair. Close the iterator, or let it go, to end its threads early.

        Parameters
        ----------
        ahead : batches, at most, that are read before they are asked for.
        threads : that read; more than one pays for JPEG stores.
        """

        def read(batch: PairBatch) -> tuple[PairBatch, list[torch.Tensor]]:
            return batch, self._read(batch)

        with closing(map_ahead(read, self._sampled(epoch, batches), threads, ahead)) as made:
            for batch, crops in made:
                yield self._cut(batch, crops, augment)

    def _sampled(self, epoch: int, batches: Iterable[np.ndarray]) -> Iterator[PairBatch]:
        batches = iter(batches)
        while group := list(islice(batches, SAMPLED)):
            whole = sample_pairs(self.store, self.config, self.seed, epoch, np.concatenate(group))
            ends = np.cumsum([len(indices) for indices in group]).tolist()
            for start, end in zip([0, *ends[:-1]], ends, strict=True):
                yield whole.part(start, end)

    def _windows(self) -> list[tuple[int, int]]:
        """Side of the images of each role, and of the centre of the crops that they can come from."""
        shift_px, found = self.config.translate_px * self.geometry.resolution, []
        for side in (self.geometry.exemplar_px, self.geometry.train_search_px):
            found.append((side, min(store_px(side, shift_px, self.config.stretch), self.store.side_px)))
        return found

    def _read(self, batch: PairBatch) -> list[torch.Tensor]:
        """Centres of the crops, uint8 ``(B, P, P, 3)`` for each role; with a resident store their rows ``(B,)``."""
        found = []
        for role, (_, window) in enumerate(self._windows()):
            rows = batch.crop[:, role]
            tensor = torch.from_numpy(rows if self.resident is not None else self.store.read(rows, window))
            found.append(tensor.pin_memory() if self.device.type == "cuda" else tensor)
        return found

    def _cut(self, batch: PairBatch, crops: list[torch.Tensor], augment: bool) -> Images:
        shift = batch.shift * self.config.translate_px * self.geometry.resolution
        stretch, gray = batch.stretch, batch.gray
        if not augment:
            shift, stretch, gray = np.zeros_like(shift), np.ones_like(stretch), np.zeros_like(gray)
        grays = torch.from_numpy(gray).to(self.device, non_blocking=True)
        moves = torch.from_numpy(np.stack([shift, stretch]).astype(np.float32)).to(self.device, non_blocking=True)
        images = []
        for role, (side, window) in enumerate(self._windows()):
            centers = crops[role].to(self.device, non_blocking=True)
            if self.resident is not None:
                margin = (self.store.side_px - window) // 2
                centers = self.resident[:, margin : margin + window, margin : margin + window][centers]
            image = cut_batch(centers, side, moves[0, :, role], moves[1, :, role], self.store.side_px)
            if gray.any():
                image = to_gray(image, grays)
            images.append(image)
        return images[0], images[1]

"""Batches of training pairs from a crop store."""

from dataclasses import dataclass

import numpy as np
import torch

from siamloss.config import PairsConfig
from siamloss.crops.store import CropStore
from siamloss.geometry.network import InputGeometry
from siamloss.pairs.augment import cut_batch, to_gray
from siamloss.pairs.sampler import sample_pairs


@dataclass(frozen=True)
class PairLoader:
    """Makes the pairs with given numbers on a device."""

    store: CropStore
    geometry: InputGeometry
    config: PairsConfig
    seed: int
    device: torch.device

    def load(self, epoch: int, indices: np.ndarray, augment: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
        """Exemplars ``(B, 3, E, E)`` and searches ``(B, 3, S, S)``, float32 RGB in 0..255.

        With ``augment=False`` the pairs are the same, cut at the centre, unstretched and in colour.
        """
        batch = sample_pairs(self.store, self.config, self.seed, epoch, indices)
        shift = batch.shift * self.config.translate_px * self.geometry.resolution
        stretch, gray = batch.stretch, batch.gray
        if not augment:
            shift, stretch, gray = np.zeros_like(shift), np.ones_like(stretch), np.zeros_like(gray)
        images = []
        for role, side in enumerate((self.geometry.exemplar_px, self.geometry.train_search_px)):
            crops = torch.from_numpy(self.store.crops[batch.crop[:, role]]).to(self.device, non_blocking=True)
            image = cut_batch(crops, side, self._tensor(shift[:, role]), self._tensor(stretch[:, role]))
            if gray.any():
                image = to_gray(image, torch.from_numpy(gray).to(self.device))
            images.append(image)
        return images[0], images[1]

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(values.astype(np.float32)).to(self.device)

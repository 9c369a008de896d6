"""The verb ``siamloss scores``: score maps of a run on fixed pairs, for separability and the poster's Fig. 1."""

import io
from pathlib import Path

import numpy as np
import torch

from siamloss.config import Experiment
from siamloss.crops.store import open_store
from siamloss.model.device import choose_device, make_deterministic
from siamloss.pairs.sampler import sample_pairs
from siamloss.provenance.atomic import write_bytes
from siamloss.provenance.sealed import seal_zip
from siamloss.training.fit import make_labels, make_loader
from siamloss.training.run import load_run
from siamloss.training.validate import VALIDATION_SEED, fixed_maps

EXAMPLES = 6


def write_scores(
    experiment: Experiment, run: Path, train_store: Path, val_store: Path, out: Path, threads: int = 0
) -> None:
    """Write ``train_scores`` and ``val_scores`` float32 ``(N, H, W)``, ``labels`` int8 ``(H, W)`` and example images.

    ``train_distractor`` and ``val_distractor`` float32 ``(N,)`` are the similarity of the most similar distractor in
    the search region of each pair's search frame, NaN where the dataset does not know.

    ``example_exemplars`` ``(K, E, E, 3)`` and ``example_searches`` ``(K, S, S, 3)`` are uint8 RGB and belong to the
    first K validation maps.
    """
    device = choose_device(experiment.device)
    make_deterministic(threads)
    model = load_run(run, experiment.model, device)
    arrays: dict[str, np.ndarray] = {}
    for role, store in (("train", train_store), ("val", val_store)):
        crops = open_store(store)
        loader = make_loader(experiment, crops, VALIDATION_SEED, device)
        (maps,) = fixed_maps([model], loader, experiment.train.val_pairs, experiment.train.precision)
        arrays[f"{role}_scores"] = maps.numpy()
        if role == "val":
            count = min(EXAMPLES, experiment.train.val_pairs)
            exemplars, searches = loader.load(0, np.arange(count), augment=False)
            arrays["example_exemplars"], arrays["example_searches"] = _pictures(exemplars), _pictures(searches)
        pairs = sample_pairs(crops, experiment.pairs, VALIDATION_SEED, 0, np.arange(experiment.train.val_pairs))
        arrays[f"{role}_distractor"] = crops.distractor[pairs.crop[:, 1]]
    arrays["labels"] = make_labels(experiment, device).cpu().numpy()[0, 0].astype(np.int8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_bytes(out, seal_zip(buffer.getvalue()))


def _pictures(images_BCHW: torch.Tensor) -> np.ndarray:
    """Images as uint8 ``(K, H, W, 3)``."""
    return images_BCHW.permute(0, 2, 3, 1).round().clamp(0, 255).byte().cpu().numpy()

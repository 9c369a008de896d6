"""The file of score maps of a run, as ``siamloss scores`` writes it."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siamloss.errors import CorruptError, MissingDataError
from siamloss.provenance.sealed import ZIP_END, check_zip

REMEDY = "run snakemake again to make it"


@dataclass(frozen=True)
class Scores:
    """Score maps of one run on fixed pairs.

    Attributes
    ----------
    train, val : float32 ``(N, H, W)`` on pairs of training and of unseen scenes.
    labels : int8 ``(H, W)``, +1, -1 or 0 (ignored).
    exemplars, searches : uint8 RGB ``(K, e, e, 3)`` and ``(K, s, s, 3)``, the images of ``val[:K]``.
    train_distractor, val_distractor : float32 ``(N,)`` similarity of the most similar distractor near the target in the
        search frame, 0..1, NaN where it is not known; None in a file of an older version.
    """

    train: np.ndarray
    val: np.ndarray
    labels: np.ndarray
    exemplars: np.ndarray
    searches: np.ndarray
    train_distractor: np.ndarray | None = None
    val_distractor: np.ndarray | None = None


def _announced(data: bytes) -> int:
    """Number of arrays that the end of a zip file announces; numpy would take fewer for all."""
    return int.from_bytes(data[data.rindex(ZIP_END) + 10 :][:2], "little")


def read_scores(path: Path) -> Scores:
    """Read the score maps of one run.

    Raises
    ------
    MissingDataError : there is no such file.
    CorruptError : it is damaged, or its arrays do not fit together.
    """
    if not path.exists():
        raise MissingDataError(f"a file of score maps is missing ({path}); {REMEDY}")
    names = ("train_scores", "val_scores", "labels", "example_exemplars", "example_searches")
    optional = ("train_distractor", "val_distractor")
    try:
        data = path.read_bytes()
        check_zip(data)
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if set(file.files) - {*names, *optional} or len(file.files) != _announced(data):
                raise ValueError("other arrays than were written")
            scores = Scores(*(file[name] for name in names), *(file.get(name) for name in optional))
    except Exception as error:  # a damaged file raises nearly anything
        raise CorruptError(f"{path} is not a whole file of score maps; delete it and {REMEDY}") from error
    for maps, known in ((scores.train, scores.train_distractor), (scores.val, scores.val_distractor)):
        if maps.shape[1:] != scores.labels.shape or (known is not None and known.shape != maps.shape[:1]):
            raise CorruptError(f"{path} has maps that do not fit its labels or similarities; delete it and {REMEDY}")
    return scores

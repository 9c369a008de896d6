"""Our trackers inside the GOT-10k toolkit: an adapter for its ``Tracker``, and its OTB experiment without a download.

Imports got10k, so it is imported by whoever asks for it and by nobody else; a GPU node has no got10k.
"""

import os
from pathlib import Path

import numpy as np
from got10k.datasets import OTB
from got10k.experiments import ExperimentOTB
from got10k.trackers import Tracker as ToolkitTracker
from PIL import Image

from siamloss.tracking.tracker import Tracker


class Got10kTracker(ToolkitTracker):
    """Lets the GOT-10k toolkit run one of our trackers.

    Parameters
    ----------
    tracker : ours.
    name : of the folder its results go to.
    one_based : boxes of the toolkit count corners from 1, as OTB's annotations do, which the toolkit passes on as they
        are. They are converted on the way in and back on the way out. GOT-10k and VOT count from 0.

    Example
    -------
    >>> from siamloss.tracking.tracker import NeverMoves
    >>> Got10kTracker(NeverMoves(), "never-moves").is_deterministic
    True
    """

    def __init__(self, tracker: Tracker, name: str, one_based: bool = False) -> None:
        super().__init__(name=name, is_deterministic=True)
        self._tracker = tracker
        self._offset = np.array([1.0, 1.0, 0.0, 0.0]) * one_based

    def init(self, image: Image.Image, box: np.ndarray) -> None:
        """Start on the target; ``image`` is RGB, ``box`` x, y, w, h, px."""
        self._tracker.init(np.asarray(image), np.asarray(box, dtype=np.float64) - self._offset)

    def update(self, image: Image.Image) -> np.ndarray:
        """Box float64 ``(4,)`` in the next frame, in the coordinates of :meth:`init`."""
        box, _ = self._tracker.update(np.asarray(image))
        return box + self._offset


class OfflineExperimentOTB(ExperimentOTB):
    """The toolkit's OTB experiment on a folder that need not hold every sequence.

    The stock experiment starts a download, from an address that is gone, as soon as one folder of its list is missing.
    Everything else is the toolkit's own code: ``run``, ``report`` and their files.
    """

    def __init__(
        self,
        root: Path,
        version: int | str = 2015,
        result_dir: Path = Path("results"),
        report_dir: Path = Path("reports"),
    ) -> None:
        self.dataset = OTB(str(root), version, download=False)
        self.result_dir = os.path.join(result_dir, f"OTB{version}")
        self.report_dir = os.path.join(report_dir, f"OTB{version}")
        self.nbins_iou = 21
        self.nbins_ce = 51

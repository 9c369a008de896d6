"""What a trial is judged by: how well its network tracks the validation scenes."""

import numpy as np

from siamloss.config import Experiment
from siamloss.data.sequence import Sequence
from siamloss.geometry import overlap
from siamloss.geometry.network import GEOMETRY
from siamloss.metrics.scored import pooled_mean, scored_frames
from siamloss.model import SiamFC
from siamloss.tracking.protocols import one_pass
from siamloss.tracking.siamfc import SiamFCTracker

NAME = "ao"
"""Average overlap (GOT-10k), higher is better: the same for every loss, and what the tracker is for.

The centre error of the score map on validation pairs, SiamFC's own criterion, is recorded beside it but does not
choose: pairs are centred on the target, and on easy scenes a net that has hardly been trained peaks at the centre too.
"""


def choose_sequences(sequences: list[Sequence], count: int) -> list[Sequence]:
    """``count`` of the sequences, evenly spread over the list; all of them for 0 or too many."""
    if not 0 < count < len(sequences):
        return sequences
    return [sequences[index] for index in np.linspace(0, len(sequences) - 1, count).round().astype(int)]


def average_overlap(experiment: Experiment, model: SiamFC, sequences: list[Sequence]) -> float:
    """Mean overlap in [0, 1] over the visible frames of all sequences, each tracked in one pass from its first frame.

    The tracker has the profile's constants, for every loss alike. The model is left in evaluation mode.
    """
    geometry = GEOMETRY[experiment.model.backbone]
    tracker = SiamFCTracker(model.eval(), experiment.track, geometry, experiment.crops.context)
    means, frames = [], []
    for sequence in sequences:
        boxes = one_pass(tracker, sequence)[["x", "y", "w", "h"]].to_numpy(dtype=np.float64)
        scored = scored_frames(sequence.visible)
        overlaps = overlap(boxes[scored], sequence.boxes[scored])
        means.append(float(overlaps.mean()) if len(overlaps) else np.nan)
        frames.append(len(overlaps))
    return pooled_mean(means, frames)

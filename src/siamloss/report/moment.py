"""One frame as a run sees it: exemplar, search image, score map, and which of its cells lie on the target."""

from dataclasses import dataclass

import numpy as np

from siamloss.crops.cut import cut_patch, mean_color
from siamloss.data.sequence import Sequence
from siamloss.errors import ConfigError
from siamloss.geometry import box_center, context_size
from siamloss.geometry.network import InputGeometry
from siamloss.records import Status
from siamloss.report.examples import truth_corners
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.tracking.steps import Ask
from siamloss.tracking.watched import Seen, follow_watched


@dataclass(frozen=True)
class Moment:
    """What a run sees of one frame.

    Attributes
    ----------
    exemplar, search : uint8 RGB ``(e, e, 3)`` and ``(s, s, 3)``, what the network is given.
    score_map : float32 ``(H, H)``, raw scores.
    labels : int8 ``(H, H)``, +1 within the radius of the training's labels around the true target, else -1.
    truth : corners ``(4, 2)`` of the true target in pixels of the search image, pixel centres at whole numbers.
    covered : share of the search image's side that the cells cover, about its centre.
    """

    exemplar: np.ndarray
    search: np.ndarray
    score_map: np.ndarray
    labels: np.ndarray
    truth: np.ndarray
    covered: float


@dataclass(frozen=True)
class Eye:
    """A run, and the constants by which its maps are read.

    Attributes
    ----------
    context : share of (w + h) added around the target.
    radius_px : of the positive cells, px of the 255 px search image.
    """

    label: str
    tracker: SiamFCTracker
    geometry: InputGeometry
    context: float
    radius_px: float

    def tracked(self, sequence: Sequence, layout: str, frame: int) -> Moment:
        """What the tracker saw of a frame (0-based) when it was tracked up to it by the protocol of its layout.

        Raises
        ------
        ConfigError : it starts or pauses in this frame, the target is absent or outside the search image.
        """
        require_target(sequence, frame)
        until = cut(sequence, frame + 1)
        records, seen = follow_watched(self.tracker, layout, until)
        status = records["status"].to_numpy()
        if frame not in seen:
            state = "starts on" if status[frame] == Status.INIT else "is not tracking in"
            raise ConfigError(
                f"{self.label} {state} frame {frame + 1} of '{sequence.name}' and has no score map there; choose "
                "another frame, or --search truth"
            )
        start = int(np.flatnonzero(status[: frame + 1] == Status.INIT)[-1])
        moment = self._moment(sequence, start, frame, seen[frame])
        if not (moment.labels > 0).any():
            raise ConfigError(
                f"{self.label} has lost '{sequence.name}': in frame {frame + 1} the target is outside its search "
                "image; choose another frame, or --search truth"
            )
        return moment

    def centred(self, sequence: Sequence, frame: int) -> Moment:
        """What the network says of a search image around the true target, as in training; nothing is tracked.

        Raises
        ------
        ConfigError : the target is absent.
        """
        require_target(sequence, frame)
        box, network = sequence.boxes[frame], self.tracker.network
        side = float(context_size(box[2:], self.context)) * self.geometry.search_px / self.geometry.exemplar_px
        fill = mean_color(sequence.image(0))
        exemplar = self._exemplar(sequence, 0)
        search = cut_patch(sequence.image(frame), box_center(box), side, self.geometry.search_px, fill)
        features = network.answer([Ask(exemplar[None])])[0]
        found = network.answer([Ask(search[None], features)])[0]
        return self._moment(sequence, 0, frame, Seen(found.score_map, box_center(box), side))

    def _exemplar(self, sequence: Sequence, start: int) -> np.ndarray:
        image, box = sequence.image(start), sequence.boxes[start]
        side = float(context_size(box[2:], self.context))
        return cut_patch(image, box_center(box), side, self.geometry.exemplar_px, mean_color(image))

    def _moment(self, sequence: Sequence, start: int, frame: int, seen: Seen) -> Moment:
        geometry, cells = self.geometry, len(seen.score_map)
        fill = mean_color(sequence.image(start))
        search = cut_patch(sequence.image(frame), seen.center, seen.side, geometry.search_px, fill)
        scale = geometry.search_px / seen.side
        stride_px = geometry.stride_px / geometry.resolution
        target_px = (box_center(sequence.boxes[frame]) - seen.center) * scale / geometry.resolution
        corners = (truth_corners(sequence, frame) - 0.5 - seen.center) * scale + (geometry.search_px - 1) / 2
        return Moment(
            self._exemplar(sequence, start),
            search,
            seen.score_map,
            target_labels(target_px, cells, stride_px, self.radius_px),
            corners,
            cells * geometry.stride_px / geometry.search_px,
        )


def target_labels(target_px: np.ndarray, cells: int, stride_px: float, radius_px: float) -> np.ndarray:
    """Labels int8 ``(cells, cells)`` by the rule of the training, about a target that need not be in the centre.

    Parameters
    ----------
    target_px : x, y of the target from the centre of the map, in the unit of ``stride_px``.

    See Also
    --------
    siamloss.pairs.labels.label_map : the same about the centre.
    """
    offset = (np.arange(cells) - (cells - 1) / 2) * stride_px
    distance = np.hypot(offset[:, None] - target_px[1], offset[None, :] - target_px[0])
    return np.where(distance <= radius_px, 1, -1).astype(np.int8)


def require_target(sequence: Sequence, frame: int) -> None:
    """Raise :class:`ConfigError` where a frame (0-based) is no frame after the first, or does not show the target."""
    if not 0 < frame < len(sequence):
        raise ConfigError(
            f"'{sequence.name}' has no frame {frame + 1} to search in; choose one from 2 to {len(sequence)}"
        )
    if not sequence.visible[frame]:
        shown = np.flatnonzero(sequence.visible)
        near = shown[np.abs(shown - frame).argmin()]
        raise ConfigError(
            f"the target of '{sequence.name}' is absent in frame {frame + 1}; the nearest that shows it is {near + 1}"
        )


def cut(sequence: Sequence, count: int) -> Sequence:
    """The first frames of a sequence, without what only metrics need."""
    polygons = None if sequence.polygons is None else sequence.polygons[:count]
    return Sequence(
        sequence.name, sequence.frame_paths[:count], sequence.boxes[:count], sequence.visible[:count], polygons
    )

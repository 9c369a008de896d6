"""Challenge attributes of OTB: which ones a sequence is meant to have, and which ones it really has."""

import numpy as np

from siamloss.data.synthetic.facts import Facts

ORDER = ("IV", "SV", "OCC", "DEF", "MB", "FM", "IPR", "OPR", "OV", "BC", "LR")
BLOCK = 6
_CONFLICTS = ({"FM", "LR"}, {"FM", "OV"}, {"LR", "BC"}, {"LR", "OV"}, {"OCC", "OV"})
_EXTRAS = ("IV", "SV", "OCC", "DEF", "IPR", "OPR", "BC")

SCALE_RATIO = 2.0
FAST_PX = 20.0
LOW_AREA_PX2 = 400.0
TURN_RAD = np.deg2rad(25.0)
BEND = 0.06
BLUR_PX = 4.0
BRIGHTNESS_RATIO = 1.3
HIDDEN = 0.05
LOOK_ALIKE = 0.7


def deal(key: tuple[int, ...], index: int, sequence_rng: np.random.Generator) -> frozenset[str]:
    """Attributes that a sequence is meant to have.

    Every block of :data:`BLOCK` sequences shares out all eleven attributes, whatever the number of sequences in the
    dataset; half of the sequences draw one more. Combinations that would leave nothing to track are avoided.

    Parameters
    ----------
    key : numbers that name the dataset's draw, such as (seed, role).
    index : 0-based number of the sequence.
    sequence_rng : generator of the sequence, for the extra attribute.
    """
    block_rng = np.random.default_rng([*key, 1, index // BLOCK])
    while True:
        order = block_rng.permutation(ORDER)
        hands = [frozenset(map(str, order[i::BLOCK])) for i in range(BLOCK)]
        if all(possible(hand) for hand in hands):
            break
    hand = hands[index % BLOCK]
    extra = frozenset([str(sequence_rng.choice(_EXTRAS))])
    return hand | extra if sequence_rng.random() < 0.5 and possible(hand | extra) else hand


def possible(hand: frozenset[str]) -> bool:
    """Do these attributes together leave something to track?"""
    return not any(conflict <= hand for conflict in _CONFLICTS)


def measure(facts: Facts) -> frozenset[str]:
    """Attributes that a rendered sequence has.

    SV, FM and LR follow OTB's own definitions, on frames where the box is not cut by the image: area ratio to the
    first frame outside [0.5, 2], motion of the centre above 20 px, an area below 400 px^2. OTB leaves the others to
    the eye; here they are thresholds on what was drawn.

    Source
    ------
    Wu, Lim & Yang 2015, Object Tracking Benchmark, table 2.
    """
    whole = ~facts.cut
    area = facts.boxes[:, 2] * facts.boxes[:, 3]
    ratio = area[whole] / area[0]
    motion = np.hypot(*np.diff(facts.boxes[:, :2] + facts.boxes[:, 2:] / 2.0, axis=0).T)
    hidden = 1.0 - facts.visible / np.maximum(facts.in_view, 1e-9)
    present = {
        "IV": np.ptp(np.log(facts.brightness)) > np.log(BRIGHTNESS_RATIO),
        "SV": (ratio < 1.0 / SCALE_RATIO).any() or (ratio > SCALE_RATIO).any(),
        "OCC": (hidden[facts.in_view > 0.1] > HIDDEN).any(),
        "DEF": facts.bend.max() > BEND,
        "MB": facts.blur_px.max() >= BLUR_PX,
        "FM": (motion[whole[1:] & whole[:-1]] > FAST_PX).any(),
        "IPR": np.ptp(facts.angle) > TURN_RAD,
        "OPR": np.ptp(facts.yaw) > TURN_RAD,
        "OV": (facts.in_view < 1.0 - HIDDEN).any(),
        "BC": facts.look_alike >= LOOK_ALIKE,
        "LR": (area[whole] < LOW_AREA_PX2).any(),
    }
    return frozenset(name for name in ORDER if present[name])

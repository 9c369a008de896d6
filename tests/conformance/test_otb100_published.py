"""Published boxes on OTB must score the published numbers: 2 trackers, 3 lists, AUC and precision, to three decimals.

Source of the numbers: Dong and Shen 2018 (triplet loss), Fig. 4; SiamFC-3s is Bertinetto et al. 2016.
"""

import functools
from pathlib import Path

import numpy as np
import pytest

from siamloss.data.text import read_lines, read_table
from siamloss.metrics import otb
from siamloss.metrics.protocols import OTB

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "otb100"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"needs the OTB-100 annotations and results in {DATA}")

PUBLISHED = {
    ("SiamFC-3s", "otb2013"): (0.607, 0.809),
    ("SiamFC-3s", "otb50"): (0.516, 0.692),
    ("SiamFC-3s", "otb100"): (0.582, 0.771),
    ("SiamFC-tri", "otb2013"): (0.615, 0.815),
    ("SiamFC-tri", "otb50"): (0.531, 0.713),
    ("SiamFC-tri", "otb100"): (0.590, 0.781),
}


@functools.cache
def read_boxes(folder):
    """All boxes of a folder by sequence, converted from 1-based to 0-based."""
    to_zero_based = np.array([1.0, 1.0, 0.0, 0.0])
    return {
        path.stem: read_table(path, "boxes", (4,)) - to_zero_based for path in sorted((DATA / folder).glob("*.txt"))
    }


def frame_pairs(tracker, sequence_list="otb100"):
    """Results and annotations of every sequence, aligned at the end."""
    truth, results = read_boxes("annotations"), read_boxes(f"results/{tracker}")
    return [
        otb.align(results[name], truth[name]) for name in read_lines(DATA / f"{sequence_list}.txt", "sequence list")
    ]


@pytest.mark.parametrize(("tracker", "sequence_list"), PUBLISHED)
def test_published_scores_are_reproduced(tracker, sequence_list):
    mean = otb.mean_score(otb.score_sequence(*pair) for pair in frame_pairs(tracker, sequence_list))
    assert (round(mean.success_auc, 3), round(mean.precision_20, 3)) == PUBLISHED[tracker, sequence_list]


def test_tiger1_aligned_at_the_head_gives_another_number():
    truth, results = read_boxes("annotations"), read_boxes("results/SiamFC-3s")
    first, last = OTB.tiger1_result_range
    assert len(results["Tiger1"]) == last - first + 1 == len(truth["Tiger1"]) - first + 1
    mean = otb.mean_score(otb.score_sequence(results[name], truth[name][: len(results[name])]) for name in truth)
    assert (round(mean.success_auc, 4), round(mean.precision_20, 4)) == (0.5788, 0.7644)


def test_near_misses_of_the_protocol_give_other_numbers():
    overlaps = [otb.frame_scores(*pair)[0] for pair in frame_pairs("SiamFC-3s")]
    mean_overlap = np.mean([values.mean() for values in overlaps])
    not_strict = np.mean([(values[:, None] >= otb.SUCCESS_THRESHOLDS).mean() for values in overlaps])
    assert (round(mean_overlap, 4), round(not_strict, 4)) == (0.5894, 0.5892)


def test_annotations_with_a_value_not_above_zero():
    odd = {
        name: int((otb.frame_scores(boxes, boxes)[0] < 0).sum()) for name, boxes in read_boxes("annotations").items()
    }
    assert {name: count for name, count in odd.items() if count} == {
        "Biker": 7,
        "Board": 1,
        "Crowds": 1,
        "Twinnings": 1,
    }

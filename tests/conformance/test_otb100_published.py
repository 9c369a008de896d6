"""Published boxes on OTB must score the published numbers: 2 trackers, 3 lists, AUC and precision, to three decimals.

Source of the numbers: Dong and Shen 2018 (triplet loss), Fig. 4; SiamFC-3s is Bertinetto et al. 2016.
"""

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from siamloss.cli_evaluate import app
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


def evaluate(out, *options):
    """What `siamloss evaluate otb` writes as JSON."""
    command = ["otb", "--annotations", str(DATA / "annotations"), "--json", str(out), *map(str, options)]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(out.read_text())


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
    names = read_lines(DATA / f"{sequence_list}.txt", "sequence list")
    return [otb.align(results[name], truth[name], name) for name in names]


@pytest.mark.parametrize(("tracker", "sequence_list"), PUBLISHED)
def test_the_command_reproduces_the_published_scores(tracker, sequence_list, tmp_path):
    found = evaluate(
        tmp_path / "o.json", "--results", DATA / "results" / tracker, "--list", DATA / f"{sequence_list}.txt"
    )
    assert (round(found["success_auc"], 3), round(found["precision_20"], 3)) == PUBLISHED[tracker, sequence_list]
    assert (found["missing"], len(found["trackers"][tracker]["sequences"])) == (
        0,
        len(read_lines(DATA / f"{sequence_list}.txt", "list")),
    )


def test_both_trackers_and_a_list_by_name_in_one_call(tmp_path):
    found = evaluate(tmp_path / "o.json", "--results", DATA / "results", "--list", "otb50")["trackers"]
    rounded = {
        name: tuple(round(item["overall"][key], 3) for key in ("success_auc", "precision_20"))
        for name, item in found.items()
    }
    assert rounded == {tracker: PUBLISHED[tracker, "otb50"] for tracker in ("SiamFC-3s", "SiamFC-tri")}


@pytest.mark.parametrize("tracker", ["SiamFC-3s", "SiamFC-tri"])
def test_scoring_records_gives_what_scoring_files_gives(tracker, tmp_path):
    """0-based boxes sequence by sequence against 1-based files all at once."""
    mean = otb.mean_score(otb.score_sequence(*pair) for pair in frame_pairs(tracker))
    found = evaluate(tmp_path / "o.json", "--results", DATA / "results" / tracker)
    for metric in ("success_auc", "precision_20", "normalized_precision", "normalized_precision_20"):
        assert getattr(mean, metric) == pytest.approx(found[metric], abs=1e-12)


def test_the_variants_differ_by_what_the_documentation_says(tmp_path):
    """The table of docs/metrics.md, SiamFC-3s on OTB-100."""
    options = ("--results", DATA / "results" / "SiamFC-3s", "--variant")
    found = {name: evaluate(tmp_path / "o.json", *options, name) for name in ("otb", "got10k", "pysot")}
    rounded = {
        name: [round(100 * item[key], 2) for key in ("success_auc", "precision_20", "normalized_precision")]
        for name, item in found.items()
    }
    assert rounded == {"otb": [58.21, 77.05, 63.44], "got10k": [58.24, 77.05, 63.41], "pysot": [58.24, 77.05, 63.42]}


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

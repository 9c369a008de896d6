"""Both ways with the GOT-10k toolkit 0.1.3: it runs our trackers, and its reports equal ours on the same files.

The toolkit is as published: nothing in it is patched. Its OTB experiment downloads what is missing, so every folder of
its list exists here, most of them empty; its plots are left out.
"""

import numpy as np
import pytest

from siamloss.evaluate.got10k import evaluate_got10k
from siamloss.evaluate.otb import evaluate_otb
from siamloss.geometry.network import GEOMETRY
from siamloss.metrics import otb
from siamloss.metrics.otb_lists import OTB2013
from siamloss.paths import Home
from siamloss.tracking.protocols import one_pass
from siamloss.tracking.tracker import NeverMoves

pytest.importorskip("got10k")

NAMES = ("Basketball", "Bolt")
TIGHT = {"rel": 0, "abs": 1e-9}


@pytest.fixture(scope="module")
def siamfc(tiny):
    """Our tracker with an untrained network."""
    from siamloss.model import build_model
    from siamloss.tracking.siamfc import SiamFCTracker

    model = build_model(tiny.model, 0).eval()
    return SiamFCTracker(model, tiny.track, GEOMETRY[tiny.model.backbone], tiny.crops.context)


@pytest.fixture(scope="module")
def drawn(tiny):
    """Folders of the drawn test sets, by format."""
    return {item.format: Home(tiny).data / item.name for item in tiny.datasets.test}


def no_plots(experiment):
    """The stock class with its plotting left out."""
    return type("WithoutPlots", (experiment,), {"plot_curves": lambda self, *arguments: None})


@pytest.fixture(scope="module")
def otb_root(drawn, tmp_path_factory):
    """Drawn sequences under names of OTB-2013; all its other folders are there and empty."""
    root = tmp_path_factory.mktemp("otb2013")
    sources = sorted(path for path in drawn["otb"].iterdir() if (path / "groundtruth_rect.txt").is_file())
    for name in {name.removesuffix("-1").removesuffix("-2") for name in OTB2013} - set(NAMES):
        (root / name).mkdir()
    for name, source in zip(NAMES, sources, strict=True):
        (root / name).symlink_to(source)
    return root


@pytest.fixture(scope="module")
def otb_reports(otb_root, siamfc, tmp_path_factory):
    """The toolkit's report on two of our trackers, and the folder of their results."""
    from got10k.experiments import ExperimentOTB

    from siamloss.tracking.got10k_tracker import Got10kTracker

    results, reports = tmp_path_factory.mktemp("results"), tmp_path_factory.mktemp("reports")
    experiment = no_plots(ExperimentOTB)(str(otb_root), 2013, str(results), str(reports))
    assert experiment.dataset.seq_names == list(NAMES)
    for tracker, name in ((siamfc, "siamfc"), (NeverMoves(), "never-moves")):
        experiment.run(Got10kTracker(tracker, name, one_based=True))
    return experiment.report(["siamfc", "never-moves"]), results / "OTB2013"


def test_the_toolkit_runs_our_tracker_on_otb_as_we_do(otb_reports, otb_root, siamfc, tmp_path):
    """The same boxes as our own one pass, 0-based there and 1-based here."""
    from siamloss.data.otb import read_otb

    _, results = otb_reports
    for sequence in read_otb(otb_root, NAMES):
        own = one_pass(siamfc, sequence)[["x", "y", "w", "h"]].to_numpy()
        theirs = np.loadtxt(results / "siamfc" / f"{sequence.name}.txt", delimiter=",")
        np.testing.assert_allclose(theirs - [1, 1, 0, 0], own, atol=5.001e-4)
        assert np.ptp(theirs[:, 0]) > 0


def test_our_otb_metrics_equal_the_toolkits_report(otb_reports, otb_root):
    report, results = otb_reports
    found = evaluate_otb(otb_root, [results], variant="got10k")
    assert set(found.trackers) == {"siamfc", "never-moves"}
    for name, own in found.trackers.items():
        overall = report[name]["overall"]
        assert own.overall["success_auc"] == pytest.approx(overall["success_score"], **TIGHT)
        assert own.overall["precision_20"] == pytest.approx(overall["precision_score"], **TIGHT)
        np.testing.assert_allclose(own.curves["success"], overall["success_curve"], rtol=0, atol=1e-9)
        np.testing.assert_allclose(own.curves["precision"], overall["precision_curve"], rtol=0, atol=1e-9)
        assert 0 < overall["success_score"] < otb.HIGHEST_AUC
        for sequence in NAMES:
            assert own.sequences[sequence]["success_auc"] == pytest.approx(
                report[name]["seq_wise"][sequence]["success_score"], **TIGHT
            )


def test_the_offline_experiment_needs_no_empty_folders_and_reports_the_same(otb_reports, otb_root, tmp_path):
    from siamloss.tracking.got10k_tracker import OfflineExperimentOTB

    for name in NAMES:
        (tmp_path / "otb" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "otb" / name).symlink_to((otb_root / name).resolve())
    report, results = otb_reports
    experiment = no_plots(OfflineExperimentOTB)(tmp_path / "otb", 2013, results.parent, tmp_path / "reports")
    again = experiment.report(["siamfc"])["siamfc"]["overall"]
    assert again["success_score"] == report["siamfc"]["overall"]["success_score"]


def test_our_got10k_metrics_equal_the_toolkits_report(drawn, siamfc, tmp_path):
    from got10k.experiments import ExperimentGOT10k

    from siamloss.tracking.got10k_tracker import Got10kTracker

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "val").symlink_to(drawn["got10k"])
    experiment = no_plots(ExperimentGOT10k)(
        str(tmp_path / "data"), "val", str(tmp_path / "results"), str(tmp_path / "reports")
    )
    trackers = {"siamfc": siamfc, "never-moves": NeverMoves()}
    for name, tracker in trackers.items():
        experiment.run(Got10kTracker(tracker, name))
    report = experiment.report(list(trackers))
    found = evaluate_got10k(tmp_path / "data" / "val", [tmp_path / "results" / "GOT-10k"])
    assert set(found.trackers) == set(trackers)
    for name, own in found.trackers.items():
        overall = report[name]["overall"]
        assert own.overall["ao"] == pytest.approx(overall["ao"], **TIGHT)
        assert own.overall["sr_50"] == pytest.approx(overall["sr"], **TIGHT)
        assert own.overall["sr_75"] == pytest.approx(overall["succ_curve"][75], **TIGHT)
        for sequence, values in report[name]["seq_wise"].items():
            assert own.sequences[sequence]["ao"] == pytest.approx(values["ao"], **TIGHT)
            assert own.sequences[sequence]["sr_50"] == pytest.approx(values["sr"], **TIGHT)


def test_reports_agree_on_boxes_without_area_outside_the_image_and_at_every_threshold(drawn, tmp_path):
    """Result files that no tracker of ours would write, in the toolkit's own names."""
    from got10k.experiments import ExperimentGOT10k

    rng = np.random.default_rng(5)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "val").symlink_to(drawn["got10k"])
    for folder in sorted(drawn["got10k"].glob("*/")):
        truth = np.loadtxt(folder / "groundtruth.txt", delimiter=",").round()
        boxes = truth + rng.integers(-4, 5, truth.shape) * rng.choice([0, 1, 40], (len(truth), 1))
        boxes[:, 2:] = np.maximum(boxes[:, 2:], 0)
        boxes[3], boxes[5] = [-30, -30, 40, 40], [0, 0, 0, 0]
        target = tmp_path / "results" / "GOT-10k" / "odd" / folder.name / f"{folder.name}_001.txt"
        target.parent.mkdir(parents=True)
        np.savetxt(target, boxes, fmt="%.3f", delimiter=",")
        np.savetxt(target.with_name(f"{folder.name}_time.txt"), np.ones(len(truth)))
    experiment = no_plots(ExperimentGOT10k)(
        str(tmp_path / "data"), "val", str(tmp_path / "results"), str(tmp_path / "reports")
    )
    report = experiment.report(["odd"])["odd"]["overall"]
    found = evaluate_got10k(tmp_path / "data" / "val", [tmp_path / "results" / "GOT-10k"]).trackers["odd"].overall
    assert (found["ao"], found["sr_50"]) == pytest.approx((report["ao"], report["sr"]), **TIGHT)

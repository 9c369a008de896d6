"""The GOT-10k toolkit's own report on the same result files: accuracy and robustness to 1e-9."""

import pytest
from tests.outside.got10k_vot import got10k_report, write_set

from siamloss.evaluate.vot import evaluate_vot

TRACKERS = ("one", "two")


@pytest.mark.parametrize("repetitions", [1, 3])
def test_accuracy_and_robustness_equal_the_report(tmp_path, repetitions):
    pytest.importorskip("got10k", reason="needs got10k")
    write_set(tmp_path, (90, 61, 8, 140), TRACKERS, repetitions, seed=repetitions)
    report = got10k_report(tmp_path, TRACKERS)
    folders = [tmp_path / "results" / "VOT2018" / tracker for tracker in TRACKERS]
    found = evaluate_vot(tmp_path / "data", folders, variant="got10k").trackers
    for tracker in TRACKERS:
        assert report[tracker]["robustness"] > 0
        for name in ("accuracy", "robustness"):
            assert found[tracker].overall[name] == pytest.approx(report[tracker][name], abs=1e-9)

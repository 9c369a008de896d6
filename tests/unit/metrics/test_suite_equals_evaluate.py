"""The tables of a run have the numbers that `siamloss evaluate` gives for the same trajectories, to 1e-12."""

import numpy as np
import pandas as pd
import pytest

from siamloss.config import Dataset, StatsConfig, SyntheticConfig
from siamloss.data.got10k import read_got10k
from siamloss.data.otb import read_otb
from siamloss.data.synthetic import write_dataset
from siamloss.data.vot import read_vot
from siamloss.evaluate.got10k import evaluate_got10k
from siamloss.evaluate.otb import evaluate_otb
from siamloss.evaluate.vot import evaluate_vot
from siamloss.metrics import METRICS, measure
from siamloss.records import COLUMNS, Status
from siamloss.stats import summarise

FRAMES = {"otb": 12, "got10k": 12, "vot": 60}
READ = {"otb": read_otb, "got10k": read_got10k, "vot": read_vot}
EVALUATE = {"otb": evaluate_otb, "got10k": evaluate_got10k, "vot": evaluate_vot}
CODES = {Status.INIT: "1", Status.FAILURE: "2", Status.SKIPPED: "0"}


def drawn(form, folder):
    """A drawn dataset; 60 frames end inside VOT2019's interval, 46 to 291."""
    small = SyntheticConfig(sequences=4, frames=FRAMES[form], seed=3, width=120, height=90)
    dataset = Dataset(form, form, "test", synthetic=small, year=2019 if form == "vot" else 0)
    folder.mkdir()
    write_dataset(dataset, folder)
    return dataset, READ[form](folder)


def trajectory(sequence, rng, supervised):
    """Records of a run that drifts; on VOT it fails now and then, never on the last sequence's first 55 frames."""
    boxes = sequence.boxes + np.cumsum(rng.normal(0, 0.8, sequence.boxes.shape), axis=0)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], 2.0)
    status = np.full(len(sequence), int(Status.TRACKED))
    status[0] = Status.INIT
    if supervised and not sequence.name.endswith("4"):
        lost = int(rng.integers(3, 40))
        status[lost : lost + 6] = [Status.FAILURE, *[Status.SKIPPED] * 4, Status.INIT]
    table = pd.DataFrame(boxes, columns=["x", "y", "w", "h"])
    table = table.assign(sequence=sequence.name, frame=range(len(table)), score=0.0, seconds=0.01, status=status)
    return table[list(COLUMNS)].astype(COLUMNS)


def write_results(folder, form, table):
    """The records as result files, every digit."""
    for name, rows in table.groupby("sequence"):
        boxes = rows[["x", "y", "w", "h"]].to_numpy(np.float64) + (np.array([1, 1, 0, 0]) if form == "otb" else 0)
        lines = [
            (CODES.get(code) if form == "vot" else None) or ",".join(map(repr, box))
            for box, code in zip(boxes.tolist(), rows["status"], strict=True)
        ]
        path = folder / f"{name}.txt" if form == "otb" else folder / name / f"{name}_001.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("form", READ)
def test_every_metric_of_the_tables(tmp_path, form):
    dataset, sequences = drawn(form, tmp_path / "truth")
    rng = np.random.default_rng(8)
    table = pd.concat([trajectory(sequence, rng, form == "vot") for sequence in sequences])
    write_results(tmp_path / "mine", form, table)
    metrics, _ = measure(dataset, sequences, {("mine", 0): table})
    summary = summarise(metrics, ["mine"], "mine", StatsConfig(draws=10)).set_index("metric")["mean"]
    year = {"year": 2019} if form == "vot" else {}
    expected = EVALUATE[form](tmp_path / "truth", [tmp_path / "mine"], **year).trackers["mine"].overall
    assert set(summary.index) == {name for name, info in METRICS.items() if info.benchmark_format == form}
    assert set(summary.index) == set(expected) - {"robustness"}
    for metric, value in summary.items():
        assert 0 < value < 3
        assert value == pytest.approx(expected[metric], abs=1e-12), metric

"""The table of speed, from records and facts that are written down here."""

import pandas as pd
import pytest
from tests.unit.report.fakes import make_experiment

from siamloss.paths import Home
from siamloss.records import write_records
from siamloss.report.speed import COLUMNS, speed_frame, speed_table
from siamloss.report.tables import main_rows


def records(seconds):
    count = len(seconds)
    table = pd.DataFrame({name: [1.0] * count for name in "xywh"})
    return table.assign(sequence="a", frame=range(count), score=0.0, seconds=seconds, status=[1] + [0] * (count - 1))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    experiment = make_experiment(tmp_path_factory.mktemp("results"))
    home = Home(experiment)
    write_records(home.records("gsl", 0, "synthetic-otb"), records([0.0, 0.02, 0.02]))
    write_records(home.records("gsl", 1, "synthetic-otb"), records([0.0, 0.01, 0.01]))
    write_records(home.records("never-moves", 0, "synthetic-otb"), records([0.0, 0.0, 0.0]))
    facts = [
        {"variant": "gsl", "seed": 0, "seconds": 40.0, "pairs_per_s": 300.0, "device": "one"},
        {"variant": "gsl", "seed": 1, "seconds": 44.0, "pairs_per_s": 310.0, "device": "two"},
    ]
    return experiment, speed_frame(experiment, home, facts)


def test_frames_without_time_are_not_counted_and_controls_left_out(measured):
    _, frame = measured
    assert list(frame.columns) == COLUMNS
    tracked = frame[frame["stage"] == "track"]
    assert tracked[["variant", "seed", "count"]].values.tolist() == [["gsl", 0, 2], ["gsl", 1, 2]]
    assert tracked["per_second"].tolist() == pytest.approx([50.0, 100.0])


def test_cells_hold_mean_and_range_and_a_dash_where_nothing_is_known(measured):
    experiment, frame = measured
    table = speed_table(frame, main_rows(experiment), experiment)
    rows = {row.variant: row.cells for row in table.rows}
    assert "never-moves" not in rows
    assert (rows["gsl"][0].value, rows["gsl"][0].details) == ("75.0", ("[50.0, 100.0]",))
    assert rows["gsl"][1].value == rows["logistic"][0].value == "\u2013"
    seconds, pace, hardware = rows["gsl"][-3:]
    assert (seconds.value, seconds.details) == ("42.0", ("[40.0, 44.0]",))
    assert pace.value == "305"
    assert hardware.value == "one, two"


def test_the_table_is_the_same_from_its_file(measured, tmp_path):
    experiment, frame = measured
    frame.to_csv(tmp_path / "speed.csv", index=False)
    again = pd.read_csv(tmp_path / "speed.csv", keep_default_na=False, na_values=[""])
    rows = main_rows(experiment)
    assert speed_table(again, rows, experiment) == speed_table(frame, rows, experiment)

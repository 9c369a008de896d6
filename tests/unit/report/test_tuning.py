"""What was chosen by tuning, as numbers, as a table and in words; and the figure of all trials."""

import math
from dataclasses import replace

import numpy as np
import pytest

from siamloss.report import style
from siamloss.report.inputs import read_tunings
from siamloss.report.trials import draw_trials
from siamloss.report.tuning import standing_for, tuning_caption, tuning_frame, tuning_sentence, tuning_table


@pytest.fixture
def tunings(experiment, home):
    return read_tunings(experiment, home)


def test_a_row_holds_the_budget_the_overlaps_and_what_was_chosen(experiment, tunings):
    frame = tuning_frame(tunings, experiment).set_index("variant")
    assert list(frame.index) == ["logistic", "gsl", "<script>", "gsl[eta=0.5]"]
    record = tunings["gsl"]
    chosen = record["trials"][record["chosen_trial"]]
    row = frame.loc["gsl"]
    assert (
        row["ao"]
        == chosen["ao"]
        == max(trial["ao"] for trial in record["trials"] if not (trial["collapsed"] or trial["diverged"]))
    )
    assert row["catalogue_ao"] == record["trials"][0]["ao"]
    assert row["lr_start"] == chosen["values"]["lr_scale"] * experiment.train.lr_start
    assert row["lr_end"] == chosen["values"]["lr_scale"] * experiment.train.lr_end
    assert row["eta"] == chosen["values"]["eta"]
    assert math.isnan(frame.loc["logistic", "eta"])
    assert (row["trials"], row["collapsed"], row["diverged"]) == (8, 1, 1)
    assert row["pairs"] == 8 * experiment.tune.epochs * experiment.tune.pairs_per_epoch


def test_a_cell_takes_its_base_values_except_those_its_name_sets(experiment, tunings):
    cell = replace(experiment.variant("gsl[eta=0.5]"), params={"eta": 0.5})
    changed = replace(experiment, variants=(*experiment.variants[:3], cell))
    frame = tuning_frame(tunings, changed).set_index("variant")
    assert frame.loc["gsl[eta=0.5]", "eta"] == 0.5
    assert frame.loc["gsl[eta=0.5]", "lr_scale"] == frame.loc["gsl", "lr_scale"]
    assert standing_for("gsl", changed).name == "gsl"
    assert standing_for("gsl", replace(changed, variants=(cell,))).name == "gsl[eta=0.5]"


def test_an_instance_that_sets_its_rate_keeps_it(experiment, tunings):
    cell = replace(experiment.variant("gsl"), lr_scale=2.0, fixed=("lr_scale",))
    frame = tuning_frame(tunings, replace(experiment, variants=(cell,)))
    assert frame["lr_start"].item() == 2.0 * experiment.train.lr_start


def test_the_table_prints_rates_and_unusable_trials(experiment, tunings):
    table = tuning_table(tuning_frame(tunings, experiment), experiment)
    assert [column.name for column in table.columns] == [
        *("learning rate", "eta", "alpha", "chosen", "catalogue", "trials", "pairs", "collapsed", "diverged")
    ]
    baseline, ours = table.rows[:2]
    scale = tunings["gsl"]["chosen"]["lr_scale"]
    assert ours.cells[0].value == f"{scale * experiment.train.lr_start:.1e}".replace("e-03", "e\u22123")
    assert ours.cells[0].details[1] == f"scale \u00d7 {scale:.3g}"
    assert baseline.cells[1].value == "\u2013"
    assert (baseline.role, ours.role) == ("baseline", "ours")
    assert [cell.value for cell in ours.cells[5:]] == ["8", "200\u00a0000", "1", "1"]


def test_the_caption_says_equal_only_where_it_is(experiment, tunings):
    frame = tuning_frame(tunings, experiment)
    equal = tuning_caption(frame, experiment)
    assert "The same budget for each of the 4 variants: 8 trials and 200\u00a0000 training pairs." in equal
    assert "val (role val)" in equal
    assert "takes its values" in equal
    frame.loc[0, "trials"] = 9
    assert "not on equal terms" in tuning_caption(frame, experiment)
    assert "takes its values" not in tuning_caption(frame[frame["variant"] == frame["tuned_as"]], experiment)


def test_the_sentence_says_how_rates_were_chosen(experiment, tunings):
    frame = tuning_frame(tunings, experiment)
    assert tuning_sentence(frame, experiment) == (
        "For each loss, the learning rate and, where a loss has them, eta and alpha were chosen on the validation "
        "scenes of val with the same budget of 8 trials."
    )
    assert "the learning rate was chosen" in tuning_sentence(frame.drop(columns=["eta", "alpha"]), experiment)
    assert "nothing was tuned" in tuning_sentence(None, experiment)


@pytest.fixture
def figure(experiment, tunings):
    return draw_trials(tunings, experiment, style.looks(experiment.variants, "logistic", "gsl"))


def test_a_panel_per_tuned_variant_with_every_trial_and_one_ring(figure, tunings):
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert len(panels) == len(tunings) == 3
    for axes, record in zip(panels, tunings.values(), strict=True):
        assert axes.get_xscale() == "log"
        rings = [line for line in axes.lines if line.get_markersize() == 8]
        (ring,) = rings
        best = record["trials"][record["chosen_trial"]]
        assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (best["values"]["lr_scale"], best["ao"])
        assert len(axes.lines) == len(record["trials"]) + 1
        squares = [line for line in axes.lines if line.get_marker() == "s"]
        assert [line.get_xdata()[0] for line in squares] == [1.0]


def test_trials_without_an_overlap_are_crosses_inside_the_panel(figure):
    axes = figure.axes[0]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    low, high = axes.get_ylim()
    assert len(crosses) == 2
    assert all(low < line.get_ydata()[0] < high for line in crosses)


def test_all_trials_unusable_still_draw(experiment, tunings):
    lost = {name: {**record, "trials": [dict(t) for t in record["trials"]]} for name, record in tunings.items()}
    for record in lost.values():
        for trial in record["trials"]:
            trial.update(diverged=True, ao=None)
    figure = draw_trials(lost, experiment, style.looks(experiment.variants, "logistic", "gsl"))
    assert all(np.isfinite(line.get_ydata()).all() for line in figure.axes[0].lines)

"""Collapsed runs are named everywhere and never left out."""

from dataclasses import replace

from siamloss.report.collapse import DAGGER, FOOTNOTE, Collapse, count_collapses, mark_labels, warning, with_notes
from siamloss.report.table import Column, Row, Table

FOUND = {"gsl": Collapse(1, 2)}


def test_runs_are_counted_by_variant():
    facts = [{"variant": "gsl", "seed": seed, "collapsed": seed == 1} for seed in (0, 1)]
    facts += [{"variant": "logistic", "seed": 0, "collapsed": False}, {"variant": "older", "seed": 0}]
    assert count_collapses(facts) == FOUND
    assert FOUND["gsl"].note == "\u2020 1 of 2 runs collapsed"
    assert Collapse(1, 1).note == "\u2020 1 of 1 run collapsed"


def test_labels_get_a_dagger_in_the_main_list_and_in_grids(experiment):
    cells = replace(experiment, grid_variants=(experiment.variant("gsl"),))
    marked = mark_labels(cells, FOUND)
    assert [v.label.endswith(DAGGER) for v in marked.variants] == [v.name == "gsl" for v in experiment.variants]
    assert marked.grid_variants[0].label == "GSL \u2020"


def test_rows_get_a_note_and_the_caption_a_footnote(experiment):
    rows = (
        Row("GSL", (), variant="gsl"),
        Row("Logistic", (), variant="logistic"),
        Row("GSL", (), note="n", variant="gsl"),
    )
    table = Table("t", "Words.", (Column("", "a"),), rows)
    noted = with_notes(table, experiment, FOUND)
    note = "\u2020 1 of 2 runs collapsed"
    assert [row.note for row in noted.rows] == [note, "", f"n; {note}"]
    assert noted.caption == f"Words. {FOOTNOTE}"
    assert "count in the mean" in FOOTNOTE
    assert with_notes(table, experiment, {"gsl[eta=0.5]": Collapse(1, 2)}) == table


def test_the_warning_names_ours_and_the_baseline_only(experiment):
    both = {"gsl": Collapse(2, 2), "logistic": Collapse(1, 2), "<script>": Collapse(1, 2)}
    assert warning(experiment, both) == (
        "\u2020 Collapsed: 2 of 2 runs of GSL and 1 of 2 runs of Logistic (SiamFC); they count in these numbers."
    )
    assert warning(experiment, {"<script>": Collapse(1, 2)}) == ""

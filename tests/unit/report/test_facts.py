"""Provenance for people."""

from siamloss.report.facts import duration, flatten, show, split_facts


def test_nested_facts_become_one_level():
    assert flatten({"versions": {"torch": "2", "numpy": {"abi": 1}}, "seed": 0}) == {
        "versions torch": "2",
        "versions numpy abi": 1,
        "seed": 0,
    }


def test_what_all_runs_share_is_said_once():
    runs = [
        {"variant": "gsl", "seed": 0, "device": "cpu", "seconds": 1.23456, "threads": 1},
        {"variant": "gsl", "seed": 1, "device": "cpu", "seconds": 2.0},
    ]
    shared, columns, rows = split_facts(runs)
    assert shared == {"device": "cpu"}
    assert columns == ["variant", "seed", "seconds", "threads"]
    assert rows == [["gsl", "0", "1.235", "1"], ["gsl", "1", "2", ""]]


def test_variant_and_seed_stay_with_their_run_even_if_there_is_one():
    shared, columns, rows = split_facts([{"variant": "gsl", "seed": 0, "device": "cpu"}])
    assert (shared, columns, rows) == ({"device": "cpu"}, ["variant", "seed"], [["gsl", "0"]])


def test_values_as_text():
    assert show("a" * 64) == "a" * 12
    assert show("g" * 64) == "g" * 64
    assert show([1, 0.5]) == "1, 0.5"
    assert (show(True), show(None)) == ("yes", "None")
    assert [duration(s) for s in (41.4, 720, 12240)] == ["41 s", "12 min", "3.4 h"]

"""How often the test benchmarks were looked at."""

from siamloss.report.evaluations import Evaluations, count_evaluations


def entry(variant, seed, benchmark):
    return {"variant": variant, "seed": seed, "benchmark": benchmark, "frames": 9}


def test_repeated_are_those_after_the_first_of_a_variant_seed_and_benchmark():
    ledger = [entry("gsl", 0, "otb"), entry("gsl", 0, "vot"), entry("gsl", 1, "otb"), entry("a", 0, "otb")]
    assert count_evaluations(ledger) == Evaluations(4, 0)
    found = count_evaluations([*ledger, *2 * [entry("gsl", 0, "otb")]])
    assert str(found) == "6, of which 2 repeated"


def test_no_ledger_means_none():
    assert count_evaluations([]) == Evaluations(0, 0)

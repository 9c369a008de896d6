"""docs/metrics.md explains every metric of the catalogue, by its name, label and direction."""

import pytest
from tests.docs.blocks import ROOT

from siamloss.metrics.catalogue import EVALUATED_METRICS
from siamloss.report.separation import QUANTITIES


def rows(columns: int) -> dict[str, list[str]]:
    """Rows of the page's tables with so many columns and a direction in the sixth or the last one, by their metric."""
    lines = [line for line in (ROOT / "docs" / "metrics.md").read_text().splitlines() if line.startswith("| `")]
    split = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    found = [row for row in split if len(row) == columns and {"higher", "lower"} & set(row)]
    assert len({row[0] for row in found}) == len(found), "a metric stands there twice"
    return {row[0].strip("` |"): row for row in found}


def test_the_page_has_the_metrics_of_the_catalogue_and_no_others():
    assert set(rows(7)) == set(EVALUATED_METRICS)
    assert set(rows(5)) == set(QUANTITIES)


@pytest.mark.parametrize("name", EVALUATED_METRICS)
def test_label_and_direction_are_those_of_the_code_and_nothing_is_left_empty(name):
    info = EVALUATED_METRICS[name]
    _, label, formula, span, better, source, differences = rows(7)[name]
    assert label == info.label
    assert better == ("higher" if info.higher_is_better else "lower")
    assert all(len(cell) > 3 for cell in (formula, span, source, differences))


@pytest.mark.parametrize("name", QUANTITIES)
def test_quantities_of_separation_are_those_of_the_code(name):
    _, label, formula, span, better = rows(5)[name]
    assert label == QUANTITIES[name].label
    assert better == ("higher" if QUANTITIES[name].higher_is_better else "lower")
    assert formula
    assert span

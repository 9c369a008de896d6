"""The lists of OTB sequences and the spellings of their names."""

import re
from pathlib import Path

import pytest

from siamloss.metrics.otb_lists import LISTS, OTB50, OTB100, OTB2013, sequence_key

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "otb100"


def test_the_lists_have_the_published_sizes_and_no_doubles():
    assert [len(set(names)) for names in (OTB2013, OTB50, OTB100)] == [51, 50, 100]
    assert set(OTB2013) | set(OTB50) < set(OTB100)
    assert LISTS["tb50"] is LISTS["otb50"] is OTB50 is not OTB2013


def test_two_targets_are_two_sequences():
    assert {name for name in OTB100 if "-" in name} == {
        *("Jogging-1", "Jogging-2", "Skating2-1", "Skating2-2", "Human4-2"),
    }


@pytest.mark.parametrize("name", ["otb2013", "otb50", "otb100"])
def test_the_lists_equal_those_beside_the_published_results(name):
    if not DATA.is_dir():
        pytest.skip(f"the lists of OTB are not at {DATA}")
    assert set(LISTS[name]) == set((DATA / f"{name}.txt").read_text().split())


def test_the_lists_equal_the_toolkits():
    """There a folder with two targets is one name, and Human4 has one."""
    toolkit = pytest.importorskip("got10k.datasets").OTB
    for version, ours in ((2013, OTB2013), ("tb50", OTB50), (2015, OTB100)):
        theirs = vars(toolkit)["_OTB__version_dict"][version]
        assert {re.sub(r"-[12]$", "", name) for name in ours} == set(theirs)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("jogging_1", "Jogging-1"), ("Jogging.2", "Jogging-2"), ("Human4", "Human4-2"), ("Skating2-1", "Skating2-1")],
)
def test_spellings_of_one_sequence_have_one_key(spelling, name):
    assert sequence_key(spelling) == sequence_key(name)


def test_names_that_only_end_in_a_digit_stay_apart():
    assert len({sequence_key(name) for name in OTB100}) == 100

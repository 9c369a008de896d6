"""The worked case of docs/statistics.md: its numbers are those of the published boxes."""

from pathlib import Path

import pytest

from siamloss.stats.worked_case import to_markdown, worked_case

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data" / "otb100"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"needs the OTB-100 annotations and results in {DATA}")


@pytest.fixture(scope="module")
def table():
    return worked_case(DATA)


def test_the_docs_show_what_the_command_prints(table):
    text = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    assert to_markdown(table) in text


def test_the_headline_gain_is_not_significant(table):
    """+.008 AUC; a paired percentile interval of [-.0038, +.0214] and p = .23 were found by other code."""
    found = table[(table["list"] == "OTB-100") & (table["metric"] == "success_auc")].iloc[0]
    assert found["difference"] == "+0.0080"
    low, high = map(float, found["95 % interval"].strip("[]").split(", "))
    assert (low, high) == (pytest.approx(-0.0038, abs=0.001), pytest.approx(0.0214, abs=0.001))
    assert float(found["p (sequences)"]) == pytest.approx(0.23, abs=0.01)
    assert found["wins / losses / ties"] == "60 / 40 / 0"
    assert float(found["detectable"]) == pytest.approx(0.018, abs=0.001)

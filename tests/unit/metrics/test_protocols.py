"""The written constants are those of the code, and each names its source."""

from dataclasses import fields
from pathlib import Path

import yaml

from siamloss.metrics.protocols import GOT10K, OTB, VOT, VOT_YEARS, VotProtocol, to_yaml

CONFIG = Path(__file__).resolve().parents[3] / "config" / "protocols.yaml"


def test_the_yaml_file_is_up_to_date():
    assert CONFIG.read_text(encoding="utf-8") == to_yaml(), (
        "write it again: python -c 'from siamloss.metrics.protocols import to_yaml; print(to_yaml(), end=\"\")' "
        "> config/protocols.yaml"
    )


def test_every_constant_is_in_the_yaml_with_meaning_and_source():
    written = yaml.safe_load(to_yaml())
    for name, protocol in (("otb", OTB), ("got10k", GOT10K), ("vot", VOT)):
        assert list(written[name]) == [item.name for item in fields(protocol)]
        assert all(entry["meaning"] and entry["source"] for entry in written[name].values())


def test_the_numbers_of_the_official_protocols():
    assert (OTB.success_thresholds, OTB.precision_thresholds, OTB.precision_px, OTB.undefined) == (21, 51, 20, -1.0)
    assert OTB.frame_ranges == {
        "David": (300, 770),
        "Football1": (1, 74),
        "Freeman3": (1, 460),
        "Freeman4": (1, 283),
        "Diving": (1, 215),
    }
    assert OTB.tiger1_result_range == (6, 354)
    assert (GOT10K.first_scored_frame, GOT10K.success_rates) == (1, (0.5, 0.75))
    assert (VOT.burn_in, VOT.skip) == (10, 5)
    assert (VOT.repetitions, VOT.identical_repetitions, VOT.sensitivity) == (15, 3, 30)
    assert (VOT.grace, VOT.threshold, VOT.anchor_every) == (10, 0.1, 50)


def test_the_years_of_vot():
    assert list(VOT_YEARS) == list(range(2013, 2023))
    assert [item.kind for item in VOT_YEARS.values()] == ["supervised"] * 7 + ["multistart"] * 3
    intervals = {year: item.eao_interval for year, item in VOT_YEARS.items()}
    assert intervals[2013] is None
    assert intervals[2014] is None
    assert intervals[2015] == intervals[2016] == (108, 371)
    assert intervals[2017] == intervals[2018] == (100, 356)
    assert intervals[2019] == (46, 291)
    assert intervals[2020] == intervals[2021] == intervals[2022] == (115, 755)
    assert [VOT_YEARS[year].unsupervised_burn_in for year in (2015, 2016, 2019, 2020)] == [None, 10, 10, 1]


def test_what_was_not_checked_says_so():
    assert "not checked" in VotProtocol.__dataclass_fields__["anchor_every"].metadata["source"]
    years = yaml.safe_load(to_yaml())["vot_years"]
    assert years[2019]["eao_interval"] == [46, 291]
    assert all(entry["source"] for entry in years.values())

"""The written constants are those of the code, and each names its source."""

from dataclasses import fields
from pathlib import Path

import yaml

from siamloss.metrics.protocols import GOT10K, OTB, VOT, to_yaml

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

"""What the demo's ablation must show; run after `make ablation` by `make check-ablation`."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "results" / "demo" / "ablation"
PROFILE = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text())

pytestmark = pytest.mark.demo


def test_it_has_a_table_and_a_figure_for_every_grid():
    for grid in PROFILE["ablation"]["grids"]:
        assert len(pd.read_csv(FOLDER / f"{grid}.csv")) > 10
        assert list((FOLDER / grid).glob("*.png"))
    assert "</html>" in (FOLDER / "index.html").read_text()

"""Parts of the page: looks, data of the script, what parts are about, glyphs, run panels, and its policy."""

import base64
import hashlib
import json
import re

import cv2
import numpy as np
import pandas as pd
import pytest
from tests.unit.report.fakes import VARIANTS, make_experiment

from siamloss.errors import CorruptError, MissingDataError
from siamloss.report import style
from siamloss.report.gallery import Picture
from siamloss.report.page_data import curve_data, frame_data, to_json
from siamloss.report.page_looks import DARK_PAPER, LEAST_CONTRAST, SHAPES, contrast, on_dark, shown_variants
from siamloss.report.page_runs import run_panels
from siamloss.report.page_verdict import glyph
from siamloss.report.page_view import About, about_picture, view_table
from siamloss.report.runs import RunLine
from siamloss.report.table import Cell, Column, Row, Table
from siamloss.report.templates import script, template


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return make_experiment(tmp_path_factory.mktemp("plain"))


def test_looks_are_those_of_the_figures(plain):
    looks = style.looks(plain.variants, plain.baseline, plain.report.ours)
    shown = {variant.name: variant for variant in shown_variants(plain)}
    assert list(shown) == [variant.name for variant in VARIANTS]
    assert all(shown[name].color == look.color for name, look in looks.items())
    assert shown["logistic"].dashes == "" != shown["<script>"].dashes
    assert (shown["gsl"].role, shown["logistic"].role, shown["never-moves"].control) == ("ours", "baseline", True)
    assert set(style.MARKERS) <= set(SHAPES)
    assert re.fullmatch(r"runs-[A-Za-z0-9_-]+", shown["<script>"].runs)


def test_colours_stand_out_from_dark_paper_and_those_that_do_are_kept():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for color in (*style.OTHERS, style.OURS, style.CONTROL, style.BASELINE):
        assert contrast(on_dark(color), DARK_PAPER) >= LEAST_CONTRAST
    assert on_dark("#e69f00") == "#e69f00"


def test_json_cannot_leave_its_script():
    value = {"name": "</script><!-- & \u2028", "x": 0.1}
    text = str(to_json(value))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value
    with pytest.raises(ValueError, match="JSON"):
        to_json(float("nan"))


def test_curves_are_means_over_sequences_with_the_range_over_seeds(plain):
    rows = [
        ("synthetic-otb", "success", "gsl", seed, sequence, threshold, value)
        for seed, values in ((0, (0.8, 0.4)), (1, (1.0, 0.2)))
        for sequence, shift in (("a", -0.1), ("b", 0.1))
        for threshold, value in zip((0.0, 0.5), (values[0] + shift, values[1] + shift), strict=True)
    ]
    names = ["benchmark", "curve", "variant", "seed", "sequence", "threshold", "value"]
    found = curve_data(pd.DataFrame(rows, columns=names), shown_variants(plain))
    panel = found["synthetic-otb"]["success"]
    assert list(found["synthetic-otb"]) == ["success"]
    assert panel["thresholds"] == [0.0, 0.5]
    (line,) = panel["lines"]
    assert line["variant"] == "gsl"
    assert line["mean"] == pytest.approx([0.9, 0.3])
    assert line["low"] == pytest.approx([0.8, 0.2])
    assert line["high"] == pytest.approx([1.0, 0.4])
    assert line["score"] == pytest.approx(0.6)


def test_frames_take_their_pictures_in_and_a_broken_catalogue_is_named(tmp_path):
    picture = cv2.imencode(".webp", np.zeros((4, 4, 3), np.uint8))[1].tobytes()
    (tmp_path / "one.webp").write_bytes(picture)
    (tmp_path / "frames.json").write_text(json.dumps({"sequences": [{"frames": [{"image": "one.webp"}]}]}))
    found = frame_data(tmp_path)
    image = found["sequences"][0]["frames"][0]["image"]
    assert base64.b64decode(image.removeprefix("data:image/webp;base64,")) == picture
    assert found["colors"][0] == "#00224e"
    (tmp_path / "one.webp").unlink()
    with pytest.raises(MissingDataError, match=r"a frame is missing"):
        frame_data(tmp_path)
    (tmp_path / "frames.json").write_text("{}")
    with pytest.raises(CorruptError, match="not a catalogue of frames; delete"):
        frame_data(tmp_path)


def test_columns_rows_and_cells_are_about_benchmarks_and_variants(plain):
    columns = (Column("synthetic-otb", "AUC"), Column("synthetic-otb", "P"), Column("fit", "KS"))
    rows = (Row("GSL", (Cell("1"),) * 3, variant="gsl"), Row("other", (Cell("2"),) * 3))
    view = view_table(Table("main", "Words.", columns, rows), plain, shown_variants(plain))
    assert view.columns == (About(benchmark="synthetic-otb"),) * 2 + (About(),)
    assert [(name, width, about.benchmark) for name, width, about in view.groups] == [
        ("synthetic-otb", 2, "synthetic-otb"),
        ("fit", 1, ""),
    ]
    assert [place for _, _, place in view.cells(rows[0])] == ["runs-gsl"] * 3
    assert [place for _, _, place in view.cells(rows[1])] == [""] * 3


def test_columns_of_a_table_by_attribute_are_variants(plain):
    trained = [variant for variant in plain.variants if not variant.control]
    columns = tuple(Column("AUC", variant.label) for variant in trained)
    table = Table("attributes-synthetic-vot-eao", "Words.", columns, (Row("FM", (Cell("1"),) * len(columns)),))
    view = view_table(table, plain, shown_variants(plain))
    assert view.about == About(benchmark="synthetic-vot")
    assert [column.variant for column in view.columns] == [variant.name for variant in trained]
    assert view.cells(table.rows[0])[1][2] == "runs-gsl"


@pytest.mark.parametrize(
    ("section", "path", "about"),
    [
        ("curves", "curves/synthetic-otb", About(benchmark="synthetic-otb")),
        ("curves", "success-and-precision-synthetic-got10k", About(benchmark="synthetic-got10k")),
        ("qualitative", "qualitative/synthetic-vot-seq1", About(benchmark="synthetic-vot")),
        ("scores", "score-map-and-gaussians-gsl[eta=0.5]", About(variant="gsl[eta=0.5]")),
        ("scores", "fig1/gsl", About(variant="gsl")),
        ("training", "training-gsl", About()),
    ],
)
def test_pictures_tell_what_they_are_about(plain, section, path, about):
    assert about_picture(Picture(section, path, "", "", 1, 1), plain) == about


def test_glyphs_put_better_to_the_right():
    row = pd.Series({"diff": 0.02, "diff_low": -0.01, "diff_high": 0.04})
    up, down = glyph(row, True), glyph(row, False)
    assert up.low < 50 < up.middle < up.high < 100
    assert (down.low, down.high) == pytest.approx((100 - up.high, 100 - up.low))
    assert glyph(pd.Series({"diff": 0.02, "diff_low": float("nan"), "diff_high": 0.04}), True) is None
    assert glyph(pd.Series({"diff": 0.0, "diff_low": 0.0, "diff_high": 0.0}), True).low == 50


def test_run_panels_share_what_is_common_and_list_what_differs(plain):
    track = {"synthetic-otb": {"frames": "36", "records sha256": "aa"}}
    lines = [
        RunLine("gsl", "GSL", 0, "finished", "", {"spec": "s", "weights sha256": "w0"}, track),
        RunLine("gsl", "GSL", 1, "missing", "no weights", {"spec": "s"}, {}),
    ]
    (panel,) = run_panels(lines, shown_variants(plain))
    assert panel.shared == {"spec": "s"}
    assert panel.columns == ["weights sha256"]
    assert panel.rows == [(0, "finished", "", ["w0"]), (1, "missing", "no weights", ["\u2013"])]
    assert panel.tracks == [(0, "synthetic-otb", ["36", "aa"])]


def test_the_policy_names_the_script_that_is_there_and_allows_no_other(tmp_path):
    page = template("layout.html.j2", tmp_path).render()
    (code,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")
    assert code == script()
    assert not re.search(r"\beval\b|innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|fetch\(", code)

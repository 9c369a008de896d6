"""The three entry points, from files to files, and the page they make."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from tests.unit.report.fakes import COLLAPSED

from siamloss.errors import MissingDataError
from siamloss.metrics.catalogue import is_main
from siamloss.paths import Home
from siamloss.report import style
from siamloss.report.attributes import COLUMNS as ATTRIBUTE_COLUMNS
from siamloss.report.figures_job import write_figures
from siamloss.report.gallery import CATALOGUE, data_uri, read_gallery
from siamloss.report.inputs import SEEDS, read_metrics
from siamloss.report.job import write_tables
from siamloss.report.page_job import write_page
from siamloss.stats.comparison import COMPARISON_COLUMNS
from siamloss.stats.summary import COLUMNS, summarise

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def tables(experiment, home, sequences, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("out") / "tables"
    write_tables(experiment, home, out)
    return out


@pytest.fixture(scope="module")
def figures(experiment, home, sequences, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("out") / "figures"
    fewer = replace(experiment, report=replace(experiment.report, qualitative_sequences=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "DPI", 50)
        write_figures(fewer, home, sequences, out)
    return out


@pytest.fixture(scope="module")
def page(experiment, home, tables, figures, tmp_path_factory) -> str:
    out = tmp_path_factory.mktemp("out") / "report" / "index.html"
    write_page(experiment, home, tables, figures, out)
    assert [path.name for path in out.parent.iterdir()] == ["index.html"]
    return out.read_text(encoding="utf-8")


def test_claims_are_judged_where_the_profile_names_a_file_of_them(experiment, home, tables, figures, tmp_path):
    assert not (tables / "claims.csv").exists()
    published = ROOT / "config" / "published.yaml"
    told = replace(experiment, report=replace(experiment.report, published=str(published)))
    write_tables(told, home, tmp_path / "tables")
    rows = pd.read_csv(tmp_path / "tables" / "claims.csv")
    assert {"GSL over-fits less than the pairwise loss", "SiamFC-3s"} <= set(rows["claim"])
    assert set(rows["verdict"]) <= {"consistent", "lower", "higher", "undecided", "not comparable"}
    assert (tmp_path / "tables" / "claims.md").read_text(encoding="utf-8").startswith("| claim |")
    write_page(told, home, tmp_path / "tables", figures, tmp_path / "index.html")
    assert "GSL over-fits less than the pairwise loss" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_comparison_has_a_row_for_every_row_of_the_summary(tables):
    found = pd.read_csv(tables / "comparison.csv")
    assert list(found.columns) == [*COMPARISON_COLUMNS, SEEDS]
    keys = ["benchmark", "metric", "variant"]
    assert found[keys].values.tolist() == pd.read_csv(tables / "summary.csv")[keys].values.tolist()


def test_attributes_in_csv_are_every_digit_of_what_the_page_shows(experiment, tables):
    found = pd.read_csv(tables / "attributes.csv")
    assert list(found.columns) == [*ATTRIBUTE_COLUMNS, SEEDS]
    assert set(found["benchmark"]) == {"synthetic-otb", "synthetic-vot"}
    row = found[(found["metric"] == "success_auc") & (found["attribute"] == "FM") & (found["variant"] == "gsl")]
    assert f"{row['mean'].item():.3f}"[1:] in (tables / "attributes-synthetic-otb-success_auc.md").read_text("utf-8")


def test_page_shows_comparison_and_attributes_in_sections_of_their_own(page, tables):
    found = Page(page)
    assert {"comparison", "attributes"} <= {attributes.get("id") for tag, attributes in found.tags if tag == "section"}
    text = " ".join(found.text.split())
    rows = pd.read_csv(tables / "comparison.csv").set_index(["metric", "variant"])
    assert f"detects {rows.loc[('success_auc', 'gsl'), 'detectable']:.3f}".replace("0.", ".") in text
    assert "probability of improvement" in text
    assert "FM fast motion (3)" in text
    assert "LR low resolution (1)\u2021" in text
    assert "not corrected for their number" in text


class Page(HTMLParser):
    """Start tags with their attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_csv_is_tidy_and_equals_the_summary(experiment, home, tables):
    names = [variant.name for variant in experiment.variants]
    metrics, fixed = read_metrics(experiment, home), ("never-moves",)
    expected = summarise(metrics, names, experiment.baseline, experiment.stats, fixed)
    assert (tables / "main.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join([*COLUMNS, SEEDS])
    main = expected["metric"].map(is_main)
    for name, rows in (("main", expected[main]), ("further", expected[~main]), ("summary", expected)):
        found = pd.read_csv(tables / f"{name}.csv")
        rows = rows[COLUMNS[:-1]].reset_index(drop=True)
        pd.testing.assert_frame_equal(found[COLUMNS[:-1]], rows, check_exact=True, check_dtype=False)


def test_csv_leaves_p_empty_below_six_seeds(tables):
    rows = (tables / "main.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(row.endswith((",,2 of 2", ",,1 of 1")) for row in rows)
    assert "nan" not in " ".join(rows).lower()


def test_terms_csv_holds_the_baseline_and_the_terms(tables):
    assert set(pd.read_csv(tables / "terms.csv")["variant"]) == {"logistic", "gsl", "gsl[eta=0.5]"}


def test_every_table_comes_in_three_forms(tables):
    stems = {
        "main",
        "further",
        "terms",
        "comparison",
        "separability",
        "moments",
        "hard-samples",
        "overfitting",
        "speed",
        "tuning",
    }
    by_attribute = {f"attributes-synthetic-otb-{metric}" for metric in ("success_auc", "precision_20")}
    by_attribute |= {f"attributes-synthetic-vot-{metric}" for metric in ("accuracy", "failures")}
    expected = {f"{stem}.{suffix}" for stem in stems | by_attribute for suffix in ("csv", "md", "tex")}
    shared = {"summary.csv", "attributes.csv", "verdict.md", "manifest.json"}
    assert {path.name for path in tables.iterdir()} == expected | shared
    latex = (tables / "main.tex").read_text(encoding="utf-8")
    # The name takes several lines of its row.
    assert r"\textless{}script\textgreater" in latex
    assert r"\&" in latex
    assert r"\$a\_b\$" in latex
    assert "<script>" not in (tables / "main.md").read_text(encoding="utf-8")


def test_tables_are_the_same_every_time(experiment, home, tables, tmp_path):
    write_tables(experiment, home, tmp_path / "again")
    for path in tables.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_missing_metrics_leave_older_tables_alone(experiment, home, tmp_path):
    lost = replace(experiment, results=str(tmp_path))
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "main.csv").write_text("older", encoding="utf-8")
    with pytest.raises(MissingDataError, match="run 'snakemake'"):
        write_tables(lost, Home(lost), tmp_path / "tables")
    assert (tmp_path / "tables" / "main.csv").read_text(encoding="utf-8") == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_every_figure_is_png_pdf_and_svg_and_in_the_catalogue(experiment, figures):
    pictures = read_gallery(figures)
    stems = {picture.path for picture in pictures}
    assert {f"score-map-and-gaussians-{v.name}" for v in experiment.variants if not v.control} <= stems
    for folder, wanted in ((figures, stems), (figures / "column", _with_a_column_layout(stems))):
        found = {path.name for path in folder.iterdir() if path.suffix[1:] in style.FORMATS}
        assert found == {f"{stem}.{kind}" for stem in wanted for kind in style.FORMATS}
    assert {picture.section for picture in pictures} == {
        "differences",
        "curves",
        "attributes",
        "scores",
        "overview",
        "training",
        "tuning",
        "overfitting",
        "hard-samples",
        "qualitative",
    }
    assert all(picture.alt and picture.caption for picture in pictures)


def _with_a_column_layout(stems):
    return {stem for stem in stems if not stem.startswith(("score-map", "qualitative-"))}


def test_figures_are_drawn_for_the_width_of_a_page_and_of_a_column(figures):
    for folder, width in ((figures, style.PAGE_IN), (figures / "column", style.COLUMN_IN)):
        for path in folder.glob("*.png"):
            with Image.open(path) as image:
                assert image.width == round(50 * width), path.name


def test_a_collapsed_run_is_called_so_in_its_caption_too(figures):
    captions = {picture.path: picture.caption for picture in read_gallery(figures)}
    assert "collapsed" in captions[f"score-map-and-gaussians-{COLLAPSED}"]
    assert "Gaussian overlap ." in captions["score-map-and-gaussians-gsl"]


def test_a_figure_job_that_fails_leaves_nothing(experiment, home, tmp_path):
    more = replace(experiment, seeds=(0, 1, 5))
    with pytest.raises(MissingDataError, match="seed 5"):
        write_figures(more, home, {}, tmp_path / "figures")
    assert list(tmp_path.iterdir()) == []


def test_page_refers_to_nothing_outside_itself(page):
    for tag, attributes in Page(page).tags:
        assert tag not in ("link", "iframe", "object", "base")
        assert tag != "script" or set(attributes) <= {"type", "id"}, "no script from elsewhere"
        for name in ("src", "href", "srcset", "data", "action"):
            if name in attributes:
                assert attributes[name].startswith("#" if tag in ("a", "use") else "data:image/"), (tag, name)
    assert not re.search(r"https?://|url\(|@import", page.replace("http://www.w3.org/2000/svg", ""))
    assert "default-src 'none'" in page


def test_every_image_has_words_and_a_size(page, figures):
    images = [attributes for tag, attributes in Page(page).tags if tag == "img"]
    assert len(images) == sum(picture.section != "overview" for picture in read_gallery(figures))
    assert all(attributes["alt"] and int(attributes["width"]) > 0 for attributes in images)


def test_names_are_escaped(page):
    blocks = [attributes.get("type") for tag, attributes in Page(page).tags if tag == "script"]
    assert blocks == ["application/json", None], "the data of the charts, and the page's own script"
    assert page.count("<script") == page.count("</script>") == 2
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; 50% $a_b$" in page


def test_links_lead_somewhere(page):
    found = Page(page)
    ids = {attributes["id"] for _, attributes in found.tags if "id" in attributes}
    assert {attributes["href"][1:] for tag, attributes in found.tags if tag == "a"} <= ids
    labels = {attributes["aria-labelledby"] for _, attributes in found.tags if "aria-labelledby" in attributes}
    assert labels <= ids


def test_page_opens_with_the_verdict_and_says_that_no_test_is_printed(page):
    text = Page(page).text
    assert text.index("No p and no significance star is printed") < text.index("Main table\n")
    assert "GSL minus Logistic (SiamFC)" in text
    assert all(word in page for word in ("prefers-color-scheme: dark", "@media print", "overflow-x: auto"))


def test_page_prints_the_numbers_of_the_csv(page, tables):
    rows = pd.read_csv(tables / "main.csv")
    text = Page(page).text
    for value in rows.loc[rows["metric"] == "success_auc", "mean"]:
        assert f"{value:.3f}".removeprefix("0") in text


def test_page_shows_where_runs_come_from(page):
    text = Page(page).text
    for fact in ("2.13.0", "spec hash", "training time", "310"):
        assert fact in text


def test_page_says_how_rates_were_chosen_and_how_often_the_test_sets_were_looked_at(page):
    text = " ".join(Page(page).text.split())
    assert "chosen on the validation scenes of val with the same budget of 8 trials." in text
    assert "Test evaluations ever made: 0, of which 0 repeated." in text
    assert "Tuning on equal terms" in text


def test_without_tuning_the_page_says_that_nothing_was_tuned(experiment, home, tables, figures, tmp_path):
    plain = replace(experiment, tune=replace(experiment.tune, trials=0))
    write_page(plain, home, tables, figures, tmp_path / "index.html")
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "nothing was tuned" in html
    assert 'id="tuning"' not in html
    write_tables(plain, home, tmp_path / "tables")
    assert not (tmp_path / "tables" / "tuning.csv").exists()


def test_a_collapsed_run_is_noted_in_every_table_that_has_it(page, tables):
    note = "\u2020 1 of 2 runs collapsed"
    names = (
        "main",
        "further",
        "comparison",
        "terms",
        "separability",
        "moments",
        "hard-samples",
        "overfitting",
        "speed",
        "tuning",
    )
    for name in names:
        assert note in (tables / f"{name}.md").read_text(encoding="utf-8"), name
    assert page.count(note) == len(names)
    by_attribute = (tables / "attributes-synthetic-otb-success_auc.md").read_text(encoding="utf-8")
    assert "0.5\\] \u2020 |" in by_attribute
    assert "Runs that collapsed" in by_attribute
    assert 'class="warning"' not in page


def test_a_collapse_of_ours_is_in_the_verdict(experiment, home, tables, figures, tmp_path):
    ours = replace(experiment, report=replace(experiment.report, ours=COLLAPSED))
    write_tables(ours, home, tmp_path / "tables")
    verdict = (tmp_path / "tables" / "verdict.md").read_text(encoding="utf-8")
    assert verdict.startswith("\u2020 Collapsed: 1 of 2 runs of gsl")
    write_page(ours, home, tmp_path / "tables", figures, tmp_path / "index.html")
    assert 'class="warning"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_page_is_the_same_every_time_and_small(experiment, home, tables, figures, page, tmp_path):
    write_page(experiment, home, tables, figures, tmp_path / "index.html")
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == page
    assert len(page) < 15e6


def test_page_without_its_inputs_says_what_to_run(experiment, home, tables, figures, tmp_path):
    with pytest.raises(MissingDataError, match=r"summary.csv.*run 'snakemake'"):
        write_page(experiment, home, tmp_path / "none", figures, tmp_path / "index.html")
    with pytest.raises(MissingDataError, match=rf"{CATALOGUE}.*run 'snakemake'"):
        write_page(experiment, home, tables, tmp_path / "none", tmp_path / "index.html")
    assert list(tmp_path.iterdir()) == []


def test_a_large_picture_is_packed_and_a_small_one_kept(tmp_path):
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "large.png")
    Image.fromarray(noise[:9, :9]).save(tmp_path / "small.png")
    assert data_uri(tmp_path / "large.png").startswith("data:image/webp;base64,")
    assert data_uri(tmp_path / "small.png").startswith("data:image/png;base64,")

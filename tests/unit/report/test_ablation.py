"""The report on the ablation, from files to a folder."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from tests.unit.report.fakes_grids import make_ablation, write_ablation_home
from tests.unit.report.test_job import Page

from siamloss.errors import MissingDataError
from siamloss.paths import Home
from siamloss.report import style
from siamloss.report.ablation import write_ablation
from siamloss.report.ablation_figures import default_words
from siamloss.report.gallery import read_gallery
from siamloss.report.grids import grid_view
from siamloss.report.inputs import read_metrics
from siamloss.stats.summary import COLUMNS, summarise

GRIDS = ("eta-alpha", "eta", "score", "three", "terms")


@pytest.fixture(scope="module")
def ablation(tmp_path_factory):
    experiment = make_ablation(tmp_path_factory.mktemp("results"))
    fewer = tuple(dataset for dataset in experiment.datasets.test if dataset.format != "got10k")
    experiment = replace(experiment, datasets=replace(experiment.datasets, test=fewer))
    return experiment, write_ablation_home(experiment)


@pytest.fixture(scope="module")
def folder(ablation, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "ablation"
    experiment, home = ablation
    home.ledger.write_text('{"variant": "gsl", "seed": 0, "benchmark": "otb"}\n' * 3, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "DPI", 40)
        write_ablation(experiment, home, out)
    return out


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def test_every_grid_has_its_tables_in_three_forms(folder):
    stems = {f"{name}{part}" for name in GRIDS for part in ("", "-validation")} | {"tuning"}
    found = {path.name for path in folder.iterdir() if path.is_file()}
    assert found == {f"{stem}.{kind}" for stem in stems for kind in ("csv", "md", "tex")} | {
        "index.html",
        "figures.json",
        "manifest.json",
    }


def test_figures_follow_the_number_of_parameters(folder, ablation):
    places = {f"eta-alpha/{dataset.name}-over-eta-and-alpha" for dataset in ablation[0].datasets.test}
    places.add("eta-alpha/validation-over-eta-and-alpha")
    lines = {f"{name}/{place}-over-{name}" for name in ("eta", "score") for place in ("test", "validation")}
    pictures = {picture.path: picture for picture in read_gallery(folder)}
    assert set(pictures) == places | lines | {"terms/differences-to-logistic"}
    files = {str(path.relative_to(folder)) for path in folder.rglob("*-*.*") if path.parent != folder}
    both = {path for name in pictures for path in (name, f"column/{name}")}
    assert files == {f"{path}.{kind}" for path in both for kind in style.FORMATS}
    for path, picture in pictures.items():
        warned = "tuning on the test set" in picture.caption
        assert warned == ("/validation" not in path and path != "terms/differences-to-logistic"), path
        assert path == "terms/differences-to-logistic" or "The default cell has the catalogue's" in picture.caption


def test_numbers_are_those_of_the_summary_to_the_baseline(folder, ablation):
    experiment, home = ablation
    view = grid_view(experiment, experiment.grids[1])
    names = [variant.name for variant in view.variants]
    expected = summarise(read_metrics(experiment, home, ablation=True), names, "logistic", experiment.stats)
    found = pd.read_csv(folder / "eta.csv")
    pd.testing.assert_frame_equal(found[COLUMNS[:9]], expected[COLUMNS[:9]], check_exact=True, check_dtype=False)
    assert set(pd.read_csv(folder / "eta-validation.csv")["quantity"]) == {
        "center_error_px",
        "roc_auc",
        "gaussian_overlap",
    }


def test_collapsed_runs_are_noted_in_tables_and_captions(folder):
    for name in ("eta-alpha", "eta", "eta-validation"):
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
        assert "\u2020 1 of 2 runs collapsed" in text
        assert "they count in the mean" in text
    assert "collapsed" not in (folder / "score.md").read_text(encoding="utf-8")
    captions = {picture.path: picture.caption for picture in read_gallery(folder)}
    assert "collapsed run" in captions["eta-alpha/validation-over-eta-and-alpha"]


def test_tuning_has_a_row_per_tuned_variant(folder):
    rows = pd.read_csv(folder / "tuning.csv")
    assert rows["variant"].tolist() == rows["tuned_as"].tolist() == ["logistic", "gsl", "gsl-dis", "gsl-hard"]


def test_the_page_refers_to_nothing_outside_itself(page):
    found = Page(page)
    assert [tag for tag, _ in found.tags].count("script") == 1
    for tag, attributes in found.tags:
        assert tag not in ("link", "iframe")
        for name in ("src", "href"):
            if name in attributes:
                assert attributes[name].startswith("#" if tag == "a" else "data:image/")
    assert not re.search(r"https?://|url\(|@import", page.replace("http://www.w3.org/2000/svg", ""))
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"][1:] for tag, attributes in found.tags if tag == "a"} <= set(ids)


def test_the_page_holds_every_picture_and_says_what_not_to_do(page, folder):
    found = Page(page)
    images = [attributes for tag, attributes in found.tags if tag == "img"]
    assert len(images) == len(read_gallery(folder))
    assert all(attributes["alt"] for attributes in images)
    text = " ".join(found.text.split())
    assert "Choosing a row or cell by a test benchmark is tuning on the test set" in text
    assert "chosen on the validation scenes of val" in text
    assert "Test evaluations ever made: 3, of which 2 repeated." in text


def test_the_default_is_named_with_its_place(ablation):
    grid = ablation[0].grids[0]
    assert default_words(grid) == "The default cell has the catalogue's eta = 0.1, alpha = 0.1."
    assert default_words(replace(grid, reference="")) == "No cell has the catalogue's values."
    elsewhere = replace(grid, reference="gsl[eta=0.5,alpha=1]")
    assert default_words(elsewhere) == "The default cell has the catalogue's eta = 0.5, alpha = 1."


def test_a_missing_input_leaves_nothing(ablation, tmp_path):
    experiment, _ = ablation
    more = replace(experiment, ablation=replace(experiment.ablation, seeds=(0, 1, 7)))
    with pytest.raises(MissingDataError, match="seed 7"):
        write_ablation(more, Home(more), tmp_path / "ablation")
    assert list(tmp_path.iterdir()) == []

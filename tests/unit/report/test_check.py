"""``report --check``: one changed digit anywhere is found, and named by file, row and column."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.report.fakes_measured import make_measured, write_measured, write_report

from siamloss.errors import CorruptError, MismatchError, MissingDataError
from siamloss.paths import Home
from siamloss.provenance.parquet import read_parquet, write_parquet
from siamloss.records import read_records, write_records
from siamloss.report.check import check_report, describe, stages
from siamloss.report.check_page import differ_pages, read_page
from siamloss.report.check_seals import check_seals
from siamloss.report.check_text import differ_csv, differ_json, differ_latex, differ_markdown

SPEC = Path("spec.json")
KINDS = ("metrics", "separability", "csv", "markdown", "latex", "captions", "page")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished experiment, and everything made anew from its records once more."""
    experiment = make_measured(tmp_path_factory.mktemp("results"))
    home = write_measured(experiment)
    write_report(experiment, home)
    fresh = Home(experiment, tmp_path_factory.mktemp("fresh"))
    found = list(stages(experiment, home, fresh, SPEC))
    for stage in found:
        stage.make()
    return experiment, home, found


@pytest.fixture
def compare(finished):
    """Compare a report after a change of one of its files, which is undone then."""
    _, home, found = finished

    def changed(path: Path, change) -> None:
        data = path.read_bytes()
        try:
            change(path)
            for stage in found:
                stage.compare()
        finally:
            path.write_bytes(data)

    return home, changed


def bump(text: str, pattern: str) -> str:
    """The text with the digit that the first group of a pattern matches raised by one."""
    found = re.search(pattern, text)
    assert found, pattern
    digit = str((int(found[1]) + 1) % 10)
    return text[: found.start(1)] + digit + text[found.end(1) :]


def edit(pattern):
    return lambda path: path.write_text(bump(path.read_text(encoding="utf-8"), pattern), encoding="utf-8")


def test_an_untouched_report_is_what_the_records_give(finished):
    checked = [file for stage in finished[2] for file in stage.compare()]
    for kind in KINDS:
        assert sum(file.numbers for file in checked if file.kind == kind) > 0, kind
    told = describe(checked)
    assert told.startswith(f"{sum(file.numbers for file in checked)} numbers of {len(checked)} files")
    assert all(f"{kind} " in told for kind in KINDS)
    names = {file.path.name for file in checked}
    assert {"main.csv", "main.md", "main.tex", "verdict.md", "figures.json", "index.html", "main.parquet"} <= names


@pytest.mark.parametrize(
    ("file", "pattern", "told"),
    [
        (
            "tables/main.csv",
            r"ao,gsl,2,2,0\.\d\d\d(\d)",
            r"main\.csv, row '.*gsl', column 'mean': printed '0\.\d+', .*'0\.",
        ),
        (
            "tables/main.md",
            r"GSL \(ours\).*?\.(\d)",
            r"main\.md, row 'GSL \(ours\)', column 'synthetic-otb Success AUC",
        ),
        ("tables/main.tex", r"(?s)GSL \(ours\).*?\.(\d)", r"main\.tex, row 'GSL \(ours\)', column 'Success AUC"),
        ("tables/verdict.md", r"GSL minus [^.]*\.\d(\d)", r"verdict\.md, row 'line \d+', column 'text'"),
        ("tables/separability.csv", r"dprime,2,\d+,\d+\.\d(\d)", r"separability\.csv, row '.*dprime', column 'val'"),
        ("figures/figures.json", r"Gaussian overlap \.(\d)", r"figures\.json, row '\d+', column 'caption'"),
    ],
)
def test_one_digit_of_a_file_is_found(compare, file, pattern, told):
    home, changed = compare
    with pytest.raises(MismatchError, match=told) as error:
        changed(home.computed / file, edit(pattern))
    assert "\n" not in str(error.value)
    verb = file.partition("/")[0]
    assert f"siamloss {verb} --spec spec.json --out {home.computed / verb}" in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (
            r'(?s)"caption-main".*?<tbody>.*?<td[^>]*>(?:<[^>]+>)*[^<]*?\.(\d)',
            r"index\.html, row 'main, .*', column '.*Success AUC",
        ),
        (
            r'(?s)"caption-separability".*?<tbody>.*?<td[^>]*>(?:<[^>]+>)*[^<]*?\.(\d)',
            r"index\.html, row 'separability, ",
        ),
        (r'(?s)id="verdict".*?\[.?\.(\d)', r"index\.html, row '.*', column"),
        (r"(?s)<figcaption[^>]*>[^<]*Gaussian overlap \.(\d)", r"index\.html"),
        (r'(?s)<script type="application/json".*?\.\d(\d)', r"index\.html"),
    ],
    ids=["cell", "other-table", "verdict", "caption", "chart"],
)
def test_one_digit_of_the_page_is_found(compare, pattern, told):
    home, changed = compare
    with pytest.raises(MismatchError, match=told) as error:
        changed(home.page, edit(pattern))
    assert f"siamloss page --spec spec.json --tables {home.tables}" in str(error.value)


@pytest.mark.parametrize("column", ["value", "weight", "sequence"])
def test_one_row_of_the_metrics_is_found(compare, column):
    home, changed = compare

    def change(path):
        frame = read_parquet(path)
        frame.loc[7, column] = "other" if column == "sequence" else frame.loc[7, column] + 1e-6
        write_parquet(path, frame)

    with pytest.raises(
        MismatchError, match=rf"synthetic-otb\.parquet, row '<script> 0 Synth002 .*', column '{column}'"
    ):
        changed(home.metrics("synthetic-otb"), change)


def test_a_row_too_few_and_a_damaged_table_are_found(compare):
    home, changed = compare
    with pytest.raises(MismatchError, match=r"vot\.parquet, row 'all'.*printed '\d+ rows"):
        changed(home.metrics("synthetic-vot"), lambda path: write_parquet(path, read_parquet(path).iloc[1:]))
    with pytest.raises(CorruptError, match="not a whole Parquet file"):
        changed(home.metrics("synthetic-otb"), lambda path: path.write_bytes(b""))


def test_a_changed_separability_is_found(compare):
    home, changed = compare

    def change(path):
        frame = read_parquet(path)
        frame.loc[3, "value"] *= 1.001
        write_parquet(path, frame)

    with pytest.raises(MismatchError, match=r"separability/main\.parquet, row '<script> 0 final .*', column 'value'"):
        changed(home.separability(), change)


def test_a_table_too_many_and_one_too_few_are_named(compare):
    home, changed = compare
    extra = home.tables / "old.csv"
    extra.write_text("a,b\n1,2\n")
    try:
        with pytest.raises(MismatchError, match=r"old\.csv is not made from these records"):
            changed(home.tables / "main.csv", lambda path: None)
    finally:
        extra.unlink()
    with pytest.raises(MissingDataError, match=r"main\.tex"):
        changed(home.tables / "main.tex", lambda path: path.unlink())


def test_a_changed_record_shows_in_what_is_made_of_it(finished, tmp_path):
    experiment, home, _ = finished
    shutil.copytree(home.root, tmp_path / experiment.profile)
    other = replace(experiment, results=str(tmp_path))
    moved = Home(other)
    path = moved.records("gsl", 1, "synthetic-otb")
    records = read_records(path)
    records.loc[5, "x"] += 3.0
    write_records(path, records)
    with pytest.raises(MismatchError, match=r"synthetic-otb\.parquet, row 'gsl 1 .*', column 'value'"):
        check_report(other, moved, SPEC)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CorruptError, match=r"track/gsl/seed01/synthetic-otb\.parquet"):
        check_report(other, moved, SPEC)


@pytest.mark.parametrize(
    ("file", "pattern", "verb"),
    [
        ("tables/summary.csv", rb"\d\.\d{12}(\d)", "tables"),
        ("tables/main.md", rb"GSL \(ours\).*?\.(\d)", "tables"),
        ("tables/manifest.json", rb'"sha256": "(.)', "tables"),
        ("figures/figures.json", rb'"width": (\d)', "figures"),
        ("figures/training.png", rb"IDAT.(.)", "figures"),
        ("report/index.html", rb"data:image/png;base64,[A-Za-z]+(\d)", "page"),
        ("report/index.html", rb"(?s)<style>.*?(\d)(?=r?em|px)", "page"),
        ("report/index.html", rb"sha256 of everything above: (.)", "page"),
    ],
    ids=["digit", "markdown", "manifest", "catalogue", "picture", "embedded", "style", "seal"],
)
def test_what_is_not_compared_with_the_records_is_compared_with_what_was_written(finished, file, pattern, verb):
    """One flipped bit each; without the seals several of these would pass for whole."""
    experiment, home, _ = finished
    path = home.computed / file
    path = path if path.exists() else sorted(path.parent.glob(f"*{path.suffix}"))[0]
    data = path.read_bytes()
    place = re.search(pattern, data).start(1)
    try:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(CorruptError, match=re.escape(str(path))) as error:
            check_report(experiment, home, SPEC)
    finally:
        path.write_bytes(data)
    assert f"again: siamloss {verb} --spec spec.json --" in str(error.value)
    assert f"--out {path if verb == 'page' else home.computed / verb}" in str(error.value)
    check_seals(home, SPEC)


def test_printed_files_that_are_missing_or_added_are_named(finished):
    experiment, home, _ = finished
    for folder in (home.tables, home.figures):
        (folder / "own.txt").write_text("mine")
        try:
            with pytest.raises(CorruptError, match=r"own\.txt is not in the manifest: .* to make its folder again"):
                check_report(experiment, home, SPEC)
        finally:
            (folder / "own.txt").unlink()
    for path, what in ((home.tables, "the folder of tables"), (home.figures, "of figures"), (home.page, "the page")):
        path.rename(path.with_name("away"))
        try:
            with pytest.raises(MissingDataError, match=rf"{what} is missing"):
                check_report(experiment, home, SPEC)
        finally:
            path.with_name("away").rename(path)


def test_a_partial_report_is_made_again_by_its_own_verb(finished, tmp_path):
    experiment, home, _ = finished
    shutil.copytree(home.root, tmp_path / "made")
    moved = Home(experiment, tmp_path / "made")
    check_seals(moved, SPEC)
    (moved.tables / "main.tex").write_text("")
    with pytest.raises(CorruptError, match=rf"again: siamloss report --spec spec\.json --out {moved.computed}$"):
        check_seals(moved, SPEC)


def test_texts_are_compared_cell_by_cell():
    assert differ_csv("a,b\nx,0.5\n", "a,b\nx,0.50000000000001\n") is None
    found = differ_csv("a,b\nx,0.5\n", "a,b\nx,0.51\n")
    assert (found.row, found.column, found.printed, found.recomputed) == ("x", "b", "0.5", "0.51")
    found = differ_csv("a,b\nx,0.5\n", "a,b\nx,0.5\ny,1\n")
    assert (found.row, found.printed) == ("y", "nothing")
    found = differ_markdown("| v | A |\n| - | - |\n| g\\|h | .1 |\n", "| v | A |\n| - | - |\n| g\\|h | .2 |\n")
    assert (found.row, found.column, found.printed, found.recomputed) == ("g\\|h", "A", ".1", ".2")
    tex = "variant & A\\&B \\\\\n\\midrule\n{}gsl & .1 \\\\\n{} & {[.0, .2]} \\\\\n"
    found = differ_latex(tex, tex.replace(".2]", ".3]"))
    assert (found.row, found.column, found.recomputed) == ("gsl", "A\\&B", "{[.0, .3]}")
    found = differ_json('{"a": [1, {"b": 2}]}', '{"a": [1, {"b": 3}]}')
    assert (found.row, found.column, found.printed, found.recomputed) == ("a.1", "b", "2", "3")
    assert differ_json('{"a": 0.1}', '{"a": 0.1, "b": 1}').column == "b"
    assert differ_json('{"a": 1}', '{"b": 1}') is not None
    long = "word " * 30
    assert differ_markdown(f"{long}.123 end", f"{long}.124 end").printed == "word .123 end"


def test_pages_are_compared_by_what_people_read():
    page = (
        "<style>p{width:1px}</style><h2>Results</h2><p title='t 1'>It is .5</p>"
        "<table data-table='main'><thead><tr><th>variant</th><th>A</th></tr></thead>"
        "<tbody><tr><th>G, <wbr>S<small>ours</small></th><td><b>.1</b><small>[.0, .2]</small></td></tr></tbody></table>"
        "<script type='application/json' id='data'>{\"x\": [1, 2]}</script>"
    )
    same = read_page(page)
    assert (
        differ_pages(same, read_page(page.replace("1px", "2px").replace("<b>", "<u>").replace("</b>", "</u>"))) is None
    )
    for old, new, row, column in (
        ("[.0, .2]", "[.0, .3]", "main, G, S", "A"),
        (">.1<", ">.2<", "main, G, S", "A"),
        ("It is .5", "It is .6", "Results", "p"),
        ("t 1", "t 2", "Results", "title of p"),
        ("[1, 2]", "[1, 3]", "data x", "1"),
    ):
        found = differ_pages(read_page(page.replace(old, new)), same)
        assert (found.row, found.column) == (row, column)
    assert differ_pages(same[:-1], same).printed == "nothing"


def test_numbers_of_a_wide_frame_are_counted_not_rows(finished):
    checked = {file.path.name: file for stage in finished[2] for file in stage.compare()}
    frame = pd.read_parquet(finished[1].metrics("synthetic-otb"))
    assert checked["synthetic-otb.parquet"].numbers == len(frame) * frame.select_dtypes("number").shape[1]
    captions = json.loads((finished[1].figures / "figures.json").read_text(encoding="utf-8"))
    assert checked["figures.json"].numbers > len(captions)

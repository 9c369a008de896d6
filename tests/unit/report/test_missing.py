"""Missing and failed runs: named, counted, shown, and never averaged over silently."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.report.fakes_measured import make_measured, write_measured

from siamloss.errors import MissingDataError
from siamloss.paths import Home
from siamloss.provenance.hashing import sha256_file
from siamloss.report import style
from siamloss.report.check import check_report
from siamloss.report.gallery import read_gallery
from siamloss.report.inputs import read_metrics
from siamloss.report.job import write_tables
from siamloss.report.missing import find_missing, read_failure
from siamloss.report.partial import write_partial
from siamloss.report.runs import run_lines
from siamloss.report.seed_notes import NOTE
from siamloss.report.text import count_of

CALL = "2026-11-22 15:09:06,123 siamloss --log a.log train --variant gsl\n"
FAILED = "2026-11-22 15:09:07,456 siamloss: DivergedError: the loss of step 3 is nan; lower the learning rate\n"
DONE = "2026-11-22 15:09:08,789 done\n"


def forget(home: Home, variant: str, seed: int, *benchmarks: str) -> None:
    """Remove the records of a run on some benchmarks or, without any, all that there is of it."""
    for dataset in home.experiment.datasets.test:
        if not benchmarks or dataset.name in benchmarks:
            home.records(variant, seed, dataset.name).unlink()
    if not benchmarks:
        shutil.rmtree(home.run(variant, seed))
        home.scores(variant, seed).unlink()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An experiment with all its runs."""
    experiment = make_measured(tmp_path_factory.mktemp("whole"))
    return write_measured(experiment)


@pytest.fixture(scope="module")
def gaps(whole, tmp_path_factory):
    """The same with one run of ours failed, the baseline not tracked on VOT once, and one variant gone."""
    folder = tmp_path_factory.mktemp("gaps")
    shutil.copytree(whole.root, folder / whole.experiment.profile)
    home = Home(replace(whole.experiment, results=str(folder)))
    forget(home, "gsl", 1)
    forget(home, "logistic", 0, "synthetic-vot")
    for seed in (0, 1):
        forget(home, "<script>", seed)
    home.log("train-gsl-seed01").parent.mkdir(exist_ok=True)
    home.log("train-gsl-seed01").write_text(CALL + FAILED, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def report(gaps):
    """The report on what is there."""
    before = {path: path.read_bytes() for path in gaps.root.rglob("*") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "DPI", 30)
        patch.setattr(style, "FORMATS", ("png",))
        missing = write_partial(gaps.experiment, gaps.partial)
    after = {path: path.read_bytes() for path in before}
    assert after == before
    assert missing.runs == 7
    return gaps.partial


def test_a_finished_experiment_misses_nothing(whole):
    missing = find_missing(whole.experiment, whole)
    assert (missing.runs, missing.gaps, missing.sentence) == (7, (), "")
    assert {line.state for line in run_lines(whole.experiment, whole)} == {"finished"}


def test_every_gap_is_named_with_its_reason(gaps):
    found = find_missing(gaps.experiment, gaps)
    assert found.sentence.startswith(
        "4 of 7 runs are missing, whole or in part: Logistic (SiamFC) seed 0 (no records on synthetic-vot), "
        "GSL seed 1 (no weights; failed: DivergedError: the loss of step 3 is nan; lower the learning rate), <script>"
    )
    assert found.has_records("gsl", 0, "synthetic-otb")
    assert not found.has_records("gsl", 1, "synthetic-otb")
    assert found.has_records("logistic", 0, "synthetic-otb")
    assert not found.has_records("logistic", 0, "synthetic-vot")
    assert (found.has_weights("logistic", 0), found.has_weights("gsl", 1)) == (True, False)


@pytest.mark.parametrize(
    ("log", "found"),
    [
        (CALL + FAILED, "DivergedError: the loss of step 3 is nan; lower the learning rate"),
        (CALL + FAILED + CALL, ""),
        (CALL + FAILED + CALL + DONE, ""),
        (CALL + "2026-11-22 15:09:07,456 siamloss: StoppedError: stopped; run it again\n", ""),
        (CALL + FAILED + CALL + "2026-11-22 15:09:07,456 siamloss: Interrupted: run it again\n", ""),
        (CALL + FAILED + "something that another program said\n", "DivergedError: the loss of step 3 is nan; lower"),
        ("", ""),
    ],
)
def test_the_last_call_of_a_job_decides_whether_it_failed(tmp_path, log, found):
    path = tmp_path / "train.log"
    path.write_text(log, encoding="utf-8")
    assert read_failure(path)[: len(found) or None] == found
    assert read_failure(tmp_path / "none.log") == ""


def test_lines_of_runs_say_where_numbers_come_from(gaps):
    lines = {(line.variant, line.seed): line for line in run_lines(gaps.experiment, gaps)}
    assert len(lines) == 7
    failed, part, gone = (lines[key] for key in (("gsl", 1), ("logistic", 0), ("<script>", 0)))
    assert (failed.state, part.state, gone.state) == ("failed", "missing", "missing")
    assert (part.reason, gone.reason) == ("no records on synthetic-vot", "no weights")
    assert set(part.tracks) == {"synthetic-otb", "synthetic-got10k"}
    records = gaps.records("logistic", 0, "synthetic-otb")
    assert part.tracks["synthetic-otb"]["records sha256"] == sha256_file(records)[:12]
    assert part.tracks["synthetic-otb"]["frames"] == str(len(pd.read_parquet(records)))
    assert part.tracks["synthetic-otb"]["frames per second"] == "100"
    weights = lines["gsl", 0].facts["weights sha256"]
    assert len(weights) == 12
    assert lines["gsl", 0].facts["training settings"] != lines["logistic", 0].facts["training settings"]
    assert {"spec", "hardware", "training time", "versions"} <= set(part.facts)
    fixed = lines["never-moves", 0]
    assert (fixed.state, set(fixed.facts)) == ("finished", {"spec"})


def test_tables_note_fewer_seeds_and_call_what_is_missing_so(report):
    main = (report / "tables" / "main.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("|")[1].split("<br>")[0].strip(): line for line in main if line.startswith("|")}
    baseline, ours = rows["Logistic (SiamFC) (baseline)"], rows["GSL (ours)"]
    assert "<br>synthetic-vot: 1 of 2 seeds |" in baseline
    assert "synthetic-otb: 1 of 2 seeds; synthetic-vot: 1 of 2 seeds, differences over 0 of 2 seeds" in ours
    other = next(line for name, line in rows.items() if "script" in name)
    assert other.count(" missing |") == main[0].count("|") - 2
    assert "differences over 1 of 2 seeds" in rows["never-moves"]
    assert NOTE in main[-1]
    for name in ("separability", "comparison", "speed", "moments"):
        text = (report / "tables" / f"{name}.md").read_text(encoding="utf-8")
        assert "1 of 2 seeds" in text, name
        assert "missing |" in text or name == "speed", name
    assert "1 of 2 seeds" in (report / "tables" / "main.tex").read_text(encoding="utf-8").replace("\n", " ")
    by_attribute = (report / "tables" / "attributes-synthetic-otb-success_auc.md").read_text(encoding="utf-8")
    assert "1 of 2 seeds" in by_attribute.splitlines()[0]
    assert " missing |" in by_attribute


def test_csv_files_say_how_many_seeds_are_behind_a_row(report):
    main = pd.read_csv(report / "tables" / "main.csv").set_index(["benchmark", "metric", "variant"])
    assert main.loc[("synthetic-got10k", "ao", "gsl"), "seeds"] == "1 of 2"
    assert main.loc[("synthetic-vot", "accuracy", "gsl"), "seeds"] == "1 of 2, 0 paired"
    assert main.loc[("synthetic-vot", "accuracy", "logistic"), "seeds"] == "1 of 2"
    assert main.loc[("synthetic-otb", "success_auc", "logistic"), "seeds"] == "2 of 2"
    assert main.loc[("synthetic-vot", "accuracy", "never-moves"), "seeds"] == "1 of 1, 1 paired"
    gone = main.xs("<script>", level="variant")
    assert set(gone["seeds"]) == {"0 of 2, 0 paired"} or set(gone["seeds"]) == {"0 of 2"}
    assert gone["mean"].isna().all()
    for name in ("comparison", "separability", "summary", "attributes"):
        assert "seeds" in pd.read_csv(report / "tables" / f"{name}.csv"), name


def test_a_difference_is_over_the_seeds_that_both_have(gaps, report):
    metrics = pd.read_parquet(report / "metrics" / "synthetic-otb.parquet")
    chosen = metrics[(metrics["metric"] == "success_auc") & (metrics["seed"] == 0)].groupby("variant")["value"].mean()
    main = pd.read_csv(report / "tables" / "main.csv").set_index(["benchmark", "metric", "variant"])
    found = main.loc[("synthetic-otb", "success_auc", "gsl")]
    assert found["diff"] == pytest.approx(chosen["gsl"] - chosen["logistic"])
    assert set(metrics.loc[metrics["variant"] == "gsl", "seed"]) == {0}


def test_verdicts_name_their_seeds_and_what_cannot_be_compared(report):
    verdict = (report / "tables" / "verdict.md").read_text(encoding="utf-8")
    assert verdict.startswith("4 of 7 runs are missing")
    assert "1 of 2 seeds: " in verdict
    assert "Accuracy: not comparable" in verdict


def test_captions_and_the_top_of_the_page_say_it(gaps, report):
    assert all("4 of 7 runs are missing" in picture.caption for picture in read_gallery(report / "figures"))
    page = (report / "report" / "index.html").read_text(encoding="utf-8")
    sentence = find_missing(gaps.experiment, gaps).sentence.partition(", <script>")[0]
    assert sentence in page
    assert page.index(sentence) < page.index("<table")


def test_a_report_with_gaps_can_be_checked(gaps, report):
    checked = check_report(gaps.experiment, Home(gaps.experiment, report), Path("spec.json"))
    assert {file.kind for file in checked} >= {"metrics", "csv", "page"}
    assert all(str(file.path).startswith(str(report)) for file in checked)


def test_the_stages_of_the_dag_still_stop_at_a_missing_run(gaps, report, tmp_path):
    home = Home(gaps.experiment, report)
    with pytest.raises(MissingDataError, match="'gsl' seed 1 has no metrics on 'synthetic-otb'"):
        read_metrics(gaps.experiment, home)
    with pytest.raises(MissingDataError):
        write_tables(gaps.experiment, home, tmp_path / "tables")
    assert not (tmp_path / "tables").exists()


def test_a_benchmark_that_nothing_was_tracked_on_is_left_out_and_named(whole, tmp_path):
    shutil.copytree(whole.root, tmp_path / whole.experiment.profile)
    home = Home(replace(whole.experiment, results=str(tmp_path)), tmp_path / "out")
    for line in run_lines(whole.experiment, whole):
        forget(home, line.variant, line.seed, "synthetic-vot", "synthetic-got10k")
    missing = find_missing(home.experiment, home)
    assert missing.sentence.count("no records on synthetic-vot and synthetic-got10k") == 7
    assert not missing.nothing(home.experiment)
    for line in run_lines(whole.experiment, whole):
        forget(home, line.variant, line.seed, "synthetic-otb")
    with pytest.raises(MissingDataError, match="no run of this profile was tracked yet"):
        write_partial(home.experiment, home.computed)


def test_counts_in_words():
    assert (count_of(1, 2), count_of(2, 2), count_of(1, 1), count_of(0, 1)) == (
        "1 of 2 seeds",
        "2 seeds",
        "1 seed",
        "0 of 1 seed",
    )

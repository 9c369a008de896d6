"""The whole DAG on tiny drawn datasets, in a throw-away project: made, left alone, edited, killed, continued."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from tests.workflow.project import PROFILE, ROOT
from tests.workflow.rerun_table import EDITS

from siamloss.provenance.manifest import write_manifest

COLUMNS = ["benchmark", "metric", "variant", "n_seeds", "n_paired", "mean", "low", "high", "diff", "diff_low"]
COLUMNS += ["diff_high", "p", "p_holm", "seeds"]
QUICK = [edit for edit in EDITS if edit.quick]


@pytest.fixture
def project(finished):
    return finished


@pytest.fixture
def home(project):
    return project.folder / "results" / "tiny"


def forget(home, *names):
    """Remove products and all that is made from them; Snakemake does not miss what no later product needs."""
    for name in (*names, "metrics", "separability", "tables", "figures", "report"):
        shutil.rmtree(home / name)


def test_all_products_exist(home):
    for name in ("main", "terms", "separability", "tuning"):
        for suffix in ("csv", "md", "tex"):
            assert (home / "tables" / f"{name}.{suffix}").stat().st_size > 50
    figures = {path.stem for path in (home / "figures").rglob("*.png")}
    assert len(figures) >= 8
    assert figures == {path.stem for path in (home / "figures").rglob("*.pdf")}
    page = (home / "report" / "index.html").read_text()
    assert page.count("<img") >= 8


@pytest.mark.slow
def test_the_report_of_snakemake_has_every_product_with_caption_and_category(project, home):
    result = project.snakemake("--report", "report.html")
    assert result.returncode == 0, result.stdout + result.stderr
    text = (project.folder / "report.html").read_text(encoding="utf-8")
    found, groups = (
        json.JSONDecoder().raw_decode(text, re.search(rf"var {name} = (?={{)", text).end())[0]
        for name in ("results", "categories")
    )
    promised = {*(home / "tables").glob("*.csv"), *(home / "figures").glob("*.png"), home / "report" / "index.html"}
    assert set(found) == {str(path.relative_to(project.folder)) for path in promised}
    for path, item in found.items():
        assert len(re.sub(r"<[^>]*>", "", item["caption"]).split()) > 12, path
        assert "A table of this run" not in item["caption"], f"{path} needs words of its own in tables.rst"
        assert "A figure of this run" not in item["caption"], f"{path} needs words of its own in figures.rst"
        assert item["labels"], path
        assert item["data_uri"].startswith("data:"), path
    assert set(groups) == {"Tables", "Figures", "Page"}


def test_main_table_is_tidy_and_complete(home):
    table = pd.read_csv(home / "tables" / "main.csv")
    assert list(table.columns) == COLUMNS
    assert set(table["variant"]) == set(PROFILE["variants"])
    assert set(table["benchmark"]) == {"tiny-otb", "tiny-vot", "tiny-got10k"}
    assert table["p"].isna().all(), "one seed allows no test"
    assert (table["low"] <= table["mean"] + 1e-12).all()
    assert (table["mean"] <= table["high"] + 1e-12).all()
    oracle = table[(table["variant"] == "oracle") & (table["metric"] == "ao")]
    assert oracle["mean"].item() == pytest.approx(1.0, abs=1e-12)


def test_every_printed_number_is_what_the_records_give(project, home):
    command = [sys.executable, "-m", "siamloss.cli", "report", "--check", "--spec", "results/tiny/spec.json"]
    run = {"cwd": project.folder, "capture_output": True, "text": True}
    found = subprocess.run(command, **run)
    assert found.returncode == 0, found.stderr
    assert re.match(r"[1-9]\d+ numbers of [1-9]\d files are what the records give", found.stdout)
    for kind in ("metrics", "separability", "csv", "markdown", "latex", "captions", "page"):
        assert re.search(rf"{kind} [1-9]", found.stdout), kind
    path = home / "tables" / "main.md"
    text, before, manifest = path.read_text(), path.stat(), path.with_name("manifest.json")
    listed, facts = manifest.read_bytes(), manifest.stat()
    try:
        head, row, numbers = text.partition("| Logistic")
        changed = re.sub(r"\.(\d)(?=\d)", lambda digit: f".{(int(digit[1]) + 1) % 10}", numbers, count=1)
        path.write_text(head + row + changed)
        damaged = subprocess.run(command, **run)
        write_manifest(path.parent)
        found = subprocess.run(command, **run)
    finally:
        path.write_text(text)
        manifest.write_bytes(listed)
        os.utime(manifest, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert damaged.returncode == found.returncode == 2
    assert "CorruptError" in damaged.stderr
    assert "tables/main.md" in damaged.stderr
    (line,) = [line for line in found.stderr.splitlines() if line.startswith("siamloss: MismatchError: ")]
    assert "tables/main.md, row 'logistic" in line.lower()
    assert "siamloss tables --spec results/tiny/spec.json --out results/tiny/tables" in line


def test_second_run_has_nothing_to_do(project):
    result = project.snakemake()
    assert result.returncode == 0
    assert "Nothing to be done" in result.stdout + result.stderr
    assert project.planned() == {}


@pytest.mark.parametrize("edit", QUICK, ids=[edit.name for edit in QUICK])
def test_an_edit_runs_what_it_touches_and_nothing_else(planned_after, edit):
    """Some of the table; ``test_reruns.py`` goes through all of it."""
    assert planned_after(edit) == edit.expected()


@pytest.mark.slow
def test_the_ablation_trains_its_cells_and_nothing_that_is_there(project, home):
    planned = project.planned("ablation")
    assert planned["train"] == 4, "gsl itself has the values that were chosen, the cells have their own"
    assert planned["track"] == 12
    assert not {"tune", "crops", "data"} & set(planned), "the cells take the choice of their base"
    main = (home / "tables" / "main.csv").read_bytes()
    result = project.snakemake("ablation")
    assert result.returncode == 0, result.stdout + result.stderr
    table = pd.read_csv(home / "ablation" / "tiny.csv")
    assert set(table["variant"]) >= {f"gsl[alpha={alpha},eta={eta}]" for alpha in ("0", "0.1") for eta in ("0.1", "1")}
    assert (home / "ablation" / "index.html").stat().st_size > 10_000
    assert list((home / "ablation").rglob("*.png"))
    assert (home / "tables" / "main.csv").read_bytes() == main
    assert project.planned("ablation") == {}
    assert project.planned() == {"page": 1}, "it counts how often a benchmark was looked at, and the cells looked"
    result = project.snakemake()
    assert result.returncode == 0, result.stdout + result.stderr
    assert (home / "tables" / "main.csv").read_bytes() == main
    assert project.planned() == project.planned("ablation") == {}


def test_an_ablation_without_grids_ends_in_one_line(project):
    project.write({**PROFILE, "ablation": {}})
    try:
        result = project.snakemake("ablation")
    finally:
        project.write(PROFILE)
    assert result.returncode != 0
    assert "ConfigError: 'ablation.grids' names no grid" in result.stdout + result.stderr


def test_a_choice_is_made_for_every_trained_variant_and_kept_in_its_runs(home):
    for variant in ("logistic", "gsl"):
        tuned = json.loads((home / "tune" / f"{variant}.json").read_text())
        run = json.loads((home / "train" / variant / "seed00" / "run.json").read_text())
        assert tuned["role"] == "val"
        assert tuned["dataset"] == "tiny-val"
        assert len(tuned["trials"]) == 2
        assert run["chosen"] == tuned["chosen"]
    assert set(json.loads((home / "tune" / "gsl.json").read_text())["chosen"]) == {"lr_scale", "eta", "alpha"}


def test_every_test_evaluation_is_counted(home):
    lines = [json.loads(line) for line in (home / "test_evaluations.jsonl").read_text().splitlines()]
    seen = {(line["variant"], line["seed"], line["benchmark"]) for line in lines}
    assert {item for item in seen if item[0] == "gsl"} == {
        ("gsl", 0, f"tiny-{kind}") for kind in ("otb", "vot", "got10k")
    }
    assert len(lines) >= len(seen) >= 15


@pytest.mark.slow
def test_a_damaged_store_stops_the_next_training_and_a_stopped_run_continues(project, home):
    """A flipped byte with its time stamp kept; then, mended, Ctrl-C: SIGINT to the process group."""
    crops = home / "crops" / "tiny-val" / "crops.u8"
    whole = crops.read_bytes()
    stamp = os.stat(crops)
    forget(home, "train/gsl", "track/gsl")
    crops.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    os.utime(crops, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    result = project.snakemake()
    assert result.returncode != 0
    assert "CorruptError" in result.stdout + result.stderr
    assert not (home / "train" / "gsl" / "seed00").exists()
    crops.write_bytes(whole)
    os.utime(crops, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    process = project.start()
    time.sleep(6)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) != 0
    assert not (home / "report").exists()
    result = project.snakemake()
    assert result.returncode == 0, result.stdout + result.stderr
    assert project.planned() == {}


@pytest.mark.slow
def test_killed_run_continues_and_ends_with_the_same_table(project, home):
    """kill -9 of the whole process group in the middle of training and tracking; the next plain call finishes."""
    before = (home / "tables" / "main.csv").read_bytes()
    forget(home, "train/gsl", "track/gsl", "scores")
    for folder in ("train", "track"):
        process = project.start()
        started = time.monotonic()
        while not list((home / folder / "gsl").glob("seed*")):
            assert time.monotonic() - started < 240, "no run appeared"
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    result = project.snakemake()
    assert result.returncode == 0, result.stdout + result.stderr
    assert (home / "tables" / "main.csv").read_bytes() == before
    leftovers = [path for path in home.rglob(".*") if ".part" in path.name or ".old" in path.name]
    assert not leftovers


def test_a_misspelt_key_ends_in_one_line(project):
    project.write({**PROFILE, "sedes": [1]})
    try:
        result = project.snakemake()
    finally:
        project.write(PROFILE)
    assert result.returncode != 0
    assert "unknown key 'sedes'; did you mean 'seeds'?" in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_data_stops_at_once_and_says_what_to_get(tmp_path):
    for name in ("Snakefile", "environment.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("workflow", "config"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "profiles").symlink_to("workflow/profiles")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--configfile", "config/paper.yaml"]
    plan = subprocess.run(
        [*command, "-n", "--quiet", "rules"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert plan.returncode == 0, plan.stderr
    assert "total" in plan.stdout + plan.stderr
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode != 0
    said = [line for line in result.stderr.splitlines() if "MissingDataError" in line]
    assert len(said) == 5
    assert any("register on the GOT-10k site" in line for line in said)
    assert not (tmp_path / "results").exists()


def test_workflow_is_lint_clean():
    lint = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr
    command = [str(Path(sys.executable).parent / "snakefmt"), "--check", "Snakefile", "workflow"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120).returncode == 0

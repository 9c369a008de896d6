"""Where the products of an experiment lie."""

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from siamloss import jobs
from siamloss.config_io import load_profile
from siamloss.data.open import dataset_root
from siamloss.paths import Home
from siamloss.records.ledger import seal_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def experiment():
    variants = ["logistic", "gsl", "gsl[eta=0.5]", "never-moves", "untrained", "oracle"]
    report = {"ours": "gsl", "main": [], "terms": []}
    changes = {"variants": variants, "seeds": [0, 9, 10, 100], "report": report, "results": "elsewhere/results"}
    return load_profile(ROOT / "config" / "demo.yaml", profile="mine", **changes)


def products(experiment):
    """Every product of an experiment: (what, path)."""
    home = Home(experiment)
    found = [(what, getattr(home, what)) for what in ("spec", "tables", "figures", "frames", "page")]
    for dataset in experiment.all_datasets:
        found += [("manifest", home.manifest(dataset.name)), ("data", dataset_root(experiment, dataset))]
    found += [("crops", home.crops(item.name)) for item in (experiment.datasets.train, experiment.datasets.val)]
    for run in jobs.network_runs(experiment):
        found += [("run", home.run(*run)), ("events", home.events(*run)), ("scores", home.scores(*run))]
    for dataset in experiment.datasets.test:
        found += [("metrics", home.metrics(dataset.name)), ("curves", home.curves(dataset.name))]
        found += [("attributes", home.attributes(dataset.name))]
        found += [("metrics", home.metrics(dataset.name, True)), ("curves", home.curves(dataset.name, True))]
        found += [("records", home.records(*run, dataset.name)) for run in jobs.runs(experiment)]
    found += [("tune", home.tune(name)) for name in jobs.tuned_names(experiment)]
    found += [("separability", home.separability(ablation)) for ablation in (False, True)]
    found += [("ablation", home.ablation), ("study", home.study), ("ledger", home.ledger), ("partial", home.partial)]
    found += [("seal", seal_of(home.ledger))]
    return [*found, ("log", home.log("train-gsl")), ("progress", home.progress("0123456789ab"))]


def documented():
    """Patterns of the paths that results/README.md lists, a ``/`` at the end of folders removed."""
    rows = [line for line in (ROOT / "results" / "README.md").read_text().splitlines() if line.startswith("| `")]
    patterns = []
    for row in rows:
        first, *others = re.findall(r"`([^`]+)`", row.split("|")[1])
        # A bare suffix such as `.curves.parquet` stands for the first name with that suffix.
        full = [first, *(name if "/" in name else first.rpartition(".")[0] + name for name in others)]
        patterns += [re.sub(r"<[^>]+>", "*", name).rstrip("/") for name in full]
    return patterns


def matches(pattern, path):
    """Does a path match part by part, so that a star stays within one folder?"""
    parts, wanted = path.parts, pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def test_everything_lies_under_the_results_of_the_profile(experiment):
    for what, path in products(experiment):
        assert path.is_relative_to("elsewhere/results/mine"), what
        assert path != Path("elsewhere/results/mine")


def test_no_two_products_share_a_path(experiment):
    paths = [path for _, path in products(experiment)]
    assert len(set(paths)) == len(paths)
    for path in paths:
        others = [other for other in paths if other != path and other.is_relative_to(path)]
        assert not others, f"{path} is a product and holds another"


def test_profiles_share_nothing(experiment):
    here = {path for _, path in products(experiment)}
    assert here.isdisjoint(path for _, path in products(replace(experiment, profile="other")))
    assert here.isdisjoint(path for _, path in products(replace(experiment, results="others")))


def test_readme_lists_every_product_and_nothing_else(experiment):
    root, patterns = Home(experiment).root, documented()
    assert "metrics/*.curves.parquet" in patterns
    for what, path in products(experiment):
        inside = path.relative_to(root)
        inside = inside.parent if what in ("log", "progress") else inside
        assert any(matches(pattern, inside) for pattern in patterns), f"{what}: {inside} is not in results/README.md"
    relative = [path.relative_to(root) for _, path in products(experiment)]
    relative += [path.parent for path in relative]
    for pattern in patterns:
        assert any(matches(pattern, path) for path in relative), f"nothing is written to {pattern}"


def test_exact_names(experiment):
    """Other tools and old results rely on these."""
    home = Home(experiment)
    assert str(home.run("gsl", 3)) == "elsewhere/results/mine/train/gsl/seed03"
    assert str(home.scores("gsl", 12)) == "elsewhere/results/mine/scores/gsl/seed12.npz"
    assert str(home.records("gsl[eta=0.5]", 0, "otb")) == "elsewhere/results/mine/track/gsl[eta=0.5]/seed00/otb.parquet"
    assert str(home.manifest("otb")) == "elsewhere/results/mine/data/otb.manifest.json"
    assert str(home.page) == "elsewhere/results/mine/report/index.html"
    assert str(home.log("spec")) == "elsewhere/results/mine/logs/spec.log"

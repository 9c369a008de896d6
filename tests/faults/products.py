"""The products of every stage behind the crop stores, small ones, each with the function that would read it."""

from functools import partial

import numpy as np
import pandas as pd
import torch
from tests.faults.harm import Target

from siamloss.config_io import read_spec
from siamloss.crops.verify import verify_any
from siamloss.data.verified import open_verified
from siamloss.metrics.scores_file import read_scores
from siamloss.model import build_model
from siamloss.paths import Home
from siamloss.provenance.atomic import write_text
from siamloss.provenance.manifest import NAME, listed_folder, verify_manifest
from siamloss.provenance.parquet import write_parquet
from siamloss.provenance.sealed import seal_page, seal_zip, write_json
from siamloss.records import COLUMNS, read_records, write_records
from siamloss.records.ledger import append_evaluation, read_evaluations, seal_of
from siamloss.report.attributes import COLUMNS as ATTRIBUTE_COLUMNS
from siamloss.report.check_seals import check_seals
from siamloss.report.figure_data import FigureData
from siamloss.report.inputs import read_curves, read_json, read_separability, read_stored, read_training_curve
from siamloss.stats.summary import COLUMNS as SUMMARY_COLUMNS
from siamloss.training.chosen import read_choice
from siamloss.training.epochmaps import collect_maps, keep_maps
from siamloss.training.run import load_run, write_run
from siamloss.training.state import Progress, load_state, save_state


def run_targets(tiny, folder):
    """All files of a run, read to track, to verify, and by the report; and of a training that is not finished."""
    run = folder / "run"
    run.mkdir()
    maps = {"val.001": torch.rand(2, 5, 5)}
    write_run(run, build_model(tiny.model, seed=0), [{"epoch": 1, "val": 0.5}], {"head": "correlation"}, maps)
    reads = {"run.json": lambda: read_json(run / "run.json", "facts"), "curve.jsonl": lambda: curve(run)}
    uses = [lambda: load_run(run, tiny.model, "cpu"), lambda: verify_any(run).require_whole()]
    found = []
    for path in sorted(run.iterdir()):
        read = reads.get(path.name, reads["run.json"] if path.name == "manifest.json" else uses[0])
        found += [Target(path, use) for use in (*uses, read)]
    model = build_model(tiny.model, seed=0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    save_state(folder / "state.safetensors", model, optimizer, Progress(step=3, curve=[{"epoch": 1}]))
    state = Target(folder / "state.safetensors", lambda: load_state(folder / "state.safetensors", model, optimizer))
    keep_maps(folder / "maps", 1, {"train": torch.rand(2, 5, 5), "val": torch.rand(2, 5, 5)})
    kept = [Target(path, lambda: collect_maps(folder / "maps", 1)) for path in (folder / "maps").iterdir()]
    return {"run": found, "unfinished training": [state, *kept]}


def curve(run):
    """The training curve of a run, as the report reads it."""
    return read_training_curve(run / "curve.jsonl")


def measured_targets(tiny, folder):
    """Records, score maps, and the tables of the measuring stages."""
    rng, home = np.random.default_rng(0), Home(tiny)
    name = tiny.datasets.test[0].name
    rows = {key: rng.random(40) for key in COLUMNS} | {"sequence": ["a", "b"] * 20, "status": [0] * 40}
    write_records(folder / "records.parquet", pd.DataFrame(rows | {"frame": np.arange(40)}))
    columns = ["variant", "seed", "stage", "epoch", "role", "group", "quantity", "value", "maps"]
    write_parquet(home.separability(), pd.DataFrame({key: rng.random(30) for key in columns}))
    columns = ["benchmark", "curve", "variant", "seed", "sequence", "threshold", "value"]
    write_parquet(home.curves(name), pd.DataFrame({key: rng.random(30) for key in columns}))
    arrays = {"train_scores": rng.random((2, 5, 5)), "val_scores": rng.random((2, 5, 5)), "labels": np.ones((5, 5))}
    pictures = {f"example_{kind}": np.zeros((1, 7, 7, 3), np.uint8) for kind in ("exemplars", "searches")}
    with open(folder / "plain.npz", "wb") as file:
        np.savez_compressed(file, **arrays, **pictures)
    (folder / "scores.npz").write_bytes(seal_zip((folder / "plain.npz").read_bytes()))
    return {
        "records": [Target(folder / "records.parquet", lambda: read_records(folder / "records.parquet"))],
        "score maps": [Target(folder / "scores.npz", lambda: read_scores(folder / "scores.npz"))],
        "metrics": [
            Target(home.separability(), lambda: read_separability(home)),
            Target(home.curves(name), lambda: read_curves(tiny, home)),
            Target(home.curves(name), lambda: verify_any(home.curves(name)).require_whole()),
        ],
    }


def json_targets(tiny, folder):
    """Tuning, configuration, manifest of a dataset, ledger."""
    choice = {"variant": "gsl", "trials": [{"values": {"eta": 0.3}, "loss": None}], "chosen": {"eta": 0.1 + 0.2}}
    write_json(folder / "gsl.json", choice)
    write_json(folder / "spec.json", tiny.to_dict(), sort_keys=True)
    ledger = folder / "test_evaluations.jsonl"
    for seed in range(3):
        append_evaluation(ledger, {"variant": "gsl", "seed": seed, "benchmark": "otb", "frames": 12})
    home, name = Home(tiny), tiny.datasets.test[0].name
    tuning, spec = folder / "gsl.json", folder / "spec.json"
    return {
        "tuning": [Target(tuning, lambda: read_choice(tuning)), Target(tuning, lambda: read_json(tuning, "a tuning"))],
        "spec": [Target(spec, lambda: read_spec(spec))],
        "dataset manifest": [
            Target(home.manifest(name), lambda: open_verified(tiny, name, home.manifest(name))),
            Target(home.manifest(name), lambda: verify_any(home.manifest(name)).require_whole()),
        ],
        "ledger": [Target(path, lambda: read_evaluations(ledger)) for path in (ledger, seal_of(ledger))],
    }


def numbers(columns):
    """Rows of a table as CSV, every digit."""
    rows = np.random.default_rng(0).random((5, len(columns)))
    return pd.DataFrame(rows, columns=columns).to_csv(index=False).encode()


NUMBERS = pd.DataFrame({"variant": ["gsl"], "mean": [0.123456789]}).to_csv(index=False).encode()
PICTURES = {suffix: np.random.default_rng(0).bytes(900) for suffix in ("png", "pdf", "svg", "webp")}
MARKDOWN, LATEX = b"| a | b |\n|---|---|\n| gsl | 0.12 |\n", b"\\begin{tabular}{ll}\ngsl & 0.12 \\\\\n\\end{tabular}\n"
PAGE = "<!doctype html>\n<title>Report</title>\n<p>0.12</p>\n"
FOLDERS = {
    "tables": {
        "summary.csv": numbers(SUMMARY_COLUMNS),
        "attributes.csv": numbers(ATTRIBUTE_COLUMNS),
        "speed.csv": NUMBERS,
        "main.md": MARKDOWN,
        "main.tex": LATEX,
    },
    "figures": {"figures.json": b'[{"path": "forest"}]\n', **{f"forest.{each}": PICTURES[each] for each in PICTURES}},
    "frames": {"frames.json": b'{"frames": []}\n', "otb/one/0001.webp": PICTURES["webp"]},
    "ablation": {"eta.csv": NUMBERS, "eta.md": MARKDOWN, "eta.png": PICTURES["png"], "index.html": PAGE.encode()},
    "study": {"cells.csv": NUMBERS, "knobs.pdf": PICTURES["pdf"], "index.html": PAGE.encode()},
}
"""Folders that the stages of the report make, with a file of each kind."""


def report_targets(tiny, folder):
    """The folders of the report, read by the next stage, compared with the records or verified by hand; the page."""
    uses = [lambda name: verify_manifest(folder / name), lambda name: verify_any(folder / name).require_whole()]
    found = {}
    for name, files in FOLDERS.items():
        with listed_folder(folder / name) as made:
            for place, content in files.items():
                (made / place).parent.mkdir(parents=True, exist_ok=True)
                (made / place).write_bytes(content)
        paths = sorted(path for path in (folder / name).rglob("*") if path.is_file())
        found[name] = [
            Target(path, lambda name=name, use=uses[number % 2]: use(name)) for number, path in enumerate(paths)
        ]
    home = Home(tiny, folder)
    write_text(home.page, seal_page(PAGE))
    check = partial(check_seals, home, home.spec)
    drawn = {"summary.csv": lambda: FigureData(tiny, home).summary, NAME: lambda: FigureData(tiny, home).summary}
    drawn["attributes.csv"] = lambda: FigureData(tiny, home).by_attribute
    drawn["speed.csv"] = lambda: read_stored(home.tables / "speed.csv", ["variant", "mean"])
    found["tables read"] = [Target(home.tables / name, use) for name, use in drawn.items()]
    found["report --check"] = [Target(target.path, check) for name in ("tables", "figures") for target in found[name]]
    return found | {"page": [Target(home.page, use) for use in (lambda: verify_any(home.page).require_whole(), check)]}

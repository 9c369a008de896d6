"""Every kind of edit, and what it touches itself; the module ``followers`` says what follows from that."""

from tests.workflow.edits import (
    Edit,
    body,
    catalogue,
    entry,
    more,
    nothing,
    other_layout,
    pins,
    profile,
    reordered,
    setting,
    source,
    synthetic,
    touch,
    with_benchmark,
    with_other_docstrings,
    with_remark,
)
from tests.workflow.project import PROFILE

CODE = [
    Edit("reader of OTB", body("data/otb.py"), "data tiny-otb", quick=True),
    Edit("reader of VOT", body("data/vot.py"), "data tiny-vot"),
    Edit("reader of GOT-10k", body("data/got10k.py"), "data tiny-train|tiny-val|tiny-got10k"),
    Edit("reader of LaSOT, which none has", body("data/lasot.py")),
    Edit("generator", body("data/synthetic/render.py"), "data *"),
    Edit("fetching", body("data/fetch/download.py")),
    Edit("crops: building", body("crops/build.py"), "crops *"),
    Edit("crops: cutting", body("crops/cut.py"), "crops *, tune *, track logistic|gsl|untrained * *, frames"),
    Edit("crops: verifying by hand", body("crops/verify.py")),
    Edit("pairs", body("pairs/sampler.py"), "tune *, train * *, scores * *"),
    Edit("model", body("model/backbone.py"), "tune *, train * *, scores * *, track logistic|gsl|untrained * *, frames"),
    Edit("loss", body("losses/gsl.py"), "tune gsl, train gsl *"),
    Edit("loss of nobody", body("losses/focal.py")),
    Edit("what one loss shares", body("losses/shared/moments.py"), "tune gsl, train gsl *"),
    Edit("training loop", body("training/loop.py"), "tune *, train * *, scores * *", quick=True),
    Edit("training job", body("training/job.py"), "train * *"),
    Edit("score maps", body("training/scoremaps.py"), "scores * *"),
    Edit("tuning", body("tuning/job.py"), "tune *"),
    Edit("tuning's criterion", body("tuning/criterion.py"), "tune *"),
    Edit("tracker", body("tracking/siamfc.py"), "tune *, track logistic|gsl|untrained * *, frames", quick=True),
    Edit("tracking job", body("tracking/job.py"), "track * * *, frames"),
    Edit("records", body("records/table.py"), "tune *, track * * *, measure *, frames"),
    Edit("metric of OTB", body("metrics/otb.py"), "measure *, frames", quick=True),
    Edit("metric of GOT-10k", body("metrics/got10k.py"), "measure *, frames"),
    Edit("metric of VOT", body("metrics/vot.py"), "measure *, frames"),
    Edit("separability", body("metrics/separability.py"), "separability"),
    Edit("stats", body("stats/bootstrap.py"), "tables"),
    Edit("table", body("report/comparison_table.py"), "tables"),
    Edit("figure", body("report/forest.py"), "figures", quick=True),
    Edit("style of figures", more("report/styles/siamloss.mplstyle", "\n# edited\n"), "tables"),
    Edit("page", body("report/page.py"), "page"),
    Edit("template", more("report/templates/html/index.html.j2", "<!-- edited -->\n"), "page"),
    Edit("style sheet", more("report/templates/css/base.css", "/* edited */\n"), "page"),
    Edit("frames", body("report/frames.py"), "frames"),
    Edit("ablation", body("report/ablation.py")),
    Edit("study", body("report/study.py")),
    Edit("export", body("export/job.py")),
    Edit("demo", body("demo/run.py")),
    Edit("command line", body("cli.py")),
    Edit("names of keys", body("config_schema.py")),
    Edit("plan of the jobs", body("runs.py"), "measure *, frames"),
    Edit("comments only", source("training/loop.py", with_remark), quick=True),
    Edit("docstring only", source("training/loop.py", with_other_docstrings)),
    Edit("layout only", source("training/loop.py", other_layout)),
    Edit("touched source", touch("src/**/*.py")),
]
"""Edits of the package."""


def without(name):
    """The profile without a variant, in its list and in the table."""

    def change(profile):
        left = [each for each in PROFILE["variants"] if each != name]
        return {**profile, "variants": left, "report": {**profile["report"], "main": left}}

    return change


def exchanged(profile):
    """Baseline and ours have changed places."""
    return {**profile, "baseline": "gsl", "report": {**profile["report"], "ours": "logistic"}}


NEW_VARIANT = setting("variants", [*PROFILE["variants"], "gsl[eta=0.5]"])
NEW_SEED, OTHER_SEED = setting("seeds", [0, 1]), setting("seeds", [1])
TURNED = setting("variants", PROFILE["variants"][::-1])
MORE_TESTS = setting("datasets/test", [*PROFILE["datasets"]["test"], "tiny-more"])
FEWER_TESTS = setting("datasets/test", PROFILE["datasets"]["test"][:2])


def make_more_tests(project):
    """A dataset more in the catalogue and in the profile."""
    catalogue("datasets.yaml", with_benchmark)(project)
    profile(MORE_TESTS)(project)


LISTS = [
    Edit(
        "new variant",
        profile(NEW_VARIANT),
        "spec, tune gsl[eta=0.5], train gsl[eta=0.5] 00, measure *, separability",
        NEW_VARIANT,
        quick=True,
    ),
    Edit("removed variant", profile(without("untrained")), "spec, measure *, separability", without("untrained")),
    Edit("removed control", profile(without("oracle")), "spec, measure *", without("oracle")),
    Edit("order of variants", profile(TURNED), "spec"),
    Edit("new seed", profile(NEW_SEED), "spec, train * 01, measure *, separability", NEW_SEED, quick=True),
    Edit("another seed", profile(OTHER_SEED), "spec, train * 01, measure *, separability, frames", OTHER_SEED),
    Edit("new benchmark", make_more_tests, "spec, data tiny-more", MORE_TESTS),
    Edit("removed benchmark", profile(FEWER_TESTS), "spec, frames", FEWER_TESTS),
    Edit("new grid", profile(setting("ablation/grids", ["tiny", "eta"])), "spec"),
    Edit("seeds of the grids", profile(setting("ablation/seeds", [3])), "spec"),
    Edit("no tuning", profile(setting("tune/trials", 0)), "spec, train logistic|gsl *"),
]
"""Edits of what is compared."""

NETWORK_TRACKS = "track logistic|gsl|untrained * *, frames"
CONFIG = [
    Edit("model", profile(setting("model/width", 0.5)), f"spec, tune *, train * *, scores * *, {NETWORK_TRACKS}"),
    Edit("crops: context", profile(setting("crops/context", 0.4)), f"spec, crops *, {NETWORK_TRACKS}"),
    Edit("crops: frames", profile(setting("crops/frames_per_sequence", 5)), "spec, crops *"),
    Edit("crops: quality of what is not compressed", profile(setting("crops/jpeg_quality", 50)), "spec"),
    Edit("pairs", profile(setting("pairs/gray_probability", 0.5)), "spec, tune *, train * *, scores * *"),
    Edit("training", profile(setting("train/epochs", 3)), "spec, train logistic|gsl *", quick=True),
    Edit("precision", profile(setting("train/precision", "bfloat16")), "spec, tune *, train * *, scores * *"),
    Edit("training: what leaves no trace", profile(setting("train/checkpoint_steps", 5)), "spec"),
    Edit("tuning", profile(setting("tune/trials", 3)), "spec, tune *"),
    Edit("tracker", profile(setting("track/scale_lr", 0.5)), f"spec, tune *, {NETWORK_TRACKS}"),
    Edit("stats", profile(setting("stats/draws", 300)), "spec"),
    Edit("report", profile(setting("report/terms", ["gsl", "logistic"])), "spec"),
    Edit("report: pictures", profile(setting("report/qualitative_sequences", 2)), "spec, frames"),
    Edit("device", profile(setting("device", "cpu")), "spec, tune *, train * *"),
    Edit("resources of a cluster", profile(setting("resources", {"train": {"cpus": 3, "mem_mb": 9000}}))),
    Edit("baseline", profile(exchanged), "spec, frames"),
    Edit("root of fetched data", profile(setting("data_root", "elsewhere")), "spec"),
    Edit("folder of results", profile(setting("results", "elsewhere")), "spec, data *, track never-moves|oracle * *"),
    Edit("name of the profile", profile(setting("profile", "other")), "spec, data *, track never-moves|oracle * *"),
    Edit("drawn training set", synthetic("tiny-train", difficulty=2.0), "spec, data tiny-train"),
    Edit("drawn benchmark", synthetic("tiny-vot", frames=13), "spec, data tiny-vot, measure tiny-vot, frames"),
    Edit("layout of a benchmark", entry("datasets.yaml", "tiny-vot", format="otb"), "spec, data tiny-vot, frames"),
    Edit("licence", entry("datasets.yaml", "tiny-vot", licence="CC BY 4.0"), "spec"),
    Edit("EAO's year", entry("datasets.yaml", "tiny-vot", year=2018), "spec, measure tiny-vot"),
    Edit("label of a variant", entry("variants.yaml", "gsl", label="Ours"), "spec, frames"),
    Edit("label of a variant of nobody", entry("variants.yaml", "triplet", label="Three")),
    Edit("parameter", entry("variants.yaml", "gsl", tune={"eta": [0.1, 0.2]}), "spec, tune gsl"),
    Edit("order of the keys", reordered, quick=True),
    Edit("touched configuration", touch("config/*.yaml")),
    Edit("touched products", touch("results/tiny/metrics/*.parquet", "results/tiny/data/*.json")),
    # Snakemake compares checksums of files, not of folders: a touched run counts as another run.
    Edit(
        "touched run",
        touch("results/tiny/train/gsl/seed00/*"),
        "scores gsl *, track gsl * *, separability, tables, figures, page, frames",
    ),
    Edit("pins of conda", pins("environment.yml")),
    Edit("pins of pip", pins("pyproject.toml")),
    Edit("nothing", nothing),
]
"""Edits of the configuration, of its files and of products."""

EDITS = [*CODE, *LISTS, *CONFIG]

"""What each job depends on: which change of the configuration touches which jobs."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from siamloss import jobs
from siamloss.config import (
    CropsConfig,
    Dataset,
    ModelConfig,
    PairsConfig,
    SyntheticConfig,
    TrackConfig,
    TrainConfig,
    TuneConfig,
)
from siamloss.config_io import load_profile
from siamloss.data.fetch.catalogue import find_source
from siamloss.paths import Home
from siamloss.records.ledger import append_evaluation
from siamloss.runs import ablation_runs

ROOT = Path(__file__).resolve().parents[2]
TRAINED = {"train gsl", "train logistic", "tune gsl", "tune logistic"}
ALL_RUNS = {*TRAINED, "train untrained"}
NETWORK_TRACKS = {"track gsl", "track untrained"}
MEASURES = {"measure drawn", "measure real", "separability"}


@pytest.fixture(scope="module")
def experiment():
    """The demo with one drawn and one real benchmark."""
    demo = load_profile(ROOT / "config" / "demo.yaml")
    real = Dataset("real", "vot", "test", path="vot2018", sequences=("ants1", "bag"), licence="none")
    drawn = replace(demo.datasets.test[0], name="drawn")
    return replace(demo, datasets=replace(demo.datasets, test=(drawn, real)))


def edit(item, path, value):
    """A copy of nested dataclasses with one field changed; items of a tuple are found by name."""
    head, _, rest = path.partition("/")
    if isinstance(item, tuple):
        assert head in [each.name for each in item]
        return tuple(edit(each, rest, value) if each.name == head else each for each in item)
    return replace(item, **{head: edit(getattr(item, head), rest, value) if rest else value})


def parts(experiment):
    data = experiment.datasets
    sets = {"train": data.train, "drawn": data.test[0], "real": data.test[1]}
    found = {f"data {name}": jobs.data_part(experiment, item) for name, item in sets.items()}
    found |= {"crops": jobs.crops_part(experiment, data.train), "scores": jobs.scores_part(experiment)}
    for name in ("gsl", "logistic", "untrained"):
        found[f"train {name}"] = jobs.train_part(experiment, experiment.variant(name), experiment.seeds[0])
    found |= {f"tune {name}": jobs.tune_part(experiment, experiment.variant(name)) for name in ("gsl", "logistic")}
    for name in ("gsl", "untrained", "oracle"):
        found[f"track {name}"] = jobs.track_part(experiment, experiment.variant(name), sets["drawn"])
    found |= {f"measure {name}": jobs.measure_part(experiment, sets[name]) for name in ("drawn", "real")}
    found["separability"] = jobs.separability_part(experiment)
    found["ablation"] = jobs.separability_part(experiment, ablation=True)
    return {**found, "report": jobs.report_part(experiment)}


def touched(before, after):
    old, new = parts(before), parts(after)
    return {name for name in old if old[name] != new[name]}


CHANGES = [
    ("datasets/train/licence", "CC BY 4.0", set()),
    ("datasets/test/real/licence", "CC BY 4.0", set()),
    ("datasets/test/real/how_to_get", "ask", set()),
    ("datasets/test/real/source", "vot2018", set()),
    ("datasets/train/synthetic/seed", 9, {"data train"}),
    ("datasets/train/synthetic/difficulty", 2.0, {"data train"}),
    ("datasets/test/drawn/role", "val", {"data drawn", "measure drawn"}),
    ("datasets/train/sequences", ("b", "a"), {"data train", "crops"}),
    ("datasets/val/sequences", ("b", "a"), {"tune gsl", "tune logistic"}),
    ("datasets/test/drawn/synthetic/frames", 51, {"data drawn", "measure drawn"}),
    ("datasets/test/drawn/format", "got10k", {"data drawn", "measure drawn", *NETWORK_TRACKS, "track oracle"}),
    ("datasets/test/real/sequences", ("ants1",), {"data real", "measure real"}),
    ("datasets/test/real/path", "vot2019", {"data real", "measure real"}),
    ("datasets/test/real/year", 2019, {"measure real"}),
    ("datasets/test/real/eao_interval", (10, 20), {"measure real"}),
    ("results", "elsewhere", {"data train", "data drawn"}),
    ("data_root", "/data", {"data real"}),
    ("profile", "other", set()),
    ("device", "cuda", ALL_RUNS),
    ("baseline", "triplet", set()),
    ("crops/context", 0.4, {"crops", *NETWORK_TRACKS, "tune gsl", "tune logistic"}),
    ("crops/frames_per_sequence", 10, {"crops"}),
    ("pairs/stretch", 0.1, {"crops", "scores", *ALL_RUNS}),
    ("pairs/translate_px", 8, {"crops", "scores", *ALL_RUNS}),
    ("pairs/gray_probability", 0.5, {"scores", *ALL_RUNS}),
    ("pairs/label_radius_px", 12.0, {"scores", *ALL_RUNS}),
    ("model/width", 0.5, {*ALL_RUNS, "scores", *NETWORK_TRACKS}),
    ("model/score_gain", 2e-3, {*ALL_RUNS, "scores", *NETWORK_TRACKS}),
    ("model/backbone", "alexnet", {"crops", *ALL_RUNS, "scores", *NETWORK_TRACKS}),
    ("train/epochs", 5, {"train gsl", "train logistic"}),
    ("train/lr_start", 1e-3, TRAINED),
    ("train/checkpoint_steps", 7, set()),
    ("train/batch_size", 16, ALL_RUNS),
    ("train/precision", "bfloat16", {"scores", *ALL_RUNS}),
    ("train/epoch_maps", 10, {"train gsl", "train logistic"}),
    ("tune/trials", 9, {"tune gsl", "tune logistic"}),
    ("tune/lr_scale", (0.1, 1.0), {"tune gsl", "tune logistic"}),
    ("variants/gsl/tune", {"eta": [0.1, 0.2]}, {"tune gsl"}),
    ("datasets/val/name", "other", {"tune gsl", "tune logistic"}),
    ("ablation/seeds", (0, 1), {"ablation"}),
    ("train/val_pairs", 100, {"train gsl", "train logistic", "scores"}),
    ("track/scale_lr", 0.5, {*NETWORK_TRACKS, "tune gsl", "tune logistic"}),
    ("track/scale_penalty", "multiplicative", {*NETWORK_TRACKS, "tune gsl", "tune logistic"}),
    ("stats/draws", 300, set()),
    ("stats/seed", 1, set()),
    ("report/qualitative_sequences", 1, set()),
    ("report/ours", "triplet", set()),
    ("seeds", (0, 1, 2), MEASURES),
    ("seeds", (5, 6), {"train gsl", "train logistic", "train untrained", *MEASURES}),
    ("variants/gsl/label", "Ours", set()),
    ("variants/gsl/params", {"eta": 0.5}, {"train gsl", "tune gsl"}),
    ("variants/gsl/lr_scale", 0.5, {"train gsl", "tune gsl"}),
    ("variants/gsl/loss", "triplet", {"train gsl", "tune gsl"}),
    ("variants/logistic/lr_scale", 0.5, {"train logistic", "tune logistic"}),
    ("variants/triplet/lr_scale", 0.5, set()),
]


@pytest.mark.parametrize(("path", "value", "expected"), CHANGES, ids=[f"{path}={value}" for path, value, _ in CHANGES])
def test_a_change_touches_its_own_jobs_and_the_report(experiment, path, value, expected):
    assert touched(experiment, edit(experiment, path, value)) == expected | {"report"}


def test_a_new_variant_touches_no_run_that_is_there(experiment):
    more = replace(experiment, variants=(*experiment.variants, replace(experiment.variant("gsl"), name="gsl[eta=1]")))
    assert touched(experiment, more) == {*MEASURES, "report"}


def test_equal_configurations_have_equal_parts(experiment):
    assert touched(experiment, edit(experiment, "variants/gsl/params", dict(experiment.variant("gsl").params))) == set()
    backwards = dict(reversed(experiment.variant("gsl").params.items()))
    assert touched(experiment, edit(experiment, "variants/gsl/params", backwards)) == set(), "order means nothing"


def other(value):
    """Another value of the same type."""
    if isinstance(value, str):
        others = {
            "alexnet": "small",
            "small": "alexnet",
            "shift_safe": "multiplicative",
            "raw": "jpeg",
            "none": "siamfc",
            "auto": "float32",
            "all": "peak",
            "subcell": "cell",
            "float32": "int8",
            "": "elsewhere",
        }
        return others[value]
    if isinstance(value, dict):
        return {**value, "noise": 0.5}
    if isinstance(value, tuple):
        return tuple(map(other, value)) or ("BC",)
    return type(value)(2 * value + 1)


@pytest.mark.parametrize(
    ("section", "config", "jobs_of_it", "without"),
    [
        ("train", TrainConfig, {"train gsl", "tune gsl"}, {"checkpoint_steps", "crops_on_device", "tensorboard"}),
        ("tune", TuneConfig, {"tune gsl", "tune logistic"}, set()),
        ("pairs", PairsConfig, {"train gsl", "train untrained", "scores"}, set()),
        ("model", ModelConfig, {"train gsl", "train untrained", "scores", "track gsl"}, set()),
        ("track", TrackConfig, {"track gsl", "track untrained"}, set()),
        ("crops", CropsConfig, {"crops"}, {"jpeg_quality"}),
        ("datasets/train/synthetic", SyntheticConfig, {"data train"}, set()),
        ("datasets/test/drawn/synthetic", SyntheticConfig, {"data drawn", "measure drawn"}, set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_setting_is_forgotten(experiment, section, config, jobs_of_it, without):
    """A field that is added to a section later must re-run the jobs of that section, or be named here."""
    assert is_dataclass(config)
    for field in fields(config):
        item = experiment
        for name in section.split("/"):
            item = next(each for each in item if each.name == name) if isinstance(item, tuple) else getattr(item, name)
        changed = edit(experiment, f"{section}/{field.name}", other(getattr(item, field.name)))
        found = touched(experiment, changed)
        wanted = (
            jobs_of_it - {"tune gsl"} if section == "train" and field.name in experiment.tune.budget else jobs_of_it
        )
        assert found >= (set() if field.name in without else wanted), field.name
        assert "track oracle" not in found, "no network, no setting"


def test_parts_of_two_seeds_variants_and_formats_differ(experiment):
    gsl, untrained = experiment.variant("gsl"), experiment.variant("untrained")
    trained = [jobs.train_part(experiment, variant, seed) for variant in (gsl, untrained) for seed in (0, 1)]
    assert len(set(trained)) == 4
    otb, vot = experiment.datasets.test
    for name in ("gsl", "never-moves"):
        variant = experiment.variant(name)
        assert jobs.track_part(experiment, variant, otb) != jobs.track_part(experiment, variant, vot)
    still, oracle = (jobs.track_part(experiment, experiment.variant(n), otb) for n in ("never-moves", "oracle"))
    assert still != oracle


def test_runs_are_all_seeds_of_networks_and_one_of_the_fixed_controls(experiment):
    few = replace(
        experiment, variants=tuple(map(experiment.variant, ("gsl", "never-moves", "untrained", "oracle"))), seeds=(3, 4)
    )
    networks = [("gsl", 3), ("gsl", 4), ("untrained", 3), ("untrained", 4)]
    assert jobs.runs(few) == [*networks[:2], ("never-moves", 0), *networks[2:], ("oracle", 0)]
    assert jobs.network_runs(few) == networks
    assert jobs.network_runs(few, trained_only=True) == networks[:2]


def ablated(**changes):
    return load_profile(ROOT / "config" / "demo.yaml", **{"ablation": {"grids": ["lambda", "scope"]}, **changes})


def test_ablation_runs_are_the_baseline_and_every_cell_once():
    experiment = ablated()
    names = ["logistic", *experiment.grids[0].variants, *experiment.grids[1].variants[1:]]
    assert experiment.grids[1].variants[0] in experiment.grids[0].variants
    assert ablation_runs(experiment) == [(name, seed) for name in names for seed in (0, 1)]
    assert jobs.network_runs(experiment, ablation=True) == ablation_runs(experiment)
    assert ablation_runs(ablated(ablation={})) == []
    assert jobs.chosen_runs(experiment, ablation=False) == jobs.runs(experiment)


def test_every_trained_variant_is_tuned_once_and_cells_take_the_choice_of_their_base():
    experiment = ablated(variants=["logistic", "gsl", "oracle", "untrained"], report={"ours": "gsl"})
    assert jobs.tuned_names(experiment) == ["logistic", "gsl"]
    assert jobs.tuned_names(experiment, ablation=True) == ["logistic", "gsl"]
    own = ablated(variants=["logistic", "gsl"], report={"ours": "gsl"}, ablation={"grids": ["delta"]})
    assert "gsl[delta=0.3]" in jobs.tuned_names(own, ablation=True)
    assert jobs.tuned_names(ablated(tune={"trials": 0})) == []


def test_counts_of_the_demo_are_those_of_its_lists():
    demo = load_profile(ROOT / "config" / "demo.yaml")
    counts = jobs.count_jobs(demo)
    assert counts == {
        "spec": 1,
        "data": 5,
        "crops": 2,
        "tune": 7,
        "train": 16,
        "scores": 16,
        "track": 54,
        "measure": 3,
        "separability": 1,
        "frames": 1,
        "tables": 1,
        "figures": 1,
        "page": 1,
        "all": 1,
    }
    assert counts["train"] == len(jobs.network_runs(demo))
    assert counts["track"] == 3 * len(jobs.runs(demo))


def test_code_of_a_training_is_that_of_its_loss(experiment):
    names = ("logistic", "triplet", "gsl", "untrained")
    codes = {name: jobs.code("train", experiment.variant(name)) for name in names}
    assert len(set(codes.values())) == 4
    assert codes["untrained"] == jobs.code("train")
    assert codes["gsl"] == jobs.code("train", experiment.variant("gsl-hard")), "one file, one loss"


def test_the_pictures_of_a_drawn_dataset_count_and_are_hashed_once(experiment, tmp_path):
    (tmp_path / "one.png").write_bytes(b"one")
    drawn = experiment.datasets.test[0]
    with_photos = replace(drawn, synthetic=replace(drawn.synthetic, photos=str(tmp_path)))
    jobs._pictures.cache_clear()
    first = jobs.data_part(experiment, with_photos)
    assert first == jobs.data_part(experiment, with_photos) != jobs.data_part(experiment, drawn)
    assert jobs.measure_part(experiment, with_photos)
    assert jobs._pictures.cache_info().misses == 1
    (tmp_path / "one.png").write_bytes(b"two")
    jobs._pictures.cache_clear()
    assert jobs.data_part(experiment, with_photos) != first


def test_pictures_that_are_no_folder_are_left_to_the_job(experiment, tmp_path):
    (tmp_path / "one.png").write_bytes(b"one")
    drawn = experiment.datasets.test[0]
    for path in (tmp_path / "one.png", tmp_path / "nowhere"):
        assert jobs.data_part(experiment, replace(drawn, synthetic=replace(drawn.synthetic, photos=str(path))))


def test_what_decides_the_files_of_a_source_counts_and_what_is_told_of_it_does_not():
    source = find_source("vot2018")
    part = jobs.source_part(source)
    assert part == jobs.source_part(replace(source, homepage="elsewhere", how_to_get="ask", expected={}))
    for change in ({"urls": ("elsewhere",)}, {"path": "x"}, {"licence": "MIT"}, {"archives": {"a": {}}}):
        assert part != jobs.source_part(replace(source, **change))


def test_the_page_is_made_again_when_others_were_evaluated(experiment, tmp_path):
    """It prints how many evaluations there were; those of its own runs come with their records."""
    experiment = replace(experiment, results=str(tmp_path))
    ledger = Home(experiment).ledger
    none, ablation = jobs.page_part(experiment), jobs.page_part(experiment, ablation=True)
    entry = {"time": "", "seed": 0, "benchmark": "real", "frames": 1, "run": "", "settings": ""}
    append_evaluation(ledger, {**entry, "variant": "oracle"})
    assert jobs.page_part(experiment) == none
    assert jobs.page_part(experiment, ablation=True) != ablation, "which has no oracle"
    append_evaluation(ledger, {**entry, "variant": "gsl[eta=9]"})
    one = jobs.page_part(experiment)
    assert one != none
    ledger.write_bytes(ledger.read_bytes() + b"[1]\nno JSON\n")
    assert jobs.page_part(experiment) not in (none, one), "damage is for the reader to name"

"""Names of variants: aliases, instances, grids."""

import shutil
from dataclasses import asdict, replace

import numpy as np
import pytest
from tests.conftest import ROOT

from siamloss.config import Grid
from siamloss.config_io import load_profile, read_spec, read_yaml
from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError
from siamloss.losses import make_loss
from siamloss.provenance.sealed import read_json, write_json
from siamloss.report.grids import cells_of
from siamloss.variants import ALIASES, GRIDS, expand, resolve_grid, resolve_variant

CATALOGUE = {
    "gsl": {"loss": "gsl", "params": {"lambda": 1.0, "eta": 0.1, "moments": "batch"}, "tune": {"eta": [0.01, 1]}},
    "logistic": {"loss": "logistic"},
    "aliases": {"ours": "gsl", "nobody": "gls"},
    "grids": {
        "product": {"label": "Two axes", "base": "ours", "over": {"eta": [0.1, 1], "lambda": ["1e0", 2]}},
        "own": {"base": "gsl", "over": {"moments": ["batch", "map"]}, "tune": "own"},
        "elsewhere": {"base": "gsl", "over": {"lambda": [3, 4]}},
        "list": {"variants": ["logistic", "ours", "gsl[eta=2]"]},
    },
}
REAL = read_yaml(ROOT / "config" / "variants.yaml")


def with_grid(**raw):
    return {**CATALOGUE, "grids": {"bad": raw}}


def test_instance_changes_parameters_and_keeps_its_name():
    variant = resolve_variant("gsl[eta=0.5,moments=map]", CATALOGUE)
    assert variant.name == variant.label == variant.tuned_as == "gsl[eta=0.5,moments=map]"
    assert variant.params == {"eta": 0.5, "lambda": 1.0, "moments": "map"}
    assert variant.fixed == ("eta", "moments"), "what the name sets, tuning leaves alone"


def test_instances_have_one_name_however_they_are_written():
    assert resolve_variant("gsl[moments=map, eta=5e-1]", CATALOGUE).name == "gsl[eta=0.5,moments=map]"
    assert resolve_variant("gsl[lambda=1,eta=0.5]", CATALOGUE).name == "gsl[eta=0.5]"
    assert resolve_variant("gsl[moments=batch]", CATALOGUE) == resolve_variant("gsl", CATALOGUE)


def test_a_parameter_that_is_tuned_keeps_its_place_in_the_name():
    variant = resolve_variant("gsl[eta=0.1]", CATALOGUE)
    assert (variant.name, variant.fixed) == ("gsl[eta=0.1]", ("eta",)), "gsl itself has the eta that tuning chooses"


def test_a_rate_can_be_set_by_name():
    variant = resolve_variant("logistic[lr_scale=0.3]", CATALOGUE)
    assert (variant.lr_scale, variant.params, variant.fixed) == (0.3, {}, ("lr_scale",))


def test_an_alias_is_another_name_of_the_same_row():
    assert resolve_variant("ours", CATALOGUE) == resolve_variant("gsl", CATALOGUE)
    assert resolve_variant("ours[eta=1]", CATALOGUE).name == "gsl[eta=1]"
    with pytest.raises(UnknownNameError, match="unknown variant 'gls'; did you mean 'gsl'"):
        resolve_variant("nobody", CATALOGUE)


def test_a_product_runs_through_its_values_last_axis_fastest():
    grid, cells = resolve_grid("product", CATALOGUE)
    assert grid.label == "Two axes"
    assert grid.axes == {"eta": [0.1, 1], "lambda": [1.0, 2]}
    assert grid.variants == ("gsl[eta=0.1]", "gsl[lambda=2,eta=0.1]", "gsl[eta=1]", "gsl[lambda=2,eta=1]")
    assert grid.reference == "gsl[eta=0.1]"
    assert [(cell.params["eta"], cell.params["lambda"]) for cell in cells] == [(0.1, 1), (0.1, 2), (1, 1), (1, 2)]
    assert {cell.tuned_as for cell in cells} == {"gsl"}


@pytest.mark.parametrize("over", [{"eta": [0.1, 1], "alpha": [0, 0.5]}, {"alpha": [0, 0.5], "eta": [0.1, 1]}])
def test_a_stored_grid_has_its_cells_where_their_values_say(over, tmp_path):
    """Stored keys are sorted, the cells stay in their order: the two must not part."""
    catalogue = {**CATALOGUE, "grids": {"both": {"base": "ours", "over": over}}}
    grid, cells = resolve_grid("both", catalogue)
    write_json(tmp_path / "grid.json", asdict(grid), sort_keys=True)
    stored = Grid(**read_json(tmp_path / "grid.json"))
    params = {cell.name: cell.params for cell in cells}
    names = cells_of(stored)
    for place in np.ndindex(names.shape):
        wanted = {key: values[index] for index, (key, values) in zip(place, stored.axes.items(), strict=True)}
        assert wanted.items() <= params[names[place]].items()


def test_a_grid_that_an_older_version_stored_in_another_order_is_refused(tmp_path):
    experiment = load_profile(ROOT / "config" / "demo.yaml", ablation={"grids": ["terms", "eta-alpha"]})
    path = tmp_path / "spec.json"
    write_json(path, experiment.to_dict(), sort_keys=True)
    assert read_spec(path).grids == experiment.grids
    grid = experiment.grids[1]
    turned = tuple(cells_of(grid).T.ravel())
    write_json(path, replace(experiment, grids=(experiment.grids[0], replace(grid, variants=turned))).to_dict())
    with pytest.raises(ConfigError, match=r"cells of grid 'eta-alpha' in another order .* run snakemake again"):
        read_spec(path)


def test_a_given_learning_rate_is_a_variant_of_its_own():
    """Tuning chooses that of the base, whatever the catalogue has; the cell has the one that its name says."""
    cell = resolve_variant("gsl[lr_scale=1]", CATALOGUE)
    assert (cell.name, cell.fixed, cell.lr_scale) == ("gsl[lr_scale=1]", ("lr_scale",), 1)
    assert resolve_variant("gsl[lr_scale=1,lambda=3]", CATALOGUE) != resolve_variant("gsl[lambda=3]", CATALOGUE)
    grid, cells = resolve_grid("bad", with_grid(base="gsl", over={"lr_scale": [0.3, 1]}))
    assert grid.reference == cells[1].name == "gsl[lr_scale=1]"


def test_a_cell_is_the_same_in_every_grid():
    alone = resolve_grid("bad", with_grid(base="gsl", over={"lambda": [2]}))[1]
    beside = resolve_grid("bad", with_grid(base="gsl", over={"lambda": [2], "moments": ["batch", "map"]}))[1]
    assert alone[0] == beside[0]


def test_grids_that_tune_a_cell_differently_are_refused(tmp_path):
    for name in ("datasets.yaml", "variants.yaml", "demo.yaml"):
        shutil.copy(ROOT / "config" / name, tmp_path)
    grids = {"ablation": {"grids": ["lambda", "lambda-delta"]}}
    with pytest.raises(
        ConfigError, match=r"'gsl\[lambda=0.3\]' is in the grids 'lambda' and 'lambda-delta', which tune"
    ):
        load_profile(tmp_path / "demo.yaml", **grids)
    for listed in (["lambda", "lambda-delta"], ["lambda-delta", "lambda"]):
        with pytest.raises(ConfigError, match="which tune it differently"):
            load_profile(tmp_path / "demo.yaml", variants=["logistic", "gsl", *listed], ablation={})
    with pytest.raises(ConfigError, match="which tune it differently"):
        load_profile(
            tmp_path / "demo.yaml", variants=["logistic", "gsl", "lambda"], ablation={"grids": ["lambda-delta"]}
        )
    main = read_yaml(tmp_path / "demo.yaml")["variants"]
    cells = [name for name in resolve_grid("lambda", REAL)[0].variants if name != "gsl"]
    named = load_profile(tmp_path / "demo.yaml", variants=[*main, *cells], **grids)
    assert named.variant("gsl[lambda=0.3]").tuned_as == "gsl[lambda=0.3]", "the main list decides"
    text = (tmp_path / "variants.yaml").read_text().replace("tune: own", "tune: base")
    (tmp_path / "variants.yaml").write_text(text)
    assert len(load_profile(tmp_path / "demo.yaml", **grids).grids) == 2


def test_the_order_of_settings_makes_no_other_variant():
    one, other = (resolve_variant(f"gsl[{text}]", CATALOGUE) for text in ("eta=0.5,lambda=2", "lambda=2,eta=0.5"))
    assert one == other


def test_cells_can_have_a_tuning_budget_of_their_own():
    assert [cell.tuned_as for cell in resolve_grid("own", CATALOGUE)[1]] == ["gsl", "gsl[moments=map]"]


def test_a_grid_in_a_list_stands_for_its_cells_and_repeats_none():
    names = [variant.name for variant in expand(["gsl", "list", "own"], CATALOGUE)]
    assert names == ["gsl", "logistic", "gsl[eta=2]", "gsl[moments=map]"]


def test_a_grid_knows_the_cell_with_the_values_of_its_base():
    assert resolve_grid("own", CATALOGUE)[0].reference == "gsl"
    assert resolve_grid("elsewhere", CATALOGUE)[0].reference == ""
    assert resolve_grid("list", CATALOGUE)[0].reference == ""


def test_variant_without_a_loss_or_with_a_wrong_one_is_refused():
    with pytest.raises(UnknownNameError, match="unknown loss ''"):
        resolve_variant("mine", {"mine": {"label": "Mine"}})
    with pytest.raises(UnknownNameError, match="did you mean 'triplet'"):
        resolve_variant("mine", {"mine": {"loss": "tripplet"}})
    with pytest.raises(UnknownNameError, match="unknown variant"):
        resolve_variant("mine", {"mine": None})
    with pytest.raises(UnknownNameError, match="unknown variant 'grids'"):
        resolve_variant("grids", CATALOGUE)


def test_numbers_written_as_text_in_parameters():
    assert resolve_variant("gsl", {"gsl": {"loss": "gsl", "params": {"delta": "1e-1"}}}).params == {"delta": 0.1}


@pytest.mark.parametrize(
    ("tune", "error", "message"),
    [
        ({"etta": [0.1, 1]}, UnknownKeyError, "did you mean 'eta'"),
        ({"eta": [0, 1]}, ConfigError, "write \\[low, high\\], both above 0"),
        ({"eta": [1, 0.1]}, ConfigError, "write \\[low, high\\]"),
        ({"eta": "12"}, ConfigError, "write \\[low, high\\]"),
        ({"eta": 0.1}, ConfigError, "write \\[low, high\\]"),
        ({"lr_scale": ["a", 1]}, ConfigError, "write \\[low, high\\]"),
    ],
)
def test_search_ranges_are_checked(tune, error, message):
    with pytest.raises(error, match=message):
        resolve_variant("gsl", {"gsl": {"loss": "gsl", "tune": tune}})


@pytest.mark.parametrize(
    ("raw", "error", "message"),
    [
        ({}, ConfigError, "needs 'variants: "),
        ({"base": "gsl", "over": {"eta": 1}}, ConfigError, "needs 'variants: "),
        ({"base": "gsl", "over": {"etta": [1]}}, UnknownKeyError, "did you mean 'eta'"),
        ({"base": "gsl", "over": {"eta": [1], 1: [1]}}, UnknownKeyError, "'1'"),
        ({"base": "gls", "over": {"eta": [1]}}, UnknownNameError, "did you mean 'gsl'"),
        ({"base": "gsl", "ovr": {"eta": [1]}}, UnknownKeyError, "did you mean 'over'"),
        ({"base": "gsl", "over": {"eta": [1]}, "tune": "mine"}, ConfigError, "must be 'base' or 'own'"),
        ({"variants": ["gsl"], "base": "gsl"}, ConfigError, "needs 'variants: "),
    ],
)
def test_mistakes_in_a_grid_are_named(raw, error, message):
    with pytest.raises(error, match=message) as caught:
        resolve_grid("bad", with_grid(**raw))
    assert "\n" not in str(caught.value)


def test_everything_in_the_catalogue_resolves_to_a_loss_that_can_be_built():
    names = [name for name in REAL if name not in (ALIASES, GRIDS)]
    cells = [cell for name in REAL[GRIDS] for cell in resolve_grid(name, REAL)[1]]
    for variant in [*(resolve_variant(name, REAL) for name in (*names, *REAL[ALIASES])), *cells]:
        assert make_loss(variant.loss, variant.params) is not None
        assert set(variant.tune) <= {"lr_scale", *variant.params}, "a searched parameter has a value to start from"


def test_the_head_follows_the_kind_of_score():
    assert resolve_variant("gsl[score=cosine]", REAL).head == "cosine"
    assert resolve_variant("contrastive", REAL).head == "cosine"
    assert resolve_variant("gsl[score=sigmoid]", REAL).head == "correlation"

"""Losses by name: found in the folder and in installed packages, described without importing torch."""

import subprocess
import sys

import pytest
import torch
from tests.unit.losses.thirdparty import install

from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError
from siamloss.losses import LOSSES, loss_facts, loss_parameters, loss_place, make_loss, registry

NAMES = {
    "batch-hard",
    "batch-hard-soft",
    "contrastive",
    "focal",
    "ghm",
    "gsl",
    "hinge",
    "kumar",
    "logistic",
    "ohnm",
    "ranking",
    "triplet",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package with one loss for this test."""

    def add(text, **options):
        install(tmp_path, text, **options)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(registry, "LOSSES", registry._Losses())

    yield add
    for name in [name for name in sys.modules if name.startswith("acme")]:
        del sys.modules[name]


def test_built_in_losses_are_the_files_of_the_folder():
    assert set(registry.built_in_losses()) == NAMES <= set(LOSSES)
    assert LOSSES["batch-hard"] == "siamloss.losses.batch_hard:BatchHardLoss"
    assert loss_place("gsl") == "siamloss.losses.gsl:GlobalSimilarityLoss"


def test_a_new_file_is_a_new_loss(tmp_path):
    (tmp_path / "new_one.py").write_text("class NewLoss:\n    def forward(self): pass\n")
    (tmp_path / "helper.py").write_text("class Helper: pass\n")
    (tmp_path / "_hidden.py").write_text("class Hidden:\n    def forward(self): pass\n")
    assert registry.built_in_losses(tmp_path) == {"new-one": "siamloss.losses.new_one:NewLoss"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_the_source_says_is_what_the_class_has(name):
    loss = make_loss(name, {})
    assert isinstance(loss, torch.nn.Module)
    assert loss_facts(name) == {"formula": type(loss).formula, "cost": type(loss).cost}
    assert "\n" not in loss.formula
    assert loss.formula
    for key in loss_parameters(name):
        assert hasattr(loss, registry.RENAMED.get(key, key))


def test_lambda_is_written_without_underscore():
    assert loss_parameters("kumar") == ["gamma", "lambda", "delta", "moments"]


def test_unknown_names_point_to_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown loss 'tripet'; did you mean 'triplet'"):
        loss_place("tripet")
    with pytest.raises(UnknownKeyError, match="no parameter 'gama'; did you mean 'gamma'"):
        make_loss("focal", {"gama": 1})


def test_describing_losses_imports_no_torch():
    code = (
        "import sys; from siamloss.losses import *; from siamloss.losses.registry import check_loss\n"
        "[(loss_parameters(n), loss_facts(n), loss_place(n), check_loss(n, {}, n)) for n in LOSSES]\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_loss_of_another_package_is_found_by_its_entry_point(package):
    package("class Acme:\n    formula = 'a'\n    def __init__(self, *, lambda_=1): self.lambda_ = lambda_\n")
    assert registry.LOSSES["acme"] == "acme_loss:Acme"
    assert loss_parameters("acme") == ["lambda"]
    assert loss_facts("acme")["formula"] == "a"
    assert "acme_loss" not in sys.modules
    assert make_loss("acme", {"lambda": 4}).lambda_ == 4
    assert registry.LOSSES["gsl"] == LOSSES["gsl"]


def test_the_name_of_a_built_in_is_taken(package):
    package("", entries={"gsl": "acme_loss:Acme"})
    with pytest.raises(ConfigError, match=r"'gsl' is both siamloss\.losses\.gsl:\w+ and acme_loss:Acme of package 'ac"):
        make_loss("logistic", {})


@pytest.mark.parametrize("value", ["acme_loss", "acme_loss:"])
def test_an_entry_point_names_a_class(package, value):
    package("", entries={"acme": value})
    with pytest.raises(ConfigError, match="write it as module:Class"):
        make_loss("logistic", {})


@pytest.mark.parametrize(
    ("text", "entry", "message"),
    [
        ("", "acme_gone:Acme", r"'acme_gone' has no source here; install that package again or remove it$"),
        ("", "acme_loss.inner:Acme", r"'acme_loss\.inner' has no source here"),
        ("class Acme(", "acme_loss:Acme", r"acme_loss\.py cannot be read as Python: .*; correct it$"),
        ("class Other: pass", "acme_loss:Acme", "does not define class 'Acme'"),
        ("import nowhere\nclass Acme: pass", "acme_loss:Acme", "cannot be imported from acme_loss: No module named"),
        ("class Acme:\n    def __init__(self): raise ValueError('no')", "acme_loss:Acme", "loss 'acme': no; correct"),
    ],
)
def test_a_broken_package_is_named_in_one_line(package, text, entry, message):
    package(text, entries={"acme": entry})
    with pytest.raises(ConfigError, match=message) as caught:
        make_loss("acme", {})
    assert "\n" not in str(caught.value)
    assert make_loss("logistic", {}) is not None

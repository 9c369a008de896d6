"""Code fingerprints."""

import shutil
import sys

import pytest

from siamloss.config import Dataset, SyntheticConfig, Variant
from siamloss.errors import ConfigError
from siamloss.jobs import ENTRY, code
from siamloss.provenance import fingerprint


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package whose files may be edited."""
    root = tmp_path / "siamloss"
    shutil.copytree(fingerprint.ROOT, root, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "ROOT", root)

    def prints():
        fingerprint.forget()
        return {verb: code(verb) for verb in ENTRY}

    def changed(file, old, new):
        before = prints()
        path = root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        after = prints()
        return {verb for verb in ENTRY if after[verb] != before[verb]}

    yield changed
    fingerprint.forget()


def test_editing_a_plot_touches_the_report_only(package):
    assert package("report/fig1.py", "\nfrom ", "\nEDITED = 1\nfrom ") == {"figures", "ablation"}


def test_editing_a_template_touches_the_pages_only(package):
    assert package("report/templates/css/base.css", "{", "{ /* edited */") == {"page", "ablation"}
    assert package("report/page_job.py", "\nfrom ", "\nEDITED = 1\nfrom ") == {"page"}


def test_editing_a_table_does_not_redraw_the_figures(package):
    assert package("report/claims_table.py", "\nfrom ", "\nEDITED = 1\nfrom ") == {"tables", "page"}


def test_editing_the_tracker_does_not_retrain(package):
    changed = package("tracking/siamfc.py", "rate * chosen_side", "2 * rate * chosen_side")
    assert changed >= {"track", "tune", "frames"}
    assert not changed & {"data", "crops", "train", "scores", "measure", "separability", "tables", "page", "study"}


def test_editing_the_training_loop_does_not_redraw_data(package):
    changed = package("training/loop.py", "WATCH_STEPS = 25", "WATCH_STEPS = 26")
    assert "train" in changed
    assert not changed & {"data", "crops"}


def test_comments_layout_and_docstrings_do_not_count(package):
    assert package("training/loop.py", '"""The training loop', '# a remark\n\n"""A training loop') == set()
    assert (
        package("training/validate.py", "VALIDATION_SEED = ", '"""Of the constant above."""\nVALIDATION_SEED = ')
        == set()
    )


def test_a_loss_is_part_of_its_own_trainings_only(package):
    variants = {name: Variant(name, loss=name) for name in ("gsl", "logistic")}
    before = {name: code("train", variant) for name, variant in variants.items()}
    assert package("losses/gsl.py", "hinge = self.eta *", "hinge = 2 * self.eta *") == set()
    after = {name: code("train", variant) for name, variant in variants.items()}
    assert after["gsl"] != before["gsl"]
    assert after["logistic"] == before["logistic"]
    assert "siamloss.losses.gsl" not in fingerprint.import_closure(ENTRY["train"])
    assert "siamloss.losses.shared.cells" in fingerprint.import_closure("siamloss.losses.gsl")


def test_what_losses_share_concerns_those_that_use_it(package):
    names = ("gsl", "logistic", "hinge")
    variants = {name: Variant(name, loss=name) for name in names}
    before = {name: code("train", variant) for name, variant in variants.items()}
    package("losses/shared/extremes.py", "negatives + weakest", "negatives + 2 * weakest")
    assert [name for name in names if code("train", variants[name]) != before[name]] == ["gsl"]


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """A package of somebody else; returns the fingerprint of its loss after writing files into it."""
    folder = tmp_path / "acme"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))

    def fingerprint_after(module="acme.loss", **files):
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        fingerprint.forget()
        return fingerprint.code_fingerprint(module)

    yield fingerprint_after
    assert "acme" not in sys.modules
    fingerprint.forget()


def test_a_loss_of_another_package_counts_with_what_it_imports_from_its_own(acme):
    loss = "import numpy\nfrom .helper import half\nfrom siamloss.losses.shared.cells import split_cells\nX = 1\n"
    first = acme(__init__="raise RuntimeError('imported')", loss=loss, helper="half = 0.5", other="A = 1")
    assert acme(loss='"""Words."""\n' + loss.replace("X = 1", "X = 1  # a remark"), other="A = 2") == first
    assert acme(loss=loss.replace("X = 1", "X = 2")) != first
    assert acme(loss=loss, helper="half = 0.6") != first
    assert acme(helper="half = 0.5", __init__="pass") != first
    closure = fingerprint.import_closure("acme.loss")
    assert {"acme.loss", "acme.helper", "siamloss.losses.shared.cells"} <= set(closure)
    assert not {"acme.other", "numpy"} & set(closure)


def test_files_of_a_working_folder_count_with_each_other_and_with_nothing_beside_them(acme, tmp_path, monkeypatch):
    """As of a reader of one's own with a module of helpers."""
    monkeypatch.syspath_prepend(str(tmp_path / "acme"))
    first = acme(module="myreader", myreader='import helper, numpy\nFOLDER = "results"', helper="A = 1", other="B = 1")
    (tmp_path / "acme" / "results").mkdir()
    (tmp_path / "acme" / "results" / "table.csv").write_text("1")
    assert acme(module="myreader", other="B = 2") == first
    second = acme(module="myreader", helper="A = 2")
    assert second != first
    from_import = acme(module="myreader", myreader='from helper import A\nFOLDER = "results"')
    assert acme(module="myreader", helper="A = 3") != from_import


def test_relative_imports_are_followed_from_a_package_too(acme):
    acme(__init__="from . import loss", loss="X = 1")
    assert "acme.loss" in fingerprint.import_closure("acme")


def test_a_missing_or_broken_module_is_named_in_one_line(acme):
    with pytest.raises(ConfigError, match=r"^module 'acme\.gone' has no source here; install the package"):
        acme(module="acme.gone")
    with pytest.raises(ConfigError, match=r"broken\.py cannot be read as Python: .*; correct it$"):
        acme(module="acme.broken", broken="def")


def test_the_generator_and_the_readers_concern_their_own_datasets_only(package):
    drawn = Dataset("a", "otb", "test", synthetic=SyntheticConfig())
    real, other = Dataset("b", "otb", "test", path="x"), Dataset("c", "vot", "test", path="x")

    def prints():
        return {
            (verb, item.name): code(verb, dataset=item) for verb in ("data", "crops") for item in (drawn, real, other)
        }

    before = prints()
    package("data/synthetic/render.py", "\nfrom ", "\nEDITED = 1\nfrom ")
    assert {key for key, value in prints().items() if value != before[key]} == {("data", "a")}
    before = prints()
    package("data/otb.py", "boxes[:, :2] -= 1.0", "boxes[:, :2] -= 2.0")
    assert {key[1] for key, value in prints().items() if value != before[key]} == {"a", "b"}


def test_names_of_keys_do_not_retrain(package):
    assert package("config.py", "    ours: str", '    theirs: str = ""\n    ours: str') == set()


def test_rooms_import_only_from_their_left():
    rooms = [
        "data",
        "crops",
        "pairs",
        "model",
        "losses",
        "training",
        "tracking",
        "demo",
        "export",
        "records",
        "metrics",
        "tuning",
        "stats",
        "report",
    ]
    order = {name: number for number, name in enumerate(rooms)}
    # Records are a file format that tracking writes: the one agreed step to the right.
    allowed = {("tracking", "records")}
    for path in sorted(fingerprint.ROOT.rglob("*.py")):
        module = ".".join(["siamloss", *path.relative_to(fingerprint.ROOT).with_suffix("").parts]).removesuffix(
            ".__init__"
        )
        room = module.split(".")[1] if "." in module else ""
        if room not in order:
            continue
        for name in fingerprint._parse(module)[1]:
            other = name.split(".")[1] if "." in name else ""
            if other in order and (room, other) not in allowed:
                assert order[other] <= order[room], f"{module} imports {name}, a room to its right"


def test_what_a_package_hands_on_concerns_those_who_use_it(acme):
    """``from acme import half`` needs the file of ``half``, and no other that the package offers."""
    offers = "from acme.helper import half\nfrom acme.other import A\n__all__ = ['A', 'half']\n"
    first = acme(__init__=offers, loss="from acme import half\n", helper="half = 0.5", other="A = 1")
    assert acme(other="A = 2") == first
    assert acme(__init__=offers.replace("A\n", "A as B\n", 1)) == first
    assert acme(helper="half = 0.6") != first
    assert fingerprint.import_closure("acme.loss") == ["acme.helper", "acme.loss"]
    acme(__init__=offers + "print('at work')\n")
    assert "acme.other" in fingerprint.import_closure("acme.loss"), "a package that does more counts as a whole"


def test_what_only_type_checkers_import_does_not_count(acme):
    checked = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from acme.helper import half\n"
    acme(__init__="", loss=checked, helper="half = 0.5")
    assert "acme.helper" not in fingerprint.import_closure("acme.loss")
    acme(loss=checked + "else:\n    import acme.helper\n")
    assert "acme.helper" in fingerprint.import_closure("acme.loss")


def test_data_files_belong_to_the_modules_that_name_their_folder(acme, tmp_path):
    (tmp_path / "acme" / "pictures").mkdir()
    picture = tmp_path / "acme" / "pictures" / "one.txt"
    picture.write_text("one")
    files = {"__init__": "", "loss": 'FOLDER = "pictures"\n', "other": "A = 1\n"}
    users, others = acme(**files), acme(module="acme.other")
    picture.write_text("two")
    assert acme() != users
    assert acme(module="acme.other") == others


def test_the_code_that_plans_is_in_no_measured_product():
    for verb in ("data", "crops", "tune", "train", "scores", "track", "measure", "separability", "frames"):
        closure = fingerprint.import_closure(ENTRY[verb])
        assert not {"siamloss.jobs", "siamloss.provenance.fingerprint", "siamloss.cli"} & set(closure), verb


def test_a_control_does_not_depend_on_the_network(package):
    oracle, gsl = Variant("oracle", control="oracle"), Variant("gsl", loss="gsl")
    before = code("track", oracle), code("track", gsl)
    package("model/siamfc.py", "\nfrom ", "\nEDITED = 1\nfrom ")
    assert code("track", oracle) == before[0]
    assert code("track", gsl) != before[1]


def test_a_file_is_read_once_for_all_jobs(monkeypatch):
    read, fingerprint_ast = [], fingerprint.ast.parse
    monkeypatch.setattr(fingerprint.ast, "parse", lambda text: read.append(text) or fingerprint_ast(text))
    fingerprint.forget()
    for _ in range(2):
        for verb in ENTRY:
            code(verb)
    assert len(read) == len(set(read)) > 100

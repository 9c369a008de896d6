"""Names that would lead elsewhere, or that a shell would run: in profiles, lists of sequences, result folders."""

from dataclasses import replace

import pytest
from tests.faults.command import assert_refused, sequence_folder, siamloss

from siamloss.config_check import check_experiment
from siamloss.data.check.run import check_dataset
from siamloss.errors import AnnotationError, ConfigError

NAMES = ["../../x", "/x", "a/b", "a\nb", "a\0b", "{variant}", "..", "", "-x", "\\x", "x" * 300, "a\u2028b"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["variant", "profile", "dataset"])
def test_names_that_lead_elsewhere_are_refused_in_a_profile(tiny, name, kind):
    with pytest.raises(ConfigError, match="is used as a name of files"):
        check_experiment(renamed(tiny, name, kind))


@pytest.mark.parametrize("name", ["x; touch canary", "x$(touch canary)", "x`touch canary`", "x\"' & touch canary"])
@pytest.mark.parametrize("kind", ["variant", "profile", "dataset"])
def test_names_that_a_shell_would_run_are_only_names(tiny, name, kind):
    check_experiment(renamed(tiny, name, kind))  # tests/faults/test_source.py: the rules quote them


def renamed(tiny, name, kind):
    """The tiny experiment with something of another name."""
    if kind == "profile":
        return replace(tiny, profile=name)
    if kind == "variant":
        return replace(tiny, variants=(*tiny.variants, replace(tiny.variant("gsl"), name=name)))
    others = (*tiny.datasets.test[:-1], replace(tiny.datasets.test[-1], name=name))
    return replace(tiny, datasets=replace(tiny.datasets, test=others))


@pytest.mark.parametrize("name", ["../outside", "/etc", "a/../../outside", "a\x1b[2J", "\u202egnp.exe"])
@pytest.mark.parametrize("layout", ["got10k", "otb", "vot", "folder"])
def test_names_in_lists_do_not_lead_out_of_the_folder(tmp_path, name, layout):
    sequence_folder(tmp_path / "data")
    sequence_folder(tmp_path, "outside")
    (tmp_path / "data" / "list.txt").write_text(name + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match="leads out of that folder") as caught:
        check_dataset(tmp_path / "data", layout)
    assert "\x1b" not in str(caught.value)


def test_result_folders_are_matched_with_names_and_never_followed(tmp_path):
    sequence_folder(tmp_path / "data")
    (tmp_path / "results" / "mine").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("1,1,1,1\n" * 3)
    (tmp_path / "data" / "list.txt").write_text("../secret\n")
    done = siamloss(
        tmp_path, "evaluate", "got10k", "--annotations", "data", "--results", "results", "--json", "out.json"
    )
    assert_refused(done, tmp_path)
    assert not (tmp_path / "out.json").exists()

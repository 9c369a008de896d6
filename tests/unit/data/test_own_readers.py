"""Formats by name, and readers of other packages."""

import typing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siamloss import jobs
from siamloss.config import Dataset, Format
from siamloss.config_check import check_experiment
from siamloss.data.check.run import check_dataset
from siamloss.data.open import open_dataset
from siamloss.data.prepare import prepare_dataset
from siamloss.data.readers import READERS, pending_of, read_with, reader_place
from siamloss.data.verified import open_verified
from siamloss.errors import AnnotationError, ConfigError, CorruptError, MissingDataError, UnknownNameError
from siamloss.provenance import fingerprint

READER = """
import numpy as np
from siamloss.data.sequence import Sequence
from siamloss.errors import MissingDataError

def read(root, names):
    paths = tuple(sorted(root.glob("*.jpg")))
    boxes = np.tile([1.0, 2.0, 5.0, 6.0], (len(paths), 1))
    return [Sequence(name, paths, boxes, np.ones(len(paths), bool)) for name in names or ("all",)]

def twice(root, names):
    return [*read(root, names), *read(root, ("all", "other"))]

def plain(root, names):
    found = sorted(root.glob("*.jpg"))
    paths, count = map(str, found), len(found)
    boxes, visible, distractor = [[1, 2, 5, 6]] * count, [1] * count, [0] * count
    return [Sequence("all", paths, boxes, visible, distractor=distractor)]

def worded(root, names):
    paths = tuple(root.glob("*.jpg"))
    return [Sequence("all", paths, [[1, 2, 5, 6]] * len(paths), ["0"] * len(paths))]

def nothing(root, names):
    return []

def fails(root, names):
    raise KeyError("no such key")

def refuses(root, names):
    raise MissingDataError("the own list is missing; write it")
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with readers, one of them announced; its folder."""
    folder = tmp_path / "site"
    (folder / "ownreader").mkdir(parents=True)
    (folder / "ownreader" / "__init__.py").write_text("")
    (folder / "ownreader" / "wild.py").write_text(READER)
    (folder / "ownreader" / "needs.py").write_text("import not_installed\n")
    (folder / "ownreader-1.dist-info").mkdir()
    (folder / "ownreader-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: ownreader\nVersion: 1\n")
    (folder / "ownreader-1.dist-info" / "entry_points.txt").write_text(
        "[siamloss.readers]\nwild = ownreader.wild:read\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    fingerprint.forget()
    yield folder / "ownreader"
    fingerprint.forget()


@pytest.fixture
def own(tiny, tmp_path, draw_frames):
    """The tiny experiment with one's own images as its test set, without a reader yet."""
    draw_frames(tmp_path / "data" / "wild", (1, 2))
    dataset = Dataset("wild", "folder", "test", path="wild", sequences=("w1", "w2"))
    sets = replace(tiny.datasets, test=(dataset,))
    return replace(tiny, datasets=sets, data_root=str(tmp_path / "data"), results=str(tmp_path / "out"))


def with_reader(experiment, **changes):
    dataset = replace(experiment.datasets.test[0], **changes)
    return replace(experiment, datasets=replace(experiment.datasets, test=(dataset,)))


def test_every_format_of_the_configuration_has_its_reader(tmp_path):
    assert set(typing.get_args(Format)) == set(READERS)
    for layout in READERS:
        with pytest.raises(MissingDataError, match=r"dataset folder .* is missing"):
            read_with(layout, "", tmp_path / "none")
        with pytest.raises(MissingDataError, match=r"dataset folder .* is missing"):
            pending_of(layout, tmp_path / "none")
    with pytest.raises(UnknownNameError, match=r"unknown format 'otbb'; did you mean 'otb'\?"):
        read_with("otbb", "", tmp_path)


@pytest.mark.parametrize("reader", ["ownreader.wild:read", "wild"])
def test_a_reader_of_another_package_reads_a_dataset(own, package, tmp_path, reader):
    experiment = with_reader(own, reader=reader)
    check_experiment(experiment)
    dataset = experiment.datasets.test[0]
    assert [item.name for item in open_dataset(experiment, dataset)] == ["w1", "w2"]
    prepare_dataset(experiment, "wild", tmp_path / "manifest.json")
    assert '"w1": 2' in (tmp_path / "manifest.json").read_text()
    assert reader_place("folder", reader) == "ownreader.wild:read"
    found = check_dataset(tmp_path / "data" / "wild", reader)
    assert [(item.level, item.code) for item in found.findings] == []
    assert found.facts["sequences"] == 1


def test_paths_as_text_and_lists_are_taken_as_the_field_knows_them(own, package):
    dataset = with_reader(own, reader="ownreader.wild:plain", sequences=()).datasets.test[0]
    (sequence,) = open_dataset(with_reader(own, reader="ownreader.wild:plain", sequences=()), dataset)
    assert all(isinstance(path, Path) for path in sequence.frame_paths)
    assert isinstance(sequence.frame_paths, tuple)
    arrays = (sequence.boxes, sequence.visible, sequence.distractor)
    assert [array.dtype for array in arrays] == [np.float64, bool, np.float64]
    worded = with_reader(own, reader="ownreader.wild:worded", sequences=())
    with pytest.raises(AnnotationError, match="sequence 'all' says with <U1 where its target is visible; give true or"):
        open_dataset(worded, worded.datasets.test[0])


def test_the_code_of_a_reader_belongs_to_the_jobs_that_read_with_it(own, package):
    plain, experiment = own.datasets.test[0], with_reader(own, reader="wild")
    dataset = experiment.datasets.test[0]
    before = {verb: jobs.code(verb, dataset=dataset) for verb in ("data", "track", "measure")}
    others = jobs.code("data", dataset=plain)
    (package / "wild.py").write_text(READER.replace("5.0", "7.0"))
    fingerprint.forget()
    assert all(jobs.code(verb, dataset=dataset) != before[verb] for verb in before)
    assert jobs.code("data", dataset=plain) == others
    assert jobs.data_part(experiment, dataset) != jobs.data_part(own, plain)


def test_an_unused_reader_changes_no_hash(own):
    dataset = own.datasets.test[0]
    assert jobs._files(dataset) == ["wild", "folder", "wild", ("w1", "w2"), None]


@pytest.mark.parametrize(
    ("reader", "error", "problem"),
    [
        ("wlid", UnknownNameError, r"reader 'wlid' is announced by no installed package; did you mean 'wild'\?"),
        ("ownreader.wild:fails", ConfigError, "fails with KeyError: 'no such key'; correct it"),
        ("ownreader.wild:refuses", MissingDataError, "^the own list is missing; write it$"),
        ("ownreader.wild:nothing", ConfigError, "must return a list of"),
        ("ownreader.wild:gone", ConfigError, "fails with AttributeError"),
        (
            "ownreader.gone:read",
            ConfigError,
            r"ModuleNotFoundError: .*; install it, or set PYTHONPATH=\. where it lies",
        ),
        ("mine:read", ConfigError, "ModuleNotFoundError: No module named 'mine'; install it, or set PYTHONPATH="),
        ("ownreader.needs:read", ConfigError, "ModuleNotFoundError: No module named 'not_installed'; correct it"),
    ],
)
def test_a_reader_that_cannot_be_used_is_a_named_error(own, package, reader, error, problem):
    experiment = with_reader(own, reader=reader)
    with pytest.raises(error, match=problem):
        open_dataset(experiment, experiment.datasets.test[0])


def test_the_configuration_refuses_what_cannot_be_read_or_drawn(own, tiny):
    with pytest.raises(UnknownNameError, match=r"write it as package\.module:function"):
        check_experiment(with_reader(own, reader="none-is-announced"))
    with pytest.raises(ConfigError, match="is synthetic; remove its 'reader'"):
        check_experiment(with_reader(tiny, reader="a:b"))
    with pytest.raises(ConfigError, match=r"cannot be drawn in format lasot; choose one of: otb, vot, got10k"):
        check_experiment(with_reader(tiny, format="lasot", eao_interval=()))


def test_two_sequences_of_one_name_are_an_error(own, package, tmp_path):
    found = check_dataset(tmp_path / "data" / "wild", "ownreader.wild:twice")
    assert [item.name for item in found.sequences] == ["all", "other"]
    assert [(item.level, item.code, item.sequence) for item in found.findings] == [("error", "annotation", "all")]
    assert "a second sequence has this name, from " in found.findings[0].message


def test_another_function_of_a_module_is_another_reader(own, package):
    """Also behind the name that a package announces, of which the profile says nothing."""
    verbs = ("data", "crops", "track", "measure")

    def codes(reader):
        fingerprint.forget()
        return [jobs.code(verb, dataset=with_reader(own, reader=reader).datasets.test[0]) for verb in verbs]

    before = codes("wild")
    assert before == codes("ownreader.wild:read")
    assert not set(before) & set(codes("ownreader.wild:twice"))
    points = package.parent / "ownreader-1.dist-info" / "entry_points.txt"
    points.write_text(points.read_text().replace("wild:read", "wild:twice"))
    assert not set(before) & set(codes("wild"))


def test_everything_that_a_reader_of_ones_own_may_read_is_listed(own, package, tmp_path):
    """Labels in a folder without frames, changed or added after the manifest was written."""
    experiment, root = with_reader(own, reader="wild"), tmp_path / "data" / "wild"
    (root / "labels").mkdir()
    (root / "labels" / "w1.npy").write_bytes(b"1")
    manifest = tmp_path / "manifest.json"
    prepare_dataset(experiment, "wild", manifest)
    open_verified(experiment, "wild", manifest)
    (root / "labels" / "w1.npy").write_bytes(b"2")
    with pytest.raises(CorruptError, match=r"labels/w1\.npy"):
        open_verified(experiment, "wild", manifest)
    (root / "labels" / "w1.npy").write_bytes(b"1")
    (root / "more").mkdir()
    (root / "more" / "w2.npy").write_bytes(b"1")
    with pytest.raises(CorruptError, match=r"more/w2\.npy"):
        open_verified(experiment, "wild", manifest)

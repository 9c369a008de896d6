"""The verb ``siamloss verify``: every difference of a dataset, a store or a run; copies without a manifest."""

import json
import re
import shutil

import pytest
import yaml
from tests.unit.data.damage import flip
from typer.testing import CliRunner

from siamloss.cli_verify import app
from siamloss.crops.store import CROPS, INDEX
from siamloss.crops.verify import verify_any
from siamloss.data.prepare import prepare_dataset
from siamloss.data.verify import SHOWN, verify_path
from siamloss.errors import ConfigError, CorruptError, MissingDataError, UnknownNameError
from siamloss.paths import Home
from siamloss.provenance.manifest import NAME, read_manifest, write_manifest

FORMATS = ("otb", "vot", "got10k")


def verify(*arguments):
    """The verb in this process; its own errors are raised."""
    result = CliRunner().invoke(app, [str(part) for part in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def catalogues(tmp_path):
    """Catalogues with one dataset ``mine``, of which counts and names may be known."""

    def write(form, **facts):
        entry = {"mine": {"format": form, "role": "test", "path": form}}
        (tmp_path / "datasets.yaml").write_text(yaml.safe_dump(entry))
        source = {"kind": "manual", "layout": "otb", "path": form, "licence": "none", "how_to_get": "ask"}
        known = {key: value for key, value in facts.items() if key != "names"}
        source |= {"expected": {"mine": known}, "sequences": facts.get("names", [])}
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"source": source}))
        return "--dataset", "mine", "--datasets", tmp_path / "datasets.yaml", "--sources", tmp_path / "sources.yaml"

    return write


def test_whole_folder_is_told_in_one_line(tmp_path):
    for number in range(5):
        (tmp_path / "tree" / f"{number}").mkdir(parents=True)
        (tmp_path / "tree" / f"{number}" / "x").write_bytes(bytes(10**6))
    write_manifest(tmp_path / "tree", kind="test")
    for path in (tmp_path / "tree", tmp_path / "tree" / NAME):
        out = verify(path, "--json", tmp_path / "out.json", "--threads", "2")
        assert re.fullmatch(rf"{tmp_path}/tree: 5 files, 5\.0 MB, all as written \(\d+ MB/s\)\n", out)
    facts = json.loads((tmp_path / "out.json").read_text())
    assert (facts["files"], facts["bytes"], facts["differences"], facts["whole"]) == (5, 5 * 10**6, [], True)


def test_all_differences_are_listed_the_first_ones_printed(tmp_path):
    root = tmp_path / "tree"
    root.mkdir()
    for number in range(30):
        (root / f"{number:02d}").write_text("x" * 9)
    write_manifest(root)
    for number in range(25):
        (root / f"{number:02d}").write_text("y" * 9)
    (root / "25").unlink()
    (root / "26b").write_text("new")
    result = CliRunner().invoke(app, [str(root), "--json", str(tmp_path / "out.json")])
    message = "25 changed, 1 missing, 1 added, of 30 listed files; first .*/00 was changed .* run snakemake again"
    with pytest.raises(CorruptError, match=message):
        raise result.exception
    lines = result.output.splitlines()
    assert lines[:2] == [f"changed: {root}/{n:02d} was changed after it was written (sha256 differs)" for n in range(2)]
    assert (len(lines), lines[-1]) == (SHOWN + 1, "and 7 more; --json lists all")
    facts = json.loads((tmp_path / "out.json").read_text())
    assert [item["kind"] for item in facts["differences"]] == ["changed"] * 25 + ["missing", "added"]
    assert (facts["differences"][-1]["name"], facts["whole"]) == ("26b", False)


def test_folder_without_manifest_and_no_folder_are_named(tmp_path):
    with pytest.raises(MissingDataError, match=r"has no manifest.json; name its dataset with --dataset"):
        verify(tmp_path)
    with pytest.raises(MissingDataError, match=r"nowhere is not there; give the folder"):
        verify(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match=r"--write is for a copy without manifest.json, and needs --dataset"):
        verify(tmp_path, "--write")


@pytest.mark.parametrize("form", FORMATS)
def test_manifest_of_a_dataset_stands_for_its_files(copied, tmp_path, form):
    experiment, dataset, root = copied(form)
    out = tmp_path / "mine.manifest.json"
    prepare_dataset(experiment, dataset.name, out)
    assert "all as written" in verify(out)
    (root / "readme of my own.txt").write_text("beside the lists")
    frame = next(root.rglob("*.jpg"))
    (frame.parent / "00009999.jpg").write_bytes(frame.read_bytes())
    flip(frame)
    found = {(item.kind, item.name) for item in verify_path(out).differences}
    where = frame.parent.relative_to(root).as_posix()
    assert found == {
        ("added", "readme of my own.txt"),
        ("added", f"{where}/00009999.jpg"),
        ("changed", frame.relative_to(root).as_posix()),
    }
    shutil.rmtree(root)
    with pytest.raises(MissingDataError, match=r"which .* lists, is not there"):
        verify(out)
    out.write_text("{}")
    with pytest.raises(CorruptError, match="is no manifest of 'siamloss data'"):
        verify(out)


def test_every_damaged_crop_of_a_store_is_found(tiny_stores, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(tiny_stores[0], store)
    assert "2 files" in verify(store)
    side = read_manifest(store)["shape"][1] ** 2 * 3
    crops = store / CROPS["raw"]
    for row in (0, 3, 7):
        flip(crops, row * side + 5 * row)
    (store / "notes.txt").write_text("added")
    found = verify_any(store).differences
    assert [(item.name, item.kind) for item in found] == [
        ("notes.txt", "added"),
        *[(f"{crops.name}[{row}]", "changed") for row in (0, 3, 7)],
    ]
    flip(store / INDEX)
    assert {(INDEX, "changed"), ("notes.txt", "added")} == {
        (item.name, item.kind) for item in verify_any(store).differences
    }
    shutil.copy(tiny_stores[0] / INDEX, store / INDEX)
    crops.write_bytes(crops.read_bytes()[:-1])
    assert [item.kind for item in verify_any(store).differences] == ["added", "changed"]
    crops.unlink()
    assert [item.kind for item in verify_any(store).differences] == ["added", "missing"]


@pytest.mark.parametrize("form", FORMATS)
def test_copy_that_is_whole_gets_a_manifest_that_later_runs_use(copied, catalogues, form):
    _, _, root = copied(form)
    options = catalogues(form, sequences=2, frames=24)
    assert verify(root, *options) == f"{root}: 2 sequences, 24 frames, as expected (2 sequences and 24 frames)\n"
    assert not (root / NAME).exists()
    assert f"{root}/manifest.json: " in verify(root, *options, "--write")
    assert read_manifest(root)["kind"] == "copy"
    assert "all as written" in verify(root)
    with pytest.raises(ConfigError, match=r"--write is for a copy without"):
        verify(root, *options, "--write")
    flip(next(root.rglob("*.jpg")))
    with pytest.raises(CorruptError, match=r"1 changed, .*restore it from its source, or delete"):
        verify(root, *options)


def test_copy_of_another_size_is_refused_with_all_missing_names(copied, catalogues, tmp_path):
    _, _, root = copied("otb")
    names = sorted(path.name for path in root.iterdir() if (path / "img").is_dir())
    options = catalogues("otb", sequences=4, frames=48, names=["Zebra", *names, "Apple"])
    result = CliRunner().invoke(app, [str(part) for part in (root, *options, "--json", tmp_path / "o.json", "--write")])
    message = r"not a whole copy of 'mine' \(3 faults\): 2 sequences are missing: Apple, Zebra; restore it"
    with pytest.raises(CorruptError, match=message):
        raise result.exception
    assert result.output.splitlines()[1:] == ["2 sequences instead of 4", "24 frames instead of 48"]
    assert json.loads((tmp_path / "o.json").read_text())["faults"] == result.output.splitlines()
    assert not (root / NAME).exists()


def test_frames_without_a_readable_header_are_all_named(copied, catalogues):
    _, _, root = copied("got10k")
    frames = sorted(root.rglob("*.jpg"))
    for frame in (frames[3], frames[20]):
        frame.write_bytes(b"no image")
    result = CliRunner().invoke(app, [str(part) for part in (root, *catalogues("got10k"))])
    assert [line.split(" is not")[0] for line in result.output.splitlines()] == [str(frames[3]), str(frames[20])]
    assert isinstance(result.exception, CorruptError)


def test_unknown_dataset_and_unknown_counts_are_named(copied, catalogues):
    _, _, root = copied("vot")
    options = catalogues("vot")
    assert "of which no counts are known" in verify(root, *options)
    with pytest.raises(UnknownNameError, match=r"unknown dataset 'mime' in .*; did you mean 'mine'"):
        verify(root, "--dataset", "mime", *options[2:])


def test_real_sequences_are_whole(realmini):
    assert ": 6 sequences, 789 frames, of which no" in verify(realmini / "otb", "--dataset", "realmini-otb")


def test_drawn_datasets_have_manifests_to_verify(tiny):
    for dataset in tiny.all_datasets:
        assert verify_path(Home(tiny).manifest(dataset.name)).differences == []


def test_with_a_dataset_named_counts_and_names_are_compared_beside_a_manifest(copied, catalogues, tmp_path):
    experiment, dataset, root = copied("otb")
    options = catalogues("otb", sequences=2, frames=24)
    verify(root, *options, "--write")
    lines = verify(root, *options, "--json", tmp_path / "o.json").splitlines()
    assert ["all as written" in lines[0], "as expected" in lines[1]] == [True, True]
    assert json.loads((tmp_path / "o.json").read_text())["copy"]["frames"] == 24
    with pytest.raises(UnknownNameError, match=r"unknown dataset 'mime' in .*; did you mean 'mine'"):
        verify(root, "--dataset", "mime", *options[2:])
    prepare_dataset(experiment, dataset.name, tmp_path / "mine.manifest.json")
    options = catalogues("otb", sequences=3)
    for path in (root, root / NAME, tmp_path / "mine.manifest.json"):
        with pytest.raises(CorruptError, match=r"not a whole copy of 'mine' \(1 faults\): 2 sequences instead of 3"):
            verify(path, *options, "--json", tmp_path / "o.json")
        facts = json.loads((tmp_path / "o.json").read_text())
        assert (facts["whole"], facts["differences"], facts["copy"]["sequences"]) == (False, [], 2)


def test_of_many_missing_names_the_first_are_printed_and_all_are_in_the_file(copied, catalogues, tmp_path):
    _, _, root = copied("otb")
    names = [f"S{number:03d}" for number in range(100)]
    options = catalogues("otb", names=names)
    result = CliRunner().invoke(app, [str(part) for part in (root, *options, "--json", tmp_path / "o.json")])
    for text in (result.output, str(result.exception)):
        assert "100 sequences are missing: S000, " in text
        assert ", S009 and 90 more" in text
        assert "S010" not in text
    assert json.loads((tmp_path / "o.json").read_text())["missing"] == names

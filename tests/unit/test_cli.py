"""The command line as a user meets it: one line per mistake, a non-zero exit, nothing half-written."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siamloss.paths import Home
from siamloss.provenance.atomic import write_text

ROOT = Path(__file__).resolve().parents[2]


TRAIN = ("train", "--spec", "s", "--seed", "0", "--train-store", "a", "--val-store", "b")


def siamloss(*arguments, **options):
    command = [sys.executable, "-m", "siamloss.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def write_spec(experiment, path):
    write_text(path, json.dumps(experiment.to_dict()))
    return path


def assert_named(result, error, *words):
    """One line on stderr that names the error, says what to do, and no traceback."""
    assert result.returncode != 0
    lines = [line for line in result.stderr.splitlines() if line.startswith("siamloss: ")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert lines[0].startswith(f"siamloss: {error}: ")
    for word in words:
        assert word in lines[0]


@pytest.fixture
def broken(tiny, tmp_path):
    """A copy of the OTB dataset to damage, with the spec that points at it."""
    root = tmp_path / "data" / "otb"
    dataset = next(item for item in tiny.datasets.test if item.format == "otb")
    shutil.copytree(Home(tiny).data / dataset.name, root)
    real = replace(dataset, synthetic=None, path="otb", how_to_get="restore the copy")
    others = tuple(item for item in tiny.datasets.test if item.format != "otb")
    experiment = replace(tiny, data_root=str(tmp_path / "data"), datasets=replace(tiny.datasets, test=(real, *others)))
    return root, real.name, write_spec(experiment, tmp_path / "spec.json"), tmp_path / "manifest.json"


def check(broken, error, *words):
    _, name, spec, out = broken
    assert_named(siamloss("data", "--spec", spec, "--dataset", name, "--out", out), error, *words)
    assert not out.exists()


def first(root):
    return sorted(path for path in root.iterdir() if (path / "img").is_dir())[0]


def test_whole_dataset_passes(broken):
    _, name, spec, out = broken
    result = siamloss("data", "--spec", spec, "--dataset", name, "--out", out)
    assert result.returncode == 0, result.stderr
    assert json.loads(out.read_text())["dataset"] == name


def test_missing_folder(broken):
    shutil.rmtree(broken[0])
    check(broken, "MissingDataError", "is not at", "restore the copy")


def test_frame_count_that_differs_from_the_boxes(broken):
    next((first(broken[0]) / "img").iterdir()).unlink()
    check(broken, "AnnotationError", "11 frames but 12 boxes", "restore the missing images")


def test_unreadable_image(broken):
    sorted((first(broken[0]) / "img").iterdir())[0].write_bytes(b"no image")
    check(broken, "UnreadableImageError", "0001.jpg", "restore the file")


def test_empty_sequence(broken):
    folder = first(broken[0])
    shutil.rmtree(folder / "img")
    (folder / "img").mkdir()
    (folder / "groundtruth_rect.txt").write_text("")
    check(broken, "EmptySequenceError", "has no frames")


def test_nan_box(broken):
    path = first(broken[0]) / "groundtruth_rect.txt"
    lines = path.read_text().splitlines()
    lines[4] = "NaN,NaN,NaN,NaN"
    path.write_text("\n".join(lines))
    check(broken, "AnnotationError", "NaN or infinity at frame 5")


def test_words_in_an_annotation(broken):
    path = first(broken[0]) / "groundtruth_rect.txt"
    path.write_text("x,y,w,h\n" + path.read_text())
    check(broken, "AnnotationError", "line 1", "is not a row of numbers")


def test_changed_frame_is_found_before_use(broken):
    root, name, spec, out = broken
    assert siamloss("data", "--spec", spec, "--dataset", name, "--out", out).returncode == 0
    frame = sorted((first(root) / "img").iterdir())[3]
    data = bytearray(frame.read_bytes())
    data[len(data) // 2] ^= 1
    frame.write_bytes(data)
    records = out.with_name("records.parquet")
    common = ("--spec", spec, "--variant", "never-moves", "--benchmark", name, "--manifest", out)
    assert_named(siamloss("track", *common, "--out", records), "CorruptError", frame.name, "restore the dataset")
    assert not records.exists()


def test_unknown_variant_names_the_nearest(tiny, tmp_path):
    spec = write_spec(tiny, tmp_path / "spec.json")
    out = tmp_path / "run"
    common = ("--spec", spec, "--seed", 0, "--train-store", "x", "--val-store", "x", "--out", out)
    assert_named(siamloss("train", "--variant", "gls", *common), "UnknownNameError", "did you mean 'gsl'")
    assert not out.exists()


def test_cuda_where_there_is_none(tiny, tiny_stores, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    spec = write_spec(replace(tiny, device="cuda"), tmp_path / "spec.json")
    stores = ("--train-store", tiny_stores[0], "--val-store", tiny_stores[1])
    result = siamloss("train", "--spec", spec, "--variant", "gsl", "--seed", 0, *stores, "--out", tmp_path / "run")
    assert_named(result, "DeviceError", "use device: auto or cpu")
    assert not (tmp_path / "run").exists()


def test_misspelt_key_in_a_profile(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    profile = tmp_path / "config" / "demo.yaml"
    profile.write_text(profile.read_text().replace("seeds:", "seed:"))
    result = siamloss("spec", "--config", profile, "--out", tmp_path / "spec.json")
    assert_named(result, "UnknownKeyError", "did you mean 'seeds'")
    assert not (tmp_path / "spec.json").exists()


def test_store_that_the_disk_cannot_hold(tiny, tmp_path, monkeypatch):
    from siamloss.crops.build import build_store
    from siamloss.errors import DiskFullError

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    name = tiny.datasets.train.name
    with pytest.raises(DiskFullError, match="free some space"):
        build_store(tiny, name, Home(tiny).manifest(name), tmp_path / "store")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("verb", ["data", "train"])
def test_disk_that_fills_up_while_writing(tiny, tiny_stores, tmp_path, verb, request):
    """A real file system of 300 kB that fills up in the middle of the job; the log is on it too."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    request.addfinalizer(lambda: subprocess.run(["umount", disk], check=True))
    (disk / "ballast").write_bytes(np.zeros(200_000 if verb == "data" else 270_000, np.uint8).tobytes())
    spec = write_spec(replace(tiny, results=str(disk)), tmp_path / "spec.json")
    if verb == "data":
        arguments = ("data", "--dataset", tiny.datasets.train.name)
    else:
        arguments = (
            "train",
            "--variant",
            "gsl",
            "--seed",
            0,
            "--train-store",
            tiny_stores[0],
            "--val-store",
            tiny_stores[1],
        )
    result = siamloss("--log", disk / "log", *arguments, "--spec", spec, "--out", disk / "out")
    assert_named(result, "DiskFullError", "free some space")
    assert not (disk / "out").exists()
    assert not list(disk.rglob("*.part*"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("trian",), ["No such command 'trian'"]),
        (("train", "--seed", "x"), ["--seed", "'x'"]),
        (("crops", "--dataset", "a"), ["Missing option"]),
        ((*TRAIN, "--variant", "gsl", "--variant", "triplet", "--out", "run"), ["{variant} in --out", "for example"]),
        ((*TRAIN, "--variant", "gsl", "--variant", "gsl", "--out", "{variant}"), ["need different names"]),
        (("spec", "--out", "x"), ["give either --config or --resolved"]),
    ],
)
def test_wrong_command_lines_end_in_one_line(arguments, words, tmp_path):
    result = siamloss(*arguments, cwd=tmp_path)
    assert result.returncode != 0
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("siamloss: ")
    for word in words:
        assert word in result.stderr


def test_help_is_quick_and_needs_no_torch():
    code = "import sys; import siamloss.cli; assert 'torch' not in sys.modules and 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    result = siamloss("--help")
    assert result.returncode == 0
    for verb in ("spec", "data", "crops", "train", "scores", "track", "measure", "tables", "figures", "page", "plan"):
        assert verb in result.stdout


def test_plan_counts_jobs():
    result = siamloss("plan", "--config", ROOT / "config" / "paper.yaml", "--pairs-per-s", "1000")
    assert result.returncode == 0
    jobs, _, pairs = result.stdout.partition("training pairs\n")
    assert pairs.splitlines()[1] == "train          111.72 million, 31.0 h on one device"
    counts = dict(line.rsplit(maxsplit=1) for line in jobs.strip().splitlines())
    assert int(counts["train"]) == 8 * 6
    assert int(counts["track"]) == (8 * 6 + 2) * 3
    assert int(counts["total"]) == sum(int(n) for name, n in counts.items() if name != "total")

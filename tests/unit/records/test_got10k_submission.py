"""The zip for the GOT-10k test server: its layout, and what must be complete before it is written."""

import zipfile

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from siamloss.cli_evaluate import app
from siamloss.errors import RecordError
from siamloss.records import COLUMNS, write_records
from siamloss.records.got10k_submission import Track, image_counts, tracks_of, write_submission

LENGTHS = {"GOT-10k_Test_000001": 3, "GOT-10k_Test_000002": 2}


def track(frames):
    return Track(np.arange(1.0, 4 * frames + 1).reshape(frames, 4) / 3, np.full(frames, 0.025))


@pytest.fixture
def tracks():
    return {name: track(frames) for name, frames in LENGTHS.items()}


def test_the_layout_is_the_toolkits(tracks, tmp_path):
    write_submission(tmp_path / "mine.zip", tracks, LENGTHS)
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"{name}/{name}_{part}.txt" for name in sorted(LENGTHS) for part in ("001", "time")
        ]
        boxes = archive.read("GOT-10k_Test_000002/GOT-10k_Test_000002_001.txt").decode()
        times = archive.read("GOT-10k_Test_000002/GOT-10k_Test_000002_time.txt").decode()
    assert boxes == "0.333,0.667,1.000,1.333\n1.667,2.000,2.333,2.667\n"
    assert times == "0.02500000\n0.02500000\n"


def test_the_same_tracks_give_the_same_bytes(tracks, tmp_path):
    for name in ("a.zip", "b.zip"):
        write_submission(tmp_path / name, tracks, LENGTHS)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_toolkit_reads_its_files(tracks, tmp_path):
    """Unpacked, they are what its own report loads."""
    write_submission(tmp_path / "mine.zip", tracks, LENGTHS)
    zipfile.ZipFile(tmp_path / "mine.zip").extractall(tmp_path / "mine")
    for name, expected in tracks.items():
        loaded = np.loadtxt(tmp_path / "mine" / name / f"{name}_001.txt", delimiter=",")
        np.testing.assert_allclose(loaded, expected.boxes, atol=5.001e-4)


def broken(tracks, name):
    first = "GOT-10k_Test_000001"
    boxes = tracks[first].boxes
    if name == "missing":
        return {"GOT-10k_Test_000002": tracks["GOT-10k_Test_000002"]}
    if name == "unknown":
        return {**tracks, "Extra": track(2)}
    if name == "short":
        return {**tracks, first: track(2)}
    if name == "times":
        return {**tracks, first: Track(boxes, np.full(3, np.nan))}
    boxes[1] = {"nan": np.nan, "size": [1, 2, 0, 4], "tiny": [1, 2, 0.0004, 4]}[name]
    return tracks


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "1 of 2 sequences are missing .*'GOT-10k_Test_000001' is missing"),
        ("unknown", "1 are unknown .*'Extra' is not in the test split"),
        ("short", "'GOT-10k_Test_000001': 2 boxes for 3 images"),
        ("times", "frame 1: a box or time is no number"),
        ("nan", "frame 2: a box or time is no number"),
        ("size", "frame 2: a box without area"),
        ("tiny", "frame 2: a box without area"),
    ],
)
def test_nothing_is_written_unless_all_is_there(tracks, tmp_path, name, message):
    with pytest.raises(RecordError, match=message):
        write_submission(tmp_path / "mine.zip", broken(tracks, name), LENGTHS)
    assert not list(tmp_path.iterdir())


def test_records_and_images_of_the_test_split(tracks, tmp_path):
    rows = [
        (name, frame, *box, 0.0, tracks[name].seconds[frame], 0)
        for name in LENGTHS
        for frame, box in enumerate(tracks[name].boxes)
    ]
    records = pd.DataFrame(rows, columns=list(COLUMNS)).sample(frac=1, random_state=0)
    found = tracks_of(records)
    for name in LENGTHS:
        np.testing.assert_array_equal(found[name].boxes, tracks[name].boxes)
    with pytest.raises(RecordError, match="skip or repeat a frame"):
        tracks_of(records[records["frame"] != 1])
    (tmp_path / "list.txt").write_text("\n".join(LENGTHS) + "\n")
    for name, frames in LENGTHS.items():
        (tmp_path / name).mkdir()
        for number in range(frames):
            (tmp_path / name / f"{number + 1:08d}.jpg").touch()
        (tmp_path / name / "groundtruth.txt").write_text("1,2,3,4\n")
    assert image_counts(tmp_path) == LENGTHS


def test_the_command_packs_a_run(tracks, tmp_path):
    rows = [
        (name, frame, *box, 0.0, tracks[name].seconds[frame], 0)
        for name in LENGTHS
        for frame, box in enumerate(tracks[name].boxes)
    ]
    write_records(tmp_path / "run.parquet", pd.DataFrame(rows, columns=list(COLUMNS)))
    for name, frames in LENGTHS.items():
        (tmp_path / "test" / name).mkdir(parents=True)
        for number in range(frames):
            (tmp_path / "test" / name / f"{number + 1:08d}.jpg").touch()
    (tmp_path / "test" / "list.txt").write_text("\n".join(LENGTHS) + "\n")
    paths = ["--records", tmp_path / "run.parquet", "--dataset", tmp_path / "test", "--out", tmp_path / "mine.zip"]
    result = CliRunner().invoke(app, ["submission", *map(str, paths)], catch_exceptions=False)
    assert result.exit_code == 0
    write_submission(tmp_path / "direct.zip", tracks, LENGTHS)
    assert (tmp_path / "mine.zip").read_bytes() == (tmp_path / "direct.zip").read_bytes()

"""The record table on disk: exact, in order, whole or absent."""

import resource

import numpy as np
import pandas as pd
import pytest

from siamloss.errors import CorruptError, RecordError
from siamloss.records import COLUMNS, Status, read_records, write_records

AWKWARD = [0.1 + 0.2, -0.0, 5e-324, np.nextafter(320.0, 0.0), 1e300, np.nan]


@pytest.fixture
def records():
    """Six rows whose floats lose something in any text or float32."""
    values = {name: np.roll(AWKWARD, shift) for shift, name in enumerate(("x", "y", "w", "h", "score", "seconds"))}
    frames = {"sequence": ["Bolt-2"] * 3 + ["GOT-10k_Train_000001"] * 3, "frame": [0, 1, 2] * 2}
    return pd.DataFrame({**frames, **values, "status": [1, 0, 2, 1, 3, 0]})


def test_round_trip_keeps_every_bit_and_every_type(records, tmp_path):
    write_records(tmp_path / "a.parquet", records)
    found = read_records(tmp_path / "a.parquet")
    for name, kind in COLUMNS.items():
        assert str(found[name].dtype) == kind
        if kind == "float64":
            assert found[name].to_numpy().tobytes() == records[name].to_numpy().tobytes(), name
        else:
            assert found[name].tolist() == records[name].tolist()
    assert [Status(code) for code in found["status"]][:3] == [Status.INIT, Status.TRACKED, Status.FAILURE]


def test_folders_named_after_settings_add_no_columns(records, tmp_path):
    path = tmp_path / "gsl[alpha=0,eta=0.1]" / "eta=1" / "a.parquet"
    path.parent.mkdir(parents=True)
    write_records(path, records)
    assert list(read_records(path).columns) == list(COLUMNS)


def test_columns_are_put_in_order_and_extra_ones_left_out(records, tmp_path):
    mixed = records[sorted(records, reverse=True)].assign(note="x")
    mixed.index = range(10, 16)
    write_records(tmp_path / "mixed.parquet", mixed)
    write_records(tmp_path / "plain.parquet", records)
    assert list(read_records(tmp_path / "mixed.parquet")) == list(COLUMNS)
    assert (tmp_path / "mixed.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()


@pytest.mark.parametrize("name", COLUMNS)
def test_missing_column_is_named_and_nothing_written(records, tmp_path, name):
    with pytest.raises(RecordError, match=f"a.parquet lack the column '{name}'"):
        write_records(tmp_path / "a.parquet", records.drop(columns=name))
    assert not list(tmp_path.iterdir())


def test_replacing_is_all_or_nothing(records, tmp_path):
    path = tmp_path / "a.parquet"
    write_records(path, records)
    old = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_records(path, records.iloc[::-1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == old
    write_records(path, records.iloc[:2])
    assert len(read_records(path)) == 2
    assert [item.name for item in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.99])
def test_truncated_file_is_refused(records, tmp_path, share):
    path = tmp_path / "a.parquet"
    write_records(path, records)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(CorruptError, match=r"a\.parquet is not a whole record file; delete it"):
        read_records(path)


@pytest.mark.parametrize("change", ["fewer", "more", "order"])
def test_parquet_of_another_kind_is_refused(records, tmp_path, change):
    path = tmp_path / "a.parquet"
    foreign = {"fewer": records[["sequence", "frame"]], "more": records.assign(z=0), "order": records[sorted(records)]}
    foreign[change].to_parquet(path, index=False)
    with pytest.raises(CorruptError, match=r"a\.parquet has other columns than a record file; delete it"):
        read_records(path)


def test_text_and_nothing_are_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("1,2,3,4\n")
    for name in ("a.parquet", "gone.parquet"):
        with pytest.raises(CorruptError, match=f"{name} is not a whole record file"):
            read_records(tmp_path / name)

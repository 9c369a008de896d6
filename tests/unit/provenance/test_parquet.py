"""Tables with a checksum of the whole file, and of an older version with one of their values."""

import numpy as np
import pandas as pd
import pytest

from siamloss.provenance.parquet import KEY, _checksum, read_parquet, write_parquet


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    numbers = {name: rng.random(300) * 100 for name in "xywh"}
    numbers["x"][7] = np.nan
    text = {"sequence": ["é", "two"] * 150, "kind": pd.Categorical(["a", "b", "b"] * 100)}
    exact = {
        "frame": np.arange(300, dtype=np.int32),
        "visible": rng.random(300) > 0.5,
        "short": np.float32(numbers["y"]),
    }
    return pd.DataFrame({**text, **exact, **numbers})


def test_it_is_read_as_it_was_written_byte_for_byte_the_same_each_time(frame, tmp_path):
    for name in ("a", "b"):
        write_parquet(tmp_path / name, frame)
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "a"), frame)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_an_empty_table_and_one_without_checksum_are_read(frame, tmp_path):
    write_parquet(tmp_path / "empty", frame.iloc[:0])
    assert list(read_parquet(tmp_path / "empty")) == list(frame)
    frame.to_parquet(tmp_path / "plain", index=False)
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "plain"), frame)


def test_every_flipped_byte_and_every_loss_is_found(frame, tmp_path):
    write_parquet(tmp_path / "a", frame)
    whole, rng = (tmp_path / "a").read_bytes(), np.random.default_rng(1)
    end = int.from_bytes(whole[-8:-4], "little") + 8
    places = [*rng.permutation(len(whole))[:200], *range(len(whole) - end - 80, len(whole) - end), len(whole) - 6]
    harms = [whole[:place] + bytes([whole[place] ^ (1 << rng.integers(8))]) + whole[place + 1 :] for place in places]
    harms += [whole[:size] for size in (0, 3, 8, 100, len(whole) - 1)] + [whole + whole, whole + whole[-8:]]
    for number, data in enumerate(harms):
        (tmp_path / "b").write_bytes(data)
        with pytest.raises(ValueError):  # noqa: PT011 (which one differs from place to place)
            print(number, read_parquet(tmp_path / "b"))


def test_other_programs_read_it(frame, tmp_path):
    write_parquet(tmp_path / "a", frame)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a"), frame)


@pytest.mark.parametrize("change", ["value", "type", "name", "order", "rows"])
def test_other_values_under_the_checksum_are_refused(frame, tmp_path, change):
    import pyarrow
    import pyarrow.parquet

    checksum = _checksum(frame)
    other = {
        "value": frame.assign(x=frame["x"] + (frame["frame"] == 9) * 1e-9),
        "type": frame.astype({"frame": np.int64}),
        "name": frame.rename(columns={"x": "y", "y": "x"}),
        "order": frame.iloc[::-1],
        "rows": frame.iloc[:-1],
    }
    table = pyarrow.Table.from_pandas(other[change], preserve_index=False)
    table = table.replace_schema_metadata({**table.schema.metadata, KEY: checksum})
    pyarrow.parquet.write_table(table, tmp_path / "a")
    with pytest.raises(ValueError, match="a was changed after it was written"):
        read_parquet(tmp_path / "a")

"""Tables with a checksum of their values."""

import numpy as np
import pandas as pd
import pytest

from siamloss.provenance.parquet import KEY, read_parquet, write_parquet


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


def test_no_flipped_byte_changes_a_value(frame, tmp_path):
    write_parquet(tmp_path / "a", frame)
    whole, rng, named = (tmp_path / "a").read_bytes(), np.random.default_rng(1), 0
    for place in rng.permutation(len(whole))[:250]:
        data = bytearray(whole)
        data[place] ^= 1 << rng.integers(8)
        (tmp_path / "b").write_bytes(data)
        try:
            pd.testing.assert_frame_equal(read_parquet(tmp_path / "b"), frame)
        except (OSError, ValueError):
            named += 1
    assert named > 150  # the others, in statistics and names of programs, change nothing


@pytest.mark.parametrize("change", ["value", "type", "name", "order", "rows"])
def test_other_values_under_the_checksum_are_refused(frame, tmp_path, change):
    import pyarrow
    import pyarrow.parquet

    write_parquet(tmp_path / "a", frame)
    checksum = pyarrow.parquet.read_schema(tmp_path / "a").metadata[KEY]
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

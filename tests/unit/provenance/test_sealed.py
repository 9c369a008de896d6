"""Checksums inside the files themselves: no flip, loss or repetition passes, in no place of a file."""

import io
import json

import numpy as np
import pytest

from siamloss.provenance.sealed import (
    check_page,
    check_zip,
    open_json,
    read_json,
    seal_json,
    seal_page,
    seal_zip,
    write_json,
)

VALUE = {"chosen": {"eta": 0.30000000000000004, "name": "é <b>"}, "rate": 1e-05, "trials": [1, None, True]}


def harms(whole):
    """Every bit flipped; every loss of an end; every block of some sizes twice; the file behind itself."""
    for place in range(len(whole)):
        for bit in range(8):
            yield whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :]
        yield whole[:place]
        for size in (1, 2, 7, 40, 200):
            if place + size <= len(whole):
                yield whole[: place + size] + whole[place:]
    yield whole + whole


def test_json_comes_back_the_same_bytes_each_time_and_sorted_where_asked(tmp_path):
    write_json(tmp_path / "a.json", VALUE)
    assert read_json(tmp_path / "a.json") == VALUE
    assert list(read_json(tmp_path / "a.json")) == list(VALUE)
    write_json(tmp_path / "b.json", dict(reversed(VALUE.items())), sort_keys=True)
    assert (tmp_path / "b.json").read_bytes() == seal_json(VALUE, sort_keys=True)
    assert {k: v for k, v in json.loads((tmp_path / "a.json").read_text()).items() if k in VALUE} == VALUE


def test_no_harm_to_json_passes():
    for data in harms(seal_json(VALUE)):
        with pytest.raises(ValueError):  # noqa: PT011 (which one differs from place to place)
            print(data, open_json(data))


def test_json_of_an_older_version_is_read_and_other_things_are_not(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(VALUE, indent=1) + "\n")
    assert read_json(path) == VALUE
    for text in ("[1]", "1", "", "{", "[" * 100_000 + "]" * 100_000, '{"a": ' * 100_000):
        path.write_text(text)
        with pytest.raises(ValueError):  # noqa: PT011 (which one differs from place to place)
            read_json(path)


def packed():
    buffer = io.BytesIO()
    np.savez_compressed(buffer, maps=np.arange(30.0), labels=np.zeros(3, np.int8))
    return buffer.getvalue()


def test_no_harm_to_a_zip_passes_and_numpy_reads_it():
    whole = seal_zip(packed())
    check_zip(whole)
    check_zip(packed())
    assert np.load(io.BytesIO(whole))["maps"][29] == 29
    for data in harms(whole):
        with pytest.raises(ValueError):  # noqa: PT011 (which one differs from place to place)
            print(check_zip(data))


def test_no_harm_to_a_page_passes():
    whole = seal_page("<!doctype html>\n<p>né</p>\n").encode()
    check_page(whole)
    for data in harms(whole):
        with pytest.raises(ValueError):  # noqa: PT011 (which one differs from place to place)
            print(check_page(data))

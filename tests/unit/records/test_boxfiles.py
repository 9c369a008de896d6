"""Text files of boxes: what is read, and what is refused with file and line."""

import re

import numpy as np
import pytest

from siamloss.errors import AnnotationError, MissingDataError, RecordError
from siamloss.records import boxfiles
from siamloss.records.boxfiles import Rule, read_box_files

ROWS = np.array([[1.0, 2.0, 30.0, 40.0], [1.5, -2.25, 30.125, 40.0], [0.0, 1e3, 0.0, 0.0]])


@pytest.fixture
def written(tmp_path):
    """Writes bytes to a file and gives its path."""

    def write(data, name="a.txt"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def text(separator=",", end="\n", rows=ROWS):
    return "".join(separator.join(f"{value:g}" for value in row) + end for row in rows).encode()


@pytest.mark.parametrize("separator", [",", "\t", " ", ", ", ";", "   "], ids=repr)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
def test_separators_and_line_ends(written, separator, end):
    np.testing.assert_array_equal(read_box_files([written(text(separator, end))])[0], ROWS)


@pytest.mark.parametrize(
    "data", [text().removesuffix(b"\n"), text() + b"\n\n", b"\xef\xbb\xbf" + text(), text().replace(b",", b", ")]
)
def test_ends_and_marks_that_editors_leave(written, data):
    np.testing.assert_array_equal(read_box_files([written(data)])[0], ROWS)


def test_many_files_are_cut_at_the_right_rows(written, monkeypatch):
    files = [written(text(rows=ROWS[:count]), f"{count}.txt") for count in (1, 3, 2)]
    monkeypatch.setattr(boxfiles, "_read_strict", None)  # the fast pass must do
    assert [len(table) for table in read_box_files(files)] == [1, 3, 2]
    assert read_box_files([]) == []


def test_numbers_are_read_to_the_last_bit(written):
    rows = np.random.default_rng(0).uniform(-1e3, 1e3, (500, 4))
    rows[:, 2:] = np.abs(rows[:, 2:])
    data = "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist()).encode()
    fast = read_box_files([written(data)])[0]
    np.testing.assert_array_equal(fast, rows)
    np.testing.assert_array_equal(read_box_files([written(data + b"\n")])[0], fast)  # the strict pass


BAD = {
    "header": (b"x,y,w,h\n" + text(), 1, "is a header"),
    "text": (text() + b"lost\n", 4, "is text"),
    "three columns": (b"1,2,3,4\n1,2,3\n", 2, "3 numbers instead of 4"),
    "eight columns": (b"1,2,3,4,5,6,7,8\n", 1, "8 numbers instead of 4"),
    "nan": (b"1,2,3,4\nnan,2,3,4\n", 2, "NaN or infinity"),
    "inf": (b"1,2,3,4\n1,inf,3,4\n", 2, "NaN or infinity"),
    "negative width": (b"1,2,3,4\n1,2,3,4\n1,2,-3,4\n", 3, "a negative size, -3 x 4"),
    "negative height": (b"1,2,3,-0.5\n", 1, "a negative size"),
    "empty": (b"", 1, "the file is empty"),
    "blank": (b"\n \n", 1, "the file is empty"),
    "hole": (b"1,2,3,4\n\n1,2,3,4\n", 2, "an empty line between rows"),
    "binary": (b"1,2,3,4\n\x89PNG\r\n\x1a\n\x00\xff", 2, "not text"),
    "nul bytes": (b"1,2,3,4\n\x00\x00\n", 2, "is text"),
    "missing number": (b"1,2,3,4\n1,,3,4\n", 2, "3 numbers instead of 4"),
    "python number": (b"1_0,2,3,4\n", 1, "is a header"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_with_file_and_line(written, name):
    data, line, problem = BAD[name]
    good, bad = written(text(), "good.txt"), written(data, "bad.txt")
    with pytest.raises(RecordError, match=re.escape(f"{bad}, line {line}: ") + ".*" + re.escape(problem)):
        read_box_files([good, bad])
    problems = {}
    tables = read_box_files([bad, good], problems=problems)
    assert tables[0] is None
    np.testing.assert_array_equal(tables[1], ROWS)
    assert list(problems) == [bad]
    assert "\n" not in problems[bad]


def test_annotations_may_hold_nan_and_negative_sizes_where_the_rule_says(written):
    path = written(b"nan,nan,nan,nan\n1,2,-3,4\n")
    rule = Rule("annotation", finite=False, sized=False, error=AnnotationError)
    assert np.isnan(read_box_files([path], rule)[0][0]).all()
    with pytest.raises(AnnotationError, match=r"line 1: .*correct the annotation"):
        read_box_files([path], Rule("annotation", error=AnnotationError))


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(MissingDataError, match="No such file"):
        read_box_files([tmp_path / "absent.txt"])

"""Supervised VOT results in text."""

import numpy as np
import pytest

from siamloss.errors import RecordError
from siamloss.records import Status
from siamloss.records.votfiles import read_vot_files

T, INIT, FAIL, SKIP = (int(item) for item in (Status.TRACKED, Status.INIT, Status.FAILURE, Status.SKIPPED))


@pytest.fixture
def written(tmp_path):
    def write(text, name="a_001.txt"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    "codes", [("1", "2", "0"), ("1.000", "2.000", "0.000"), ("1.", " 2 ", "0\r")], ids=["plain", "decimals", "spaces"]
)
def test_codes_and_boxes(written, codes):
    init, fail, skip = codes
    text = "\n".join([init, "10,20,30,40", "1,0,0,2", fail, skip, skip, init, "0,0,5,5"]) + "\n"
    run = read_vot_files([written(text)])[0]
    assert run.status.tolist() == [INIT, T, T, FAIL, SKIP, SKIP, INIT, T]
    np.testing.assert_array_equal(run.regions[[1, 2, 3]], [[10, 20, 30, 40], [1, 0, 0, 2], [0, 0, 0, 0]])


def test_polygons_and_boxes_may_meet_in_one_call(written):
    files = [written("1\n1,2,3,4,5,6,7,8\n", "p.txt"), written("1\n1\t2\t3\t4\n", "b.txt")]
    assert [run.regions.shape for run in read_vot_files(files)] == [(2, 8), (2, 4)]


BAD = {
    "no start": ("1,2,3,4\n1,2,3,4\n", "line 1: the first line is not 1"),
    "start without failure": ("1\n1,2,3,4\n1\n", r"line 3: an initialisation \(1\) without a failure"),
    "region while lost": ("1\n2\n0\n1,2,3,4\n", "line 4: a region or a failure"),
    "failure twice": ("1\n2\n2\n", "line 3: a region or a failure"),
    "other code": ("1\n3\n", "line 2: 1 numbers instead of 4"),
    "nan": ("1\n1,2,nan,4\n", "line 2: NaN or infinity"),
    "negative": ("1\n1,2,-3,4\n", "line 2: a negative size"),
    "header": ("frame\n1\n", "line 1: 'frame' is a header"),
    "mixed widths": ("1\n1,2,3,4\n1,2,3,4,5,6,7,8\n", "line 3: 8 numbers instead of 4"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_supervised_run_can_be_is_refused(written, name):
    text, message = BAD[name]
    good, bad = written("1\n1,2,3,4\n", "good.txt"), written(text, "bad.txt")
    with pytest.raises(RecordError, match=rf"bad.txt, {message}"):
        read_vot_files([good, bad])
    problems = {}
    assert [run is None for run in read_vot_files([bad, good], problems)] == [True, False]
    assert list(problems) == [bad]

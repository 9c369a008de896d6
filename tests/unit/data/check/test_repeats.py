"""The same frame twice."""

from pathlib import Path

import numpy as np

from siamloss.data.check.frames import Look
from siamloss.data.check.repeats import check_repeats
from siamloss.data.sequence import Sequence


def findings(**contents):
    """Findings on sequences whose frames hold these letters; ``_`` cannot be read."""
    sequences, looks = [], {}
    for name, letters in contents.items():
        paths = tuple(Path(name) / f"{i}.jpg" for i in range(len(letters)))
        sequences.append(Sequence(name, paths, np.ones((len(paths), 4)), np.ones(len(paths), bool)))
        for path, letter in zip(paths, letters, strict=True):
            looks[path] = Look(b"" if letter == "_" else letter.encode(), (3, 3), "", None)
    return [(each.code, each.sequence, each.frame, each.message) for each in check_repeats(sequences, looks)]


def test_frames_that_differ_are_no_finding():
    assert findings(a="abc", b="def", c="__") == []


def test_leading_repeats_are_told_from_those_within():
    """GOT-10k has training sequences whose first frames are the same."""
    assert findings(a="aaabc") == [("repeat-leading", "a", 1, "the first 3 frames are the same image")]
    assert findings(a="aaa") == [("repeat-leading", "a", 1, "the first 3 frames are the same image")]
    assert findings(a="abbcc") == [("repeat", "a", 3, "the image of the frame before again in 2 frames")]
    assert [each[0] for each in findings(a="aabb")] == ["repeat-leading", "repeat"]


def test_a_frame_that_comes_back_later_is_found():
    text = "2 frames seen before in the sequence, the first of them as frame 1"
    assert findings(a="abcab") == [("repeat-later", "a", 4, text)]


def test_the_same_frames_in_two_sequences_are_one_finding_per_pair():
    text = "2 frames also in sequence 'b', the first as its frame 3"
    assert findings(a="abc", b="xybc", c="z") == [("repeat-across", "a", 2, text)]


def test_two_targets_of_one_video_share_their_files():
    paths = (Path("v/1.jpg"), Path("v/2.jpg"))
    looks = {path: Look(path.name.encode(), (3, 3), "", None) for path in paths}
    targets = [Sequence(f"v-{i}", paths, np.ones((2, 4)), np.ones(2, bool)) for i in (1, 2)]
    assert list(check_repeats(targets, looks)) == []


def test_a_frame_that_all_sequences_share_is_one_finding_for_each_further_sequence():
    found = findings(**{f"s{number:04d}": "_" * (number % 3) + "x" for number in range(1200)})
    assert [(code, name) for code, name, _, _ in found] == [("repeat-across", "s0000")] * 1199
    assert found[1][3] == "1 frame also in sequence 's0002', the first as its frame 3"

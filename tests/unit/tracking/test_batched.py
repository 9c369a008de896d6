"""Many sequences at once: the same records as each alone, whatever else is tracked with them."""

import threading
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from siamloss.config import ModelConfig, TrackConfig
from siamloss.data.open import open_dataset
from siamloss.data.sequence import Sequence
from siamloss.errors import AnnotationError, DivergedError, UnreadableImageError
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.records import Status
from siamloss.tracking.batched import Part, play_all
from siamloss.tracking.feed import Feed
from siamloss.tracking.multistart import list_runs, multistart, place_anchors, start_play
from siamloss.tracking.network import Network
from siamloss.tracking.protocols import PLAYS, alone, one_pass, one_pass_play, supervised
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.tracking.steps import Ask

TRACKED = ["sequence", "frame", "x", "y", "w", "h", "score", "status"]


@pytest.fixture(scope="module")
def tracker():
    return SiamFCTracker(build_model(ModelConfig("small", 0.5), seed=0).eval(), TrackConfig(), GEOMETRY["small"])


@pytest.fixture(scope="module")
def sequences(tiny):
    """Sequences of different lengths in each format."""
    found = {}
    for dataset in tiny.datasets.test:
        items = open_dataset(tiny, dataset)
        found[dataset.format] = [shortened(items[number % len(items)], 3 + 2 * number, number) for number in range(5)]
    return found


def shortened(sequence, length, number):
    length = min(length, len(sequence))
    cut = {"frame_paths": sequence.frame_paths[:length], "boxes": sequence.boxes[:length], "tags": {}}
    cut |= {"visible": sequence.visible[:length], "name": f"{number}-{sequence.name}", "distractor": None}
    if sequence.polygons is not None:
        cut["polygons"] = sequence.polygons[:length]
    return replace(sequence, **cut)


def parts_of(tracker, sequences, layout):
    return [Part(sequence, partial(PLAYS[layout], tracker.new_target(), sequence)) for sequence in sequences]


def same(table, expected):
    assert table[["sequence", "frame", "status"]].equals(expected[["sequence", "frame", "status"]])
    np.testing.assert_allclose(table[["x", "y", "w", "h"]], expected[["x", "y", "w", "h"]], rtol=0, atol=1e-3)
    np.testing.assert_allclose(table["score"], expected["score"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("streams", [1, 2, 3, 8])
@pytest.mark.parametrize("layout", ["otb", "vot"])
def test_records_are_those_of_each_sequence_alone(tracker, sequences, layout, streams):
    single = [{"otb": one_pass, "vot": supervised}[layout](tracker, sequence) for sequence in sequences[layout]]
    found = dict(play_all(tracker.network, parts_of(tracker, sequences[layout], layout), streams))
    assert sorted(found) == list(range(5))
    for index, expected in enumerate(single):
        same(found[index], expected)


def test_resets_happen_inside_a_batch(tracker, sequences):
    """The ground truth leaves the image at another frame of each sequence: there each run fails and starts again."""
    moved = []
    for number, sequence in enumerate(sequences["vot"]):
        polygons = sequence.polygons.copy()
        polygons[1 + number % 2] += 1e4
        moved.append(replace(sequence, polygons=polygons))
    found = dict(play_all(tracker.network, parts_of(tracker, moved, "vot"), 3))
    failures = [(table["status"] == Status.FAILURE).sum() for _, table in sorted(found.items())]
    assert failures == [1] * 5
    for index, sequence in enumerate(moved):
        same(found[index], supervised(tracker, sequence))


def test_runs_of_a_multi_start_evaluation_are_played_side_by_side(tracker, sequences):
    sequence = sequences["vot"][4]
    anchors = place_anchors(sequence.visible, every=4)
    runs = list_runs(sequence.name, anchors)
    assert {run.forward for run in runs} == {True, False}
    parts = [
        Part(sequence, partial(start_play, run, tracker.new_target(), sequence), 1 if run.forward else -1)
        for run in runs
    ]
    found = dict(play_all(tracker.network, parts, 4))
    expected = multistart(tracker, sequence, anchors)
    for index, run in enumerate(runs):
        same(found[index], expected[expected["sequence"] == run.name].reset_index(drop=True))


def test_a_place_that_becomes_free_is_taken_by_the_next_sequence(tracker, sequences):
    """With two places, questions about two targets come together until one sequence is left."""
    sizes = []

    class Counting(Network):
        def answer(self, asks):
            sizes.append(len(asks))
            return super().answer(asks)

    network = Counting(build_model(ModelConfig("small", 0.5), seed=0).eval(), TrackConfig())
    list(play_all(network, parts_of(tracker, sequences["otb"], "otb"), 4))
    assert max(sizes) == 2, "half of the streams at a time"
    assert sum(sizes) == sum(map(len, sequences["otb"]))


def test_seconds_share_the_time_of_all_decoding_included(tracker, sequences, monkeypatch):
    """Each image takes 20 ms to decode here; the shares of all frames add up to the time it took."""
    read = Sequence.image

    def slow(sequence, frame):
        time.sleep(0.02)
        return read(sequence, frame)

    monkeypatch.setattr(Sequence, "image", slow)
    started = time.perf_counter()
    found = dict(play_all(tracker.network, parts_of(tracker, sequences["otb"], "otb"), 4, threads=1))
    wall = time.perf_counter() - started
    charged = sum(table["seconds"].sum() for table in found.values())
    assert 0.9 * wall < charged <= wall


@pytest.mark.parametrize("streams", [1, 3])
def test_an_unreadable_frame_is_named_and_what_ended_before_is_kept(tracker, sequences, tmp_path, streams):
    bad = sequences["otb"][4]
    broken = tmp_path / "0005.jpg"
    broken.write_bytes(b"no image")
    items = [*sequences["otb"][:2], replace(bad, frame_paths=(*bad.frame_paths[:9], broken, *bad.frame_paths[10:]))]
    ended = []
    with pytest.raises(UnreadableImageError, match=f"{broken} is not a readable image"):
        ended.extend(index for index, _ in play_all(tracker.network, parts_of(tracker, items, "otb"), streams))
    assert ended == [0, 1]


@pytest.mark.parametrize("streams", [2, 4])
def test_what_ended_beside_a_failing_sequence_is_kept(tracker, sequences, tmp_path, streams):
    """The first sequence fails at its last frame; those that ended with or before it are told first."""
    broken = tmp_path / "0001.jpg"
    broken.write_bytes(b"no image")
    first, second = (shortened(sequences["otb"][4], 5, number) for number in range(2))
    items = [replace(first, frame_paths=(*first.frame_paths[:-1], broken)), shortened(second, 4, 7)]
    ended = []
    with pytest.raises(UnreadableImageError):
        ended.extend(index for index, _ in play_all(tracker.network, parts_of(tracker, items, "otb"), streams))
    assert ended == [1]


def test_a_start_that_is_impossible_says_where(tracker, sequences):
    bad = replace(sequences["vot"][1], boxes=sequences["vot"][1].boxes + np.array([1e4, 0, 0, 0]))
    with pytest.raises(AnnotationError, match=f"sequence '{bad.name}', frame 1: cannot start on box"):
        list(play_all(tracker.network, parts_of(tracker, [bad], "vot"), 2))


def test_scores_that_are_no_numbers_are_named(sequences):
    model = build_model(ModelConfig("small", 0.5), seed=0).eval()
    with torch.no_grad():
        model.bias.fill_(float("inf"))
    broken = SiamFCTracker(model, TrackConfig(), GEOMETRY["small"])
    with pytest.raises(DivergedError, match="scores that are no numbers"):
        list(play_all(broken.network, parts_of(broken, sequences["otb"], "otb"), 3))


def test_an_answer_does_not_depend_on_what_else_is_asked(tracker):
    rng = np.random.default_rng(0)
    patches = [rng.integers(0, 256, (1, 63, 63, 3), dtype=np.uint8) for _ in range(7)]
    exemplars = [tracker.network.answer([Ask(patch)])[0] for patch in patches]
    searches = [Ask(rng.integers(0, 256, (3, 127, 127, 3), dtype=np.uint8), exemplar) for exemplar in exemplars]
    searches[2:2] = [Ask(patches[0]), Ask(rng.integers(0, 256, (1, 127, 127, 3), dtype=np.uint8), exemplars[0])]
    together = tracker.network.answer(searches)
    for ask, found in zip(searches, together, strict=True):
        (single,) = tracker.network.answer([ask])
        if ask.exemplar is None:
            np.testing.assert_allclose(found.numpy(), single.numpy(), rtol=1e-5, atol=1e-5)
            continue
        assert found.scale == single.scale
        np.testing.assert_array_equal(found.cells, single.cells)
        np.testing.assert_allclose(found.score_map, single.score_map, rtol=1e-5, atol=1e-6)
        assert found.score_map.shape == (17, 17)


def test_a_play_that_nobody_wants_any_more_leaves_no_thread(tracker, sequences):
    before = threading.active_count()
    plays = play_all(tracker.network, parts_of(tracker, sequences["otb"], "otb"), 3)
    next(plays)
    plays.close()
    assert threading.active_count() == before


def test_plays_of_a_plain_tracker_need_no_network(tracker, sequences):
    sequence = sequences["otb"][0]
    with pytest.raises(TypeError, match="asks a network"):
        alone(one_pass_play(tracker.new_target(), sequence, Feed(sequence)))

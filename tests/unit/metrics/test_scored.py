"""Frames that GOT-10k scores, and their pooled mean."""

import math

from siamloss.metrics.scored import pooled_mean, scored_frames


def test_the_given_frame_and_hidden_frames_do_not_count():
    assert scored_frames([True, False, True, True]).tolist() == [False, False, True, True]


def test_the_pooled_mean_counts_frames():
    assert pooled_mean([1.0, 0.0, math.nan], [3, 1, 0]) == 0.75
    assert math.isnan(pooled_mean([math.nan], [0]))

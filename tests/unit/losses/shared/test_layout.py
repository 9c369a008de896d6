"""The index tensors of a label map, read once."""

import gc
import weakref

import torch
from tests.unit.losses.maps import random_maps

from siamloss.losses import make_loss
from siamloss.losses.host_sync import no_host_sync
from siamloss.losses.shared import layout
from siamloss.losses.shared.layout import cell_layout, take


def test_takes_the_cells_of_each_class_in_order():
    scores, labels = random_maps(torch.float64)
    positive, negative = cell_layout(labels)
    for side, sign in ((positive, 1), (negative, -1)):
        values = take(scores.flatten(1), side)
        for row in range(len(scores)):
            expected = scores[row][labels[row] == sign]
            assert side.count_L[row] == len(expected)
            assert values[row][side.valid_LK[row]].tolist() == expected.tolist()
    assert negative.padded
    assert not cell_layout(labels[1:2]).negative.padded


def test_one_label_map_serves_a_batch():
    scores, labels = random_maps(torch.float64)
    assert take(scores.flatten(1), cell_layout(labels[1:2]).positive).shape == (3, int((labels[1] > 0).sum()))


def test_the_same_labels_are_read_once():
    _, labels = random_maps(torch.float32)
    first = cell_layout(labels)
    with no_host_sync():
        assert cell_layout(labels) is first


def test_labels_changed_in_place_are_read_again():
    scores, labels = random_maps(torch.float64)
    loss = make_loss("triplet", {})
    before = loss(scores, labels).total.item()
    labels.neg_()
    after = loss(scores, labels).total.item()
    assert after != before
    assert after == loss(scores, labels.clone()).total.item()


def test_labels_of_inference_mode_are_read_every_time():
    with torch.inference_mode():
        scores, labels = random_maps(torch.float64)
        before = make_loss("triplet", {})(scores, labels).total.item()
        labels.neg_()
        assert make_loss("triplet", {})(scores, labels).total.item() != before


def test_a_layout_lives_as_long_as_its_labels():
    _, labels = random_maps(torch.float32)
    index = weakref.ref(cell_layout(labels).positive.index_LK)
    size = len(layout._known)
    del labels
    gc.collect()
    assert index() is None
    assert len(layout._known) == size - 1

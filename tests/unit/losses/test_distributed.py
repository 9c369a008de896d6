"""Losses in two real gloo processes: the loss and the gradients of one process, however the batch is split."""

import pytest
import torch
from tests.unit.losses.ranks import ALL, SPLITS, loss_and_gradients, run_two_ranks, whole_batch

from siamloss.distributed import concatenate_over_ranks, ranks, sum_over_ranks


@pytest.fixture(scope="module")
def two_ranks(tmp_path_factory):
    return run_two_ranks(tmp_path_factory.mktemp("ranks"))


@pytest.mark.parametrize("item", ALL, ids=str)
@pytest.mark.parametrize("split", SPLITS)
def test_two_processes_compute_what_one_does(two_ranks, split, item):
    expected = loss_and_gradients(item, *whole_batch(split))
    first, second = (results[split, str(item)] for results in two_ranks)
    for rank in (first, second):
        torch.testing.assert_close(rank["total"], expected["total"], rtol=1e-10, atol=1e-13)
        torch.testing.assert_close(rank["parts"], expected["parts"], rtol=1e-10, atol=1e-13)
        torch.testing.assert_close(rank["weights"], expected["weights"], rtol=1e-9, atol=1e-12)
    averaged = torch.cat([first["scores"], second["scores"]]) / 2
    torch.testing.assert_close(averaged, expected["scores"], rtol=1e-9, atol=1e-12)


def test_without_a_process_group_nothing_is_copied():
    values = torch.ones(3, requires_grad=True)
    assert ranks() == 1
    assert sum_over_ranks(values) is values
    assert concatenate_over_ranks(values) is values

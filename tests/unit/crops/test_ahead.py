"""Work done ahead in threads."""

import threading
import time
from contextlib import closing

import pytest

from siamloss.crops.ahead import map_ahead


@pytest.mark.parametrize("threads", [1, 4])
def test_results_come_in_order(threads):
    def work(item):
        time.sleep(0.002 * (7 - item % 7))
        return item * item

    assert list(map_ahead(work, range(40), threads, 6)) == [item * item for item in range(40)]


def test_never_more_than_asked_for_is_made_ahead():
    begun = []
    with closing(map_ahead(begun.append, iter(range(100)), 2, 3)) as results:
        next(results)
        time.sleep(0.05)
        assert len(begun) <= 4


def test_an_error_comes_in_its_place_and_ends_the_threads():
    before = threading.active_count()
    results = map_ahead(lambda item: 1 / (3 - item), range(100), 2, 4)
    assert [next(results) for _ in range(3)] == [1 / 3, 1 / 2, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert threading.active_count() == before


def test_a_consumer_that_stops_leaves_no_thread():
    before = threading.active_count()
    for number in map_ahead(abs, range(10**9), 3, 5):
        if number == 4:
            break
    assert threading.active_count() == before


def test_what_has_not_begun_is_dropped():
    done, gate = [], threading.Event()

    def work(item):
        gate.wait(5) if item else None
        done.append(item)

    results = map_ahead(work, range(50), 1, 20)
    next(results)
    threading.Timer(0.05, gate.set).start()
    results.close()
    assert len(done) <= 2


def test_nothing_to_do():
    assert list(map_ahead(abs, [], 2, 2)) == []

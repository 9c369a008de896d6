"""The ledger of test evaluations: nothing is lost, nothing is skipped."""

import multiprocessing
import os
import resource
import time

import pytest

from siamloss.errors import CorruptError
from siamloss.provenance.hashing import sha256_bytes
from siamloss.provenance.sealed import write_json
from siamloss.records import ledger
from siamloss.records.ledger import append_evaluation, read_evaluations, seal_of


def entry(number):
    return {"variant": "gsl[eta=0.5]", "seed": number, "benchmark": "otb", "time": "2024-05-01T10:00:00+00:00"}


def test_entries_come_back_in_order(tmp_path):
    path = tmp_path / "results" / "demo" / "ledger.jsonl"
    assert read_evaluations(path) == []
    for number in range(3):
        append_evaluation(path, entry(number))
    assert read_evaluations(path) == [entry(number) for number in range(3)]
    assert path.read_text().count("\n") == 3


def _append_many(path, first):
    for number in range(first, first + 50):
        append_evaluation(path, {**entry(number), "padding": "x" * 5000})


def test_processes_that_append_at_once_lose_nothing(tmp_path):
    path = tmp_path / "ledger.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append_many, args=(path, 50 * number)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(item["seed"] for item in read_evaluations(path)) == list(range(200))


def test_a_reader_beside_writers_never_sees_damage(tmp_path, monkeypatch):
    """However slow the disk is with the seal: no writer completes a line between the ledger and its seal."""
    context, counts, real = multiprocessing.get_context("fork"), [], ledger.read_json

    def slow(seal):
        time.sleep(0.02)
        return real(seal)

    for turn in range(3):
        path = tmp_path / f"{turn}.jsonl"
        workers = [context.Process(target=_append_many, args=(path, 50 * number)) for number in range(2)]
        for worker in workers:
            worker.start()
        with monkeypatch.context() as patch:
            patch.setattr(ledger, "read_json", slow)
            found = [0]
            while any(worker.is_alive() for worker in workers):
                found.append(len(read_evaluations(path)))
                time.sleep(0.002)
        for worker in workers:
            worker.join()
        assert found == sorted(found)
        assert len(read_evaluations(path)) == 100
        counts += found
    assert len(set(counts)) > 10, "read while they wrote"


def test_a_first_line_that_comes_between_two_looks_is_no_damage(tmp_path, monkeypatch):
    """There was no ledger yet, and its seal is there when the reader asks for it."""
    path, real = tmp_path / "ledger.jsonl", ledger.read_json

    def late(seal):
        if not path.exists():
            monkeypatch.setattr(ledger, "read_json", real)
            append_evaluation(path, entry(0))
        return real(seal)

    monkeypatch.setattr(ledger, "read_json", late)
    assert read_evaluations(path) == [entry(0)]


DAMAGED = {"half": b'{"seed": 1', "empty": b"", "text": b"seed 1", "list": b"[1]", "binary": b"\xff\xfe"}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_line_is_named(tmp_path, damage):
    path = tmp_path / "ledger.jsonl"
    append_evaluation(path, entry(0))
    with open(path, "ab") as file:
        file.write(DAMAGED[damage] + b"\n")
    append_evaluation(path, entry(2))
    with pytest.raises(CorruptError, match=r"ledger\.jsonl line 2 is damaged; correct or remove that line by hand"):
        read_evaluations(path)


def test_torn_last_line_does_not_take_the_next_one_with_it(tmp_path):
    path = tmp_path / "ledger.jsonl"
    append_evaluation(path, entry(0))
    os.truncate(path, path.stat().st_size - 9)
    with pytest.raises(CorruptError, match="line 1 is damaged"):
        read_evaluations(path)
    append_evaluation(path, entry(1))
    path.write_bytes(path.read_bytes().partition(b"\n")[2])
    with pytest.raises(
        CorruptError, match=r"ledger\.jsonl is not as it was written; restore it .* or delete .*\.seal to"
    ):
        read_evaluations(path)
    seal_of(path).unlink()
    assert read_evaluations(path) == [entry(1)]


def test_write_that_fails_leaves_the_ledger_as_it_was(tmp_path):
    path = tmp_path / "ledger.jsonl"
    append_evaluation(path, {**entry(0), "padding": "x" * 5000})
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            append_evaluation(path, entry(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    append_evaluation(path, entry(1))
    assert read_evaluations(path) == [{**entry(0), "padding": "x" * 5000}, entry(1)]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_lost_or_repeated_lines_are_found(tmp_path, kept):
    path = tmp_path / "ledger.jsonl"
    for number in range(3):
        append_evaluation(path, entry(number))
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (lines[:kept], lines + lines[kept:]):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(CorruptError, match="not as it was written"):
            read_evaluations(path)
    append_evaluation(path, entry(3))
    with pytest.raises(CorruptError, match="not as it was written"):
        read_evaluations(path)
    path.unlink()
    with pytest.raises(CorruptError, match="not as it was written"):
        read_evaluations(path)


def test_the_line_that_is_being_written_may_be_there_or_not(tmp_path):
    path = tmp_path / "ledger.jsonl"
    append_evaluation(path, entry(0))
    first = path.read_bytes()
    append_evaluation(path, entry(1))
    second = path.read_bytes()
    write_json(seal_of(path), {"states": [sha256_bytes(first), sha256_bytes(second)]})
    assert read_evaluations(path) == [entry(0), entry(1)]
    path.write_bytes(first)
    assert read_evaluations(path) == [entry(0)]


@pytest.mark.parametrize("text", ["", "{}", '{"states": 1}', "{"])
def test_a_damaged_seal_is_named(tmp_path, text):
    path = tmp_path / "ledger.jsonl"
    append_evaluation(path, entry(0))
    seal_of(path).write_text(text)
    with pytest.raises(CorruptError, match=r"ledger\.jsonl\.seal is damaged; restore it"):
        read_evaluations(path)

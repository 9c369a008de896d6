"""A training that is asked to stop: it saves first, says so, and goes on later to the same bytes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from siamloss.errors import StoppedError
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import canonical_json, sha256_file
from siamloss.training.job import train_run
from siamloss.training.stop import StopRequest


@pytest.fixture(scope="module")
def long(tiny):
    """A training whose own checkpoints are too far apart to help."""
    return replace(tiny, train=replace(tiny.train, epochs=3, pairs_per_epoch=400, checkpoint_steps=10_000))


def command(long, stores, folder):
    write_text(folder / "spec.json", canonical_json(long.to_dict()))
    arguments = ["--spec", "spec.json", "--variant", "gsl", "--seed", "0", "--out", "run", "--threads", "1"]
    arguments += ["--train-store", str(stores[0]), "--val-store", str(stores[1])]
    return [sys.executable, "-m", "siamloss.cli", "--log", "log.txt", "train", *arguments]


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 143, "StoppedError: train gsl seed 0: stopped after step"),
        (signal.SIGINT, 130, "Interrupted: run the same command again to continue"),
    ],
)
def test_a_signal_saves_the_state_and_the_next_call_ends_with_the_same_weights(
    long, tiny_stores, tmp_path, number, code, said
):
    train_run(long, "gsl", 0, *tiny_stores, tmp_path / "p", tmp_path / "whole", threads=1)
    heed = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731 (a shell may have it ignored)
    process = subprocess.Popen(
        command(long, tiny_stores, tmp_path), cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heed
    )
    log = tmp_path / "log.txt"
    started = time.monotonic()
    while not log.exists() or "epoch 1 of 3" not in log.read_text():
        assert time.monotonic() - started < 120, "the training did not begin"
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert said in errors
    (state,) = (tmp_path / ".run.progress").glob("*.safetensors")
    header = state.read_bytes()
    size = int.from_bytes(header[:8], "little")
    step = json.loads(json.loads(header[8 : 8 + size])["__metadata__"]["progress"])["step"]
    assert step > 100, "only the signal can have saved a step past the first epoch"
    subprocess.run(command(long, tiny_stores, tmp_path), cwd=tmp_path, check=True, capture_output=True)
    for name in ("weights.safetensors", "curve.jsonl"):
        assert sha256_file(tmp_path / "run" / name) == sha256_file(tmp_path / "whole" / name)


def test_the_first_signal_waits_and_the_second_acts_at_once():
    with StopRequest() as request:
        os.kill(os.getpid(), signal.SIGINT)
        assert request.number == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_repeated_sigterm_changes_nothing():
    """A launcher passes the signal on to processes that got it already; the state must still be saved."""
    with StopRequest() as request:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
        assert request.number == signal.SIGTERM


def test_handlers_are_put_back_and_other_threads_are_left_alone():
    before = signal.getsignal(signal.SIGTERM)
    with StopRequest() as request:
        assert signal.getsignal(signal.SIGTERM) == request._note
    assert signal.getsignal(signal.SIGTERM) == before
    found = []

    def look():
        with StopRequest():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [before]


def test_sigterm_and_a_request_of_another_process_are_named_errors():
    with pytest.raises(StoppedError, match="t: stopped after step 7 and saved; run the same command again"):
        StopRequest().leave("t", 7)

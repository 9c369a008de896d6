"""GPUs are leased by real processes: never more than there are, and never lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siamloss import lease
from siamloss.config_io import load_profile
from siamloss.devices import FAKE, Device
from siamloss.errors import ConfigError, DeviceBusyError, DeviceError
from siamloss.lease import MEMORY, WAIT, demand_mb, hold_device, take

JOB = """
import os, sys, time
from siamloss.lease import hold_device
began = time.monotonic_ns()
hold_device("auto", "train")
at = time.monotonic_ns()
print(os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
time.sleep(float(sys.argv[1]))
print(began, at, time.monotonic_ns(), flush=True)
"""
ROOT = Path(__file__).resolve().parents[2]
TWO = "0:80000,1:80000"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts a job that leases a device and sleeps; all of them see the same leases and no others."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("CUDA_VISIBLE_DEVICES", "LOCAL_RANK", MEMORY, WAIT):
        monkeypatch.delenv(name, raising=False)
    begun = []

    def start(seconds, fakes=TWO, **environ):
        process = subprocess.Popen(
            [sys.executable, "-c", JOB, str(seconds)],
            env={**os.environ, FAKE: fakes, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def device_of(process):
    return process.stdout.readline().strip()


def spans(processes):
    """(device, when it was asked for, from, to) of jobs that have ended well."""
    found = []
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        device, times = out.split("\n")[:2]
        found.append((device, *map(int, times.split())))
    return found


def most_at_once(found, device):
    events = sorted((when, step) for each in found if each[0] == device for when, step in ((each[2], 1), (each[3], -1)))
    count = most = 0
    for _, step in events:
        count += step
        most = max(most, count)
    return most


def test_twenty_jobs_on_two_gpus_are_two_at_a_time_and_nobody_waits_for_ever(start):
    found = spans([start(0.05) for _ in range(20)])
    assert {most_at_once(found, device) for device in ("0", "1")} == {1}
    waits = sorted((at - asked) / 1e9 for _, asked, at, _ in found)
    assert waits[-1] < 4 * max(waits[10], 0.5), "the longest wait is no multiple of the usual one"


def test_small_jobs_share_a_gpu_up_to_its_memory(start):
    found = spans([start(0.4, "0:80000", **{MEMORY: "30000"}) for _ in range(6)])
    assert most_at_once(found, "0") == 2, "three times 30,000 MB are more than there are"


def test_a_whole_gpu_is_not_shared(start):
    small = start(60, "0:80000", **{MEMORY: "1000"})
    assert device_of(small) == "0"
    large = start(0, "0:80000", **{WAIT: "0.3"})
    assert large.wait(timeout=30) != 0
    assert f"DeviceBusyError: no GPU came free in 0.3 s, held by train (process {small.pid})" in large.stderr.read()


def test_jobs_spread_over_the_gpus_before_they_share_one(start):
    jobs = [start(60, "0:80000,1:60000", **{MEMORY: "10000"}) for _ in range(2)]
    assert {device_of(job) for job in jobs} == {"0"}, "the one with most room, twice: 70,000 are more than 60,000"
    assert [device_of(start(60, "0:80000,1:60000", **{MEMORY: "10000"})) for _ in range(3)].count("1") >= 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_job_gives_its_gpu_back_at_once(start, number):
    first = start(60, "0:80000")
    assert device_of(first) == "0"
    second = start(0, "0:80000")
    assert "waiting for a GPU, held by train (process" in second.stderr.readline()
    first.send_signal(number)
    killed = time.monotonic()
    assert device_of(second) == "0"
    assert time.monotonic() - killed < 5


def test_killed_waiters_hold_nobody_up(start):
    first = start(60, "0:80000")
    assert device_of(first) == "0"
    waiters = [start(60, "0:80000") for _ in range(3)]
    for waiter in waiters:
        waiter.stderr.readline()
    for waiter in waiters[:2]:
        waiter.kill()
    first.kill()
    assert device_of(waiters[2]) == "0"
    assert len(list(lease.lease_folder().glob("*.claim"))) == 1, "files of the dead are swept"


def test_killed_at_any_moment_nothing_stays_taken(start):
    for number in range(12):
        job = start(60)
        time.sleep(0.02 + 0.015 * number)
        job.kill()
        job.communicate()
    found = spans([start(0), start(0)])
    assert max(at - asked for _, asked, at, _ in found) < 5e9


def test_the_waiting_are_served_in_their_order(start):
    first = start(60, "0:80000")
    assert device_of(first) == "0"
    waiters = []
    for _ in range(4):
        waiters.append(start(0.3, "0:80000"))
        waiters[-1].stderr.readline()
    first.kill()
    starts = [at for _, _, at, _ in spans(waiters)]
    assert starts == sorted(starts)


def test_somebody_who_waits_for_another_gpu_is_not_in_the_way(start):
    first = start(60, CUDA_VISIBLE_DEVICES="0")
    assert device_of(first) == "0"
    start(60, CUDA_VISIBLE_DEVICES="0").stderr.readline()
    assert device_of(start(0, CUDA_VISIBLE_DEVICES="1")) == "1"


@pytest.mark.parametrize("name", ["MIG-GPU-aaaa/1/0", "MIG-5c5c", "GPU-0000", "3"])
def test_the_name_goes_to_the_job_as_it_is(start, name):
    assert device_of(start(0, f"{name}:10000,9:1")) == name


def take_here(devices, mb=0, **options):
    return take([Device(name, name, size) for name, size in devices.items()], mb, **options)


@pytest.fixture
def alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_more_memory_than_any_device_has(alone):
    with pytest.raises(DeviceError, match="90000 MB of GPU memory are asked for, the largest device has 80000"):
        take_here({"0": 80000, "1": 40000}, 90000)


def test_a_device_of_unknown_memory_is_never_shared(alone):
    held = take_here({"0": 0}, 1000)
    with pytest.raises(DeviceBusyError):
        take_here({"0": 0}, 1000, wait_s=0)
    held.release()
    take_here({"0": 0}, 1000, wait_s=0).release()


def test_several_are_taken_together_or_not_at_all(alone):
    three = {"0": 8000, "1": 8000, "2": 8000}
    held = take_here({"1": 8000})
    with pytest.raises(DeviceBusyError):
        take_here(three, count=3, wait_s=0)
    pair = take_here(three, count=2, wait_s=0)
    assert [each.name for each in pair.devices] == ["0", "2"]
    for each in (held, pair):
        each.release()
    assert not list(lease.lease_folder().glob("*.claim"))


def hold(alone, device="auto", fakes=TWO, **environ):
    environ = {FAKE: fakes, WAIT: "0", **environ}
    held = hold_device(device, "track", environ)
    return held, environ


def test_a_device_by_number_is_leased_and_keeps_its_number(alone):
    held, environ = hold(alone, "cuda:1")
    assert [each.name for each in held.devices] == ["1"]
    assert "CUDA_VISIBLE_DEVICES" not in environ, "cuda:1 must still be the second device"
    with pytest.raises(DeviceBusyError):
        hold(alone, "cuda:1")
    held.release()
    assert hold(alone, "cuda:7")[0] is None, "choosing the device says that there is none"


def test_ranks_of_torchrun_are_leased_by_the_first(alone):
    ranks = {"LOCAL_WORLD_SIZE": "2", "WORLD_SIZE": "2"}
    assert hold(alone, LOCAL_RANK="1", **ranks)[0] is None
    held, environ = hold(alone, "cuda", "0:1,1:1,2:1", LOCAL_RANK="0", **ranks)
    assert [each.name for each in held.devices] == ["0", "1"], "rank r uses the r-th device"
    assert "CUDA_VISIBLE_DEVICES" not in environ
    held.release()
    assert hold(alone, "cuda", "0:1", LOCAL_RANK="0", **ranks)[0] is None, "too few: choosing the device says so"


def test_on_a_cpu_nothing_is_leased_and_nothing_is_made(alone):
    assert hold(alone, "cpu")[0] is None
    assert hold(alone, CUDA_VISIBLE_DEVICES="")[0] is None
    assert not list(alone.iterdir())


@pytest.mark.parametrize(
    ("verb", "text", "mb"),
    [("train", "", 0), ("train", "8000", 8000), ("train", "train=9,track=3", 9), ("tune", "5,track=3", 5)],
)
def test_memory_by_verb(verb, text, mb):
    assert demand_mb(verb, text) == mb


@pytest.mark.parametrize("text", ["x", "train=", "-5", "nan", "train=1GB"])
def test_memory_that_is_no_number(text):
    with pytest.raises(ConfigError, match=f"{MEMORY} is '.*'; write a number of 0 or above"):
        demand_mb("train", text)


def test_a_folder_of_somebody_else_is_refused(alone):
    folder = lease.lease_folder()
    folder.rmdir()
    folder.symlink_to(alone)
    with pytest.raises(ConfigError, match="belongs to somebody else; set TMPDIR to a folder of your own"):
        lease.lease_folder()
    folder.unlink()
    folder.write_text("")
    with pytest.raises(ConfigError, match="cannot keep leases in"):
        lease.lease_folder()


def test_the_folder_names_the_machine_and_is_private(alone):
    folder = lease.lease_folder()
    assert os.uname().nodename in folder.name
    assert folder.stat().st_mode & 0o777 == 0o700


def test_leases_load_nothing_heavy():
    code = "import sys, siamloss.lease; print([m for m in ('torch', 'numpy', 'pandas', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


VERBS = {
    "tune": "--variant gsl --train-store a --val-store b --manifest c --out d",
    "train": "--variant gsl --seed 0 --train-store a --val-store b --out d",
    "scores": "--run r --train-store a --val-store b --out d",
    "track": "--variant gsl --benchmark demo-otb --manifest c --run r --out d",
    "frames": "--out d",
}


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_that_run_a_network_lease_their_gpu_before_anything_else(alone, verb):
    held = hold(alone, fakes="0:80000")[0]
    spec = alone / "spec.json"
    spec.write_text(json.dumps(load_profile(ROOT / "config" / "demo.yaml").to_dict()))
    command = [sys.executable, "-m", "siamloss.cli", verb, "--spec", str(spec), *VERBS[verb].split()]
    fakes = {**os.environ, FAKE: "0:80000", WAIT: "0"}
    done = subprocess.run(command, capture_output=True, text=True, env=fakes, cwd=alone)
    held.release()
    assert done.returncode == 2
    assert "DeviceBusyError: no GPU came free in 0 s, held by track" in done.stderr

"""GPUs are leased by real processes: never more than there are, and never lost."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siamloss import claims as files
from siamloss.claims import FOLDER, lease_folder
from siamloss.config_io import load_profile
from siamloss.devices import FAKE, Device
from siamloss.errors import ConfigError, DeviceBusyError, DeviceError
from siamloss.lease import MEMORY, PATIENCE_S, WAIT, demand_mb, hold_device, take, wait_for_first

JOB = """
import os, sys, time
from siamloss.lease import hold_device
began = time.monotonic_ns()
held = hold_device("auto", "train")
at = time.monotonic_ns()
print(os.environ.get("CUDA_VISIBLE_DEVICES", ""), flush=True)
time.sleep(float(sys.argv[1]))
print(began, at, time.monotonic_ns(), *(held and (held.claim.number, os.stat(held.path).st_mtime_ns) or ()), flush=True)
"""
BYTE_RANGES = """
import fcntl, os, struct
def locked(file, how):
    kind = fcntl.F_WRLCK if how & fcntl.LOCK_EX else fcntl.F_UNLCK
    command = fcntl.F_OFD_SETLK if how & fcntl.LOCK_NB else fcntl.F_OFD_SETLKW
    fcntl.fcntl(file, command, struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 0, 0))
fcntl.flock = locked
"""
"""What NFS makes of flock: locks of byte ranges, which the kernel gives only to those who may write."""
ROOT = Path(__file__).resolve().parents[2]
TWO = "0:80000,1:80000"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts a job that leases a device and sleeps; all of them see the same leases and no others."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "leases"))
    for name in ("CUDA_VISIBLE_DEVICES", "LOCAL_RANK", MEMORY, WAIT):
        monkeypatch.delenv(name, raising=False)
    begun = []

    def start(seconds, fakes=TWO, before="", **environ):
        process = subprocess.Popen(
            [sys.executable, "-c", before + JOB, str(seconds)],
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
    """(device, when it was asked for, from, to, place in the order, when it was given) of jobs that have ended well."""
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


def claims():
    return [lease_folder() / name for name in os.listdir(lease_folder()) if name.endswith(".claim")]


def until(true):
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_twenty_jobs_on_two_gpus_are_two_at_a_time_in_their_order(start):
    held = take_here({"0": 80000, "1": 80000}, count=2)
    jobs = [start(0.05) for _ in range(20)]
    until(lambda: len(claims()) == 21)
    held.release()
    found = spans(jobs)
    assert {most_at_once(found, device) for device in ("0", "1")} == {1}
    given = [when for *_, when in sorted(found, key=lambda each: each[4])]
    assert given == sorted(given), "the clock of files orders them, however late a job is told"


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
    assert len(claims()) == 1, "files of the dead are swept"


def test_killed_at_any_moment_nothing_stays_taken(start):
    for number in range(12):
        job = start(60)
        time.sleep(0.02 + 0.015 * number)
        job.kill()
        job.communicate()
    found = spans([start(0), start(0)])
    assert max(at - asked for _, asked, at, *_ in found) < 5e9


def test_the_waiting_are_served_in_their_order(start):
    first = start(60, "0:80000")
    assert device_of(first) == "0"
    waiters = []
    for _ in range(4):
        waiters.append(start(0.3, "0:80000"))
        waiters[-1].stderr.readline()
    first.kill()
    starts = [each[2] for each in spans(waiters)]
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
    monkeypatch.setenv(FOLDER, str(tmp_path / "leases"))
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
    assert not claims()


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


@pytest.mark.parametrize("rank", ["0", "1"])
def test_every_rank_counts_the_devices_as_they_were_leased(alone, rank):
    """CUDA's own order has the fastest first, and rank r uses the r-th."""
    ranks = {"LOCAL_WORLD_SIZE": "2", "WORLD_SIZE": "2", "LOCAL_RANK": rank}
    held, environ = hold(alone, "cuda", CUDA_DEVICE_ORDER="FASTEST_FIRST", **ranks)
    assert environ["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    if held:
        held.release()


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
    folder = lease_folder()
    folder.rmdir()
    for target in (alone, alone / "nowhere"):
        folder.symlink_to(target)
        with pytest.raises(ConfigError, match=f"(?s)leases.*set {FOLDER} to a folder"):
            lease_folder()
        folder.unlink()
    folder.write_text("")
    with pytest.raises(ConfigError, match="cannot keep leases in"):
        lease_folder()
    with pytest.raises(ConfigError, match=f"is a link or belongs to somebody else; set {FOLDER}"):
        lease_folder({FOLDER: "/proc/1" if os.getuid() else str(owned_by_another(alone))})


def owned_by_another(alone):
    folder = alone / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    return folder


def test_a_folder_that_others_may_write_in_is_refused(alone):
    lease_folder().chmod(0o777)
    with pytest.raises(ConfigError, match=r"others may write in .*; run chmod 700 on it"):
        take_here({"0": 8000})


def test_a_folder_without_a_place_is_refused(alone):
    with pytest.raises(ConfigError, match=f"{FOLDER} is 'here'; write a path that begins with /"):
        lease_folder({FOLDER: "here"})


def test_the_folder_is_one_for_a_user_and_a_machine_and_private(alone):
    folder = lease_folder({"XDG_RUNTIME_DIR": str(alone), "TMPDIR": str(alone)})
    assert folder == Path(f"/tmp/siamloss-leases-{os.getuid()}-{os.uname().nodename}")
    assert folder.stat().st_mode & 0o777 == lease_folder().stat().st_mode & 0o777 == 0o700


def test_jobs_of_different_environments_see_each_other(start, tmp_path):
    """In the folder of this machine, hence a device that nothing else has."""
    fakes = f"{tmp_path}:80000"
    first = start(60, fakes, **{FOLDER: ""})
    assert device_of(first) == str(tmp_path)
    late = start(0, fakes, **{FOLDER: "", WAIT: "0", "XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert late.wait(timeout=30) != 0
    assert f"held by train (process {first.pid})" in late.stderr.read()


def test_leases_where_flock_is_a_lock_of_byte_ranges(start):
    first = start(60, "0:80000", BYTE_RANGES)
    assert device_of(first) == "0"
    late = start(0, "0:80000", BYTE_RANGES, **{WAIT: "0.3"})
    assert late.wait(timeout=30) != 0
    assert f"DeviceBusyError: no GPU came free in 0.3 s, held by train (process {first.pid})" in late.stderr.read()
    waiter = start(0, "0:80000", BYTE_RANGES)
    waiter.stderr.readline()
    first.kill()
    assert device_of(waiter) == "0"


@pytest.fixture
def another_version(alone):
    """Writes a claim and keeps it locked, as a living process does."""
    opened = []

    def write(text):
        path = lease_folder() / "000000000001-4.claim"
        opened.append(path.open("w"))
        opened[-1].write(text)
        opened[-1].flush()
        fcntl.flock(opened[-1], fcntl.LOCK_EX)
        return path

    yield write
    for file in opened:
        file.close()


WELL = {"number": 1, "wanted": ["1"], "held": ["1"], "mb": 0, "what": "train"}


@pytest.mark.parametrize(
    "text",
    [
        '{"devices": ["0"]}',
        "[]",
        "7",
        "not JSON",
        "\x00",
        json.dumps({**WELL, "held": None}),
        json.dumps({**WELL, "held": [0]}),
        json.dumps({**WELL, "mb": "all"}),
    ],
)
def test_a_claim_that_nobody_understands_may_hold_everything_as_long_as_it_lives(another_version, text):
    path = another_version(text)
    with pytest.raises(DeviceBusyError, match=f"held by a process of another version of siamloss .{path}"):
        take_here({"0": 8000, "1": 8000}, wait_s=0)
    shutil.copy(path, path.with_name("000000000002-5.claim"))  # of a dead one
    path.unlink()
    held = take_here({"0": 8000, "1": 8000}, wait_s=0)
    assert claims() == [held.path], "of the dead nothing stays"
    held.release()


def test_a_claim_with_more_in_it_is_understood(another_version):
    another_version(json.dumps({**WELL, "since": 3}))
    held = take_here({"0": 8000, "1": 8000}, wait_s=0)
    assert [each.name for each in held.devices] == ["0"]
    held.release()


def test_a_waiter_whose_claim_and_folder_are_removed_keeps_its_place(alone, start):
    held = take_here({"0": 80000})
    first = start(60, "0:80000")
    first.stderr.readline()
    second = start(60, "0:80000")
    second.stderr.readline()
    place = [path.name[:12] for path in claims()]
    assert len(place) == 3
    lease_folder().rename(alone / "removed")
    until(lambda: len(claims()) >= 2 or first.poll() is not None)
    assert sorted(path.name[:12] for path in claims()) == sorted(place)[-2:]
    held.release()
    assert device_of(first) == "0"
    assert second.poll() is None


def test_a_held_claim_that_is_removed_comes_back(alone, start, monkeypatch):
    monkeypatch.setattr(files, "KEEP_S", 0.05)
    held = take_here({"0": 80000})
    lease_folder().rename(alone / "removed")
    until(claims)
    late = start(0, "0:80000", **{WAIT: "0"})
    assert late.wait(timeout=30) != 0
    assert f"held by (process {os.getpid()})" in late.stderr.read()
    held.release()
    time.sleep(0.2)
    assert not claims(), "what was given back does not"


def test_the_ledger_that_is_removed_while_others_wait_for_it(start):
    with open(lease_folder() / "ledger.lock", "w") as old:
        fcntl.flock(old, fcntl.LOCK_EX)
        job = start(60, "0:80000")
        until(lambda: f"{os.fstat(old.fileno()).st_ino}" in blocked())
        (lease_folder() / "ledger.lock").unlink()
        with open(lease_folder() / "ledger.lock", "w") as new:
            fcntl.flock(new, fcntl.LOCK_EX)
            old.close()
            time.sleep(0.5)
            assert not claims(), "a lock of the removed file is none"
    assert device_of(job) == "0"


def blocked():
    """Inodes that somebody waits for a lock of."""
    lines = Path("/proc/locks").read_text().splitlines()
    return {line.split()[6].split(":")[2] for line in lines if "->" in line}


RANKS = {"LOCAL_WORLD_SIZE": "2", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500"}


def test_other_ranks_wait_until_the_first_has_the_devices_of_all(start):
    held = take_here({"1": 80000})
    other = start(0, LOCAL_RANK="1", **RANKS)
    start(60, LOCAL_RANK="0", **{**RANKS, "MASTER_PORT": "29501"}, CUDA_VISIBLE_DEVICES="0").stdout.readline()
    first = start(60, LOCAL_RANK="0", **RANKS)
    first.stderr.readline()
    time.sleep(0.5)
    assert other.poll() is None, "another group has a device, its own first rank has none"
    released = time.monotonic_ns()
    held.release()
    assert other.wait(timeout=30) == 0
    assert int(other.stdout.readlines()[1].split()[1]) > released
    assert first.poll() is None


def test_other_ranks_do_not_wait_for_ever(alone):
    from siamloss.distributed import PATIENCE  # loads torch

    assert PATIENCE.total_seconds() == PATIENCE_S, "as long as in the exchanges of the training"
    with pytest.raises(DeviceBusyError, match="the first process of this machine has no GPU after 0 s; see what it"):
        wait_for_first("localhost:29500", 0)


def test_leases_load_nothing_heavy():
    code = "import sys, siamloss.lease; print([m for m in ('torch', 'numpy', 'pandas', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


VERBS = {
    "tune": "--spec spec.json --variant gsl --train-store a --val-store b --manifest c --out d",
    "train": "--spec spec.json --variant gsl --seed 0 --train-store a --val-store b --out d",
    "scores": "--spec spec.json --run r --train-store a --val-store b --out d",
    "track": "--spec spec.json --variant gsl --benchmark synthetic-otb --manifest c --run r --out d",
    "trax": "--spec spec.json --variant gsl --run r",
    "frames": "--spec spec.json --out d",
    "demo": "v.mp4 --init 1,1,1,1 --run r --out d",
    "poster fig1": "--run r --sequence s --frame 1 --out d",
    "poster qualitative": "--run r --sequence s --frames 1 --out d",
}


@pytest.fixture
def verb(alone):
    """Runs a verb on a machine of one GPU that somebody has."""
    held = hold(alone, fakes="0:80000")[0]
    (alone / "spec.json").write_text(json.dumps(load_profile(ROOT / "config" / "demo.yaml").to_dict()))

    def run(*words):
        command = [sys.executable, "-m", "siamloss.cli", *words]
        fakes = {**os.environ, FAKE: "0:80000", WAIT: "0", "CUDA_VISIBLE_DEVICES": "0"}
        return subprocess.run(command, capture_output=True, text=True, env=fakes, cwd=alone, stdin=subprocess.DEVNULL)

    yield run
    held.release()


@pytest.mark.parametrize("name", VERBS)
def test_verbs_that_run_a_network_lease_their_gpu_before_anything_else(verb, name):
    done = verb(*name.split(), *VERBS[name].split())
    assert done.returncode == 2
    assert "DeviceBusyError: no GPU came free in 0 s, held by track" in done.stderr


@pytest.mark.parametrize("name", ["demo", "poster fig1", "poster qualitative"])
def test_verbs_on_a_cpu_lease_nothing(verb, name):
    done = verb(*name.split(), *VERBS[name].split(), "--device", "cpu")
    assert done.returncode == 2
    assert "DeviceBusyError" not in done.stderr


def test_a_control_is_served_without_a_gpu(verb):
    done = verb("trax", "--spec", "spec.json", "--variant", "never-moves")
    assert (done.returncode, "trax.name=never-moves" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("control", ["never-moves", "oracle"])
def test_a_control_is_tracked_without_a_gpu(verb, control):
    options = VERBS["track"].replace("--variant gsl", f"--variant {control}").replace("--run r", "")
    done = verb("track", *options.split())
    assert done.returncode == 2
    assert "DeviceBusyError" not in done.stderr
    assert "manifest c" in done.stderr

"""Which GPUs a process may use."""

import pytest

from siamloss import devices
from siamloss.devices import Device, parse, visible_devices
from siamloss.errors import ConfigError, DeviceError

QUERY = "GPU-aaaa1111-0000, 81559\nGPU-bbbb2222-0000, 81559\nGPU-cccc3333-0000, [N/A]\n"
LISTING = """\
GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-aaaa1111-0000)
GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-bbbb2222-0000)
  MIG 1g.10gb     Device  0: (UUID: MIG-1f1f)
  MIG 3g.40gb     Device  1: (UUID: MIG-3f3f)
GPU 2: NVIDIA GH200 (UUID: GPU-cccc3333-0000)
"""


@pytest.fixture
def machine(monkeypatch):
    """Three GPUs, the second in MIG mode, as nvidia-smi prints them."""
    monkeypatch.setattr(devices, "_present", lambda: parse(QUERY, LISTING))
    return lambda **environ: [(each.name, each.key, each.memory_mb) for each in visible_devices(environ)]


def test_all_of_them_and_of_a_gpu_in_mig_mode_its_parts(machine):
    assert machine() == [
        ("GPU-aaaa1111-0000", "GPU-aaaa1111-0000", 81559),
        ("MIG-1f1f", "MIG-1f1f", 9530),
        ("MIG-3f3f", "MIG-3f3f", 38120),
        ("GPU-cccc3333-0000", "GPU-cccc3333-0000", 0),
    ]


@pytest.mark.parametrize("value", ["", " ", "-1", "NoDevFiles", "x", "7", "-1,0"])
def test_none(machine, value):
    assert machine(CUDA_VISIBLE_DEVICES=value) == []


@pytest.mark.parametrize(
    ("value", "names", "keys"),
    [
        ("2,0", ["2", "0"], ["GPU-cccc3333-0000", "GPU-aaaa1111-0000"]),
        ("0,-1,2", ["0"], ["GPU-aaaa1111-0000"]),
        ("0,9,2", ["0"], ["GPU-aaaa1111-0000"]),
        ("1", ["1"], ["MIG-1f1f"]),
        ("GPU-cccc", ["GPU-cccc"], ["GPU-cccc3333-0000"]),
        ("GPU-bbbb2222-0000", ["GPU-bbbb2222-0000"], ["MIG-1f1f"]),
        ("GPU-bbbb,MIG-3f3f,1", ["GPU-bbbb", "MIG-3f3f"], ["MIG-1f1f", "MIG-3f3f"]),
        ("0,GPU-aaaa1111-0000", ["0"], ["GPU-aaaa1111-0000"]),
        ("MIG-3f3f, MIG-1f1f", ["MIG-3f3f", "MIG-1f1f"], ["MIG-3f3f", "MIG-1f1f"]),
        ("MIG-GPU-aaaa/1/0", ["MIG-GPU-aaaa/1/0"], ["MIG-GPU-aaaa/1/0"]),
    ],
)
def test_those_of_cuda_visible_devices_in_its_order(machine, value, names, keys):
    found = machine(CUDA_VISIBLE_DEVICES=value)
    assert [name for name, _, _ in found] == names, "the job gets the name that it was given"
    assert [key for _, key, _ in found] == keys, "an index and a name of one device are one device"


def test_a_gpu_in_mig_mode_has_the_memory_of_the_part_that_cuda_shows(machine):
    assert machine(CUDA_VISIBLE_DEVICES="GPU-bbbb") == [("GPU-bbbb", "MIG-1f1f", 9530)]


def test_memory_of_a_device_nothing_is_known_of(machine):
    assert machine(CUDA_VISIBLE_DEVICES="MIG-GPU-aaaa/1/0")[0][2] == 0


def test_without_nvidia_smi_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(devices, "NODES", tmp_path)
    assert visible_devices({}) == []
    assert visible_devices({"CUDA_VISIBLE_DEVICES": "0"}) == []


def test_nvidia_smi_that_fails_is_no_gpu(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU-9, 5'\nexit 9\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(devices, "NODES", tmp_path)
    assert visible_devices({}) == []
    program.write_text("#!/bin/sh\necho 'GPU-9, 5'\n")
    assert visible_devices({}) == [Device("GPU-9", "GPU-9", 5)]


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """A machine with a GPU of which nvidia-smi does not tell."""
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidia0").touch()
    monkeypatch.setattr(devices, "NODES", tmp_path / "dev")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program = tmp_path / "nvidia-smi"

    def install(text):
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)

    return install


def test_a_gpu_that_nvidia_smi_does_not_tell_of_is_not_used_unseen(broken, monkeypatch):
    broken("echo 'no contact with the driver' >&2; exit 9")
    with pytest.raises(DeviceError, match=r"nvidia-smi fails although there is a GPU \(no contact .*; mend the driver"):
        visible_devices({})
    assert visible_devices({"CUDA_VISIBLE_DEVICES": ""}) == []
    assert visible_devices({devices.FAKE: "0:80000"}) == [Device("0", "0", 80000)]
    broken("echo 'No devices were found'; exit 6")
    assert visible_devices({}) == [], "a job that was lent none"
    monkeypatch.setattr(devices, "ANSWER_S", 0.2)
    broken("exec sleep 20")
    with pytest.raises(DeviceError, match=r"nvidia-smi gives no answer \(.* timed out .*; mend the driver"):
        visible_devices({})


def test_a_gpu_without_nvidia_smi_is_not_used_unseen(broken, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        DeviceError, match="there is a GPU but no nvidia-smi, which tells it from others; install it, set"
    ):
        visible_devices({})


def test_a_list_given_by_hand():
    fakes = {devices.FAKE: "0:80000, 1:40000,MIG-GPU-1/2/3:10000"}
    assert visible_devices(fakes)[1:] == [Device("1", "1", 40000), Device("MIG-GPU-1/2/3", "MIG-GPU-1/2/3", 10000)]
    assert visible_devices({**fakes, "CUDA_VISIBLE_DEVICES": "1"}) == [Device("1", "1", 40000)]
    assert visible_devices({**fakes, "CUDA_VISIBLE_DEVICES": ""}) == []


@pytest.mark.parametrize("text", ["0", "0:", "0:x", ":5", "0:80000,"])
def test_a_list_by_hand_that_cannot_be_read(text):
    with pytest.raises(ConfigError, match="write names and megabytes, for example 0:80000,1:80000"):
        visible_devices({devices.FAKE: text})

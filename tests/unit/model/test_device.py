"""Choice of device, precision and determinism."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from siamloss.errors import DeviceError
from siamloss.model.device import autocast, choose_device, hardware_name, make_deterministic

no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
with_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA")


@pytest.fixture
def settings():
    """Gives torch's global settings back afterwards."""
    threads = torch.get_num_threads()
    algorithms = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(algorithms[0], warn_only=algorithms[1])
    torch.backends.cudnn.benchmark = benchmark


def test_cpu_is_taken_literally():
    assert choose_device("cpu") == torch.device("cpu")


def test_auto_is_what_the_machine_has():
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["gpu", "", "cuda:x", "CPU", "cuda:-1"])
def test_unknown_name_says_which_there_are(name):
    with pytest.raises(DeviceError, match=f"unknown device '{name}'; use auto, cpu or cuda"):
        choose_device(name)


@pytest.mark.parametrize("name", ["mps", "meta", "xpu:0"])
def test_device_of_another_maker_is_refused(name):
    with pytest.raises(DeviceError, match=f"device '{name}' is not supported; use auto, cpu or cuda"):
        choose_device(name)


@no_cuda
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:9"])
def test_cuda_where_there_is_none(name):
    with pytest.raises(DeviceError, match="no CUDA device is available; use device: auto or cpu"):
        choose_device(name)


@with_cuda
def test_cuda_beyond_the_last():
    with pytest.raises(DeviceError, match="device 'cuda:99' does not exist"):
        choose_device("cuda:99")
    assert choose_device("cuda:0").index == 0


def test_autocast_on_a_cpu_keeps_every_bit():
    images, kernel = torch.rand(1, 3, 20, 20), torch.rand(4, 3, 5, 5)
    plain = functional.conv2d(images, kernel)
    with autocast(torch.device("cpu")):
        cast = functional.conv2d(images, kernel)
        assert not torch.is_autocast_enabled("cpu")
    assert cast.dtype == torch.float32
    assert torch.equal(cast, plain)


@with_cuda
def test_autocast_on_cuda_is_bfloat16():
    with autocast(torch.device("cuda")):
        assert (torch.rand(8, 8, device="cuda") @ torch.rand(8, 8, device="cuda")).dtype == torch.bfloat16


def test_threads_are_set_only_when_asked(settings):
    torch.set_num_threads(2)
    make_deterministic()
    assert torch.get_num_threads() == 2
    make_deterministic(1)
    assert torch.get_num_threads() == 1


def test_deterministic_kernels_are_asked_for_without_forbidding_the_others(settings):
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.benchmark = True
    make_deterministic()
    assert torch.are_deterministic_algorithms_enabled()
    assert torch.is_deterministic_algorithms_warn_only_enabled()
    assert not torch.backends.cudnn.benchmark


@pytest.mark.skipif("model name" not in Path("/proc/cpuinfo").read_text(), reason="a nameless processor")
def test_the_processor_is_called_by_its_name():
    assert f": {hardware_name(torch.device('cpu'))}\n" in Path("/proc/cpuinfo").read_text()

"""Saved state of a training: exact, whole, and free of pickle."""

import json
import resource
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import save

from siamloss.config import ModelConfig
from siamloss.errors import ConfigError, CorruptError
from siamloss.model import build_model
from siamloss.training.state import Progress, load_state, save_state

PROGRESS = Progress(
    step=7,
    sums={"total": 0.1 + 0.2, "hard": 1 / 3},
    curve=[{"epoch": 1, "lr": 1e-2, "train": {"total": 2 / 3}, "val": {"center_error_px": 1e-17}}],
    seconds=12.34567890123,
    first_spread=0.1 + 0.7,
    collapsed_since=2,
    collapse="equal scores since epoch 2: d' 0.1",
)


def fresh(seed):
    model = build_model(ModelConfig("small", 0.25), seed)
    return model, torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, weight_decay=5e-4)


def step(model, optimizer, seed):
    images = torch.rand(2, 3, 119, 119, generator=torch.Generator().manual_seed(seed)) * 255
    optimizer.zero_grad()
    model(images[:, :, 28:91, 28:91], images).square().mean().backward()
    optimizer.step()


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def momentum(model, optimizer):
    buffers = (optimizer.state.get(each, {}).get("momentum_buffer") for each in model.parameters())
    return [None if buffer is None else buffer.clone() for buffer in buffers]


def assert_equal(left, right):
    assert left[0].keys() == right[0].keys()
    assert all(torch.equal(tensor, right[0][name]) for name, tensor in left[0].items())
    assert len(left[1]) == len(right[1])
    for one, other in zip(left[1], right[1], strict=True):
        assert (one is None and other is None) or torch.equal(one, other)


def snapshot(training):
    return weights(training[0]), momentum(*training)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A training after two steps and the file of its state."""
    training = fresh(0)
    for seed in (1, 2):
        step(*training, seed)
    path = tmp_path_factory.mktemp("state") / "state.safetensors"
    save_state(path, *training, PROGRESS)
    return snapshot(training), path


def test_round_trip_is_exact(saved):
    before, path = saved
    other = fresh(5)
    progress = load_state(path, *other)
    assert_equal(snapshot(other), before)
    assert all(buffer.abs().sum() > 0 for buffer in before[1]), "there was momentum to restore"
    assert asdict(progress) == asdict(PROGRESS)


def test_training_goes_on_to_the_same_weights(saved, tmp_path):
    _, path = saved
    first, second = fresh(0), fresh(9)
    for seed in (1, 2, 3):
        step(*first, seed)
    load_state(path, *second)
    step(*second, 3)
    for name, tensor in second[0].state_dict().items():
        assert torch.equal(tensor, first[0].state_dict()[name])


def test_state_before_the_first_step_has_no_momentum(tmp_path):
    first, second = fresh(0), fresh(1)
    save_state(tmp_path / "s.safetensors", *first, Progress())
    assert load_state(tmp_path / "s.safetensors", *second) == Progress()
    assert_equal(snapshot(second), snapshot(first))
    assert momentum(*second) == [None] * len(list(second[0].parameters()))


def test_missing_file_is_a_fresh_start_that_touches_nothing(tmp_path):
    training = fresh(3)
    step(*training, 1)
    before = snapshot(training)
    progress = load_state(tmp_path / "gone.safetensors", *training)
    assert (progress.step, progress.sums, progress.curve, progress.seconds) == (0, {}, [], 0.0)
    assert_equal(snapshot(training), before)
    progress.curve.append({})
    assert Progress().curve == [], "no list is shared"


def test_file_is_plain_safetensors(saved):
    before, path = saved
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    assert json.loads(header.pop("__metadata__")["progress"]) == asdict(PROGRESS)
    assert {name.partition(".")[0] for name in header} == {"model", "momentum"}
    assert len(header) == len(before[0]) + len(before[1])
    assert max(entry["data_offsets"][1] for entry in header.values()) == len(data) - 8 - size, "nothing hides behind"


def test_saving_again_replaces_the_file_or_leaves_it_whole(tmp_path):
    path = tmp_path / "s.safetensors"
    save_state(path, *fresh(0), PROGRESS)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(ConfigError, match="File too large"):
            save_state(path, *fresh(1), Progress(step=8))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    for seed, step_of_it in ((0, 7), (1, 8)):
        other = fresh(2)
        assert load_state(path, *other).step == step_of_it
        assert_equal(snapshot(other), snapshot(fresh(seed)))
        save_state(path, *fresh(1), Progress(step=8))
    assert [item.name for item in tmp_path.iterdir()] == ["s.safetensors"]


TENSORS = {"model.bias": torch.zeros(1)}
DAMAGED = {
    "empty": lambda whole: b"",
    "half": lambda whole: whole[: len(whole) // 2],
    "one byte short": lambda whole: whole[:-1],
    "header": lambda whole: whole[:9] + b"\0" + whole[10:],
    "text": lambda whole: b"not tensors at all",
    "no metadata": lambda whole: save(TENSORS),
    "no progress": lambda whole: save(TENSORS, {"other": "1"}),
    "progress is not JSON": lambda whole: save(TENSORS, {"progress": "{"}),
    "other fields": lambda whole: save(TENSORS, {"progress": '{"steps": 3}'}),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_file_is_named_and_touches_nothing(saved, tmp_path, damage):
    path = tmp_path / "s.safetensors"
    path.write_bytes(DAMAGED[damage](saved[1].read_bytes()))
    training = fresh(4)
    before = snapshot(training)
    with pytest.raises(CorruptError, match=r"s\.safetensors is damaged; delete it"):
        load_state(path, *training)
    assert_equal(snapshot(training), before)


def test_flipped_bit_in_any_tensor_is_named_and_touches_nothing(saved, tmp_path):
    """The file is whole as safetensors: only the hash can tell."""
    whole = saved[1].read_bytes()
    size = int.from_bytes(whole[:8], "little")
    training = fresh(4)
    before = snapshot(training)
    for place in (8 + size, 8 + size + 1001, len(whole) - 1):
        path = tmp_path / "s.safetensors"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CorruptError, match=r"s\.safetensors is damaged; delete it"):
            load_state(path, *training)
    assert_equal(snapshot(training), before)


def test_state_of_another_architecture_names_the_first_tensor(saved):
    wider = build_model(ModelConfig("small", 0.5), 0)
    optimizer = torch.optim.SGD(wider.parameters(), lr=1e-2)
    with pytest.raises(CorruptError, match=r"first at tensor 'backbone\.0\.weight'"):
        load_state(saved[1], wider, optimizer)

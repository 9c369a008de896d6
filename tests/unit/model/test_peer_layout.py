"""Weights in siamfc-pytorch's layout: the same scores there and here, and back to the byte."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from siamloss.config import ModelConfig
from siamloss.errors import ConfigError, CorruptError
from siamloss.model import build_model
from siamloss.model.peer_layout import PEER_MODEL, from_peer, to_peer


class PeerNorm(nn.BatchNorm2d):
    def __init__(self, channels):
        super().__init__(channels, eps=1e-6, momentum=0.05)


class PeerBackbone(nn.Module):
    """AlexNetV1 restated: its modules' names are the layout."""

    def __init__(self):
        super().__init__()
        pool = {"kernel_size": 3, "stride": 2}
        self.conv1 = nn.Sequential(nn.Conv2d(3, 96, 11, 2), PeerNorm(96), nn.ReLU(), nn.MaxPool2d(**pool))
        self.conv2 = nn.Sequential(nn.Conv2d(96, 256, 5, groups=2), PeerNorm(256), nn.ReLU(), nn.MaxPool2d(**pool))
        self.conv3 = nn.Sequential(nn.Conv2d(256, 384, 3), PeerNorm(384), nn.ReLU())
        self.conv4 = nn.Sequential(nn.Conv2d(384, 384, 3, groups=2), PeerNorm(384), nn.ReLU())
        self.conv5 = nn.Sequential(nn.Conv2d(384, 256, 3, groups=2))

    def forward(self, images):
        for block in (self.conv1, self.conv2, self.conv3, self.conv4, self.conv5):
            images = block(images)
        return images


class PeerNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = PeerBackbone()

    def forward(self, exemplar, search):
        return functional.conv2d(self.backbone(search), self.backbone(exemplar)) * 0.001


def peer_net(seed=0, variance=(1e-7, 3.0)):
    """Random weights and statistics; the variances reach from below both epsilons to far above."""
    torch.manual_seed(seed)
    net = PeerNet().eval()
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, PeerNorm):
                low, high = torch.tensor(variance).log()
                layer.running_var.copy_((low + (high - low) * torch.rand(layer.num_features)).exp())
                layer.running_mean.normal_(0, 0.1)
                layer.weight.uniform_(0.5, 1.5).mul_(layer.running_var.add(1e-6).sqrt())
                layer.bias.normal_(0, 0.1)
                layer.num_batches_tracked.fill_(7)
    return net


@pytest.fixture(scope="module")
def net():
    return peer_net()


def imported(state):
    model = build_model(PEER_MODEL, seed=1)
    model.load_state_dict(from_peer(state))
    return model.eval()


def test_scores_are_those_of_the_peer(net):
    exemplar, search = 255 * torch.rand(1, 3, 127, 127), 255 * torch.rand(2, 3, 255, 255)
    with torch.no_grad():
        theirs, ours = net(exemplar, search), imported(net.state_dict())(exemplar, search)
    assert theirs.shape == ours.shape == (2, 1, 17, 17)
    assert theirs.std() > 0.01
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-4 * float(theirs.abs().max()))


def test_the_other_epsilon_alone_would_be_noticed(net):
    """The network differs from the peer's if its statistics are taken over as they are."""
    state = from_peer(net.state_dict())
    for name in state:
        if name.endswith("running_var"):
            state[name] = state[name] + 9e-6
    model = build_model(PEER_MODEL, seed=1).eval()
    model.load_state_dict(state)
    exemplar, search = 255 * torch.rand(1, 3, 127, 127), 255 * torch.rand(1, 3, 255, 255)
    with torch.no_grad():
        theirs, ours = net(exemplar, search), model(exemplar, search)
    assert (ours - theirs).abs().max() > 1e-2 * theirs.abs().max()


@pytest.mark.parametrize("seed", [0, 1])
def test_round_trip_is_exact_to_the_byte(seed):
    state = peer_net(seed, variance=(1e-3, 1e4)).state_dict()
    back = to_peer(from_peer(state))
    assert list(back) == list(state)
    for name, tensor in state.items():
        assert back[name].dtype == tensor.dtype
        assert torch.equal(back[name], tensor), name


def test_statistics_of_a_dead_channel_survive():
    state = peer_net().state_dict()
    state["backbone.conv2.1.running_var"][3] = 0.0
    ours = from_peer(state)
    assert ours["backbone.5.running_var"][3] + 1e-5 == pytest.approx(1e-6, rel=1e-5)
    assert to_peer(ours)["backbone.conv2.1.running_var"][3] == 0


def test_own_network_round_trip_loses_the_bias_only():
    model = build_model(PEER_MODEL, seed=3)
    with torch.no_grad():
        model.bias.fill_(-2.0)
    state = model.state_dict()
    back = from_peer(to_peer(state))
    assert back.pop("bias") == 0
    for name, tensor in back.items():
        last_bit = 1.2e-7 if name.endswith("running_var") else 0  # 1 + 9e-6 has fewer digits behind the point than 1
        torch.testing.assert_close(tensor, state[name], rtol=last_bit, atol=0)
    theirs = PeerNet().eval()
    theirs.load_state_dict(to_peer(state))
    exemplar, search = 255 * torch.rand(1, 3, 127, 127), 255 * torch.rand(1, 3, 255, 255)
    with torch.no_grad():
        ours, exported = model.eval()(exemplar, search), theirs(exemplar, search)
    torch.testing.assert_close(exported - 2.0, ours, rtol=1e-5, atol=1e-5 * float(ours.abs().max()))


def test_nothing_is_shared_with_the_given_tensors(net):
    state = net.state_dict()
    before = state["backbone.conv1.0.weight"].clone()
    from_peer(state)["backbone.0.weight"].zero_()
    assert torch.equal(state["backbone.conv1.0.weight"], before)


def test_prefix_of_data_parallel_and_first_version(net):
    state = net.state_dict()
    expected = from_peer(state)
    flat = {name.replace("backbone", "feature"): value for name, value in expected.items() if name != "bias"}
    flat = {name: value + 9e-6 if name.endswith("running_var") else value for name, value in flat.items()}
    old = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
    for given in ({f"module.{name}": value for name, value in state.items()}, flat, old):
        found = from_peer(given)
        for name, tensor in expected.items():
            if not name.endswith("num_batches_tracked"):
                torch.testing.assert_close(found[name], tensor, rtol=1e-6, atol=1e-12)
    assert from_peer(old)["backbone.1.num_batches_tracked"] == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("backbone.conv1.0.weight", None, "missing"),
        ("backbone.conv2.0.weight", torch.zeros(256, 96, 5, 5), "256x96x5x5"),
        ("backbone.conv3.1.weight", "text", "a str"),
        ("backbone.conv4.0.bias", torch.full((384,), float("nan")), "not finite"),
        ("backbone.conv4.1.running_var", torch.full((384,), -1.0), "negative"),
        ("backbone.conv5.0.bias", torch.zeros(256, dtype=torch.complex64), "complex64"),
        ("backbone.conv5.1.weight", torch.ones(256), "lacks"),
    ],
)
def test_what_does_not_fit_is_named(net, name, value, said):
    state = {**net.state_dict(), name: value}
    if value is None:
        del state[name]
    with pytest.raises(CorruptError, match=f"w.pth .*'{name}'.*{said}"):
        from_peer(state, "w.pth")


def test_export_refuses_another_network():
    with pytest.raises(ConfigError, match=r"'backbone\.0\.weight'.*alexnet"):
        to_peer(build_model(ModelConfig(width=0.25), seed=0).state_dict())

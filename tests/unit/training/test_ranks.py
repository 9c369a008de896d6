"""Training over several processes: the loss and the gradients of one process on the whole batch."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import distributed, multiprocessing

from siamloss.config import ModelConfig, TrainConfig
from siamloss.distributed import alone, any_rank, process_group, rank, ranks, wait_for_all
from siamloss.losses import make_loss
from siamloss.model import build_model
from siamloss.pairs.labels import label_map
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import canonical_json
from siamloss.training.job import train_run
from siamloss.training.step import Step

IMPATIENT = timedelta(seconds=1)
LABELS = label_map(15, 8.0, 16.0).double()
LOSSES = ("logistic", "triplet", "gsl")
SPLITS = ((4, 4), (3, 5), (1, 7))


def batch():
    generator = torch.Generator().manual_seed(3)
    shapes = (8, 3, 63, 63), (8, 3, 119, 119)
    return [torch.rand(shape, generator=generator, dtype=torch.float64) * 255 for shape in shapes]


def one_step(name, images):
    """Terms, gradients, and all weights and statistics after a step."""
    model = build_model(ModelConfig("small", 0.25), 0).double().train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    step = Step(model, make_loss(name, {}), optimizer, LABELS, TrainConfig(batch_size=8, clip_norm=0.5))
    terms = step.run(*images)
    gradients = {f"grad {key}": each.grad.clone() for key, each in model.named_parameters()}
    return {"terms": terms, **gradients, **{key: each.clone() for key, each in model.state_dict().items()}}


def work(number: int, folder: str) -> None:
    os.environ.update(RANK=str(number), WORLD_SIZE="2", LOCAL_RANK=str(number), GLOO_SOCKET_IFNAME="lo")
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=Path(folder, "port").read_text())
    torch.set_num_threads(1)
    distributed.distributed_c10d.default_pg_timeout = IMPATIENT
    results = {}
    with process_group(torch.device("cpu")):
        if number == 0:
            time.sleep(3 * IMPATIENT.total_seconds())  # as one that waits for its GPU, or for the lock of a job
        wait_for_all()
        assert (rank(), ranks(), distributed.get_backend()) == (number, 2, "gloo")
        with alone():
            assert (rank(), ranks()) == (0, 1)
        assert any_rank(number == 1, torch.device("cpu"))
        assert not any_rank(False, torch.device("cpu"))
        for split in SPLITS:
            images = [each.split(split)[number] for each in batch()]
            for name in LOSSES:
                results[split, name] = one_step(name, images)
    torch.save(results, Path(folder) / f"{number}.pt")


@pytest.fixture(scope="module")
def two_ranks(tmp_path_factory):
    import socket

    folder = tmp_path_factory.mktemp("ranks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        (folder / "port").write_text(str(free.getsockname()[1]))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(number, str(folder))) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
        worker.kill()
    assert all(worker.exitcode == 0 for worker in workers)
    return [torch.load(folder / f"{number}.pt") for number in range(2)]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("split", SPLITS)
def test_a_split_batch_gives_the_step_of_the_whole_batch(two_ranks, split, name):
    expected = one_step(name, batch())
    for results in two_ranks:
        for key, value in results[split, name].items():
            torch.testing.assert_close(
                value, expected[key], rtol=1e-9, atol=1e-12, msg=lambda text, key=key: f"{key} {text}"
            )


def flat_weights(folder):
    weights = load_file(folder / "weights.safetensors")
    learnt = [name for name in sorted(weights) if "running" not in name and "tracked" not in name]
    return torch.cat([weights[name].double().flatten() for name in learnt])


def test_torchrun_trains_one_run_from_both_processes(tiny, tiny_stores, tmp_path):
    """The command as one types it; float32 sums in another order are all that may differ."""
    tiny = replace(tiny, train=replace(tiny.train, lr_start=1e-3, lr_end=1e-4))
    train_run(tiny, "logistic", 0, *tiny_stores, tmp_path / "p", tmp_path / "one", threads=1)
    train_run(tiny, "untrained", 0, *tiny_stores, tmp_path / "p", tmp_path / "start", threads=1)
    write_text(tmp_path / "spec.json", canonical_json(tiny.to_dict()))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += [
        "-m",
        "siamloss.cli",
        "train",
        "--spec",
        "spec.json",
        "--variant",
        "logistic",
        "--seed",
        "0",
        "--out",
        "two",
    ]
    command += ["--train-store", str(tiny_stores[0]), "--val-store", str(tiny_stores[1]), "--threads", "1"]
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo"}
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, env=environment)
    assert result.returncode == 0, result.stderr
    facts = [json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "two")]
    assert [fact["processes"] for fact in facts] == [1, 2]
    assert facts[0]["steps"] == facts[1]["steps"] == 12
    one, two, start = (flat_weights(tmp_path / name) for name in ("one", "two", "start"))
    assert (two - one).norm() <= 1e-3 * (one - start).norm(), "of the way that the training went"
    maps = [load_file(tmp_path / name / "maps.safetensors")["val.002"] for name in ("one", "two")]
    assert (maps[1] - maps[0]).norm() <= 1e-3 * maps[0].norm()
    curves = [[json.loads(row) for row in (tmp_path / name / "curve.jsonl").open()] for name in ("one", "two")]
    for first, second in zip(*curves, strict=True):
        assert first["train"] == pytest.approx(second["train"], rel=1e-3)
    assert not (tmp_path / ".two.progress").exists()

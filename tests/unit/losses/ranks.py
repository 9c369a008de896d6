"""Two processes that share a batch, for the tests of losses under torch.distributed."""

import os
import traceback
from pathlib import Path

import torch
from tests.unit.losses.cases import CASES, Case, case
from tests.unit.losses.maps import random_maps
from torch import distributed, multiprocessing, nn

from siamloss.losses import make_loss

MAPS = 8
SPLITS = {"4 + 4": (4, 4), "3 + 5": (3, 5), "1 + 7, first without positives": (1, 7), "one label map": (3, 5)}
ALL = [*CASES, case("gsl", variance=0.0, lam=0.0, k=30, hard="batch", alpha=9.0)]
"""Every case, and one whose k hardest are more than the first rank of an uneven split has."""

Result = dict[tuple[str, str], dict[str, torch.Tensor]]


def whole_batch(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores and labels of all ranks together."""
    scores, labels = random_maps(torch.float64, batch=MAPS, side=5, seed=5)
    if "without positives" in split:
        labels[0].clamp_max_(0)
    return scores, labels[3:4] if split == "one label map" else labels


def loss_and_gradients(item: Case, scores: torch.Tensor, labels: torch.Tensor, wrap=lambda model: model):
    """Loss, parts, and gradients of the scores and of the weights of a model behind them."""
    loss = make_loss(item.name, item.params)
    leaf = scores.clone().requires_grad_()
    total, parts = loss(leaf, labels)
    total.backward()
    model = nn.Conv2d(1, 1, 1).double()
    with torch.no_grad():
        model.weight.fill_(0.8)
        model.bias.fill_(0.1)
    wrapped = wrap(model)
    loss(wrapped(scores), labels).total.backward()
    weights = torch.cat([model.weight.grad.flatten(), model.bias.grad])
    named = torch.stack([parts[name] for name in sorted(parts)])
    return {"total": total.detach(), "parts": named, "scores": leaf.grad, "weights": weights}


def _work(rank: int, folder: str) -> None:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    results: Result = {}
    for split, counts in SPLITS.items():
        scores, labels = whole_batch(split)
        own = scores.split(counts)[rank]
        signs = labels if len(labels) == 1 else labels.split(counts)[rank]
        for item in ALL:
            results[split, str(item)] = loss_and_gradients(item, own, signs, nn.parallel.DistributedDataParallel)
    torch.save(results, Path(folder) / f"{rank}.pt")
    distributed.destroy_process_group()


def _guarded(rank: int, folder: str) -> None:
    try:
        _work(rank, folder)
    except BaseException:
        # Without this, the other rank would wait for this one.
        Path(folder, f"{rank}.error").write_text(traceback.format_exc())
        os._exit(1)


def run_two_ranks(folder: Path) -> list[Result]:
    """Results of both ranks."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_guarded, args=(rank, str(folder))) for rank in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    for worker in workers:
        if worker.is_alive():
            worker.kill()
    errors = [path.read_text() for path in sorted(folder.glob("*.error"))]
    if errors:
        raise RuntimeError("\n".join(errors))
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]

"""What ``siamloss variants`` prints: every name that a profile may use, with its formula and what it costs."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from siamloss.config_io import read_yaml
from siamloss.losses import loss_facts, make_loss
from siamloss.variants import ALIASES, CONTROLS, GRIDS, resolve_grid, resolve_variant

CELLS, BATCH, REPEATS = 15, 8, 21


def list_variants(path: Path, measure: bool = False) -> Iterator[str]:
    """Lines of text: variants with parameters and formula, then grids, aliases and controls.

    Parameters
    ----------
    path : the catalogue, ``config/variants.yaml``.
    measure : also time forward and backward of each loss (batch 8, 15x15 maps, median of 21) on this machine.
    """
    catalogue = read_yaml(path)
    names = [name for name in catalogue if name not in (ALIASES, GRIDS, *CONTROLS)]
    width = max(map(len, names), default=0)
    yield "variants"
    for name in names:
        variant = resolve_variant(name, catalogue)
        facts = loss_facts(variant.loss)
        took = f", {1e3 * loss_seconds(variant.loss, variant.params):.2f} ms here" if measure else ""
        yield f"  {name:{width}s}  {variant.label}: {facts['formula'] or 'no formula given'}"
        settings = ", ".join(f"{key} {value}" for key, value in variant.params.items())
        yield f"  {'':{width}s}  loss {variant.loss}{f' ({settings})' if settings else ''}"
        yield f"  {'':{width}s}  cost per map {facts['cost'] or 'unknown'}{took}; tuned: {_tuned(variant.tune)}"
    yield "grids"
    for name in catalogue.get(GRIDS) or {}:
        grid, _ = resolve_grid(name, catalogue)
        yield f"  {name}: {grid.label}; {len(grid.variants)} cells: {' '.join(grid.variants)}"
    yield "aliases"
    for name, target in (catalogue.get(ALIASES) or {}).items():
        yield f"  {name} = {target}"
    yield "controls"
    yield f"  {' '.join(CONTROLS)}"


def _tuned(ranges: dict[str, Any]) -> str:
    spans = [f"{key} {low} to {high}" for key, (low, high) in ranges.items() if key != "lr_scale"]
    return ", ".join(["learning rate", *spans])


def loss_seconds(name: str, params: dict[str, Any], batch: int = BATCH) -> float:
    """Median time of one forward and backward pass on random maps of SiamFC's training size, in seconds."""
    import torch

    from siamloss.pairs.labels import label_map

    loss = make_loss(name, params)
    labels = label_map(CELLS, 8.0, 16.0)
    scores = torch.rand(batch, 1, CELLS, CELLS, generator=torch.Generator().manual_seed(0), requires_grad=True)
    times = []
    for _ in range(REPEATS):
        scores.grad = None
        start = time.perf_counter()
        loss(scores, labels).total.backward()
        times.append(time.perf_counter() - start)
    return median(times)

"""Watching a training: reads numbers back from the device seldom, and speaks up when they are bad."""

import logging
import math
import sys

import torch
from torch import nn
from tqdm import tqdm

from siamloss.distributed import alone
from siamloss.errors import DivergedError
from siamloss.training.collapse import ADVICE, Signs, dprime_inside, equal_loss, spread_inside
from siamloss.training.state import Progress
from siamloss.training.validate import Validation


class Watch:
    """Notices validation values that are no numbers, and scores that become equal.

    What it finds on validation maps after an epoch is kept in ``progress``: a training that recovers is not marked.
    """

    def __init__(self, loss: nn.Module, labels: torch.Tensor, progress: Progress, title: str) -> None:
        self.loss, self.labels, self.progress, self.title = loss, labels, progress, title
        self.warned = bool(progress.collapse)

    def step(self, scores: torch.Tensor, total: float) -> None:
        """Look at the scores ``(B, 1, H, W)`` of a training batch and its loss, in one transfer from the device.

        The spread before the first step is that of step 1, whose scores were made before any weight changed.
        """
        with alone():
            equal = equal_loss(self.loss, scores, self.labels)
        found = [equal, spread_inside(scores), dprime_inside(scores, self.labels)]
        at_equal, spread, dprime = torch.stack([value.double() for value in found]).tolist()
        if self.progress.step == 1:
            self.progress.first_spread = spread
        elif verdict := Signs(spread, self.progress.first_spread, dprime, total, at_equal).verdict():
            self._warn(f"step {self.progress.step}: {verdict}")

    def epoch(self, epoch: int, found: Validation, train_total: float) -> Signs:
        """Look at the validation after an epoch; returns what its maps show.

        Raises
        ------
        DivergedError : a score or the loss is not finite.
        """
        maps = found.maps[:, None].to(self.labels.device)
        with alone():
            equal = equal_loss(self.loss, maps, self.labels)
        values = [equal, spread_inside(maps), dprime_inside(maps, self.labels)]
        at_equal, spread, dprime = torch.stack([value.double() for value in values]).tolist()
        if not (math.isfinite(spread) and math.isfinite(found.values["total"])):
            raise DivergedError(
                f"{self.title}: validation scores or loss are not finite after epoch {epoch}; "
                "lower train.lr_start or set train.clip_norm"
            )
        signs = Signs(spread, self.progress.first_spread, dprime, train_total, at_equal)
        verdict = signs.verdict()
        since = self.progress.collapsed_since or epoch
        self.progress.collapsed_since = since if verdict else 0
        self.progress.collapse = f"equal scores since epoch {since}: {verdict}" if verdict else ""
        if verdict:
            self._warn(f"epoch {epoch}: {verdict}")
        return signs

    def _warn(self, found: str) -> None:
        if self.warned:
            return
        self.warned = True
        line = f"{self.title}: the scores collapse to equal values at {found}; {ADVICE}"
        logging.warning(line)
        tqdm.write(line, file=sys.stderr)

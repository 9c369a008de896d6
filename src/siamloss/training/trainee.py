"""One of the trainings that advance side by side on the same batches."""

import json
import math
from pathlib import Path

import torch
from torch import nn

from siamloss.config import TrainConfig
from siamloss.distributed import rank
from siamloss.errors import DivergedError
from siamloss.provenance.atomic import write_text
from siamloss.training.events import Events
from siamloss.training.state import Progress, load_state, save_state
from siamloss.training.step import Step
from siamloss.training.watch import Watch


class Trainee:
    """A network with its loss, optimiser, progress and watch; nothing of it is shared with another training.

    Attributes
    ----------
    lr_scale : factor on the learning rates of the configuration.
    state_path : file of the saved state; taken up where it exists.
    events : where finished epochs are also told.
    progress : where the training stands.
    error : why it stopped for good, where it did.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: nn.Module,
        labels: torch.Tensor,
        config: TrainConfig,
        lr_scale: float,
        state_path: Path,
        events: Events,
        title: str,
    ) -> None:
        self.model, self.loss, self.config, self.lr_scale = model, loss, config, lr_scale
        self.state_path, self.events, self.title = state_path, events, title
        self.error: DivergedError | None = None
        rate = config.lr_start * lr_scale
        self.optimizer = torch.optim.SGD(
            model.parameters(), lr=rate, momentum=config.momentum, weight_decay=config.weight_decay
        )
        self.progress: Progress = load_state(state_path, model, self.optimizer)
        self.watch = Watch(loss, labels, self.progress, title)
        self._step = Step(model, loss, self.optimizer, labels, config)
        self._terms: list[torch.Tensor] = []
        self._total = math.nan

    def step(self, rate: float, exemplar: torch.Tensor, search: torch.Tensor) -> None:
        """Advance by one batch; nothing is read back from the device."""
        self._step.set_rate(rate * self.lr_scale)
        self._terms.append(self._step.run(exemplar, search))
        self.progress.step += 1

    def read_terms(self, per_epoch: int) -> float:
        """Read the loss terms of the steps since the last call back in one transfer and add them to the epoch's sums.

        Returns
        -------
        Mean loss of the epoch so far; NaN where its first step is still to come.

        Raises
        ------
        DivergedError : the loss of a step is not finite; the message names the step, its pairs and the saved state.
        """
        sums, last = self.progress.sums, self.progress.step
        if self._terms:
            rows = torch.stack(self._terms).double().tolist()
            self._terms = []
            for step, row in enumerate(rows, last - len(rows) + 1):
                if not math.isfinite(row[0]):
                    raise self._diverged(step, per_epoch)
                for name, value in zip(self._step.names, row, strict=True):
                    sums[name] = sums.get(name, 0.0) + value
            self._total = rows[-1][0]
        done = (last - 1) % per_epoch + 1
        return sums["total"] / done if sums else math.nan

    def look(self) -> None:
        """Let the watch judge the last batch."""
        self.watch.step(self._step.scores, self._total)

    def save(self) -> None:
        """Save the state; the first of several processes does it for all."""
        if rank() == 0:
            save_state(self.state_path, self.model, self.optimizer, self.progress)

    def keep_state(self, step: int, **facts: int) -> Path:
        """Keep what is needed to look into a divergence: the state now, the step that showed it, and other facts."""
        kept = self.state_path.with_suffix(".diverged.safetensors")
        if rank() == 0:
            save_state(kept, self.model, self.optimizer, self.progress)
            found = {"step": step, **facts, "state_of_step": self.progress.step, "state_before": self.state_path.name}
            write_text(kept.with_suffix(".json"), json.dumps(found, indent=1) + "\n")
        return kept

    def _diverged(self, step: int, per_epoch: int) -> DivergedError:
        epoch, within = (step - 1) // per_epoch + 1, (step - 1) % per_epoch
        first = within * self.config.batch_size
        last = first + self.config.batch_size - 1
        kept = self.keep_state(step, epoch=epoch, first_pair=first, last_pair=last)
        return DivergedError(
            f"{self.title}: the loss is not finite at step {step} (epoch {epoch}, pairs {first} to {last}; state "
            f"kept in {kept}); lower train.lr_start or set train.clip_norm"
        )

"""The curve of a training as TensorBoard events, for those who ask for it."""

from pathlib import Path
from typing import Any

from siamloss.errors import ConfigError


class Events:
    """Writes finished epochs to a folder, as ``train/<term>``, ``val/<term>``, ``lr`` and ``spread`` over epochs.

    Parameters
    ----------
    folder : None writes nothing.

    Raises
    ------
    ConfigError : a folder is given and the package ``tensorboard`` is not installed.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._writer = folder, None
        if folder is not None:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise ConfigError(
                    "'train.tensorboard' needs a package; install 'siamloss[tensorboard]' or set it to false"
                ) from error
            self._make = SummaryWriter

    def write(self, row: dict[str, Any]) -> None:
        """Write one row of the curve; events of this and later epochs, of a training cut short, are withdrawn."""
        if self._folder is None:
            return
        epoch = row["epoch"]
        self._writer = self._writer or self._make(str(self._folder), purge_step=epoch)
        for role in ("train", "val"):
            for name, value in row[role].items():
                self._writer.add_scalar(f"{role}/{name}", value, epoch)
        self._writer.add_scalar("lr", row["lr"], epoch)
        self._writer.add_scalar("spread", row["spread"], epoch)
        self._writer.flush()

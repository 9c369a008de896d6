"""Readers by layout, and readers of other packages: ``function(root, names) -> list[Sequence]``."""

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from siamloss.data.pending import Pending
from siamloss.data.sequence import Sequence
from siamloss.errors import ConfigError, SiamlossError, UnknownNameError, did_you_mean

GROUP = "siamloss.readers"
"""Entry point group of the readers that other packages announce."""

READERS = {
    "otb": "siamloss.data.otb:read_otb",
    "vot": "siamloss.data.vot:read_vot",
    "got10k": "siamloss.data.got10k:read_got10k",
    "lasot": "siamloss.data.lasot:read_lasot",
    "trackingnet": "siamloss.data.trackingnet:read_trackingnet",
    "folder": "siamloss.data.folder:read_folder",
    "coco": "siamloss.data.coco:read_coco",
}
"""Reader of each layout, imported on demand: an edited reader concerns only the datasets it reads."""


def announced_readers() -> dict[str, str]:
    """``module:function`` of the readers that installed packages announce, by name."""
    return {entry.name: entry.value.partition("[")[0].strip() for entry in entry_points(group=GROUP)}


def reader_place(layout: str, reader: str = "") -> str:
    """``module:function`` that reads a layout, or the reader of one's own.

    Raises
    ------
    UnknownNameError : neither a layout nor an announced reader nor ``module:function``.
    """
    if reader:
        if ":" in reader:
            return reader
        announced = announced_readers()
        if reader not in announced:
            raise UnknownNameError(
                f"reader '{reader}' is announced by no installed package; "
                + (did_you_mean(reader, announced) if announced else "write it as package.module:function")
            )
        return announced[reader]
    if layout not in READERS:
        raise UnknownNameError(f"unknown format '{layout}'; {did_you_mean(layout, READERS)}")
    return READERS[layout]


def read_with(layout: str, reader: str, root: Path, names: tuple[str, ...] = ()) -> list[Sequence]:
    """Sequences of a folder, by the reader of its layout or by one's own.

    Raises
    ------
    ConfigError : a reader of one's own that cannot be imported, fails with an error of its own, or returns anything
        but sequences.
    """
    place = reader_place(layout, reader)
    module, _, name = (part.strip() for part in place.partition(":"))
    if not reader:
        return getattr(import_module(module), name)(root, names)
    try:
        found = getattr(import_module(module), name)(root, names)
    except SiamlossError:
        raise
    except ModuleNotFoundError as error:
        remedy = "correct it"
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            remedy = "install it, or set PYTHONPATH=. where it lies in the working folder"
        raise ConfigError(f"reader '{place}' fails with ModuleNotFoundError: {error}; {remedy}") from error
    except Exception as error:  # whatever the code of another package raises
        text = str(error).splitlines()[0] if str(error) else "no message"
        raise ConfigError(f"reader '{place}' fails with {type(error).__name__}: {text}; correct it") from error
    if not isinstance(found, list) or not found or not all(isinstance(item, Sequence) for item in found):
        raise ConfigError(f"reader '{place}' must return a list of siamloss.data.sequence.Sequence; correct it")
    return found


def pending_of(layout: str, root: Path, names: tuple[str, ...] = ()) -> Pending:
    """How to read each sequence of a folder in a known layout, by name."""
    return getattr(import_module(reader_place(layout).partition(":")[0]), f"pending_{layout}")(root, names)

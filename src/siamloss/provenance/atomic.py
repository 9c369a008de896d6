"""Files and folders that are whole or absent: written under a temporary name, then renamed."""

import errno
import glob
import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siamloss.errors import ConfigError, DiskFullError

LOCKS = "SIAMLOSS_LOCKS"
"""Variable with a folder for locks of products, set by the workflow: whoever writes a product has locked it."""


@contextmanager
def named_disk_errors(path: Path) -> Iterator[None]:
    """Turn "no space left" into :class:`DiskFullError` naming the path."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFullError(
            f"no space left while writing {path}; free some space and run the same command again"
        ) from error


@contextmanager
def _named_place_errors(path: Path) -> Iterator[None]:
    """Turn any other error of the system into :class:`ConfigError` as well; not for code of a caller."""
    try:
        with named_disk_errors(path):
            yield
    except OSError as error:
        raise ConfigError(f"cannot write {path} ({error.strerror or error}); choose another place") from error


def _make_room(path: Path) -> None:
    """Make the folder that a file or folder is written into.

    Raises
    ------
    ConfigError, DiskFullError : it cannot be made, or nothing can be written there.
    """
    with _named_place_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _owner() -> str:
    return f"{_host()}-{os.getpid()}"


def _host() -> str:
    """Name of this machine, without dots: they part the pieces of a temporary name."""
    return (platform.node() or "host").replace(".", "_")


def behind_link(path: Path) -> Path:
    """Where a folder is to be replaced: where ``path`` leads if it is a link, so that the link stays."""
    return Path(path).resolve() if Path(path).is_symlink() else Path(path)


def _sweep(folder: Path, stem: str) -> None:
    """Remove what killed processes left behind under the same name: those of this machine, and where the workflow has
    products locked, those of any."""
    hosts = (_host(), platform.node())  # the second in what older versions left
    for left in folder.glob(f".{glob.escape(stem)}.*-*"):
        owner = re.fullmatch(r"(.+)-(\d+)\.(part|old)(\.[^.]*)?", left.name.removeprefix(f".{stem}."))
        if owner is None or ("." in owner[1] and owner[1] not in hosts):
            continue
        here, number = owner[1] in hosts, int(owner[2])
        gone = number == os.getpid() or not Path(f"/proc/{number}").exists() if here else bool(os.environ.get(LOCKS))
        if gone:
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink(missing_ok=True)


def sync_tree(folder: Path) -> None:
    """See the files of a folder onto the disk, where they outlive a loss of power."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    _sync_names(folder)


def _sync_names(folder: Path) -> None:
    """The same of the names in it, where the file system can."""
    with suppress(OSError):
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` (same suffix); it takes the name only if the block succeeds.

    Raises
    ------
    ConfigError, DiskFullError : the place cannot be written to; other errors of the block's own code stay as they are.
    """
    path = Path(path)
    _make_room(path)
    temporary = path.with_name(f".{path.stem}.{_owner()}.part{path.suffix}")
    _sweep(path.parent, path.stem)
    try:
        with named_disk_errors(path):
            yield temporary
            with open(temporary, "rb") as file:
                os.fsync(file.fileno())
        with _named_place_errors(path):
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic_path(path) as temporary, _named_place_errors(path):
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a binary file atomically."""
    with atomic_path(path) as temporary, _named_place_errors(path):
        temporary.write_bytes(data)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path``; it replaces ``path`` only if the block succeeds.

    Where ``path`` is a link, the folder that it names is replaced (:func:`behind_link`).

    Raises
    ------
    ConfigError, DiskFullError : as :func:`atomic_path`.
    """
    path = behind_link(path)
    _make_room(path)
    temporary = path.with_name(f".{path.name}.{_owner()}.part")
    _sweep(path.parent, path.name)
    with _named_place_errors(path):
        temporary.mkdir()
    try:
        with named_disk_errors(path):
            yield temporary
        with _named_place_errors(path):
            publish_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def publish_folder(source: Path, target: Path) -> None:
    """Rename a finished folder to its final name, replacing an older one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        old = target.with_name(f".{target.name}.{_owner()}.old")
        os.replace(target, old)
    os.replace(source, target)
    _sync_names(target.parent)
    _sweep(target.parent, target.name)

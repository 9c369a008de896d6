"""Archive -> new folder: every header is checked before a byte is written, and the folder is whole or absent.

In: a zip or tar file from anywhere. Out: plain files (mode 0644) and folders (0755), nothing else.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from siamloss.data.unpack.kinds import open_archive
from siamloss.data.unpack.listing import Limits, Member, check_listing, check_space
from siamloss.errors import ArchiveError, MissingDataError
from siamloss.provenance.atomic import atomic_folder

__all__ = ["Limits", "unpack"]


def unpack(archive: Path, into: Path, limits: Limits = Limits(), *, sha256: str | None = None) -> list[str]:  # noqa: B008
    """Extract a zip or tar file (plain, gzip, bzip2 or xz; told by its content) into the new folder ``into``.

    Parameters
    ----------
    into : folder that does not exist yet, or is empty.
    limits : what is refused as too much.
    sha256 : of the whole archive, hexadecimal, where it is known; compared before anything else.

    Returns
    -------
    Names of the files relative to ``into``, sorted, with ``/`` between folders.

    Raises
    ------
    MissingDataError : there is no such archive.
    ArchiveError : the archive is damaged, or holds what is refused; ``into`` is not there then.
    DiskFullError : the content does not fit on the disk.
    """
    archive, into = Path(archive), Path(into)
    if not archive.is_file():
        raise MissingDataError(f"archive {archive} is not there; download it again")
    if into.is_symlink() or (into.exists() and not (into.is_dir() and not any(into.iterdir()))):
        raise ArchiveError(
            f"{archive} cannot be unpacked into {into}, which holds something; remove that or choose another folder"
        )
    with ExitStack() as stack:
        file = stack.enter_context(open(archive, "rb"))
        opened = open_archive(file, archive, limits, sha256)
        members = check_listing(opened.members(), archive, limits)
        check_space(members, archive, into)
        _write(opened, members, stack.enter_context(atomic_folder(into)), archive)
    return sorted(member.name for member in members if not member.folder)


def _write(opened, members: list[Member], folder: Path, archive: Path) -> None:
    """Write all members under ``folder``, each with exactly the bytes that its header announced."""
    from tqdm import tqdm

    folder.chmod(0o755)
    made = {folder}

    def make(path: Path) -> None:
        if path not in made:
            make(path.parent)
            path.mkdir()
            path.chmod(0o755)
            made.add(path)

    total = sum(member.size for member in members)
    with tqdm(total=total, desc=f"unpack {archive.name}", unit="B", unit_scale=True, disable=None) as bar:
        for member, blocks in opened.contents(members):
            path = folder / member.name
            if member.folder:
                make(path)
                continue
            make(path.parent)
            written = 0
            with open(path, "xb") as out:
                for block in blocks:
                    written += len(block)
                    if written > member.size:
                        raise member.refusal(archive, f"holds more than the {member.size} bytes it announces")
                    out.write(block)
                    bar.update(len(block))
                os.fchmod(out.fileno(), 0o644)
            if written != member.size:
                raise member.refusal(archive, f"holds {written} bytes instead of the {member.size} it announces")

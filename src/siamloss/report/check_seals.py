"""``siamloss report --check``, first of all: are the printed files as they were written, to the last byte?

A picture, a style or a digit that is not compared with the records is compared with what was written.
"""

import shlex
from pathlib import Path

from siamloss.errors import CorruptError
from siamloss.paths import Home
from siamloss.provenance.manifest import added_names, entries_of, read_manifest, verify_entries
from siamloss.provenance.sealed import CHANGED, check_page
from siamloss.report.inputs import require


def check_seals(home: Home, spec: Path) -> None:
    """Compare tables and figures with their manifests, and the page with its checksum.

    Parameters
    ----------
    home : where the report is.
    spec : file of the resolved configuration, for the commands that a message names.

    Raises
    ------
    MissingDataError : a folder or the page is not there.
    CorruptError : a file was changed, removed or added since; names what makes it again.
    """
    for name, folder in (("tables", home.tables), ("figures", home.figures)):
        remedy = f"to make its folder again: {remake(home, spec, name)}"
        entries = entries_of(read_manifest(require(folder, f"the folder of {name}"), remedy))
        verify_entries(folder, entries, remedy, added_names(folder, entries))
    try:
        check_page(require(home.page, "the page").read_bytes())
    except ValueError as error:
        raise CorruptError(f"{home.page} {CHANGED}; to make it again: {remake(home, spec, 'page')}") from error


def remake(home: Home, spec: Path, verb: str, **options: Path | str) -> str:
    """The command that makes a product again.

    Parameters
    ----------
    home, spec : as in :func:`check_seals`.
    verb : the stage that makes it where the whole DAG is there; else ``report`` does.
    options : of that verb; tables, figures and page have theirs.
    """
    if home.made:
        verb, options = "report", {"out": home.computed}
    elif verb == "page":
        frames = {"frames": home.frames} if home.frames.is_dir() else {}
        options = {"tables": home.tables, "figures": home.figures, **frames, "out": home.page}
    elif not options:
        options = {"out": {"tables": home.tables, "figures": home.figures}[verb]}
    given = " ".join(f"--{key} {shlex.quote(str(value))}" for key, value in options.items())
    return f"siamloss {verb} --spec {shlex.quote(str(spec))} {given}"

"""A source -> the archives to get: where each is, what is known of it, and which sequence it belongs to."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siamloss.data.fetch.address import file_name, shown
from siamloss.data.fetch.catalogue import PLACEHOLDER, Source, check_url
from siamloss.data.fetch.content import Want
from siamloss.errors import ConfigError, MissingDataError, UnknownNameError, did_you_mean

SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")
TARGET = re.compile(r"(?P<folder>.+)-\d")
"""Name of one target of an OTB sequence that has several, such as ``Jogging-2``."""


@dataclass(frozen=True)
class Item:
    """One archive.

    Attributes
    ----------
    name : file name in the download folder; unique within the source.
    urls : addresses of the same file; empty for a file that is here.
    file : the file that is here.
    sequence : folder that it belongs to, "" where the archive says.
    role : ``all``, ``annotations``, or the channel of the images of a VOT sequence.
    """

    name: str
    urls: tuple[str, ...] = ()
    file: Path | None = None
    want: Want = field(default_factory=Want)
    sequence: str = ""
    role: str = "all"


@dataclass(frozen=True)
class Plan:
    """All archives of a fetch, and the names of the sequences in the benchmark's order (empty: sorted names)."""

    items: tuple[Item, ...]
    sequences: tuple[str, ...] = ()


def make_plan(
    source: Source,
    urls: Sequence[str],
    archives: Sequence[Path],
    sequences: Sequence[str],
    describe: Callable[[Sequence[str]], Plan],
) -> Plan:
    """Archives of a source, of what the user gave, or of the sequences that the user named.

    Parameters
    ----------
    urls : given instead of the source's own; for a manual source each is an archive.
    archives : files that are here, or folders of such.
    sequences : names of the benchmark's list, or of archives.
    describe : gets and reads the list of files of a ``vot-description`` source.

    Raises
    ------
    MissingDataError : a manual source without anything given; the message says how to get it.
    ConfigError, UnknownNameError : what was given does not fit the source.
    """
    if sequences and source.kind == "manual":
        raise ConfigError(f"source '{source.name}' has no archive per sequence; leave --sequences out")
    for url in urls:
        check_url(url, source)
    if source.kind == "manual":
        if not urls and not archives:
            raise MissingDataError(f"'{source.name}' cannot be fetched without you: {source.how_to_get}")
        return Plan(tuple(_unique([*_given(urls), *_local(archives)])))
    if source.kind == "vot-description":
        if archives:
            raise ConfigError(f"source '{source.name}' is fetched by its description; give its --url, no --archive")
        return _chosen(describe(urls or source.urls), sequences)
    return _chosen(_listed(source, urls or source.urls, archives), sequences)


def _listed(source: Source, urls: Sequence[str], archives: Sequence[Path]) -> Plan:
    here = {item.name: item.file for item in _local(archives)}
    known = [f"{name}.zip" for name in source.names]
    for name in here:
        if name not in known:
            raise UnknownNameError(f"'{name}' is no archive of '{source.name}'; {did_you_mean(name, known)}")
    items = []
    for name in source.names:
        facts = source.known(f"{name}.zip")
        digests = ((facts.sha256, "which config/sources.yaml says"),) if facts.sha256 else ()
        addresses = () if f"{name}.zip" in here else tuple(url.replace(PLACEHOLDER, name) for url in urls)
        want = Want(bytes=facts.bytes, digests=digests)
        items.append(Item(f"{name}.zip", addresses, here.get(f"{name}.zip"), want, sequence=name))
    if here:
        items = [item for item in items if item.file is not None]
    return Plan(tuple(items), source.sequences)


def folder_of(sequence: str, folders: Iterable[str]) -> str:
    """Folder of a sequence: its name, or that without the number of the target."""
    match = TARGET.fullmatch(sequence)
    return match["folder"] if match and sequence not in folders else sequence


def _chosen(plan: Plan, sequences: Sequence[str]) -> Plan:
    if not sequences:
        return plan
    folders = {item.sequence for item in plan.items}
    known = {*plan.sequences, *folders}
    for name in sequences:
        if name not in known:
            raise UnknownNameError(f"unknown sequence '{name}'; {did_you_mean(name, known)}")
    wanted = {folder_of(name, folders) for name in sequences}
    return Plan(tuple(item for item in plan.items if item.sequence in wanted), plan.sequences)


def _given(urls: Sequence[str]) -> list[Item]:
    return [Item(file_name(url), (url,)) for url in dict.fromkeys(urls)]


def _local(archives: Sequence[Path]) -> list[Item]:
    items = []
    for path in archives:
        files = sorted(file for file in path.iterdir() if file.name.endswith(SUFFIXES)) if path.is_dir() else [path]
        if not files or not files[0].is_file():
            raise MissingDataError(f"no archive at {path}; give a zip or tar file, or a folder of such, with --archive")
        items += [Item(file.name, file=file) for file in files]
    return items


def _unique(items: list[Item]) -> list[Item]:
    names = [item.name for item in items]
    twice = next((item for item in items if names.count(item.name) > 1), None)
    if twice is not None:
        origin = shown(twice.urls[0]) if twice.urls else twice.file
        raise ConfigError(f"two archives are called '{twice.name}' ({origin}); fetch them one after the other")
    return items

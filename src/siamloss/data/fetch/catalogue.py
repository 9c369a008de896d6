"""The catalogue of sources, ``config/sources.yaml``: where each dataset comes from and what it should hold."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from siamloss.config_build import build
from siamloss.config_io import read_yaml
from siamloss.data.fetch.address import check_address
from siamloss.data.fetch.policy import RefusedError
from siamloss.errors import ConfigError, UnknownNameError, did_you_mean

CATALOGUE = Path("config/sources.yaml")
PLACEHOLDER = "{name}"
NAME = re.compile(r"[\w()+-][\w.()+-]*")
"""What may name a source, an archive, a sequence or a folder: it becomes part of a path."""
LETTERS = "letters, digits and _ ( ) + - ., without a dot in front"


@dataclass(frozen=True)
class Expected:
    """What a dataset holds when it is whole; None where that is not known."""

    sequences: int | None = None
    frames: int | None = None


@dataclass(frozen=True)
class Known:
    """What is known of an archive; None where nothing is, and then the first fetch is trusted."""

    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Source:
    """Where a dataset comes from.

    Attributes
    ----------
    kind : ``archives`` (one for each of ``names``), ``vot-description`` (a list of files at ``urls``) or ``manual``.
    layout : what the archives become: ``otb``, ``vot``, ``got10k``, or ``as-is``.
    path : folder under the root.
    urls : the publisher's address, then mirrors; ``{name}`` stands for each of ``names``.
    names : of the archives, without ``.zip``.
    sequences : in the order of the benchmark's list; empty where the archives say.
    archives : :class:`Known` facts by name of the archive.
    expected : :class:`Expected` counts by dataset of ``datasets.yaml``.
    how_to_get : instructions for a manual source.
    """

    name: str
    kind: Literal["archives", "vot-description", "manual"]
    layout: Literal["otb", "vot", "got10k", "as-is"]
    path: str
    licence: str
    homepage: str = ""
    urls: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sequences: tuple[str, ...] = ()
    archives: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    how_to_get: str = ""

    def known(self, archive: str) -> Known:
        """Facts about an archive."""
        return build(Known, self.archives.get(archive, {}), f"{self.name}.archives.{archive}")

    @property
    def bytes(self) -> int | None:
        """Bytes of all archives, where each is known."""
        sizes = [self.known(f"{name}.zip").bytes for name in self.names]
        return sum(sizes) if sizes and None not in sizes else None


def load_sources(path: Path = CATALOGUE) -> dict[str, Source]:
    """All sources by name.

    Raises
    ------
    ConfigError, UnknownKeyError : what is wrong with the catalogue.
    """
    sources = {}
    for name, raw in read_yaml(path).items():
        if not isinstance(raw, dict):
            raise ConfigError(f"source '{name}' of {path} must be a mapping; see docs/fetch.md")
        sources[name] = build(Source, {**raw, "name": name}, str(name)[:80])
        _check(sources[name])
    return sources


def find_source(name: str, path: Path = CATALOGUE) -> Source:
    """The source of this name; :class:`~siamloss.errors.UnknownNameError` if there is none."""
    sources = load_sources(path)
    if name not in sources:
        raise UnknownNameError(f"unknown source '{name}'; {did_you_mean(name, sources)}")
    return sources[name]


def expected(name: str, path: Path = CATALOGUE) -> dict[str, int]:
    """Counts of a dataset of ``datasets.yaml`` that are known: ``{"sequences": 100, "frames": 59040}``, or less."""
    for source in load_sources(path).values():
        if name in source.expected:
            facts = build(Expected, source.expected[name], f"{source.name}.expected.{name}")
            return {key: value for key, value in vars(facts).items() if value is not None}
    return {}


def _check(source: Source) -> None:
    name = source.name
    if not NAME.fullmatch(name):
        raise ConfigError(f"source '{name[:80]}' cannot name a folder; give it {LETTERS}")
    for key in ("names", "sequences"):
        wrong = next((entry for entry in getattr(source, key) if not NAME.fullmatch(entry)), None)
        if wrong is not None:
            raise ConfigError(f"'{name}.{key}' holds '{wrong[:80]}', which cannot name a file; give it {LETTERS}")
    if not all(NAME.fullmatch(part) for part in source.path.split("/")):
        raise ConfigError(f"'{name}.path' is '{source.path}'; give a folder under the root, such as '{name}'")
    if (source.kind == "manual") != (not source.urls):
        raise ConfigError(f"'{name}.urls' must be there for a source that can be fetched, and only for it; correct it")
    if source.kind == "manual" and not source.how_to_get:
        raise ConfigError(f"'{name}.how_to_get' is missing; say where a user gets the data")
    if (source.layout == "vot") != (source.kind == "vot-description"):
        raise ConfigError(f"'{name}.layout' is {source.layout}; the layout vot goes with the kind vot-description only")
    if source.kind == "archives" and not source.names:
        raise ConfigError(f"'{name}.names' is missing; list the archives")
    for url in source.urls:
        check_url(url, source)
    for archive in source.archives:
        sha256 = source.known(archive).sha256
        if sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ConfigError(f"'{name}.archives.{archive}.sha256' is no sha256; give 64 hexadecimal digits, or null")
    for dataset in source.expected:
        build(Expected, source.expected[dataset], f"{name}.expected.{dataset}")


def check_url(url: str, source: Source) -> None:
    """Raise :class:`ConfigError` where an address cannot be asked for, or lacks its place for the archive's name."""
    try:
        check_address(url)
    except RefusedError as error:
        raise ConfigError(f"source '{source.name}': {error}; correct it") from error
    if source.kind == "archives" and PLACEHOLDER not in url:
        raise ConfigError(
            f"source '{source.name}': '{url[:80]}' has no {PLACEHOLDER}; put it where the archive's name goes"
        )

"""One file from the first of its mirrors that has it: whole and verified under its name, or absent."""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from siamloss.data.fetch.address import host_of, shown
from siamloss.data.fetch.content import Want, WrongContentError, check_content
from siamloss.data.fetch.hosts import Hosts
from siamloss.data.fetch.part import Part, Version, read_version
from siamloss.data.fetch.policy import HaltedError, Policy, RefusedError, TransientError
from siamloss.data.fetch.record import Record
from siamloss.data.fetch.transfer import receive
from siamloss.errors import ConfigError, DownloadError
from siamloss.provenance.atomic import named_disk_errors
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.lock import exclusive


@dataclass(frozen=True)
class Tools:
    """What downloads that run side by side share.

    Attributes
    ----------
    record : hashes of everything that was ever fetched; None trusts each time anew.
    stop : set to end all downloads at their next chunk.
    on_bytes : called with the number of bytes after each chunk.
    sleep : waits so many seconds, shorter where ``stop`` is set meanwhile; None: the clock.
    """

    policy: Policy = field(default_factory=Policy)
    record: Record | None = None
    hosts: Hosts = field(default_factory=Hosts)
    stop: Event = field(default_factory=Event)
    on_bytes: Callable[[int], None] = lambda count: None
    sleep: Callable[[float], None] | None = None


@dataclass(frozen=True)
class Fetched:
    """A file that is here; ``address`` is that of the mirror it came from, without its secrets."""

    address: str
    bytes: int
    sha256: str
    etag: str = ""
    last_modified: str = ""


def download(
    urls: Sequence[str],
    target: Path,
    want: Want = Want(),  # noqa: B008
    tools: Tools | None = None,
    remember: bool = True,
) -> Fetched:
    """Fetch a file; what an earlier call left behind is continued.

    A file that is there already is checked and kept. Of two calls for the same target the second waits for the first.

    Parameters
    ----------
    urls : the publisher's address, then mirrors, asked in this order (a mirror that was begun with comes first).
    target : where the file goes; ``<target>.part`` holds it until it is whole and verified.
    want : what is known about it.
    remember : write it to the record; without, the caller does so once it knows that the file is good.

    Raises
    ------
    DownloadError : no address has the file, or it is another one than known or recorded.
    DiskFullError : the disk cannot hold it. The part that is there can be continued.
    ConfigError : the package ``requests`` is missing.
    """
    tools = tools or Tools()
    addresses = [shown(url) for url in urls]
    pinned = tools.record.known(addresses) if tools.record is not None else None
    if pinned is not None:
        want = replace(want, digests=(*want.digests, (pinned, "which an earlier fetch recorded in fetched.json")))
    target.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(target.with_name(f"{target.name}.lock")), named_disk_errors(target):
        version = _kept(target, want, addresses[0]) or _any_mirror(urls, target, want, tools)
        size, sha256 = target.stat().st_size, sha256_file(target)
    fetched = Fetched(version.url, size, sha256, version.etag, version.last_modified)
    if remember:
        if pinned is None:
            note(fetched, tools)
        _origin(target).unlink(missing_ok=True)
    return fetched


def note(fetched: Fetched, tools: Tools) -> None:
    """Write a file to the record, if there is one; :class:`DownloadError` if its address had another content."""
    if tools.record is not None:
        tools.record.add(fetched.address, fetched.bytes, fetched.sha256, fetched.etag, fetched.last_modified)


def check_pin(fetched: Fetched, old: dict | None, tools: Tools) -> None:
    """Compare a file with the record before it is used; ``old`` is the note of the archive it would replace.

    Raises
    ------
    DownloadError : another content is recorded.
    """
    if tools.record is not None:
        tools.record.check(fetched.address, fetched.sha256, old["sha256"] if old is not None else None)


def drop(target: Path) -> None:
    """Remove a downloaded file, and what says where it came from."""
    target.unlink(missing_ok=True)
    _origin(target).unlink(missing_ok=True)


def _origin(target: Path) -> Path:
    """Beside a file that waits for its use: the version it is, with the address it came from."""
    return target.with_name(f"{target.name}.from.json")


def _kept(target: Path, want: Want, address: str) -> Version | None:
    """The file that is there already, if it is right; else it is removed."""
    if not target.is_file():
        return None
    try:
        check_content(target, want)
    except WrongContentError:
        drop(target)
        return None
    return read_version(_origin(target)) or Version(address)


def _any_mirror(urls: Sequence[str], target: Path, want: Want, tools: Tools) -> Version:
    part = Part(target)
    begun = part.version()
    order = sorted(urls, key=lambda url: begun is None or shown(url) != begun.url)
    reasons = []
    with _session() as session:
        for url in order:
            try:
                return _from_mirror(session, url, target, part, want, tools)
            except RefusedError as error:
                reasons.append(f"{shown(url)}: {error}")
    raise DownloadError(
        f"cannot fetch {target.name} ({'; '.join(reasons)}); try again later, or give another address with --url"
    )


def _from_mirror(session, url: str, target: Path, part: Part, want: Want, tools: Tools) -> Version:
    """Ask one server until the file is here and right.

    Raises
    ------
    RefusedError : the server does not have it, or too many requests in a row brought nothing new.
    """
    policy, fruitless, wrong = tools.policy, 0, 0
    begun = part.version()
    furthest = part.size if begun is not None and begun.url == shown(url) else 0
    while True:
        before = part.size
        try:
            with tools.hosts.slot(host_of(url), policy.per_host):
                version = receive(session, url, part, policy, _counter(tools), want.bytes)
            check_content(part.path, want)
        except TransientError as error:
            reason, wait_s = str(error), error.wait_s
        except WrongContentError as error:
            # A cut that nothing announced may be continued; a resumed file may be pieced together wrongly.
            wrong += 1
            unannounced = error.cut and version.total is None and wrong <= policy.attempts
            if not unannounced:
                part.remove()
                if wrong > 1 or not (before or error.cut):
                    raise RefusedError(str(error)) from error
            reason, wait_s = str(error), None
        else:
            _publish(part, target)
            return version
        fruitless = 0 if part.size > furthest else fruitless + 1
        furthest = max(furthest, part.size)
        if fruitless >= policy.attempts:
            raise RefusedError(f"{reason}, {fruitless} requests in a row brought nothing new")
        pause_s = min(policy.backoff_s * 2 ** max(fruitless - 1, 0), policy.backoff_max_s) * random.uniform(0.5, 1.0)
        _pause(tools, pause_s if wait_s is None else wait_s)


def _counter(tools: Tools) -> Callable[[int], None]:
    def count(size: int) -> None:
        tools.on_bytes(size)
        if tools.stop.is_set():
            raise HaltedError

    return count


def _pause(tools: Tools, seconds: float) -> None:
    (tools.sleep or tools.stop.wait)(seconds)
    if tools.stop.is_set():
        raise HaltedError


def _publish(part: Part, target: Path) -> None:
    with open(part.path, "rb") as file:
        os.fsync(file.fileno())
    os.replace(part.version_path, _origin(target))
    os.replace(part.path, target)


def _session():
    try:
        import requests
    except ImportError as error:
        raise ConfigError("fetching needs the package 'requests'; install 'siamloss[suite]'") from error
    session = requests.Session()
    # Redirects are followed by our own rules; the session would read their bodies and parse their addresses before.
    session.get_redirect_target = lambda response: None
    return session

"""One request for a file, or for the rest of it, and what the answer means for the unfinished file."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from siamloss import __version__
from siamloss.data.fetch.address import check_address, follow, shown
from siamloss.data.fetch.part import Part, Version
from siamloss.data.fetch.policy import Policy, RefusedError, TransientError
from siamloss.errors import DiskFullError

if TYPE_CHECKING:
    from requests import Response, Session

BUSY = (408, 425, 429)
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
STAR = re.compile(r"bytes \*/(\d+)")


def receive(
    session: "Session", url: str, part: Part, policy: Policy, on_bytes: Callable[[int], None], wanted: int | None = None
) -> Version:
    """Ask for what is missing of a file and append it to ``part``; every chunk is written as it comes.

    Parameters
    ----------
    on_bytes : called with the number of bytes after each chunk; may raise to stop.
    wanted : bytes of the file, where they are known beforehand.

    Returns
    -------
    What the server said about the file, which is whole as far as the server said.

    Raises
    ------
    TransientError, RefusedError : what another request, and what only another server may bring.
    DiskFullError : the disk cannot hold the rest.
    """
    version = part.version()
    if version is None or version.url != shown(url) or not version.validator:
        version = None
    offset = part.size if version is not None else 0
    if version is not None and offset and offset == version.total:
        return version
    headers = {"Accept-Encoding": "identity", "User-Agent": f"siamloss/{__version__}"}
    if offset:
        headers |= {"Range": f"bytes={offset}-", "If-Range": version.validator}
    with _answer(session, url, headers, policy) as response:
        if offset and response.status_code == 416 and _whole(response, offset):
            return version
        offset, version = _begin(response, url, part, offset, version)
        if wanted is not None and version.total not in (None, wanted):
            raise RefusedError(f"the server's file has {version.total} bytes instead of {wanted}")
        total = version.total if version.total is not None else wanted
        if total is not None and shutil.disk_usage(part.path.parent).free < total - offset:
            raise DiskFullError(
                f"{part.path.parent} has no space for the {(total - offset) / 1e6:.1f} MB that are missing of "
                f"{shown(url)}; free some space and run the same command again"
            )
        _append(response, part, policy.chunk, on_bytes)
    if total is not None and part.size < total:
        raise TransientError(f"the connection ended after {part.size} of {total} bytes")
    return version


@contextmanager
def _answer(session: "Session", url: str, headers: dict[str, str], policy: Policy) -> "Iterator[Response]":
    """The answer behind all redirects; errors of the connection and of the address get their kind."""
    import requests
    import urllib3

    try:
        for _ in range(policy.redirects + 1):
            options = {"stream": True, "allow_redirects": False, "timeout": (policy.connect_s, policy.read_s)}
            with session.get(check_address(url), headers=headers, **options) as response:
                if response.status_code in (301, 302, 303, 307, 308) and "Location" in response.headers:
                    url = follow(url, response.headers["Location"])
                    continue
                _check_status(response, policy)
                yield response
                return
        raise RefusedError(f"more than {policy.redirects} redirects")
    except (requests.exceptions.SSLError, requests.exceptions.InvalidURL) as error:
        raise RefusedError(f"{type(error).__name__}: {_words(error)}") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
        raise TransientError(f"{type(error).__name__}: {_words(error)}") from error


def _words(error: Exception) -> str:
    """First words of an error of the connection, which may name the address with all its secrets."""
    return re.sub(r"(with url: |url: )\S+", "", str(error))[:120] or "no reason given"


def _check_status(response: "Response", policy: Policy) -> None:
    code = response.status_code
    if code in BUSY or code >= 500:
        raise TransientError(f"the server answered {code} {response.reason}", _retry_after(response, policy))
    if code not in (200, 206, 416):
        raise RefusedError(f"the server answered {code} {response.reason}")
    coding = response.headers.get("Content-Encoding", "identity").lower()
    if code != 416 and coding != "identity" and not response.url.split("?")[0].endswith((".gz", ".tgz")):
        raise RefusedError(f"the server sends the file in the coding '{coding}', which was not asked for")


def _retry_after(response: "Response", policy: Policy) -> float | None:
    """Seconds that the server asks to wait, at most the policy's; it gives them as a number or as a date."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return min(float(text), policy.retry_after_max_s)
    then = _date(text)
    if then is None:
        return None
    return min(max((then - datetime.now(UTC)).total_seconds(), 0.0), policy.retry_after_max_s)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _whole(response: "Response", offset: int) -> bool:
    """Whether "range not satisfiable" means that nothing is missing."""
    match = STAR.fullmatch(response.headers.get("Content-Range", "").strip())
    return match is not None and int(match[1]) == offset


def _begin(response: "Response", url: str, part: Part, offset: int, version: Version | None) -> tuple[int, Version]:
    """Where the body of an answer belongs, and of which version it is; a whole body empties the unfinished file."""
    if response.status_code == 200:
        found = _version(response, url)
        part.restart(found)
        return 0, found
    if response.status_code == 206 and offset and version is not None:
        match = RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        etag = response.headers.get("ETag", "")
        total = int(match[3]) if match and match[3] != "*" else None
        if (
            match
            and int(match[1]) == offset
            and (total is None or (version.total in (None, total) and int(match[2]) < total))
            and (not etag or etag == version.etag)
        ):
            return offset, version
    part.remove()
    raise TransientError("the server sent another range, or a range of another version, than was asked for")


def _version(response: "Response", url: str) -> Version:
    headers = response.headers
    etag, modified = headers.get("ETag", "").strip(), headers.get("Last-Modified", "").strip()
    length = headers.get("Content-Length", "").strip()
    strong = etag.startswith('"') and etag.endswith('"') and len(etag) > 2
    then, now = _date(modified), _date(headers.get("Date", ""))
    dated = then is not None and now is not None and (now - then).total_seconds() >= 1
    validator = etag if strong else modified if dated else ""
    return Version(shown(url), etag, modified, validator, int(length) if length.isdigit() else None)


def _append(response: "Response", part: Part, chunk: int, on_bytes: Callable[[int], None]) -> None:
    with open(part.path, "ab", buffering=0) as file:
        while data := response.raw.read1(chunk, decode_content=False):
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            on_bytes(len(data))

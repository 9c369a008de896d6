"""Addresses: which may be followed, and how they are written where others may read them."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from siamloss.data.fetch.policy import RefusedError
from siamloss.provenance.hashing import sha256_bytes

SCHEMES = ("http", "https")


def shown(url: str) -> str:
    """An address without name, password and query, which may hold a secret; a short hash tells queries apart."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = f"?~{sha256_bytes(parts.query.encode())[:8]}" if parts.query else ""
    return f"{parts.scheme}://{host}{parts.path}{query}"


def host_of(url: str) -> str:
    """Host and port of an address."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def file_name(url: str) -> str:
    """Last part of the path of an address; "archive" where it has none that can name a file."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    return name if name.strip(". ") and not set(name) & set('\\/:*?"<>|\0') else "archive"


def check_address(url: str) -> str:
    """The address itself, if it can be asked for.

    Raises
    ------
    RefusedError : neither http nor https, or no host.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in SCHEMES and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound:
        raise RefusedError(f"'{url[:80]}' is no http or https address")
    return url


def follow(url: str, location: str) -> str:
    """Address that a redirect, or a list of files at ``url``, leads to.

    Raises
    ------
    RefusedError : it would leave https for http, or is none that can be asked for.
    """
    try:
        goal = check_address(urljoin(url, location))
    except ValueError as error:
        raise RefusedError(f"{shown(url)} leads to an address that cannot be read") from error
    if urlsplit(url).scheme == "https" and urlsplit(goal).scheme == "http":
        raise RefusedError(f"{shown(url)} leads from https to http ({shown(goal)})")
    return goal

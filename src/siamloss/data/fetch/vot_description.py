"""The ``description.json`` of a VOT challenge: its sequences, each with archives of annotations and of images.

Facts of the format: ``sequences`` is a list; each has ``name``, ``annotations`` and ``channels`` (by name), and each of
those ``url`` (relative to the description), ``checksum`` (hexadecimal) and ``compressed`` (bytes of the archive).
Source: vot-toolkit 0.9.0, ``vot/dataset/common.py``; GOT-10k toolkit 0.1.3, ``vot.py`` (which takes the checksum for an
md5; others for a sha1: its length says).
"""

import json
import re
from pathlib import Path
from typing import Any

from siamloss.data.fetch.address import follow
from siamloss.data.fetch.content import DIGESTS, Want
from siamloss.data.fetch.plan import Item, Plan
from siamloss.data.fetch.policy import RefusedError
from siamloss.errors import DownloadError

NAME = re.compile(r"[A-Za-z0-9_][\w.()+-]{0,99}", re.ASCII)
"""What may name a sequence or a channel, and with it a folder."""


def read_description(path: Path, url: str) -> Plan:
    """Archives and sequences that a description lists.

    Parameters
    ----------
    path, url : the file, and the address it came from.

    Raises
    ------
    DownloadError : it is none, or names what cannot be a folder or an address.
    """
    try:
        return _plan(json.loads(path.read_bytes()), url)
    except (ValueError, KeyError, TypeError, AttributeError, RefusedError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise DownloadError(
            f"{path} is no VOT description ({reason}); delete it and fetch again, or give another with --url"
        ) from error


def _plan(raw: dict[str, Any], url: str) -> Plan:
    items, names = [], []
    for entry in raw["sequences"]:
        name = _name(entry["name"])
        if name.lower() in (each.lower() for each in names):
            raise ValueError(f"two sequences are called {name}")
        names.append(name)
        items.append(_item(entry["annotations"], url, name, "annotations"))
        items += [_item(part, url, name, _name(channel)) for channel, part in entry["channels"].items()]
    if not names:
        raise ValueError("it lists no sequence")
    return Plan(tuple(items), tuple(names))


def _item(part: dict[str, Any], url: str, sequence: str, role: str) -> Item:
    checksum, size = part.get("checksum"), part.get("compressed")
    digests = ()
    if isinstance(checksum, str) and len(checksum) in DIGESTS:
        digests = ((checksum, "which the description says"),)
    size = size if type(size) is int and size > 0 else None
    address = follow(url, part["url"])
    return Item(f"{sequence}.{role}.zip", (address,), None, Want(bytes=size, digests=digests), sequence, role)


def _name(text: Any) -> str:
    if not isinstance(text, str) or not NAME.fullmatch(text):
        raise ValueError(f"{str(text)[:40]!r} cannot name a folder")
    return text

"""The unfinished file of a download, and which version of the file on the server its bytes belong to."""

from dataclasses import asdict, dataclass
from pathlib import Path

from siamloss.provenance.sealed import read_json, write_json


@dataclass(frozen=True)
class Version:
    """What a server said about the file that it sends.

    Attributes
    ----------
    url : address, as :func:`siamloss.data.fetch.address.shown` writes it.
    etag, last_modified : as sent, "" where there is none.
    validator : value for ``If-Range``: a strong ETag, else a Last-Modified that is at least a second older than the
        answer; "" where there is neither, and then nothing can be resumed.
    total : bytes of the whole file, None where the server did not say.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    validator: str = ""
    total: int | None = None


class Part:
    """``<target>.part`` and ``<target>.part.json`` beside a file that is on its way."""

    def __init__(self, target: Path):
        self.path = target.with_name(f"{target.name}.part")
        self.version_path = target.with_name(f"{target.name}.part.json")

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def version(self) -> Version | None:
        """What the bytes belong to; None where that is not known for sure."""
        version = read_version(self.version_path)
        return version if version is not None and (version.total is None or self.size <= version.total) else None

    def restart(self, version: Version) -> None:
        """Drop the bytes, then say which version the next ones belong to; a crash between the two leaves no bytes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "wb"):
            pass
        write_json(self.version_path, asdict(version), sort_keys=True)

    def remove(self) -> None:
        """Drop bytes and version."""
        self.path.unlink(missing_ok=True)
        self.version_path.unlink(missing_ok=True)


def read_version(path: Path) -> Version | None:
    """A version that was written to a file; None where there is none, or a damaged one."""
    try:
        version = Version(**read_json(path))
    except (OSError, ValueError, TypeError):
        return None
    texts = (version.url, version.etag, version.last_modified, version.validator)
    sound = all(isinstance(text, str) for text in texts) and (version.total is None or type(version.total) is int)
    return version if sound else None

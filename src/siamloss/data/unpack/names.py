"""Rules for the names in an archive: each must mean the same file, inside the folder, on every system."""

import re
import unicodedata

NAME_BYTES = 255
"""Most bytes of one part of a name, as file systems allow."""
PATH_BYTES = 1024
"""Most bytes of a whole name."""
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])", re.IGNORECASE)


def clean(name: str) -> str:
    """A name without the ``./`` that tar writes in front, and without the ``/`` behind a folder."""
    return name.removeprefix("./").removesuffix("/")


def fault_of(name: str) -> str | None:
    """Why a cleaned name is refused; None for a good one."""
    if not name:
        return "has an empty name"
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name) and not name.isprintable():
        return "has a control character, a NUL or undecodable bytes in its name"
    if "\\" in name:
        return "has a backslash in its name, which Windows takes for a separator"
    if name.startswith("/"):
        return "has an absolute name"
    if ":" in name:
        return "has a colon in its name, which Windows takes for a drive or a stream"
    if len(name.encode()) > PATH_BYTES:
        return f"has a name of more than {PATH_BYTES} bytes"
    return next(filter(None, map(_fault_of_part, name.split("/"))), None)


def _fault_of_part(part: str) -> str | None:
    if part == "..":
        return "leads out of the folder ('..')"
    if part in ("", "."):
        return "has an empty part or a '.' in its name"
    if len(part.encode()) > NAME_BYTES:
        return f"has a part of more than {NAME_BYTES} bytes in its name"
    if part[-1] in ". ":
        return "has a part that ends with a dot or a space, which Windows drops"
    if DEVICES.fullmatch(part.split(".")[0].rstrip()):
        return "is named like a device of Windows"
    return None


def fold(name: str) -> str:
    """What a name is on a file system that knows neither case nor forms of Unicode."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


class Tree:
    """The names claimed so far; finds those that would meet on some file system."""

    def __init__(self) -> None:
        self._claims: dict[str, tuple[str, str]] = {}
        self._folders: set[str] = set()

    def fault_of(self, name: str, folder: bool) -> str | None:
        """Claim a cleaned name and the folders above it; why it collides with an earlier one, or None."""
        parents: list[str] = []
        above = name.rpartition("/")[0]
        while above and above not in self._folders:
            parents.append(above)
            above = above.rpartition("/")[0]
        for parent in reversed(parents):
            if fault := self._claim(parent, "parent"):
                return fault
            self._folders.add(parent)
        return self._claim(name, "folder" if folder else "file")

    def _claim(self, name: str, kind: str) -> str | None:
        key = fold(name)
        if key not in self._claims:
            self._claims[key] = (name, kind)
            return None
        spelling, earlier = self._claims[key]
        if spelling != name:
            return f"and '{spelling}' differ only by case or by the form of their letters"
        if earlier != kind and "file" in (earlier, kind):
            return f"needs '{name}' as a file and as a folder"
        if earlier == kind != "parent":
            return "is in the archive twice"
        if kind != "parent":
            self._claims[key] = (name, kind)
        return None

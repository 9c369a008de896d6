"""What ``siamloss fetch --list`` prints: every source, and what of it is there."""

from collections.abc import Iterator
from pathlib import Path

from siamloss.data.fetch.catalogue import Source, load_sources
from siamloss.data.fetch.ours import read_own


def list_sources(root: Path, catalogue: Path) -> Iterator[str]:
    """Lines of text: name, kind, size, state under ``root``, licence."""
    sources = load_sources(catalogue)
    width = max(map(len, sources), default=0)
    for name, source in sources.items():
        size = f"{source.bytes / 1e9:.1f} GB" if source.bytes else "size unknown"
        yield f"{name:{width}s}  {source.kind:15s}  {size:12s}  {_state(source, root):12s}  {source.licence}"


def _state(source: Source, root: Path) -> str:
    folder = root / source.path
    if read_own(folder, source) is not None:
        return "fetched"
    if (root / ".downloads" / source.name).is_dir():
        return "begun"
    return "there" if folder.is_dir() and any(folder.iterdir()) else "absent"

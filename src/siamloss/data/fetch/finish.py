"""The end of a fetch: lists and manifests over all that was ever placed."""

from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.lists import write_lists
from siamloss.data.fetch.ours import drop_manifests, read_own
from siamloss.data.fetch.placed import Placed
from siamloss.data.fetch.plan import Plan
from siamloss.errors import CorruptError
from siamloss.provenance.manifest import NAME, tree_names
from siamloss.provenance.sealed import write_json
from siamloss.provenance.tree import hash_files


def finish(source: Source, plan: Plan, placed: Placed) -> dict:
    """Write what is not there or no longer true, and return the manifest.

    Files that came from an archive are listed as they were when they were placed: what changed since is found by
    ``siamloss verify``, and never taken for right. Only the others are read.

    Raises
    ------
    CorruptError : a file that was placed is missing or was cut.
    """
    names = placed.names()
    broken = placed.broken(names)
    if broken is not None:
        drop_manifests(placed, source)
        placed.forget(broken[1])
        raise CorruptError(
            f"{placed.root / broken[0]} is missing or was cut after it was unpacked from {broken[1]}; "
            "fetch that archive again, or run the same command again to go without it"
        )
    write_lists(source, plan, placed)
    files = {file: entry for file, (_, entry) in placed.entries(names).items()}
    others = [name for name in tree_names(placed.root) if name not in files]
    files = dict(sorted({**files, **dict(hash_files(placed.root, others))}.items()))
    archives = {name: placed.read(name)["sha256"] for name in names}
    manifest = {"source": source.name, "licence": source.licence, "archives": archives, "files": files}
    if read_own(placed.root, source) != manifest:
        drop_manifests(placed, source)
        _write(placed, "", manifest)
    for split in sorted(placed.owned()) if source.layout == "got10k" else ():
        inside = {name.removeprefix(f"{split}/"): e for name, e in files.items() if name.startswith(f"{split}/")}
        part = {**manifest, "files": inside}
        if inside and read_own(placed.root / split, source) != part:
            _write(placed, split, part)
    return manifest


def _write(placed: Placed, folder: str, manifest: dict) -> None:
    write_json(placed.root / folder / NAME, manifest, sort_keys=True)

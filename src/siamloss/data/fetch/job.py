"""``siamloss fetch``: download, unpack, place, list, write the manifest; each step continues where it was."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from siamloss.data.fetch.address import shown
from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.content import Want, WrongContentError, check_content
from siamloss.data.fetch.download import Fetched, Tools, download, note
from siamloss.data.fetch.layout import moves_of, nested_archives
from siamloss.data.fetch.lists import write_lists
from siamloss.data.fetch.placed import Placed, clear
from siamloss.data.fetch.plan import Item, Plan, make_plan
from siamloss.data.fetch.policy import Policy
from siamloss.data.fetch.record import Record
from siamloss.data.fetch.vot_description import read_description
from siamloss.data.unpack import unpack
from siamloss.errors import ArchiveError, CorruptError, DownloadError, SiamlossError
from siamloss.provenance.atomic import write_text
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.lock import exclusive, lock_of
from siamloss.provenance.manifest import NAME, write_manifest

UNPACKED = ".unpacked"
"""Folder of unpacked archives within the dataset's own: the same disk, also where that is a link."""

Getter = Callable[[Item], Fetched]
Placer = Callable[[Item, Fetched], None]


@dataclass(frozen=True)
class Outcome:
    """What a fetch did: archives placed now and before, files and bytes of the dataset's folder."""

    root: Path
    new: int
    before: int
    files: int
    bytes: int


def fetch_source(
    source: Source,
    root: Path,
    urls: Sequence[str] = (),
    archives: Sequence[Path] = (),
    sequences: Sequence[str] = (),
    jobs: int = 4,
    keep: bool = False,
    policy: Policy = Policy(),  # noqa: B008
) -> Outcome:
    """Fetch a source into ``<root>/<source.path>``; what is in place is not fetched again.

    Parameters
    ----------
    urls, archives, sequences : what the user gave, see :func:`siamloss.data.fetch.plan.make_plan`.
    jobs : archives that are fetched and unpacked at a time.
    keep : keep downloaded archives after they are unpacked.

    Raises
    ------
    MissingDataError : a manual source, and nothing given; the message says how to get it.
    DownloadError : archives that could not be fetched; all others are in place.
    ArchiveError : an archive that holds what no dataset does.
    CorruptError : a file changed after it was put in place.
    """
    downloads = Path(root) / ".downloads" / source.name
    with _bar(source.name) as bar:
        tools = Tools(policy=policy, record=Record(root), on_bytes=bar)
        plan = make_plan(source, urls, archives, sequences, lambda given: _described(given, downloads, tools))
        with exclusive(lock_of(downloads)):
            return _fetch(source, plan, root, tools, jobs, keep)


def _fetch(source: Source, plan: Plan, root: Path, tools: Tools, jobs: int, keep: bool) -> Outcome:
    downloads = Path(root) / ".downloads" / source.name
    placed = Placed(downloads / "placed", Path(root) / source.path)

    def get(item: Item) -> Fetched:
        if item.file:
            return _local(item)
        return download(item.urls, downloads / item.name, item.want, tools, remember=False)

    def place(item: Item, fetched: Fetched) -> None:
        _place(item, fetched, source, placed, tools, keep)

    missing = [item for item in plan.items if not placed.is_whole(item.name)]
    clear(placed.root / UNPACKED)
    if missing:
        for manifest in (placed.root / NAME, *placed.root.glob(f"*/{NAME}")):
            manifest.unlink(missing_ok=True)
    _all(missing, jobs, tools, get, place)
    clear(placed.root / UNPACKED)
    return _finish(source, plan, placed, len(missing))


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int], None]]:
    """Counter of downloaded bytes with a progress bar, which several threads may move."""
    from tqdm import tqdm

    lock = Lock()
    with tqdm(desc=f"fetch {name}", unit="B", unit_scale=True, disable=None) as bar:

        def count(size: int) -> None:
            with lock:
                bar.update(size)

        yield count


def _described(urls: Sequence[str], downloads: Path, tools: Tools) -> Plan:
    path = downloads / "description.json"
    fetched = download(urls, path, Want(kind="json"), tools)
    origin = next((url for url in urls if fetched.address == shown(url)), urls[0])
    return read_description(path, origin)


def _all(missing: list[Item], jobs: int, tools: Tools, get: Getter, place: Placer) -> None:
    """Get archives side by side and place them one by one, here, so that Ctrl-C finds nothing that it cannot end.

    One that cannot be had, or holds what it should not, does not keep the others from coming.
    """
    failed: list[SiamlossError] = []
    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        try:
            futures = {pool.submit(get, item): item for item in missing}
            for future in as_completed(futures):
                try:
                    place(futures[future], future.result())
                except (DownloadError, ArchiveError) as error:
                    failed.append(error)
        except BaseException:
            tools.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if failed:
        more = f"{len(failed)} of {len(missing)} archives could not be placed, the others are there; the first: "
        raise type(failed[0])((more if len(missing) > 1 else "") + str(failed[0]))


def _place(item: Item, fetched: Fetched, source: Source, placed: Placed, tools: Tools, keep: bool) -> None:
    """Unpack an archive, move its content to where it belongs, and remember it: now it is known to be good."""
    archive = item.file or placed.folder.parent / item.name
    staging = placed.root / UNPACKED / item.name
    try:
        unpack(archive, staging)
        for count, inner in enumerate(nested_archives(source.layout, staging)):
            unpack(inner, staging / f".nested-{count}")
            inner.unlink()
        placed.place(item.name, fetched.sha256, moves_of(source.layout, staging, item))
        note(fetched, tools)
    except ArchiveError:
        if item.file is None and not item.want.digests:
            archive.unlink()
        raise
    finally:
        clear(staging)
    if item.file is None and not keep:
        archive.unlink()


def _local(item: Item) -> Fetched:
    """A file that the user gave, checked like one that came over the network; its name stands for its address."""
    try:
        check_content(item.file, item.want)
    except WrongContentError as error:
        raise DownloadError(f"{item.file}: {error}; get it again") from error
    return Fetched(f"archive:{item.name}", item.file.stat().st_size, sha256_file(item.file))


def _finish(source: Source, plan: Plan, placed: Placed, new: int) -> Outcome:
    """Lists and manifest over all that was ever placed; every file must be as it was then."""
    names = placed.names()
    archives = {name: placed.read(name)["sha256"] for name in names}
    manifest = _manifest(placed.root)
    if new or manifest is None or manifest.get("archives") != archives:
        (placed.root / NAME).unlink(missing_ok=True)
        write_lists(source, plan, placed)
        manifest = write_manifest(placed.root, source=source.name, licence=source.licence, archives=archives)
        _compare(manifest["files"], placed, names)
        if source.layout == "got10k":
            _split_manifests(manifest, placed.root)
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    return Outcome(placed.root, new, len(plan.items) - new, len(manifest["files"]), size)


def _manifest(root: Path) -> dict | None:
    try:
        manifest = json.loads((root / NAME).read_text(encoding="utf-8"))
        return manifest if isinstance(manifest["files"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _compare(files: dict[str, dict], placed: Placed, names: Sequence[str]) -> None:
    for file, (archive, entry) in placed.entries(names).items():
        if files.get(file) != entry:
            (placed.root / NAME).unlink()
            placed.forget(archive)
            raise CorruptError(
                f"{placed.root / file} changed after it was unpacked from {archive}; "
                "run the same command again to get it anew"
            )


def _split_manifests(manifest: dict, root: Path) -> None:
    """A manifest in each split too, which datasets.yaml names as a dataset of its own."""
    for split in sorted({name.split("/")[0] for name in manifest["files"] if "/" in name}):
        files = {
            name.removeprefix(f"{split}/"): e for name, e in manifest["files"].items() if name.startswith(f"{split}/")
        }
        write_text(root / split / NAME, json.dumps({**manifest, "files": files}, indent=1, sort_keys=True) + "\n")

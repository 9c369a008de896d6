"""``siamloss fetch``: download, unpack, place, list, write the manifest; each step continues where it was."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from siamloss.data.fetch.address import shown
from siamloss.data.fetch.catalogue import Source
from siamloss.data.fetch.content import Want, WrongContentError, check_content
from siamloss.data.fetch.download import Fetched, Tools, check_pin, download, drop, note
from siamloss.data.fetch.finish import finish
from siamloss.data.fetch.layout import drop_hidden, moves_of, nested_archives
from siamloss.data.fetch.ours import check_folder, check_splits, check_strangers, drop_manifests, read_own, splits_of
from siamloss.data.fetch.placed import Placed, clear
from siamloss.data.fetch.plan import Item, Plan, make_plan
from siamloss.data.fetch.policy import Policy
from siamloss.data.fetch.record import Record
from siamloss.data.fetch.vot_description import read_description
from siamloss.data.unpack import unpack
from siamloss.errors import ArchiveError, DownloadError, SiamlossError
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.lock import exclusive, lock_of

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

    Where an earlier fetch came to its end, the files of the archives asked for are read again, and what changed is
    fetched anew.

    Parameters
    ----------
    urls, archives, sequences : what the user gave, see :func:`siamloss.data.fetch.plan.make_plan`.
    jobs : archives that are fetched and unpacked at a time.
    keep : keep downloaded archives after they are unpacked.

    Raises
    ------
    MissingDataError : a manual source, and nothing given; the message says how to get it.
    DownloadError : the folder has content that was not fetched, and nothing is done; or archives that could not be
        fetched, and all others are in place.
    ArchiveError : an archive that holds what no dataset does.
    CorruptError : a file was added, or one that is not asked for is no longer there.
    ConfigError : the root cannot be a folder.
    """
    downloads = Path(root) / ".downloads" / source.name
    check_folder(source, _placed(source, root))
    with _bar(source.name) as bar:
        tools = Tools(policy=policy, record=Record(root), on_bytes=bar)
        plan = make_plan(source, urls, archives, sequences, lambda given: _described(given, downloads, tools))
        with exclusive(lock_of(downloads)):
            return _fetch(source, plan, root, tools, jobs, keep)


def _placed(source: Source, root: Path) -> Placed:
    return Placed(Path(root) / ".downloads" / source.name / "placed", Path(root) / source.path)


def _fetch(source: Source, plan: Plan, root: Path, tools: Tools, jobs: int, keep: bool) -> Outcome:
    downloads = Path(root) / ".downloads" / source.name
    placed = _placed(source, root)

    def get(item: Item) -> Fetched:
        if item.file:
            return _local(item, source)
        return download(item.urls, downloads / item.name, item.want, tools, remember=False)

    def place(item: Item, fetched: Fetched) -> None:
        _place(item, fetched, source, placed, tools, keep)

    check_folder(source, placed)
    check_splits(source, placed, splits_of(plan.items))
    manifest = read_own(placed.root, source)
    if manifest is not None:
        check_strangers(source, placed, manifest)
    missing = [item for item in plan.items if not placed.is_whole(item.name, thorough=manifest is not None)]
    clear(placed.root / UNPACKED)
    if missing:
        drop_manifests(placed, source)
    try:
        _all(missing, jobs, tools, get, place)
    finally:
        clear(placed.root / UNPACKED)
    files = finish(source, plan, placed)["files"]
    size = sum(entry["bytes"] for entry in files.values())
    return Outcome(placed.root, len(missing), len(plan.items) - len(missing), len(files), size)


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
            unpack(inner, staging / f"nested-{count}")
            inner.unlink()
        drop_hidden(staging)
        moves = moves_of(source.layout, staging, item)
        check_splits(source, placed, {target.split("/")[0] for _, target in moves})
        check_pin(fetched, placed.read(item.name), tools)
        placed.place(item.name, fetched.sha256, moves)
        note(fetched, tools)
    except ArchiveError:
        if item.file is None and not item.want.digests:
            drop(archive)
        raise
    finally:
        clear(staging)
    if item.file is None and not keep:
        drop(archive)


def _local(item: Item, source: Source) -> Fetched:
    """A file that the user gave, checked like one that came over the network; its name stands for its address."""
    try:
        check_content(item.file, item.want)
    except WrongContentError as error:
        raise DownloadError(f"{item.file}: {error}; get it again") from error
    return Fetched(f"archive:{source.name}/{item.name}", item.file.stat().st_size, sha256_file(item.file))

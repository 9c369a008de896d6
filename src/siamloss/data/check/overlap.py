"""The same scene in two datasets, by a perceptual hash of sampled frames.

A 64-bit hash says which of the 8 x 8 lowest frequencies of a 32 x 32 thumbnail are above their median; it hardly
changes with size, compression or brightness. Frames whose hashes differ in few bits are compared by their thumbnails
as well, since dull frames have similar hashes.

Source: the DCT variant of the perceptual hash, Zauner 2010, section 3.2.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from siamloss.data.check.boxes import frames
from siamloss.data.check.findings import Finding
from siamloss.data.check.frames import THUMBNAIL_PX

BITS_APART = 14
"""Largest Hamming distance of two hashes, of 64 bits, that counts as the same scene."""

ALIKE = 0.75
"""Smallest correlation of the two thumbnails."""

FLAT = 4.0
"""Thumbnails with a standard deviation below this grey level show nothing to compare."""

BLOCK = 2_000_000
"""Pairs of frames that are compared at a time."""


@dataclass(frozen=True)
class Scenes:
    """Sampled frames of a dataset.

    Attributes
    ----------
    names : of the sequence of each of N frames.
    frames : their numbers, from 1, int ``(N,)``.
    hashes : uint64 ``(N,)``.
    thumbnails : float32 ``(N, 1024)``, of mean 0 and length 1.
    digests : of the files' bytes.
    """

    names: list[str]
    frames: np.ndarray
    hashes: np.ndarray
    thumbnails: np.ndarray
    digests: list[bytes]

    @classmethod
    def of(cls, sampled: list[tuple[str, int, np.ndarray, bytes]]) -> "Scenes":
        """From ``(sequence, frame from 1, thumbnail, digest)``; flat thumbnails are left out."""
        kept = [item for item in sampled if item[2].std() >= FLAT]
        flat = np.array([item[2].ravel() for item in kept], dtype=np.float32).reshape(len(kept), THUMBNAIL_PX**2)
        flat -= flat.mean(axis=1, keepdims=True)
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        hashes = np.array([perceptual_hash(item[2]) for item in kept], dtype=np.uint64)
        numbers = np.array([item[1] for item in kept], dtype=int)
        return cls([item[0] for item in kept], numbers, hashes, flat, [item[3] for item in kept])


def perceptual_hash(thumbnail: np.ndarray) -> int:
    """64-bit hash of a gray thumbnail uint8 ``(32, 32)``."""
    low = cv2.dct(thumbnail.astype(np.float32))[:8, :8].ravel()
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")


SameFile = tuple[str, int, str, int]
"""A file in both datasets: sequence and frame, from 1, here and there."""


def first_places(digests: Iterable[tuple[str, list[bytes]]]) -> dict[bytes, tuple[str, int]]:
    """Sequence and frame, from 1, where each file is first, from the digests of all frames of each sequence."""
    places: dict[bytes, tuple[str, int]] = {}
    for sequence, found in digests:
        for frame, digest in enumerate(found, start=1):
            if digest:
                places.setdefault(digest, (sequence, frame))
    return places


def same_files(places: Mapping[bytes, tuple[str, int]], there: Iterable[tuple[str, int, bytes]]) -> Iterator[SameFile]:
    """Files of the other dataset, ``(sequence, frame, digest)``, that this one has too, dull ones among them."""
    for sequence, frame, digest in there:
        if digest in places:
            yield (*places[digest], sequence, frame)


def check_overlap(here: Scenes, there: Scenes, name: str, same: Iterable[SameFile] = ()) -> Iterator[Finding]:
    """One finding per pair of sequences that share a scene; the same file in both is an error.

    Parameters
    ----------
    name : how to call the other dataset.
    same : files that are known to be in both, also of frames that are not among the scenes.
    """
    pairs: dict[tuple[str, str], list[tuple[bool, float, int, int]]] = {}
    for sequence, frame, other_sequence, elsewhere in same:
        pairs.setdefault((sequence, other_sequence), []).append((True, 1.0, frame, elsewhere))
    for one, other in _close(here, there):
        alike = float(here.thumbnails[one] @ there.thumbnails[other])
        equal = here.digests[one] == there.digests[other]
        if equal or alike >= ALIKE:
            match = (equal, alike, int(here.frames[one]), int(there.frames[other]))
            pairs.setdefault((here.names[one], there.names[other]), []).append(match)
    for (sequence, other), matches in pairs.items():
        equal, alike, frame, elsewhere = max(matches, key=lambda match: (match[0], match[1], -match[2]))
        count = frames(len({match[2] for match in matches}))
        what = "the same file as" if equal else f"looks like (correlation {alike:.3f})"
        text = f"{what} frame {elsewhere} of '{other}' in {name}; {count} of the sample match"
        yield Finding("error" if equal else "warning", "scene-shared", sequence, frame, text)


def _close(here: Scenes, there: Scenes) -> Iterator[tuple[int, int]]:
    """Pairs of frames whose hashes are close, or whose files are the same."""
    rows = max(BLOCK // max(there.hashes.size, 1), 1)
    for start in range(0, here.hashes.size, rows):
        apart = np.bitwise_count(here.hashes[start : start + rows, None] ^ there.hashes[None])
        for one, other in np.argwhere(apart <= BITS_APART):
            yield start + int(one), int(other)

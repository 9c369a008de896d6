"""What a crop store will hold, decided before the first frame is cut."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from siamloss.config import CropsConfig, Experiment
from siamloss.crops.select import select_frames
from siamloss.crops.source import Source
from siamloss.crops.store import store_px
from siamloss.data.readers import reader_place
from siamloss.data.sequence import Sequence
from siamloss.errors import EmptySequenceError
from siamloss.geometry.network import GEOMETRY
from siamloss.provenance.fingerprint import code_fingerprint
from siamloss.provenance.hashing import sha256_bytes, sha256_file, short_hash

BLOCK = 64
"""Frames, at most, that are cut and written together: what a kill can cost each thread."""


@dataclass(frozen=True)
class Block:
    """Some frames of one sequence."""

    sequence: Sequence
    frames: np.ndarray


@dataclass(frozen=True)
class Plan:
    """The frames of a store in its order, and how they are cut.

    Attributes
    ----------
    chosen : sequences with at least two frames to cut, and those frames.
    side_px : side of a crop.
    exemplar_px : side of the exemplar within it.
    dataset_manifest : sha256 of the dataset's manifest.
    key : hash of everything that the crops' bytes depend on; names the unfinished work.
    maker : the same with all code of the verb; what is there and has it is the store that would be made.
    """

    name: str
    role: str
    config: CropsConfig
    source: Source
    chosen: tuple[tuple[Sequence, np.ndarray], ...]
    side_px: int
    exemplar_px: int
    dataset_manifest: str
    key: str
    maker: str

    def __len__(self) -> int:
        return sum(len(frames) for _, frames in self.chosen)

    @property
    def blocks(self) -> list[Block]:
        """All frames, in the order of the store, at most :data:`BLOCK` of one sequence together."""
        return [
            Block(sequence, frames[start : start + BLOCK])
            for sequence, frames in self.chosen
            for start in range(0, len(frames), BLOCK)
        ]


def make_plan(experiment: Experiment, name: str, source: Source, manifest: Path) -> Plan:
    """Choose the frames of dataset ``name``.

    Raises
    ------
    EmptySequenceError : no sequence has two frames to cut.
    """
    config, dataset = experiment.crops, experiment.dataset(name)
    geometry = GEOMETRY[experiment.model.backbone]
    side_px = store_px(
        geometry.train_search_px, experiment.pairs.translate_px * geometry.resolution, experiment.pairs.stretch
    )
    chosen = []
    for sequence in source.sequences:
        hashes = [source.sha256(path) for path in sequence.frame_paths] if config.skip_odd_frames else None
        frames = select_frames(sequence, config, hashes)
        if len(frames) >= 2:
            chosen.append((sequence, frames))
    if not chosen:
        raise EmptySequenceError(
            f"dataset '{name}' has no sequence with two visible frames to cut; "
            "choose another training set, or set crops.frame_filter: none"
        )
    version = sha256_file(manifest)
    frames = [_frames_hash(sequence, frames, source.root) for sequence, frames in chosen]
    facts = [name, dataset.role, asdict(config), side_px, geometry.exemplar_px, version, short_hash(frames)]
    reader = reader_place(dataset.format, dataset.reader)
    return Plan(
        name=name,
        role=dataset.role,
        config=config,
        source=source,
        chosen=tuple(chosen),
        side_px=side_px,
        exemplar_px=geometry.exemplar_px,
        dataset_manifest=version,
        key=short_hash([*facts, code_fingerprint("siamloss.crops.block", reader)]),
        maker=short_hash([*facts, code_fingerprint("siamloss.crops.build", reader)]),
    )


def _frames_hash(sequence: Sequence, frames: np.ndarray, root: Path) -> list[str]:
    """Name of a sequence, and hashes of what its reader says of the chosen frames."""
    paths = [sequence.frame_paths[frame].relative_to(root).as_posix() for frame in frames]
    arrays = [sequence.boxes[frames], sequence.visible[frames], frames]
    if sequence.distractor is not None:
        arrays.append(sequence.distractor[frames])
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    return [sequence.name, short_hash(paths), sha256_bytes(data)]

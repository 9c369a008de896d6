"""What the poster's figures are made of: runs by their folders, a sequence by its name or its folder."""

from dataclasses import dataclass
from pathlib import Path

from siamloss.config import Dataset, Experiment, PairsConfig, TrackConfig
from siamloss.config_io import read_spec
from siamloss.data.open import dataset_root, open_dataset
from siamloss.data.readers import READERS, read_with
from siamloss.data.sequence import Sequence
from siamloss.data.verified import open_verified
from siamloss.demo.run import labels
from siamloss.errors import ConfigError, MissingDataError, UnknownNameError, did_you_mean
from siamloss.geometry.network import GEOMETRY
from siamloss.metrics.scores_file import Scores, read_scores
from siamloss.paths import Home
from siamloss.provenance.manifest import read_listed
from siamloss.report.moment import Eye
from siamloss.tracking.load import open_run
from siamloss.training.run import FACTS, read_facts, read_network


@dataclass(frozen=True)
class Footage:
    """A sequence, the layout that decides its protocol, and the dataset it is of ("" for a folder)."""

    sequence: Sequence
    layout: str
    dataset: str

    @property
    def title(self) -> str:
        """Dataset and sequence."""
        return f"{self.dataset}: {self.sequence.name}" if self.dataset else self.sequence.name


def spec_of(run: Path, spec: Path | None = None) -> Experiment | None:
    """The configuration given, else that of the results which the run lies in; None where there is none."""
    if spec is not None:
        return read_spec(spec)
    above = run.resolve().parents
    path = above[2] / "spec.json" if len(above) > 2 else Path("spec.json")
    return read_spec(path) if path.is_file() else None


def run_labels(runs: list[Path], experiment: Experiment | None) -> list[str]:
    """Names of runs, all different: the labels of their variants where these are known, else variant and seed.

    Raises
    ------
    ConfigError : a run would be compared with itself.
    MissingDataError : a folder is no run.
    CorruptError : its ``run.json`` is not the one that its manifest lists.
    """
    for run in runs:
        if (run / FACTS).is_file():
            read_listed(run, FACTS)
    names = labels(runs)
    known = {} if experiment is None else {v.name: v.label for v in (*experiment.variants, *experiment.grid_variants)}
    shown = [known.get(str(read_facts(run).get("variant")), "") for run in runs]
    return shown if all(shown) and len(set(shown)) == len(runs) else names


def open_eyes(runs: list[Path], experiment: Experiment | None, threads: int = 0, device: str = "auto") -> list[Eye]:
    """Runs ready to look, in the order given, with the constants of the experiment, or SiamFC's where there is none."""
    track = TrackConfig() if experiment is None else experiment.track
    radius_px = (PairsConfig() if experiment is None else experiment.pairs).label_radius_px
    eyes = []
    for run, label in zip(runs, run_labels(runs, experiment), strict=True):
        config, context = read_network(run)
        tracker = open_run(run, track, threads, device)
        eyes.append(Eye(label, tracker, GEOMETRY[config.backbone], context, radius_px))
    return eyes


def scores_of(run: Path) -> Scores | None:
    """Score maps of a run on its fixed pairs, where they lie in the results that the run lies in."""
    above = run.resolve().parents
    if len(above) < 3:
        return None
    path = above[2] / "scores" / run.resolve().parent.name / f"{run.resolve().name}.npz"
    return read_scores(path) if path.is_file() else None


def find_footage(name: str, experiment: Experiment | None, layout: str = "") -> Footage:
    """A sequence by its folder, or by its name (or dataset and name, ``otb/Basketball``) in the experiment's datasets.

    Parameters
    ----------
    layout : of a folder; "" guesses it from the files there.

    Raises
    ------
    UnknownNameError : no dataset has it; the nearest name is given. Or several have it.
    ConfigError : a name without an experiment.
    MissingDataError : no dataset is there.
    CorruptError : a dataset that was looked through is not the one that its manifest lists.
    """
    folder = Path(name)
    if folder.is_dir():
        return open_folder(folder, layout)
    if experiment is None:
        raise ConfigError(
            f"there is no folder {name}, and no configuration to look the name up in; give a folder, or --spec"
        )
    datasets = {item.name: item for item in experiment.all_datasets if item is not experiment.datasets.train}
    wanted, _, inner = name.partition("/")
    if inner and wanted in datasets:
        datasets, name = {wanted: datasets[wanted]}, inner
    there = [item for item in datasets.values() if dataset_root(experiment, item).is_dir()]
    if not there:
        raise MissingDataError(f"none of the datasets {', '.join(datasets)} is there; run snakemake, or give a folder")
    known: dict[str, list[tuple[Sequence, Dataset]]] = {}
    for item in there:
        for sequence in _open(experiment, item):
            known.setdefault(sequence.name, []).append((sequence, item))
    if name not in known:
        places = ", ".join(item.name for item in there)
        raise UnknownNameError(f"no sequence '{name}' in {places}; {did_you_mean(name, known)}")
    if len(known[name]) > 1:
        choices = " or ".join(f"{item.name}/{name}" for _, item in known[name])
        raise UnknownNameError(f"several datasets have a sequence '{name}'; write {choices}")
    ((sequence, item),) = known[name]
    return Footage(sequence, item.format, item.name)


def _open(experiment: Experiment, dataset: Dataset) -> list[Sequence]:
    """The sequences of a dataset, after re-reading every file that its manifest lists, where there is one."""
    manifest = Home(experiment).manifest(dataset.name)
    if manifest.is_file():
        return open_verified(experiment, dataset.name, manifest)
    return open_dataset(experiment, dataset)


def open_folder(folder: Path, layout: str = "") -> Footage:
    """The sequence in a folder of frames with its annotation."""
    folder = folder.resolve()
    if layout and layout not in READERS:
        raise UnknownNameError(f"unknown format '{layout}'; {did_you_mean(layout, READERS)}")
    layout = layout or guess_layout(folder)
    if layout == "folder":
        return Footage(read_with(layout, "", folder)[0], layout, "")
    return Footage(read_with(layout, "", folder.parent, (folder.name,))[0], layout, "")


def guess_layout(folder: Path) -> str:
    """Layout of a sequence's folder by the names of its files: ``otb``, ``vot``, ``got10k`` or ``folder``."""
    if any(folder.glob("groundtruth_rect*.txt")):
        return "otb"
    if (folder / "groundtruth.txt").is_file():
        if (folder / "absence.label").is_file() or (folder / "meta_info.ini").is_file():
            return "got10k"
        first = (folder / "groundtruth.txt").read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        if (folder / "color").is_dir() or first.count(",") == 7:
            return "vot"
    return "folder"

"""The one place that knows the folders under ``results/<profile>/``."""

from dataclasses import dataclass
from pathlib import Path

from siamloss.config import Experiment


@dataclass(frozen=True)
class Home:
    """Paths of one experiment's products.

    Attributes
    ----------
    experiment : names the folder.
    made : another folder for what is computed from runs and records (metrics, separability, tables, figures, page);
        without it they lie beside the rest.
    """

    experiment: Experiment
    made: Path | None = None

    @property
    def root(self) -> Path:
        """``results/<profile>``."""
        return Path(self.experiment.results) / self.experiment.profile

    @property
    def computed(self) -> Path:
        """Folder of what is computed from runs and records."""
        return self.root if self.made is None else Path(self.made)

    @property
    def spec(self) -> Path:
        """The resolved configuration every verb reads."""
        return self.root / "spec.json"

    @property
    def data(self) -> Path:
        """Drawn datasets and the manifests of all datasets."""
        return self.root / "data"

    def manifest(self, dataset: str) -> Path:
        """Manifest of a dataset, drawn or not."""
        return self.data / f"{dataset}.manifest.json"

    def crops(self, dataset: str) -> Path:
        """Crop store of a dataset."""
        return self.root / "crops" / dataset

    def run(self, variant: str, seed: int) -> Path:
        """Trained run: weights, curve, facts."""
        return self.root / "train" / variant / f"seed{seed:02d}"

    def events(self, variant: str, seed: int) -> Path:
        """TensorBoard events of a training, where they are asked for."""
        return self.root / "tensorboard" / variant / f"seed{seed:02d}"

    def scores(self, variant: str, seed: int) -> Path:
        """Score maps of a run on fixed training and validation pairs."""
        return self.root / "scores" / variant / f"seed{seed:02d}.npz"

    def records(self, variant: str, seed: int, benchmark: str) -> Path:
        """Per-frame records of a run on a benchmark."""
        return self.root / "track" / variant / f"seed{seed:02d}" / f"{benchmark}.parquet"

    def tune(self, variant: str) -> Path:
        """What the tuning stage tried for a variant, and what it chose."""
        return self.root / "tune" / f"{variant}.json"

    @property
    def ledger(self) -> Path:
        """One line per evaluation on a test benchmark that was ever made; only ever appended to."""
        return self.root / "test_evaluations.jsonl"

    def _measured(self, ablation: bool) -> Path:
        return self.computed / "metrics" / "ablation" if ablation else self.computed / "metrics"

    def metrics(self, benchmark: str, ablation: bool = False) -> Path:
        """Tidy metrics of all runs (of the main list, or of the ablation) on a benchmark; the curves lie beside."""
        return self._measured(ablation) / f"{benchmark}.parquet"

    def curves(self, benchmark: str, ablation: bool = False) -> Path:
        """Success and precision curves of all runs on a benchmark."""
        return self._measured(ablation) / f"{benchmark}.curves.parquet"

    def attributes(self, benchmark: str) -> Path:
        """Tidy metrics by attribute of the runs of the main list; the measuring stage puts them beside the metrics."""
        return self.metrics(benchmark).with_suffix(".attributes.parquet")

    def separability(self, ablation: bool = False) -> Path:
        """Tidy separability of the scores of all runs."""
        return self.computed / "separability" / f"{'ablation' if ablation else 'main'}.parquet"

    @property
    def partial(self) -> Path:
        """Report on what is there, where runs are missing; ``siamloss report`` makes it, no rule does."""
        return self.root / "partial"

    @property
    def ablation(self) -> Path:
        """Tables, figures and page of the ablation grids."""
        return self.root / "ablation"

    @property
    def study(self) -> Path:
        """Levels, changes and figure of the study of knobs."""
        return self.root / "study"

    @property
    def tables(self) -> Path:
        """Tables as CSV, Markdown and LaTeX."""
        return self.computed / "tables"

    @property
    def figures(self) -> Path:
        """Figures as PNG, PDF and SVG."""
        return self.computed / "figures"

    @property
    def frames(self) -> Path:
        """Small pictures, boxes and score maps of the sequences that the page steps through."""
        return self.root / "frames"

    @property
    def page(self) -> Path:
        """The self-contained page."""
        return self.computed / "report" / "index.html"

    def log(self, name: str) -> Path:
        """Messages of one job."""
        return self.root / "logs" / f"{name}.log"

    def progress(self, key: str) -> Path:
        """Undeclared folder for the unfinished work of one job; survives a crash."""
        return self.root / ".progress" / key

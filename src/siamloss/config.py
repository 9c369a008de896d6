"""The configuration: frozen dataclasses are the one truth; the schema is generated from them.

A *profile* (``config/demo.yaml``) names datasets and variants from the catalogues beside it; :func:`resolve` looks them
up and returns an :class:`Experiment` that stands alone. Its canonical JSON is the ``spec.json`` every verb reads.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from siamloss.config_resources import ResourcesConfig

Role = Literal["train", "val", "test"]
Format = Literal["otb", "vot", "got10k", "lasot", "trackingnet", "folder", "coco"]


@dataclass(frozen=True)
class SyntheticConfig:
    """How a synthetic dataset is drawn.

    Attributes
    ----------
    difficulty : strength of every challenge; 0 is a clean scene, 1 the default.
    attributes : OTB attributes that every sequence is given; empty: they are dealt out among the sequences.
    knobs : turns single challenges (docs/synthetic.md). Scenes that differ in one knob are the same in everything else.
    photos : folder of photographs to look at behind the objects; "" paints a background.
    cutouts : folder of PNG images with an alpha channel to use as objects; "" paints them.
    """

    sequences: int = 8
    frames: int = 60
    seed: int = 0
    width: int = 320
    height: int = 240
    difficulty: float = 1.0
    attributes: tuple[str, ...] = ()
    knobs: dict[str, float] = field(default_factory=dict)
    photos: str = ""
    cutouts: str = ""


@dataclass(frozen=True)
class Dataset:
    """One dataset: its layout on disk, its role and where it comes from.

    Attributes
    ----------
    year : VOT challenge whose interval the expected average overlap (EAO) is taken over; 0: none.
    eao_interval : ``[low, high]``, the interval of a VOT set that belongs to no challenge. With neither, no EAO.
    source : name in ``config/sources.yaml`` that ``siamloss fetch`` and ``snakemake fetch`` get it by; "" for none.
    reader : what reads the files instead of the format's own reader: ``package.module:function``, or a name of the
        entry point group ``siamloss.readers``. The format still says by which protocol it is tracked and scored.
    """

    name: str
    format: Format
    role: Role
    path: str = ""
    sequences: tuple[str, ...] = ()
    reader: str = ""
    synthetic: SyntheticConfig | None = None
    year: int = 0
    eao_interval: tuple[int, ...] = ()
    licence: str = ""
    source: str = ""
    how_to_get: str = ""


@dataclass(frozen=True)
class Datasets:
    """The datasets of a profile, by role."""

    train: Dataset
    val: Dataset
    test: tuple[Dataset, ...]


@dataclass(frozen=True)
class Variant:
    """One row of the tables: a loss with its parameters, or a control without training.

    Attributes
    ----------
    params : parameters of the loss; ``score: cosine`` also chooses the network's head.
    lr_scale : factor on the profile's learning rates, where nothing is tuned, and the first one tried where it is.
    tune : ranges ``[low, high]`` that the tuning stage searches, by parameter; ``lr_scale`` always is.
    fixed : parameters that the instance name sets (``gsl[eta=0.5]``); tuning leaves them alone.
    tuned_as : variant whose tuning applies; a cell of a sweep takes its base's, everything else its own.
    start : where a fine-tuning begins: the trained variant of this name (same seed), or a ``.safetensors`` file of
        weights; "" for the initial weights of the seed.
    """

    name: str
    loss: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    control: Literal["", "never-moves", "untrained", "oracle"] = ""
    label: str = ""
    lr_scale: float = 1.0
    tune: dict[str, Any] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    tuned_as: str = ""
    start: str = ""

    @property
    def head(self) -> Literal["correlation", "cosine"]:
        """How the network compares features: a loss on cosine scores needs them in [-1, 1]."""
        return "cosine" if self.params.get("score") == "cosine" else "correlation"


@dataclass(frozen=True)
class Grid:
    """An ablation: variants side by side, along one or two parameters or as a plain list.

    Attributes
    ----------
    axes : values by parameter, in the order of the variants (the last one fastest); empty for a plain list.
    variants : names, one per combination.
    reference : the cell of a product that has the catalogue's values of its base; "" if no cell has them.
    """

    name: str
    variants: tuple[str, ...]
    axes: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    reference: str = ""


@dataclass(frozen=True)
class ModelConfig:
    """Siamese network."""

    backbone: Literal["alexnet", "small"] = "alexnet"
    width: float = 1.0
    score_gain: float = 1e-3


@dataclass(frozen=True)
class CropsConfig:
    """Crop store.

    Attributes
    ----------
    context : share of (w + h) around the target.
    frames_per_sequence : frames kept of each sequence, evenly spread; 0 keeps all.
    storage : ``raw`` is read by memory map; ``jpeg`` takes a seventh of the space and is decoded at each read.
    jpeg_quality : 1 to 100.
    frame_filter : ``siamfc`` leaves out frames with tiny, huge, elongated or hardly visible targets.
    skip_odd_frames : leave out frames that repeat the one before, differ in size from the first, or cannot be right.
    """

    context: float = 0.5
    frames_per_sequence: int = 0
    storage: Literal["raw", "jpeg"] = "raw"
    jpeg_quality: int = 95
    frame_filter: Literal["none", "siamfc"] = "none"
    skip_odd_frames: bool = False


@dataclass(frozen=True)
class PairsConfig:
    """Sampling and augmentation of training pairs; pixel values refer to the 255 px search image."""

    max_frame_distance: int = 100
    translate_px: int = 4
    stretch: float = 0.05
    gray_probability: float = 0.0
    label_radius_px: float = 16.0


@dataclass(frozen=True)
class TrainConfig:
    """Optimisation, the same for every variant.

    Attributes
    ----------
    clip_norm : largest norm of the gradient; 0 does not clip.
    val_pairs : validation pairs after each epoch.
    epoch_maps : score maps kept of each epoch and role.
    checkpoint_steps : steps between two saved states; also saved after each epoch and on SIGTERM.
    precision : of the network's convolutions; ``auto`` is bfloat16 on CUDA, else float32. Losses are always in float32.
    compile : run the training step through ``torch.compile``, which pays for long trainings only.
    cuda_graph : record the training step once per epoch and replay it; CUDA only.
    crops_on_device : ``auto`` holds the crop store in the memory of a CUDA device where it fits; ``never`` does not.
    tensorboard : also write the curve as TensorBoard events, to ``tensorboard/`` in the profile's results.
    """

    epochs: int = 50
    pairs_per_epoch: int = 53200
    batch_size: int = 8
    lr_start: float = 1e-2
    lr_end: float = 1e-5
    momentum: float = 0.9
    weight_decay: float = 5e-4
    clip_norm: float = 0.0
    val_pairs: int = 512
    epoch_maps: int = 64
    checkpoint_steps: int = 500
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    compile: bool = False
    cuda_graph: bool = False
    crops_on_device: Literal["auto", "never"] = "auto"
    tensorboard: bool = False


TRACELESS = ("checkpoint_steps", "crops_on_device", "tensorboard")
"""Settings of the training that no weight depends on."""


@dataclass(frozen=True)
class TuneConfig:
    """The budget that every variant gets to choose its learning rate and open parameters, on the validation role."""

    trials: int = 0
    epochs: int = 5
    pairs_per_epoch: int = 5000
    val_pairs: int = 512
    val_sequences: int = 0
    seed: int = 0
    lr_scale: tuple[float, ...] = (0.03, 3.0)

    @property
    def budget(self) -> dict[str, int]:
        """Settings of the training that a trial has its own of."""
        own = {"epochs": self.epochs, "pairs_per_epoch": self.pairs_per_epoch, "val_pairs": self.val_pairs}
        return {**own, "epoch_maps": 0}


@dataclass(frozen=True)
class AblationConfig:
    """What ``snakemake ablation`` runs: grids of variants.yaml, with these seeds (none: the profile's)."""

    grids: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class TrackConfig:
    """SiamFC-3s tracker constants.

    Attributes
    ----------
    peak : ``subcell`` takes the top of a parabola through the best cell of the upsampled map and its neighbours, so
        that rounding moves the box by next to nothing; ``cell`` is SiamFC's own, which may jump by a cell.
    scale_search : ``all`` searches the whole window at every scale, as SiamFC does. ``peak`` is approximate and takes
        half the time: it searches the middle scale and compares the scales on exemplar-sized windows around its peak.
    precision : ``int8`` computes features in 8-bit integers, on a CPU: approximate, a third of the time.
    """

    scales: int = 3
    scale_step: float = 1.0375
    scale_penalty: Literal["shift_safe", "multiplicative"] = "shift_safe"
    scale_penalty_factor: float = 0.9745
    scale_search: Literal["all", "peak"] = "all"
    scale_lr: float = 0.59
    response_up: int = 16
    window_influence: float = 0.176
    peak: Literal["subcell", "cell"] = "subcell"
    precision: Literal["float32", "int8"] = "float32"
    size_min: float = 0.2
    size_max: float = 5.0


@dataclass(frozen=True)
class StatsConfig:
    """Intervals and tests."""

    draws: int = 2000
    level: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class ReportConfig:
    """Which rows and pictures the report shows."""

    ours: str = "gsl"
    main: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    qualitative_sequences: int = 2
    published: str = ""


@dataclass(frozen=True)
class StudyConfig:
    """What ``snakemake study`` compares: knobs of the synthetic scenes, and the test datasets drawn at their settings.

    Attributes
    ----------
    axes : by knob, the names of the datasets; they differ in that knob alone.
    metric : the one that is compared.
    """

    axes: dict[str, list[str]] = field(default_factory=dict)
    metric: Literal["success_auc", "ao"] = "success_auc"


@dataclass(frozen=True)
class Profile:
    """What a profile file may say; names refer to the catalogues."""

    profile: str
    seeds: tuple[int, ...]
    variants: tuple[str, ...]
    datasets: dict[str, Any]
    baseline: str = "logistic"
    results: str = "results"
    data_root: str = "data"
    device: str = "auto"
    model: ModelConfig = ModelConfig()
    crops: CropsConfig = CropsConfig()
    pairs: PairsConfig = PairsConfig()
    train: TrainConfig = TrainConfig()
    tune: TuneConfig = TuneConfig()
    ablation: AblationConfig = AblationConfig()
    track: TrackConfig = TrackConfig()
    stats: StatsConfig = StatsConfig()
    report: ReportConfig = ReportConfig()
    study: StudyConfig = StudyConfig()
    resources: ResourcesConfig = ResourcesConfig()


@dataclass(frozen=True)
class Experiment:
    """A resolved profile: everything a verb needs, with no name left to look up."""

    profile: str
    seeds: tuple[int, ...]
    variants: tuple[Variant, ...]
    datasets: Datasets
    baseline: str
    results: str
    data_root: str
    device: str
    model: ModelConfig
    crops: CropsConfig
    pairs: PairsConfig
    train: TrainConfig
    tune: TuneConfig
    ablation: AblationConfig
    track: TrackConfig
    stats: StatsConfig
    report: ReportConfig
    grids: tuple[Grid, ...] = ()
    grid_variants: tuple[Variant, ...] = ()
    study: StudyConfig = StudyConfig()
    resources: ResourcesConfig = ResourcesConfig()

    def variant(self, name: str) -> Variant:
        """The variant of this name, of the main list or of a grid.

        Raises
        ------
        UnknownNameError : there is none.
        """
        return _by_name(name, (*self.variants, *self.grid_variants), "variant")

    @property
    def ablation_seeds(self) -> tuple[int, ...]:
        """Seeds of the grids."""
        return self.ablation.seeds or self.seeds

    def dataset(self, name: str) -> Dataset:
        """The dataset of this name; :class:`~siamloss.errors.UnknownNameError` if there is none."""
        return _by_name(name, self.all_datasets, "dataset")

    @property
    def all_datasets(self) -> tuple[Dataset, ...]:
        """Training, validation and test datasets, in this order."""
        return (self.datasets.train, self.datasets.val, *self.datasets.test)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as written to ``spec.json``; what a cluster is asked for is no part of it."""
        values = asdict(self)
        del values["resources"]
        return values


def _by_name(name: str, items: tuple, what: str):
    from siamloss.errors import UnknownNameError, did_you_mean

    for item in items:
        if item.name == name:
            return item
    raise UnknownNameError(f"unknown {what} '{name}'; {did_you_mean(name, [item.name for item in items])}")

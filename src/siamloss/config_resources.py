"""What a cluster is asked for the jobs of a profile: how they are run, not what they compute."""

from dataclasses import dataclass


@dataclass(frozen=True)
class JobResources:
    """What a cluster is asked for one job; no result depends on it.

    Attributes
    ----------
    cpus : CPU threads, which one machine gives too.
    mem_mb, runtime_min : main memory and time of the first attempt; each further attempt asks for more.
    """

    cpus: int = 1
    mem_mb: int = 4000
    runtime_min: int = 60


@dataclass(frozen=True)
class CropsResources(JobResources):
    """Of a crop store: frames are cut side by side."""

    cpus: int = 8
    mem_mb: int = 8000
    runtime_min: int = 720


@dataclass(frozen=True)
class NetworkResources(JobResources):
    """Of a job that runs a network.

    Attributes
    ----------
    gpus : how many; 0 where the cluster has none, and ``device: cpu`` asks for none anyway.
    gpu_type : the cluster's name of the model; "" takes any.
    gpu_mb : MiB of GPU memory, by which small jobs share a GPU (docs/cluster.md); 0 has the GPU alone.
    """

    mem_mb: int = 16000
    runtime_min: int = 240
    gpus: int = 1
    gpu_type: str = ""
    gpu_mb: int = 0


@dataclass(frozen=True)
class TrainResources(NetworkResources):
    """Of a training or a tuning."""

    runtime_min: int = 1440


@dataclass(frozen=True)
class ResourcesConfig:
    """What each kind of job asks a cluster for.

    Attributes
    ----------
    growth : factor on memory and time from one attempt to the next.
    other : all jobs without a room of their own: measuring, tables, figures, pages.
    """

    growth: float = 1.5
    data: JobResources = JobResources()
    crops: CropsResources = CropsResources()
    tune: TrainResources = TrainResources()
    train: TrainResources = TrainResources()
    scores: NetworkResources = NetworkResources()
    track: NetworkResources = NetworkResources()
    frames: NetworkResources = NetworkResources()
    other: JobResources = JobResources()

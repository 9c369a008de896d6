"""From a run directory to a tracker."""

from pathlib import Path

from siamloss.config import Experiment, TrackConfig
from siamloss.errors import ConfigError, MissingDataError
from siamloss.geometry.network import GEOMETRY
from siamloss.model.device import choose_device, make_deterministic
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.training.run import FACTS, load_run, read_network


def newest_run(results: Path = Path("results")) -> Path:
    """The run directory that was written last below a folder of results.

    Raises
    ------
    MissingDataError : there is none.
    """
    found = [path.parent for path in results.glob(f"*/train/*/seed*/{FACTS}")]
    if not found:
        raise MissingDataError(f"there is no trained run in {results}; run snakemake --cores all, or give --run")
    return max(found, key=lambda run: ((run / FACTS).stat().st_mtime, str(run)))


def tracker_of(experiment: Experiment, run: Path | None, threads: int = 0) -> SiamFCTracker:
    """The tracker of a run with the constants of an experiment.

    Raises
    ------
    ConfigError : no run is given.
    CorruptError : it is damaged or of another architecture than the experiment's.
    """
    if run is None:
        raise ConfigError(
            "a trained variant needs its run directory; give --run results/<profile>/train/<variant>/seed<NN>"
        )
    make_deterministic(threads)
    model = load_run(run, experiment.model, choose_device(experiment.device))
    return SiamFCTracker(model, experiment.track, GEOMETRY[experiment.model.backbone], experiment.crops.context)


def open_run(run: Path, track: TrackConfig | None = None, threads: int = 0, device: str = "auto") -> SiamFCTracker:
    """The tracker of a run, with nothing else at hand.

    Parameters
    ----------
    run : run directory; its ``run.json`` says which network it holds.
    track : the tracker's constants; SiamFC-3s by default.
    threads : CPU threads; 0 leaves the choice to torch.
    device : ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    MissingDataError : there is no run.
    CorruptError : it is damaged, or older than the entry that says which network it holds.
    """
    config, context = read_network(run)
    make_deterministic(threads)
    model = load_run(run, config, choose_device(device))
    return SiamFCTracker(model, track or TrackConfig(), GEOMETRY[config.backbone], context)

"""The verb that makes what the page steps through."""

import typer

from siamloss.cli_options import Out, Spec, Threads, network_experiment_of

app = typer.Typer()


@app.command()
def frames(spec: Spec, out: Out, threads: Threads = 0) -> None:
    """Write small pictures, boxes and score maps of the sequences that the page steps through."""
    from siamloss.data.verified import open_verified
    from siamloss.paths import Home
    from siamloss.report.frames_job import write_frames

    experiment = network_experiment_of(spec, "frames")
    home = Home(experiment)
    tests = [item.name for item in experiment.datasets.test]
    sequences = {name: open_verified(experiment, name, home.manifest(name)) for name in tests}
    write_frames(experiment, home, sequences, out, threads)

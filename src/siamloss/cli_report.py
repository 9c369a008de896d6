"""Verbs that make what people look at: tables, figures, pages."""

import typer

from siamloss.cli_options import Folder, Out, Spec, experiment_of

app = typer.Typer()


@app.command()
def tables(spec: Spec, out: Out) -> None:
    """Write all tables as CSV, Markdown and LaTeX."""
    from siamloss.paths import Home
    from siamloss.report.job import write_tables

    experiment = experiment_of(spec)
    write_tables(experiment, Home(experiment), out)


@app.command()
def figures(spec: Spec, out: Out) -> None:
    """Write all figures as PNG and PDF."""
    from siamloss.data.verified import open_verified
    from siamloss.paths import Home
    from siamloss.report.job import write_figures

    experiment = experiment_of(spec)
    home = Home(experiment)
    tests = [item.name for item in experiment.datasets.test]
    sequences = {name: open_verified(experiment, name, home.manifest(name)) for name in tests}
    write_figures(experiment, home, sequences, out)


@app.command()
def ablation(spec: Spec, out: Out) -> None:
    """Write the tables, heat maps and page of the ablation grids."""
    from siamloss.paths import Home
    from siamloss.report.ablation import write_ablation

    experiment = experiment_of(spec, ablation=True)
    write_ablation(experiment, Home(experiment), out)


@app.command()
def study(spec: Spec, out: Out) -> None:
    """Write the study of knobs: what happens to every loss when one challenge grows."""
    from siamloss.paths import Home
    from siamloss.report.study import write_study

    experiment = experiment_of(spec)
    write_study(experiment, Home(experiment), out)


@app.command()
def page(spec: Spec, tables: Folder, figures: Folder, out: Out) -> None:
    """Write the self-contained page."""
    from siamloss.paths import Home
    from siamloss.report.job import write_page

    experiment = experiment_of(spec)
    write_page(experiment, Home(experiment), tables, figures, out)

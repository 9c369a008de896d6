"""Verbs that make what people look at: tables, figures, pages."""

from pathlib import Path
from typing import Annotated

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
    """Write all figures as PNG, PDF and SVG, for a page and for a column."""
    from siamloss.data.verified import open_verified
    from siamloss.paths import Home
    from siamloss.report.figures_job import write_figures

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
def report(
    spec: Spec,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the report; without it results/<profile>/partial.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Compare every printed number with what the records give, and write nothing."),
    ] = False,
) -> None:
    """Make the report from the runs that are there, missing ones named; or check a report against its records."""
    from siamloss.paths import Home

    experiment = experiment_of(spec)
    if check:
        from siamloss.report.check import check_report, describe

        print(describe(check_report(experiment, Home(experiment, out), spec)))
        return
    from siamloss.report.partial import write_partial

    folder = out or Home(experiment).partial
    missing = write_partial(experiment, folder)
    print(missing.sentence or f"all {missing.runs} runs are there")
    print(f"written to {folder}")


@app.command()
def page(
    spec: Spec,
    tables: Folder,
    figures: Folder,
    out: Out,
    frames: Annotated[Path | None, typer.Option(help="Folder made by 'siamloss frames', to step through.")] = None,
) -> None:
    """Write the self-contained page."""
    from siamloss.paths import Home
    from siamloss.report.page_job import write_page

    experiment = experiment_of(spec)
    write_page(experiment, Home(experiment), tables, figures, out, frames)

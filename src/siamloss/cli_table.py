"""The verb that prints one table."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Annotations, Baseline, ListNames, Profile, ResultFolders, SequenceList, SpecFile, Year
from siamloss.errors import ConfigError

app = typer.Typer()


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="Which table; --list says all.")] = "",
    list_names: ListNames = False,
    form: Annotated[str, typer.Option("--format", help="latex, markdown or csv (every digit).")] = "markdown",
    out: Annotated[Path | None, typer.Option(help="File to write; without it the table is printed.")] = None,
    benchmark: Annotated[str, typer.Option(help="Which benchmark; otb, got10k or vot with --annotations.")] = "",
    metric: Annotated[str, typer.Option(help="Which metric of the tables by attribute.")] = "",
    profile: Profile = None,
    spec: SpecFile = None,
    annotations: Annotations = None,
    results: ResultFolders = None,
    baseline: Baseline = "",
    sequences: SequenceList = None,
    year: Year = None,
) -> None:
    """Write one table, of our results or of anybody's result files, as LaTeX, Markdown or CSV."""
    from siamloss.report import single_table

    if list_names:
        for known, words in single_table.TABLES.items():
            typer.echo(f"{known:<22}{words}")
        return
    if not name:
        raise ConfigError("name a table, for example 'siamloss table main'; 'siamloss table --list' says all")
    if annotations is not None or results:
        from siamloss.report.outside import require_outside

        outside = require_outside(benchmark, annotations, results, baseline, sequences, year)
        text = single_table.make_outside_table(outside, name, form)
    else:
        from siamloss.report.origin import find_results

        text = single_table.make_table(*find_results(spec, profile), name, form, benchmark, metric)
    typer.echo(single_table.put(text, out), nl=False)

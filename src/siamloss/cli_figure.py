"""The verb that draws one figure."""

from pathlib import Path
from typing import Annotated

import typer

from siamloss.cli_options import Annotations, Baseline, ListNames, Profile, ResultFolders, SequenceList, SpecFile, Year
from siamloss.errors import ConfigError

app = typer.Typer()


@app.command()
def figure(
    name: Annotated[str, typer.Argument(help="Which figure; --list says all.")] = "",
    list_names: ListNames = False,
    out: Annotated[Path | None, typer.Option(help="File ending in .pdf, .svg or .png (200 dpi).")] = None,
    width: Annotated[str, typer.Option(help="column (3.4 in) or page (7.2 in); the layout follows.")] = "page",
    benchmark: Annotated[str, typer.Option(help="Which benchmark; otb, got10k or vot with --annotations.")] = "",
    variant: Annotated[str, typer.Option(help="Which variant, of a score map.")] = "",
    sequence: Annotated[str, typer.Option(help="Which sequence, of the qualitative figures.")] = "",
    profile: Profile = None,
    spec: SpecFile = None,
    annotations: Annotations = None,
    results: ResultFolders = None,
    baseline: Baseline = "",
    sequences: SequenceList = None,
    year: Year = None,
) -> None:
    """Draw one figure, of our results or of anybody's result files, as PDF, SVG or PNG."""
    from siamloss.report import single_figure

    if list_names:
        for known, words in single_figure.FIGURES.items():
            typer.echo(f"{known:<22}{words}")
        return
    if not name or out is None:
        raise ConfigError(
            "name a figure and a file, for example 'siamloss figure success --benchmark otb --out success.pdf'; "
            "'siamloss figure --list' says all"
        )
    if annotations is not None or results:
        from siamloss.report.outside import require_outside

        outside = require_outside(benchmark, annotations, results, baseline, sequences, year)
        single_figure.make_outside_figure(outside, name, out, width)
    else:
        from siamloss.report.origin import find_results

        data = single_figure.open_data(*find_results(spec, profile), name)
        single_figure.make_figure(data, name, out, width, benchmark, variant, sequence)
    typer.echo(out)

"""The verb ``siamloss evaluate``: score folders of other people's result files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from siamloss.evaluate.result import Evaluation

app = typer.Typer(no_args_is_help=True, help="Score folders of per-frame result files from any toolkit.")

Annotations = Annotated[Path, typer.Option(help="Folder of the benchmark's annotations.")]
Results = Annotated[
    list[Path], typer.Option(help="A tracker's folder, or the folder above several; may be given more than once.")
]
List = Annotated[str | None, typer.Option("--list", help="File with one sequence name per line; all without it.")]
Json = Annotated[Path, typer.Option("--json", help="All numbers; appears whole or not at all.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Also write the table as CSV.")]
Markdown = Annotated[Path | None, typer.Option(help="Also write the table as Markdown.")]
Plot = Annotated[Path | None, typer.Option(help="Also draw one plot of all trackers (PNG).")]
AllowMissing = Annotated[
    bool, typer.Option("--allow-missing", help="Count sequences without usable results instead of stopping.")
]


class OtbVariant(StrEnum):
    """Whose rules score OTB; :data:`siamloss.metrics.otb_frames.VARIANTS`."""

    OTB = "otb"
    GOT10K = "got10k"
    PYSOT = "pysot"


class Got10kVariant(StrEnum):
    """What becomes of boxes outside the image; :data:`siamloss.metrics.got10k.VARIANTS`."""

    GOT10K = "got10k"
    CLIPPED = "clipped"
    UNBOUNDED = "unbounded"


class VotVariant(StrEnum):
    """Whose rules score VOT; :data:`siamloss.evaluate.vot.VARIANTS`."""

    VOT_TOOLKIT = "vot-toolkit"
    PYSOT = "pysot"
    GOT10K = "got10k"


@app.command()
def otb(
    annotations: Annotations,
    results: Results,
    json: Json,
    sequence_list: List = None,
    variant: Annotated[OtbVariant, typer.Option(help="Whose rules.")] = OtbVariant.OTB,
    zero_based: Annotated[bool, typer.Option("--zero-based", help="Corners of the results count from 0.")] = False,
    allow_missing: AllowMissing = False,
    csv: Csv = None,
    markdown: Markdown = None,
    plot: Plot = None,
) -> None:
    """Success, precision and normalised precision on OTB; --list also takes otb2013, otb50 and otb100."""
    from siamloss.evaluate.otb import evaluate_otb

    evaluation = evaluate_otb(
        annotations,
        results,
        sequence_list,
        variant=variant.value,
        zero_based=zero_based,
        allow_missing=allow_missing,
    )
    _write(evaluation, json, csv, markdown, plot)


@app.command()
def got10k(
    annotations: Annotations,
    results: Results,
    json: Json,
    sequence_list: List = None,
    variant: Annotated[Got10kVariant, typer.Option(help="Boxes outside the image.")] = Got10kVariant.GOT10K,
    allow_missing: AllowMissing = False,
    csv: Csv = None,
    markdown: Markdown = None,
    plot: Plot = None,
) -> None:
    """Average overlap and success rates on GOT-10k, pooled and balanced over classes."""
    from siamloss.evaluate.got10k import evaluate_got10k

    evaluation = evaluate_got10k(
        annotations, results, sequence_list, variant=variant.value, allow_missing=allow_missing
    )
    _write(evaluation, json, csv, markdown, plot)


@app.command()
def vot(
    annotations: Annotations,
    results: Results,
    json: Json,
    sequence_list: List = None,
    variant: Annotated[VotVariant, typer.Option(help="Whose rules.")] = VotVariant.VOT_TOOLKIT,
    year: Annotated[int | None, typer.Option(help="Challenge, 2015 to 2019, for EAO; without it no EAO.")] = None,
    allow_missing: AllowMissing = False,
    csv: Csv = None,
    markdown: Markdown = None,
    plot: Plot = None,
) -> None:
    """Accuracy, robustness and expected average overlap of supervised VOT runs."""
    from siamloss.evaluate.vot import evaluate_vot

    evaluation = evaluate_vot(
        annotations, results, sequence_list, variant=variant.value, year=year, allow_missing=allow_missing
    )
    _write(evaluation, json, csv, markdown, plot)


@app.command()
def submission(
    records: Annotated[Path, typer.Option(help="Records of one run on the GOT-10k test split (siamloss track).")],
    dataset: Annotated[Path, typer.Option(help="Folder of the test split, with list.txt and the images.")],
    out: Annotated[Path, typer.Option(help="Zip for the test server; appears whole and complete, or not at all.")],
) -> None:
    """Check that a run is complete and pack it for the GOT-10k test server."""
    from siamloss.records import read_records
    from siamloss.records.got10k_submission import image_counts, tracks_of, write_submission

    write_submission(out, tracks_of(read_records(records)), image_counts(dataset))


def _write(evaluation: "Evaluation", json: Path, csv: Path | None, markdown: Path | None, plot: Path | None) -> None:
    """Write what was asked for, the JSON last, and print the table."""
    from siamloss.evaluate import output

    if csv is not None:
        output.write_csv(csv, evaluation)
    if markdown is not None:
        output.write_markdown(markdown, evaluation)
    if plot is not None:
        output.write_plot(plot, evaluation)
    output.write_json(json, evaluation)
    typer.echo(output.to_text(evaluation))

"""Verbs for one's own data: is a dataset sound, and a video as a dataset."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command(name="check-dataset")
def check_dataset(
    folder: Annotated[Path, typer.Argument(help="Folder of the dataset.")],
    format: Annotated[
        str,
        typer.Option(help="otb, vot, got10k, lasot, trackingnet, folder, coco, or a reader package.module:function."),
    ],
    against: Annotated[Path | None, typer.Option(help="Another dataset that must not share a scene with it.")] = None,
    against_format: Annotated[str, typer.Option(help="Format of the other one; without it the same.")] = "",
    json: Annotated[Path | None, typer.Option(help="Also write all findings to this file.")] = None,
    contact_sheet: Annotated[Path | None, typer.Option(help="Draw the first frames with their boxes: a PNG.")] = None,
    sample: Annotated[int, typer.Option(min=1, help="Frames of each sequence that are compared with the others.")] = 32,
    threads: Annotated[int, typer.Option(min=0, help="Images decoded at once; 0: one per core.")] = 0,
) -> None:
    """Check counts, boxes, images, repeated frames and scenes that two datasets share; exit 2 where it finds errors."""
    import os

    from siamloss.data.check.findings import printed
    from siamloss.data.check.run import check_dataset
    from siamloss.errors import AnnotationError

    threads = threads or len(os.sched_getaffinity(0))
    report = check_dataset(folder, format, against, against_format, threads, sample)
    for line in printed(report.findings):
        typer.echo(line)
    if json is not None:
        from json import dumps

        from siamloss.provenance.atomic import write_text

        asked = {"folder": str(folder), "format": format, "against": str(against) if against else ""}
        write_text(json, dumps({**asked, **report.to_dict()}, indent=1) + "\n")
    if contact_sheet is not None:
        from siamloss.data.check.sheet import draw_sheet, encode_png
        from siamloss.provenance.atomic import write_bytes

        write_bytes(contact_sheet, encode_png(draw_sheet(report.sequences)))
    errors, warnings, notes = map(report.count, ("error", "warning", "note"))
    facts = report.facts
    typer.echo(
        f"{folder}: {facts['sequences']} sequences, {facts['frames']} frames, {facts['visible']} with the target; "
        f"errors: {errors}, warnings: {warnings}, notes: {notes}"
    )
    if errors:
        first = report.findings[0]
        where = f"sequence '{first.sequence}', {first.code}" if first.sequence else first.code
        count = f"{errors} error{'s' if errors > 1 else ''}"
        raise AnnotationError(
            f"{folder} has {count}, first {where}; see {json or 'the lines above'} and docs/datasets.md"
        )


@app.command(name="import-video")
def import_video(
    video: Annotated[Path, typer.Argument(help="Video file, or folder of images.")],
    boxes: Annotated[
        Path, typer.Option(help="One line x,y,w,h per frame, px, 0-based; nan where the target is absent.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the new sequence; its parent is the dataset.")],
    lossless: Annotated[bool, typer.Option("--lossless", help="Store PNG, some five times larger, not JPEG.")] = False,
) -> None:
    """Turn an annotated video into a sequence of a dataset in format 'folder'."""
    from siamloss.data.importing import import_frames
    from siamloss.demo.video import open_video, silence_decoders

    silence_decoders()
    source = open_video(str(video))
    count = import_frames(source.frames, source.count, boxes, out, lossless)
    typer.echo(f"{out}: {count} frames; format 'folder', path {out.parent}")

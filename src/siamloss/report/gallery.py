"""The pictures of a report with their captions, so that the page need not know how they were made."""

import base64
import io
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.figure import Figure

from siamloss.errors import ConfigError, CorruptError
from siamloss.provenance.atomic import write_text
from siamloss.report import style
from siamloss.report.inputs import REMEDY, require

CATALOGUE = "figures.json"
COLUMN = "column"
AS_PNG_BYTES = 250_000


@dataclass(frozen=True)
class Picture:
    """One figure: the section it belongs to, its path without suffix, its words, and its size in CSS pixels."""

    section: str
    path: str
    alt: str
    caption: str
    width: int
    height: int


@dataclass(frozen=True)
class Drawing:
    """One figure before it is drawn: what :class:`Picture` says of it, how it is drawn at ``width_in`` inches,
    whether it has a layout for a column, and which benchmark or variant it is about ("": all)."""

    section: str
    path: str
    draw: Callable[..., Figure]
    alt: str
    caption: str
    column: bool = True
    about: str = ""

    def figure(self, width: str = "page") -> Figure:
        """The figure at one of :data:`siamloss.report.style.WIDTHS`.

        Raises
        ------
        ConfigError : it has no layout for that width.
        """
        if width == "column" and not self.column:
            raise ConfigError(f"figure '{self.path}' has no layout for a column; leave --width out")
        figure = self.draw(width_in=style.WIDTHS[width])
        if not math.isclose(figure.get_figwidth(), style.WIDTHS[width]):
            raise ValueError(f"{self.path} is {figure.get_figwidth()} in wide, a {width} is {style.WIDTHS[width]} in")
        return figure


class Gallery:
    """Saves figures under a folder and keeps their catalogue; those for a column lie in the folder ``column``."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.pictures: list[Picture] = []

    def add(self, section: str, path: str, figure: Callable[..., Figure] | Figure, alt: str, caption: str) -> None:
        """Save ``path`` as PNG, PDF and SVG, and remember what it shows.

        A function of ``width_in`` is drawn for the page and once more for a column; a finished figure has one width,
        that of the page.
        """
        fixed = isinstance(figure, Figure)
        draw = (lambda width_in: figure) if fixed else figure
        self.put(Drawing(section, path, draw, alt, caption, column=not fixed))

    def put(self, drawing: Drawing) -> None:
        """The same for a drawing."""
        section, path, alt, caption = drawing.section, drawing.path, drawing.alt, drawing.caption
        made = drawing.figure()
        style.save(made, self.folder / path)
        width, height = (round(style.CSS_PX_PER_IN * inches) for inches in made.get_size_inches())
        self.pictures.append(Picture(section, path, alt, caption, width, height))
        if drawing.column:
            style.save(drawing.figure("column"), self.folder / COLUMN / path)

    def close(self) -> None:
        """Write the catalogue ``figures.json``."""
        text = json.dumps([asdict(picture) for picture in self.pictures], indent=1, ensure_ascii=False)
        write_text(self.folder / CATALOGUE, text + "\n")


def read_gallery(folder: Path) -> list[Picture]:
    """Pictures in the order in which they were made."""
    path = require(Path(folder) / CATALOGUE, "the catalogue of figures")
    try:
        return [Picture(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise CorruptError(f"{path} is not a catalogue of figures; delete {folder} and {REMEDY}") from error


def data_uri(path: Path) -> str:
    """A PNG file as a ``data:`` address; a large one (photographs) is packed as WebP, several times smaller."""
    data, kind = require(path, "a figure").read_bytes(), "png"
    if len(data) > AS_PNG_BYTES:
        from PIL import Image

        packed = io.BytesIO()
        with Image.open(io.BytesIO(data)) as image:
            image.convert("RGB").save(packed, "WEBP", quality=90, method=4)
        if packed.tell() < len(data):
            data, kind = packed.getvalue(), "webp"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"

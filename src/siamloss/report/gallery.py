"""The pictures of a report with their captions, so that the page need not know how they were made."""

import base64
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.figure import Figure

from siamloss.errors import CorruptError
from siamloss.provenance.atomic import write_text
from siamloss.report import style
from siamloss.report.inputs import REMEDY, require

CATALOGUE = "figures.json"
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


class Gallery:
    """Saves figures under a folder and keeps their catalogue."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.pictures: list[Picture] = []

    def add(self, section: str, path: str, figure: Figure, alt: str, caption: str) -> None:
        """Save ``path.png`` and ``path.pdf`` and remember what they show."""
        style.save(figure, self.folder / path)
        width, height = (round(style.CSS_PX_PER_IN * inches) for inches in figure.get_size_inches())
        self.pictures.append(Picture(section, path, alt, caption, width, height))

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

"""The looks of the figures for the page: colours for light and dark paper, dashes and markers as SVG."""

from dataclasses import dataclass

from matplotlib.colors import to_hex, to_rgb

from siamloss.config import Experiment
from siamloss.report import style
from siamloss.report.table import role_of
from siamloss.report.text import slug

DARK_PAPER, LIGHT_INK = "#15181b", "#e4e6e8"
LEAST_CONTRAST = 4.5
LINE_PX = 2.0

SHAPES = {
    "o": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "D": "M0-4.6L4.6 0L0 4.6L-4.6 0z",
    "s": "M-3.6-3.6H3.6V3.6H-3.6z",
    "^": "M0-4.6L4.3 3.6H-4.3z",
    "v": "M0 4.6L4.3-3.6H-4.3z",
    "P": "M-1.5-4.4H1.5V-1.5H4.4V1.5H1.5V4.4H-1.5V1.5H-4.4V-1.5H-1.5z",
    "*": "M0-5L1.2-1.6L4.8-1.5L1.9.6L2.9 4L0 2L-2.9 4L-1.9.6L-4.8-1.5L-1.2-1.6z",
    "X": "M-2-4.4L0-2.4L2-4.4L4.4-2L2.4 0L4.4 2L2 4.4L0 2.4L-2 4.4L-4.4 2L-2.4 0L-4.4-2z",
    "<": "M-4.6 0L3.6-4.3V4.3z",
    ">": "M4.6 0L-3.6-4.3V4.3z",
    "h": "M0-4.6L4-2.3V2.3L0 4.6L-4 2.3V-2.3z",
    "d": "M0-5L3 0L0 5L-3 0z",
}
"""Paths of the markers of :data:`siamloss.report.style.MARKERS`, about 4 px in radius around 0, 0."""


@dataclass(frozen=True)
class Shown:
    """A variant as the page shows it.

    ``color`` and ``dark`` are its colours on light and on dark paper, ``shape`` the path of its marker, ``dashes`` a
    ``stroke-dasharray`` ("" for a whole line), ``runs`` the name of the place on the page where its runs are listed.
    """

    name: str
    label: str
    role: str
    control: bool
    color: str
    dark: str
    shape: str
    dashes: str
    runs: str


def shown_variants(experiment: Experiment) -> list[Shown]:
    """Every variant of the main list in order, looking as in the figures."""
    looks = style.looks(experiment.variants, experiment.baseline, experiment.report.ours)
    return [
        Shown(
            variant.name,
            variant.label,
            role_of(variant.name, experiment),
            bool(variant.control),
            looks[variant.name].color,
            on_dark(looks[variant.name].color),
            SHAPES[looks[variant.name].marker],
            " ".join(f"{LINE_PX * length:g}" for length in looks[variant.name].dashes if length),
            f"runs-{slug(variant.name)}",
        )
        for variant in experiment.variants
    ]


def contrast(color: str, paper: str) -> float:
    """Contrast ratio of two colours, 1 to 21.

    Source
    ------
    WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    light, dark = sorted((_luminance(color), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def on_dark(color: str) -> str:
    """The colour, mixed with as little white as makes it stand out from dark paper; ink becomes light ink."""
    if color == style.INK:
        return LIGHT_INK
    for share in range(0, 101, 5):
        mixed = to_hex([channel + (1 - channel) * share / 100 for channel in to_rgb(color)])
        if contrast(mixed, DARK_PAPER) >= LEAST_CONTRAST:
            return mixed
    return "#ffffff"

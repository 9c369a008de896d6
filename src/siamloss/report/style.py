"""One look for every figure: sizes, fonts, colours that survive colour blindness and print, and reproducible files."""

import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import seaborn
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from siamloss.config import Variant
from siamloss.errors import ConfigError
from siamloss.provenance.atomic import atomic_path

WIDTHS = {"column": 3.4, "page": 7.2}
"""The widths, inches, at which figures are printed; each is drawn for its own, none is scaled."""
PAGE_IN, COLUMN_IN = WIDTHS["page"], WIDTHS["column"]
DPI = 200
FORMATS = ("png", "pdf", "svg")
_NAMELESS = {
    "png": ("Software",),
    "pdf": ("CreationDate", "Creator", "Producer"),
    "svg": ("Date", "Creator"),
}
CSS_PX_PER_IN = 144

# The poster's colours of the score distributions; each has a hatch of its own, so that none is needed.
POSITIVE, NEGATIVE, OVERLAP = "#1a7f37", "#c62f2d", "#2b6cb0"
HATCH = {"positive": "////", "negative": "\\\\\\\\", "overlap": "xxxx"}

INK, MUTED, FAINT = "#1f2328", "#5b636e", "#c9ced6"
BASELINE, OURS = "#1f2328", "#d55e00"
OTHERS = ("#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#6a4c93", "#8c5a2b", "#44aa99", "#882255", "#999933")
CONTROL = "#8b949e"
MARKERS = "oDs^vP*X<>hd"
DASHES = ((None, None), (5, 1.4), (1.4, 1.2), (6, 1.4, 1.4, 1.4), (3, 1.2), (8, 1.6, 1.4, 1.4, 1.4, 1.4))

STYLE_FILE = Path(__file__).parent / "styles" / "siamloss.mplstyle"


@dataclass(frozen=True)
class Look:
    """How one variant is drawn, the same in every figure."""

    color: str
    marker: str
    dashes: tuple

    def line(self) -> dict:
        """Keyword arguments of a line."""
        return {"color": self.color, "dashes": self.dashes}


def looks(variants: Iterable[Variant], baseline: str, ours: str) -> dict[str, Look]:
    """A look for every variant by name: baseline in ink, ours in vermilion, controls grey, markers all different."""
    chosen: dict[str, Look] = {}
    counts = {"other": 0, "control": 0}
    for index, variant in enumerate(variants):
        marker = MARKERS[index % len(MARKERS)]
        if variant.name == baseline:
            chosen[variant.name] = Look(BASELINE, marker, DASHES[0])
        elif variant.name == ours:
            chosen[variant.name] = Look(OURS, marker, DASHES[0])
        else:
            kind = "control" if variant.control else "other"
            color = CONTROL if variant.control else OTHERS[counts["other"] % len(OTHERS)]
            counts[kind] += 1
            chosen[variant.name] = Look(color, marker, DASHES[1 + (counts[kind] - 1) % (len(DASHES) - 1)])
    return chosen


@contextmanager
def applied() -> Iterator[None]:
    """The style as a context or, written ``@applied()``, around a drawing function; nothing global stays changed.

    A user's own ``matplotlibrc`` has no say in it.
    """
    base = {**seaborn.axes_style("ticks"), **seaborn.plotting_context("paper")}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**base, **_own()})
        yield


@cache
def _own() -> matplotlib.RcParams:
    return matplotlib.rc_params_from_file(STYLE_FILE, use_default_template=False)


def is_narrow(width_in: float) -> bool:
    """Whether a figure is drawn for a column: then its panels stand below each other."""
    return width_in < (COLUMN_IN + PAGE_IN) / 2


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure without pyplot, hence without anything to close; its layout is constrained."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.04, h_pad=0.04, wspace=0.03, hspace=0.03)
    return figure


def wrap(label: str, width: int = 26) -> str:
    """Break a long label into lines of at most ``width`` characters."""
    return "\n".join(textwrap.wrap(label, width)) or label


def lighter(color: str) -> str:
    """The colour half way to white."""
    return to_hex([(channel + 1) / 2 for channel in to_rgb(color)])


def note_above(axes: Axes, text: str, at: float = 0.0, above_pt: float = 3, **font: object) -> None:
    """Write bold text above a panel, at a share of its width; it may run over its neighbours: leave room for it."""
    note = axes.annotate(
        text,
        xy=(at, 1),
        xycoords="axes fraction",
        xytext=(0, above_pt),
        textcoords="offset points",
        annotation_clip=False,
        **{"fontsize": 7.5, "fontweight": "bold", "va": "bottom", **font},
    )
    note.set_in_layout(False)


def shorten(label: str, width: int = 46) -> str:
    """Cut a long label at a word, or within its only word, and mark the cut."""
    if len(label) <= width:
        return label
    short = textwrap.shorten(label, width, placeholder=" …")
    return short if short.strip(" …") else label[: width - 1] + "…"


def beside(path: Path, suffix: str) -> Path:
    """``path`` with a suffix appended; names such as ``gsl[eta=0.5]`` keep their dots."""
    return path.with_name(path.name + suffix)


def save(figure: Figure, path: Path, dpi: int = 0) -> list[Path]:
    """Write ``path`` as .png (200 dpi if ``dpi`` is 0), .pdf and .svg atomically: same figure, same bytes."""
    return [save_as(figure, beside(Path(path), f".{kind}"), dpi) for kind in FORMATS]


def save_as(figure: Figure, path: Path, dpi: int = 0) -> Path:
    """Write one file, its format told by its suffix, without dates or versions.

    Raises
    ------
    ConfigError : the suffix is none of :data:`FORMATS`.
    """
    kind = path.suffix[1:].lower()
    if kind not in FORMATS:
        known = ", ".join(f".{known}" for known in FORMATS)
        raise ConfigError(f"{path} does not end in a known format; end the name in one of: {known}")
    with applied(), atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=dpi or DPI, format=kind, metadata=dict.fromkeys(_NAMELESS[kind]))
    figure.set_layout_engine("none")  # the layout is settled; solving it again takes as long as drawing
    return path

"""One look for every figure: sizes, fonts, colours that survive colour blindness and print, and reproducible files."""

import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import seaborn
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from siamloss.config import Variant
from siamloss.provenance.atomic import atomic_path

PAGE_IN = 7.2
DPI = 200
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

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 7.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e6e9ed",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 6.8,
    "ytick.labelsize": 6.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": 6.8,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.3,
    "lines.markersize": 4,
    "hatch.linewidth": 0.5,
    "text.color": INK,
    "text.parse_math": False,
    "image.interpolation": "nearest",
    "pdf.fonttype": 42,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


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
        matplotlib.rcParams.update({**base, **RC})
        yield


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


def save(figure: Figure, path: Path) -> list[Path]:
    """Write ``path.png`` (200 dpi) and ``path.pdf`` atomically, without dates or versions: same figure, same bytes."""
    targets = [beside(Path(path), ".png"), beside(Path(path), ".pdf")]
    with applied():
        with atomic_path(targets[0]) as temporary:
            figure.savefig(temporary, dpi=DPI, metadata={"Software": None})
        figure.set_layout_engine("none")  # the layout is settled; solving it again takes as long as drawing
        with atomic_path(targets[1]) as temporary:
            nothing = dict.fromkeys(("CreationDate", "Creator", "Producer"))
            figure.savefig(temporary, dpi=DPI, metadata=nothing)
    return targets

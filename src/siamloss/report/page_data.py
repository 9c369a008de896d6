"""What the page's script draws from: curves and frames as JSON that may stand within HTML."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.colors import to_hex

from siamloss.errors import CorruptError
from siamloss.report.curves import AXES, curve_score, mean_curve
from siamloss.report.inputs import REMEDY, require
from siamloss.report.page_looks import Shown

FRAMES = "frames.json"
COLOR_MAP, COLORS = "cividis", 32


def to_json(value: Any) -> Markup:
    """JSON that cannot end the ``<script>`` it stands in, whatever names it holds.

    Example
    -------
    >>> print(to_json("</script>"))
    "\\u003c/script\\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def variant_data(variants: Sequence[Shown]) -> list[dict[str, Any]]:
    """Names and looks in order; ``color`` is the one upon pictures, whatever the paper."""
    return [
        {"name": v.name, "label": v.label, "look": v.runs, "color": v.color, "shape": v.shape, "dashes": v.dashes}
        for v in variants
    ]


def curve_data(curves: pd.DataFrame, variants: Sequence[Shown]) -> dict[str, dict[str, Any]]:
    """Mean curves with the range over seeds, by benchmark and kind of curve.

    Parameters
    ----------
    curves : rows ``benchmark, curve, variant, seed, sequence, threshold, value``.
    variants : those to show; one without rows is left out.

    Returns
    -------
    ``{benchmark: {kind: {"title", "x", "thresholds", "lines"}}}``; a line holds ``variant``, ``mean``, ``low`` and
    ``high`` by threshold, ``seeds``, and the number in brackets of the figure's legend, ``score``.
    """
    found: dict[str, dict[str, Any]] = {}
    for benchmark, rows in curves.groupby("benchmark", sort=False):
        for kind, (title, x_label, _) in AXES.items():
            chosen = rows[rows["curve"] == kind]
            if chosen.empty:
                continue
            lines, thresholds = [], np.empty(0)
            for variant in variants:
                own = chosen[chosen["variant"] == variant.name]
                if own.empty:
                    continue
                thresholds, values = mean_curve(own)
                parts = {"mean": values.mean(axis=0), "low": values.min(axis=0), "high": values.max(axis=0)}
                facts = {"score": curve_score(kind, thresholds, values), "seeds": len(values)}
                lines.append({"variant": variant.name, **{k: v.tolist() for k, v in parts.items()}, **facts})
            panel = {"title": title, "x": x_label, "thresholds": thresholds.tolist(), "lines": lines}
            found.setdefault(str(benchmark), {})[kind] = panel
    return found


def frame_data(folder: Path) -> dict[str, Any]:
    """The sequences to step through, their pictures taken in, and the colours of a score map from low to high.

    Parameters
    ----------
    folder : what the stage ``frames`` wrote.

    Raises
    ------
    MissingDataError : the catalogue or a picture is missing.
    CorruptError : the catalogue is not one.
    """
    path = require(Path(folder) / FRAMES, "the catalogue of frames")
    try:
        sequences = json.loads(path.read_text(encoding="utf-8"))["sequences"]
        for sequence in sequences:
            for frame in sequence["frames"]:
                picture = require(Path(folder) / frame["image"], "a frame").read_bytes()
                frame["image"] = f"data:image/webp;base64,{base64.b64encode(picture).decode('ascii')}"
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptError(f"{path} is not a catalogue of frames; delete {folder} and {REMEDY}") from error
    colors = matplotlib.colormaps[COLOR_MAP](np.linspace(0, 1, COLORS))
    return {"sequences": sequences, "colors": [to_hex(color) for color in colors]}

"""The job of ``siamloss export``: a run directory becomes a folder for other runtimes."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from siamloss import __version__
from siamloss.config import TrackConfig
from siamloss.errors import ConfigError
from siamloss.export.check import check_models
from siamloss.export.onnx_models import PACKAGES, require_packages, write_models
from siamloss.geometry.network import GEOMETRY, InputGeometry
from siamloss.provenance.atomic import atomic_folder
from siamloss.provenance.hashing import sha256_file
from siamloss.provenance.manifest import NAME, write_manifest
from siamloss.training.run import load_run, read_facts, read_network

CONSTANTS = "tracker.json"
PLAIN = ("scale_penalty", "scale_lr", "response_up", "window_influence", "peak", "size_min", "size_max")
"""Constants that ``tracker.json`` has as they stand in the configuration."""


def export_run(run: Path, out: Path, opset: int = 17, track: TrackConfig | None = None) -> float:
    """Write a run as ONNX models with the constants of its tracker, whole or not at all.

    Parameters
    ----------
    run : run directory.
    out : folder to write; an earlier export there is replaced.
    opset : ONNX operator set.
    track : the tracker's constants; None for the defaults.

    Returns
    -------
    Largest difference between onnxruntime's and PyTorch's score maps, :func:`siamloss.export.check.deviation`.

    Raises
    ------
    ConfigError : a package is missing, the opset cannot be written, or ``out`` holds something else.
    MissingDataError : there is no run.
    CorruptError : the run is damaged, or does not say which network it holds.
    MismatchError : onnxruntime does not give PyTorch's score maps.
    """
    require_packages()
    if out.exists() and not (out / CONSTANTS).is_file() and (out.is_file() or any(out.iterdir())):
        raise ConfigError(f"{out} exists and is no earlier export; give another --out")
    facts, (config, context) = read_facts(run), read_network(run)
    geometry = GEOMETRY[config.backbone]
    model = load_run(run, config, torch.device("cpu"))
    with atomic_folder(out) as temporary:
        write_models(model, geometry, temporary, opset)
        found = check_models(temporary, model, geometry)
        constants = tracker_constants(geometry, track or TrackConfig(), context)
        origin = {
            **{name: facts.get(name) for name in ("variant", "seed")},
            "head": model.head,
            "model": facts["model"],
            "run_manifest_sha256": sha256_file(run / NAME),
            "opset": opset,
            "versions": {
                "siamloss": __version__,
                "torch": torch.__version__,
                **{name: version(name) for name in PACKAGES},
            },
        }
        text = json.dumps({**constants, **origin}, indent=1) + "\n"
        (temporary / CONSTANTS).write_text(text, encoding="utf-8")
        write_manifest(temporary, deviation=found)
    return found


def tracker_constants(geometry: InputGeometry, track: TrackConfig, context: float) -> dict[str, Any]:
    """What a tracker needs beside the two models; docs/onnx.md explains every key.

    The scales begin with 1, the present size, so that the first of equal peaks is the one to keep.
    """
    steps = np.arange(track.scales) - track.scales // 2
    steps = steps[np.argsort(np.abs(steps), kind="stable")]
    return {
        "exemplar_px": geometry.exemplar_px,
        "search_px": geometry.search_px,
        "stride_px": geometry.stride_px,
        "score_cells": geometry.score_cells,
        "context": context,
        "scales": [track.scale_step ** int(step) for step in steps],
        "scale_factors": [track.scale_penalty_factor if step else 1.0 for step in steps],
        **{name: getattr(track, name) for name in PLAIN},
    }

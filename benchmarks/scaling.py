"""Sizes and hours of the paper profile with larger training sets: the tables of docs/scaling.md, from rates.yaml.

PYTHONPATH=. python benchmarks/scaling.py --rates benchmarks/rates.yaml
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.schedule import jobs_of, makespan

from siamloss.config import Experiment

GPUS = (1, 8, 64)
KEPT = 40
"""Frames kept of each video, as the paper profile has it."""


def sizes(sets: Mapping[str, Mapping[str, float]], rates: Mapping[str, float]) -> Iterator[str]:
    """Rows: crops of all frames and of :data:`KEPT` per video, as raw and JPEG; hours to cut on a core and to hash."""
    for name, facts in sets.items():
        for what, crops in (("all", facts["frames"]), (KEPT, min(facts["frames"], KEPT * facts["videos"]))):
            raw, jpeg = (crops * rates[key] / 1e9 for key in ("raw_bytes", "jpeg_bytes"))
            cut = crops / rates["cut_frames_per_s"] * max(1, facts["pixels"] / 307_200) / 3600
            read = facts["bytes"] / rates["hash_bytes_per_s"] / 3600
            yield f"| {name} | {what} | {crops / 1e6:.2f} | {raw:,.0f} | {jpeg:,.1f} | {cut:.1f} | {read:.2f} |"


def hours(experiment: Experiment, sets: Mapping[str, Mapping[str, float]], rates: Mapping[str, Any]) -> Iterator[str]:
    """Rows: hours of the whole DAG on so many GPUs, the pairs in proportion to the videos, not below the profile's."""
    given = rates["schedules"][rates["scaling"]["schedule"]]
    cores = rates["scaling"]["cores_per_gpu"]
    for name, facts in sets.items():
        factor = max(1.0, facts["videos"] / rates["scaling"]["videos_of_profile"])
        crops = min(facts["frames"], KEPT * facts["videos"]) * max(1, facts["pixels"] / 307_200)
        seconds = {
            **given["seconds"],
            "data": facts["bytes"] / rates["scaling"]["hash_bytes_per_s"],
            "crops": crops / rates["scaling"]["cut_frames_per_s"] / cores,
        }
        jobs = jobs_of(experiment, {**given, "pairs_per_s": given["pairs_per_s"] / factor, "seconds": seconds})
        found = " | ".join(f"{makespan(jobs, count) / 3600:.1f}" for count in GPUS)
        yield f"| {name} | {factor:.2f} | {found} |"


def main() -> None:
    """Print both tables."""
    import yaml

    from siamloss.config_io import load_profile

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/paper.yaml"))
    parser.add_argument("--rates", type=Path, default=Path("benchmarks/rates.yaml"))
    asked = parser.parse_args()
    rates = yaml.safe_load(asked.rates.read_text(encoding="utf-8"))
    sets = rates["scaling"]["sets"]
    for line in (*sizes(sets, rates["scaling"]), "", *hours(load_profile(asked.config), sets, rates)):
        print(line)


if __name__ == "__main__":
    main()

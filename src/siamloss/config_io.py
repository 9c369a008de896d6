"""Reading configuration: profile + catalogues -> experiment."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from siamloss.config import Dataset, Datasets, Experiment, Grid, Profile, ReportConfig, Variant
from siamloss.config_build import build
from siamloss.config_check import check_experiment
from siamloss.errors import ConfigError, RoleError, UnknownKeyError, UnknownNameError, did_you_mean
from siamloss.presets import PRESETS
from siamloss.provenance.sealed import read_json
from siamloss.variants import GRIDS, Catalogue, are_in_place, expand, resolve_grid, resolve_variant


def read_yaml(path: Path) -> dict[str, Any]:
    """Safe-load a YAML mapping; a missing or malformed file is a :class:`ConfigError`."""
    import yaml

    try:
        value = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path} ({error.strerror}); give the path of an existing YAML file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text; save it as UTF-8") from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        raise ConfigError(f"{path} is not valid YAML near line {line}; correct the syntax") from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply; write it as config/README.md says") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} must hold a mapping of keys to values; see config/README.md")
    return value


def load_profile(path: Path, **overrides: Any) -> Experiment:
    """Read and resolve a profile file; its catalogues are the files beside it."""
    return resolve({**read_yaml(path), **overrides}, Path(path).parent)


def resolve(raw: dict[str, Any], catalogue_dir: Path = Path("config")) -> Experiment:
    """Check a profile and look its names up in ``datasets.yaml`` and ``variants.yaml``."""
    profile = build(Profile, raw)
    catalogue = read_yaml(catalogue_dir / "variants.yaml")
    variants = expand(profile.variants, catalogue)
    grids = [resolve_grid(name, catalogue) for name in profile.ablation.grids]
    listed = [resolve_grid(name, catalogue) for name in profile.variants if name in (catalogue.get(GRIDS) or {})]
    extra = _tuned(
        _cells([*listed, *grids], {_canonical(name, catalogue) for name in profile.variants}),
        {item.name for item in variants},
    )
    values = {item.name: getattr(profile, item.name) for item in fields(Profile)}
    values.update(
        variants=tuple(variants),
        grids=tuple(grid for grid, _ in grids),
        grid_variants=tuple(extra),
        datasets=_resolve_datasets(profile, read_yaml(catalogue_dir / "datasets.yaml")),
        baseline=_canonical(profile.baseline, catalogue),
        report=_resolve_report(profile.report, catalogue),
    )
    experiment = Experiment(**values)
    check_experiment(experiment)
    return experiment


def _cells(grids: list[tuple[Grid, list[Variant]]], named: set[str]) -> dict[str, Variant]:
    """Cells of all grids by name; one that is in several is tuned alike in all, unless the main list names it."""
    found: dict[str, tuple[str, Variant]] = {}
    for grid, cells in grids:
        for cell in cells:
            first, known = found.setdefault(cell.name, (grid.name, cell))
            if known.tuned_as != cell.tuned_as and cell.name not in named:
                raise ConfigError(
                    f"'{cell.name}' is in the grids '{first}' and '{grid.name}', which tune it differently; "
                    "give both the same 'tune' in variants.yaml, leave one out, or name the variant in 'variants'"
                )
    return {name: cell for name, (_, cell) in found.items()}


def _tuned(cells: dict[str, Variant], main: set[str]) -> list[Variant]:
    """Variants of the grids that are not in the main list; a cell whose base is nowhere is tuned for itself."""
    known = main | set(cells)
    return [
        cell if cell.tuned_as in known or not cell.loss else replace(cell, tuned_as=name)
        for name, cell in cells.items()
        if name not in main
    ]


def _canonical(name: str, catalogue: Catalogue) -> str:
    """The one name of a variant: aliases and instances that equal their base are looked up, the rest stays."""
    try:
        return resolve_variant(name, catalogue).name
    except UnknownNameError:
        return name


def _resolve_report(report: ReportConfig, catalogue: Catalogue) -> ReportConfig:
    """Rows by their canonical names, grids as their cells."""

    def rows(names: tuple[str, ...]) -> tuple[str, ...]:
        grids = catalogue.get(GRIDS) or {}
        found = [
            [cell.name for cell in expand([name], catalogue)] if name in grids else [_canonical(name, catalogue)]
            for name in names
        ]
        return tuple(dict.fromkeys(name for cells in found for name in cells))

    return replace(report, ours=_canonical(report.ours, catalogue), main=rows(report.main), terms=rows(report.terms))


def _resolve_datasets(profile: Profile, catalogue: dict[str, Any]) -> Datasets:
    wanted = profile.datasets
    for role in wanted:
        if role not in ("train", "val", "test"):
            raise UnknownKeyError(f"unknown key 'datasets.{role}'; {did_you_mean(role, ['train', 'val', 'test'])}")
    for role in ("train", "val", "test"):
        if not wanted.get(role):
            raise ConfigError(f"'datasets.{role}' is missing; name a dataset of config/datasets.yaml")
    if not isinstance(wanted["test"], list):
        raise ConfigError("'datasets.test' must be a list of dataset names; write it as [a, b]")

    def find(name: Any, role: str) -> Dataset:
        if not isinstance(name, str) or not isinstance(catalogue.get(name), dict):
            raise UnknownNameError(f"unknown dataset '{name}'; {did_you_mean(str(name), catalogue)}")
        dataset = build(Dataset, {**with_preset(catalogue[name], name), "name": name}, where=f"datasets.{name}")
        if dataset.role != role:
            raise RoleError(
                f"dataset '{name}' has role {dataset.role} and cannot be used as {role}; choose another dataset"
            )
        return dataset

    return Datasets(
        train=find(wanted["train"], "train"),
        val=find(wanted["val"], "val"),
        test=tuple(find(name, "test") for name in wanted["test"]),
    )


def with_preset(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """A dataset's entry with the values of the preset that its ``synthetic`` part names; its own go before them.

    Raises
    ------
    UnknownNameError : there is no such preset.
    """
    drawn = raw.get("synthetic")
    if not isinstance(drawn, dict) or "preset" not in drawn:
        return raw
    own = {key: value for key, value in drawn.items() if key != "preset"}
    preset = PRESETS.get(str(drawn["preset"]))
    if preset is None:
        known = did_you_mean(str(drawn["preset"]), PRESETS)
        raise UnknownNameError(f"unknown preset '{drawn['preset']}' of dataset '{name}'; {known}")
    merged = {**preset, **own}
    if isinstance(own.get("knobs"), dict):
        merged["knobs"] = {**preset.get("knobs", {}), **own["knobs"]}
    return {**raw, "synthetic": merged}


def read_spec(path: Path) -> Experiment:
    """Read a ``spec.json`` written by ``siamloss spec``."""
    try:
        raw = read_json(path)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} is not a readable spec; delete it and run snakemake again, or 'siamloss spec --config PROFILE'"
        ) from error
    experiment = build(Experiment, raw)
    known = {variant.name: variant for variant in (*experiment.variants, *experiment.grid_variants)}
    for grid in experiment.grids:
        cells = [known[name] for name in grid.variants if name in known]
        if len(cells) == len(grid.variants) and not are_in_place(cells, grid):
            raise ConfigError(
                f"{path} has the cells of grid '{grid.name}' in another order than its axes, as an older version wrote "
                "it; delete it and run snakemake again, or 'siamloss spec --config PROFILE'"
            )
    return experiment

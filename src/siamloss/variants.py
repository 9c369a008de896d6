"""Names of ``variants.yaml`` -> variants: aliases, instances such as ``gsl[eta=0.5]``, and grids.

A grid is a product of parameter values, or a plain list. Settings that equal those of the base do not make a name of
their own: ``gsl[delta=0.1]`` is ``gsl`` where 0.1 is the base's delta, so that nothing is trained twice. What the base
leaves to the tuning stage is different, the learning rate always: ``gsl[eta=0.1]`` has that eta, ``gsl`` the one that
was chosen.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from siamloss.config import Grid, Variant
from siamloss.config_build import build, log_range
from siamloss.errors import ConfigError, UnknownKeyError, UnknownNameError, did_you_mean
from siamloss.losses.registry import check_loss, loss_parameters

CONTROLS = ("never-moves", "untrained", "oracle")
INSTANCE = re.compile(r"(?P<base>[^\[\]]+)\[(?P<params>[^\[\]]+)\]")
ALIASES, GRIDS = "aliases", "grids"
RATE = "lr_scale"
"""The one setting of an instance that is not a parameter of its loss."""

Catalogue = dict[str, Any]


def resolve_variant(name: str, catalogue: Catalogue) -> Variant:
    """Look up ``gsl``, an alias, a control, or an instance such as ``gsl[eta=0.5,lambda=1]``.

    Raises
    ------
    UnknownNameError, UnknownKeyError : with the nearest name.
    ConfigError : an instance or a search range that is not written as it should be.
    """
    name = (catalogue.get(ALIASES) or {}).get(name, name)
    if name in CONTROLS:
        return build(Variant, {"label": name, **(catalogue.get(name) or {}), "name": name, "control": name})
    match = INSTANCE.fullmatch(name)
    base = match["base"] if match else name
    base = (catalogue.get(ALIASES) or {}).get(base, base)
    if base in (ALIASES, GRIDS) or not isinstance(catalogue.get(base), dict):
        known = [*(key for key in catalogue if key not in (ALIASES, GRIDS)), *CONTROLS]
        known += [*(catalogue.get(ALIASES) or {}), *(catalogue.get(GRIDS) or {})]
        raise UnknownNameError(f"unknown variant '{name}'; {did_you_mean(base, known)}")
    variant = build(Variant, {"label": base, **catalogue[base], "name": base}, where=f"variants.{base}")
    variant = replace(variant, params={key: _number(value) for key, value in variant.params.items()}, tuned_as=base)
    check_loss(variant.loss, variant.params, base)
    _check_ranges(variant)
    return instance(variant, written_settings(name, match["params"])) if match else variant


def instance(base: Variant, settings: dict[str, Any]) -> Variant:
    """The variant with other settings; its name lists what differs, in the order of the loss's own parameters,
    however the catalogue has them."""
    check_loss(base.loss, {key: value for key, value in settings.items() if key != RATE}, base.name)
    own = base.params  # without the rate, which tuning chooses for every base: given, it always makes a variant
    changed = {key: value for key, value in settings.items() if key in base.tune or key not in own or own[key] != value}
    if not changed:
        return base
    places = {key: place for place, key in enumerate(loss_parameters(base.loss))}
    order = sorted(changed, key=lambda key: (places.get(key, len(places)), key))
    name = f"{base.name}[{','.join(f'{key}={_text(changed[key])}' for key in order)}]"
    return replace(
        base,
        name=name,
        label=name,
        params={**base.params, **{key: changed[key] for key in order if key != RATE}},
        lr_scale=changed.get(RATE, base.lr_scale),
        fixed=tuple(sorted(changed)),
        tuned_as=name,
    )


def _settings(variant: Variant) -> dict[str, Any]:
    """All that an instance can set, with the values of a variant."""
    return {RATE: variant.lr_scale, **variant.params}


def resolve_grid(name: str, catalogue: Catalogue) -> tuple[Grid, list[Variant]]:
    """A grid and its variants; the cells of a product take the tuning of their base, unless it says ``tune: own``."""
    where, raw = f"{GRIDS}.{name}", (catalogue.get(GRIDS) or {}).get(name)
    if not isinstance(raw, dict):
        raise UnknownNameError(f"unknown grid '{name}'; {did_you_mean(str(name), catalogue.get(GRIDS) or {})}")
    for key in raw:
        if key not in ("label", "variants", "base", "over", "tune"):
            raise UnknownKeyError(
                f"unknown key '{where}.{key}'; {did_you_mean(str(key), ['label', 'variants', 'base', 'over', 'tune'])}"
            )
    label = str(raw.get("label", name))
    if isinstance(raw.get("variants"), list) and not {"base", "over", "tune"} & set(raw):
        variants = [resolve_variant(str(item), catalogue) for item in raw["variants"]]
        return Grid(name, tuple(variant.name for variant in variants), label=label), variants
    axes = raw.get("over")
    if not isinstance(axes, dict) or not all(isinstance(values, list) and values for values in axes.values()):
        raise ConfigError(f"'{where}' needs 'variants: [a, b]', or 'base: gsl' and 'over: {{eta: [0.1, 1]}}'")
    if raw.get("tune", "base") not in ("base", "own"):
        raise ConfigError(f"'{where}.tune' is {raw['tune']!r} but must be 'base' or 'own'")
    base = resolve_variant(str(raw.get("base", "")), catalogue)
    # In the order that a stored grid has them.
    axes = {str(key): [_number(value) for value in axes[key]] for key in sorted(axes, key=str)}
    cells = [instance(base, dict(zip(axes, values, strict=True))) for values in itertools.product(*axes.values())]
    if raw.get("tune", "base") == "base":
        cells = [replace(cell, tuned_as=base.tuned_as) for cell in cells]
    own = _settings(base)
    plain = instance(base, {key: own[key] for key in axes if key in own}).name
    reference = plain if plain in [cell.name for cell in cells] else ""
    return Grid(name, tuple(cell.name for cell in cells), axes, label, reference), cells


def are_in_place(cells: list[Variant], grid: Grid) -> bool:
    """Whether each cell has the values of its place in the axes; a plain list has no places."""
    if not grid.axes:
        return True
    places = [dict(zip(grid.axes, values, strict=True)) for values in itertools.product(*grid.axes.values())]
    return len(cells) == len(places) and all(
        _settings(cell).items() >= place.items() for cell, place in zip(cells, places, strict=True)
    )


def expand(names: Iterable[str], catalogue: Catalogue) -> list[Variant]:
    """Variants of a list in which a grid stands for all of its cells; a cell that is there already is not repeated."""
    found: list[Variant] = []
    for name in names:
        if name in (catalogue.get(GRIDS) or {}):
            known = {variant.name for variant in found}
            found += [cell for cell in resolve_grid(name, catalogue)[1] if cell.name not in known]
        else:
            found.append(resolve_variant(name, catalogue))
    return found


def written_settings(name: str, text: str) -> dict[str, Any]:
    """Settings of an instance name, ``key=value,key=value``; none of an empty text."""
    if not text:
        return {}
    pieces = [item.partition("=") for item in text.split(",")]
    if not all(key.strip() and value.strip() for key, _, value in pieces):
        raise ConfigError(f"variant '{name}' is not written as base[key=value,key=value]; correct it in the profile")
    return {key.strip(): _number(value.strip()) for key, _, value in pieces}


def _check_ranges(variant: Variant) -> None:
    """Refuse a search range of a parameter that does not exist, or that is no range on a log scale."""
    check_loss(variant.loss, {key: None for key in variant.tune if key != RATE}, variant.name)
    for key, span in variant.tune.items():
        if log_range(span) is None:
            raise ConfigError(f"'variants.{variant.name}.tune.{key}' is {span!r}; write [low, high], both above 0")


def _number(value: Any) -> Any:
    """The number that a text stands for (YAML reads 1e-3 as text), else the value as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)

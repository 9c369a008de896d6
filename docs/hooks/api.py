"""The API reference: one page per room of siamloss, in the order of the data flow."""

from pathlib import Path

ROOMS = ["data", "crops", "pairs", "model", "losses", "training", "tuning", "tracking", "records", "metrics", "stats"]
ROOMS += ["report", "evaluate", "demo", "export", "geometry", "provenance"]
GROUND = "ground-floor"
"""Page of the modules that lie in no room."""


def api_pages(package: Path) -> dict[str, str]:
    """Page -> text, for each room and for the modules outside of all rooms.

    Parameters
    ----------
    package : folder of siamloss.
    """
    pages = {f"reference/api/{room}.md": _room(package, room) for room in ROOMS}
    alone = sorted(path.stem for path in package.glob("*.py") if path.stem != "__init__")
    text = "# siamloss: the ground floor\n\nModules in no room: configuration, folders, errors, jobs, command line.\n\n"
    pages[f"reference/api/{GROUND}.md"] = text + "".join(_module(f"siamloss.{name}") for name in alone)
    return pages


def _room(package: Path, room: str) -> str:
    files = sorted((package / room).rglob("*.py"))
    modules = [".".join(("siamloss", *path.relative_to(package).with_suffix("").parts)) for path in files]
    first = f"siamloss.{room}"
    others = [name.removesuffix(".__init__") for name in modules if name != f"{first}.__init__"]
    opening = f"# {first}\n\n::: {first}\n    options:\n      members: false\n      show_root_heading: false\n\n"
    return opening + "".join(_module(name) for name in sorted(others))


def _module(name: str) -> str:
    return f"::: {name}\n    options:\n      heading_level: 2\n      show_root_heading: true\n\n"

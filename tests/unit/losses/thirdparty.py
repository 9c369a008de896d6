"""A package of somebody else with a loss in it, as pip would lay it down."""

from pathlib import Path


def install(folder: Path, text: str, entries: dict[str, str] | None = None, module: str = "acme_loss") -> None:
    """Write ``<module>.py`` and the metadata of package ``acme`` with its entry points."""
    (folder / f"{module}.py").write_text(text)
    info = folder / "acme-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    entries = {"acme": f"{module}:Acme"} if entries is None else entries
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(["[siamloss.losses]", *lines, ""]))

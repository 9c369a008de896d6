"""Templates of the pages (``html/``), their style sheets (``css/``) and their script (``js/``)."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from siamloss.report.gallery import data_uri

SCRIPTS = ("core", "choice", "sort", "lines", "curves", "overlaps", "stepper", "theme")
"""Parts of the script in their order; they share one scope of their own."""


def script() -> str:
    """The script of the pages: it reads the data that stand in a page, and nothing else."""
    folder = Path(__file__).parent / "js"
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def template(name: str, figures: Path) -> Template:
    """A template of ``html/``, with everything escaped and pictures taken from the folder ``figures``."""
    environment = Environment(
        loader=PackageLoader("siamloss.report.templates", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = lambda picture: data_uri(Path(figures) / f"{picture.path}.png")
    code = script()
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii")
    environment.globals |= {"script": Markup(code), "script_hash": f"sha256-{digest}"}
    return environment.get_template(f"html/{name}")

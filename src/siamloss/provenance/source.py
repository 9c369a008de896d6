"""Where the source of a module is, found without importing it: an import would load torch, and run what it holds."""

import sys
from pathlib import Path


def find_source(module: str) -> Path | None:
    """Source file of an installed module (``package/__init__.py`` for a package), or None.

    Neither the module nor the packages around it are imported; ``importlib.util.find_spec`` imports the latter.
    """
    top, *inner = module.split(".")
    specs = (finder.find_spec(top, None) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    spec = next((found for found in specs if found is not None), None)
    if spec is None:
        return None
    file = Path(spec.origin) if spec.has_location and spec.origin else None
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    for name in inner:
        candidates = [folder / path for folder in folders for path in (f"{name}/__init__.py", f"{name}.py")]
        file = next((path for path in candidates if path.is_file()), None)
        folders = [folder / name for folder in folders if (folder / name).is_dir()]
    return file if file is not None and file.suffix == ".py" else None

"""Build the site of the docs."""

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT


def build_site(folder: Path) -> Path:
    """Build the site into a folder; a warning, such as a link that leads nowhere, fails it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder

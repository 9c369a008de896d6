"""Pages of the site that are made of other files: the reference, and what lies beside docs/ in the repository."""

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

from api import api_pages
from cli import cli_page

from outside import ORIGINS, links_within_site, text_of


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    root = Path(config.config_file_path).parent
    pages = {page: text_of(root / origin) for page, origin in ORIGINS.items()}
    pages |= api_pages(root / "src" / "siamloss") | {"reference/cli.md": cli_page()}
    for page, text in pages.items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the repository into links to their pages."""
    return links_within_site(markdown, page.file.src_uri)

"""Files beside docs/ that are pages of the site, and links that work in the repository and on the site alike."""

import posixpath
import re
from pathlib import Path

ORIGINS = {
    "reference/config.md": "config/README.md",
    "reference/results.md": "results/README.md",
    "reference/changelog.md": "CHANGELOG.md",
    "reference/citation.md": "CITATION.cff",
    "contributing.md": "CONTRIBUTING.md",
}
"""Page of the site -> the file that it is made of."""

LINK = re.compile(r"(\]\()([^)#\s]+)((?:#[^)\s]*)?\))")
FENCE = re.compile(r"^( *)(```+).*?^\1\2 *$", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    """The Markdown of a file; what is no Markdown becomes a block of its own."""
    text = path.read_text()
    if path.suffix == ".md":
        return text
    return f"# Citation\n\nIf the numbers help you, cite the project with its version.\n\n```yaml\n{text}```\n"


def links_within_site(markdown: str, page: str) -> str:
    """Markdown of a page with its links, which lead to files of the repository, leading to pages.

    Parameters
    ----------
    markdown : text, as it stands in the file that the page is made of.
    page : path of the page below docs/.
    """
    origin = ORIGINS.get(page, posixpath.join("docs", page))
    pages = {file: name for name, file in ORIGINS.items()}

    def within(match: re.Match) -> str:
        target = match[2]
        if ":" in target or page.startswith("reference/api/") or page == "reference/cli.md":
            return match[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
        inside = pages.get(file) or (file.removeprefix("docs/") if file.startswith("docs/") else None)
        if inside is None:
            raise ValueError(
                f"{origin}: the link to {target} leads to no page of the site; name the file in code quotes"
            )
        return match[1] + posixpath.relpath(inside, posixpath.dirname(page) or ".") + match[3]

    pieces, end = [], 0
    for fence in FENCE.finditer(markdown):
        pieces += [LINK.sub(within, markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*pieces, LINK.sub(within, markdown[end:])])

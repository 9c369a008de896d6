"""House style of docstrings for the API reference: ``name : what it is`` has no type, because the annotation has it.

numpydoc would take what is behind the colon for a type. Roles such as ``:func:`` become plain code.
"""

import re

import griffe

SECTION = re.compile(
    r"^(Parameters|Attributes|Returns|Raises|Yields)\n-+\n(.*?)(?=\n\n\w[\w ]*\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL
)
ENTRY = re.compile(r"^([\w*][\w*., ]*) : (.*)$")
ROLE = re.compile(r":\w+:`~?([^`]+)`")


class HouseStyle(griffe.Extension):
    """Rewrites docstrings before they are parsed."""

    def on_object(self, *, obj: griffe.Object, **_) -> None:
        """Called for every module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = in_numpydoc(obj.docstring.value)


def in_numpydoc(text: str) -> str:
    """A docstring of ours as numpydoc reads it."""
    return SECTION.sub(_section, ROLE.sub(r"`\1`", text).replace("``", "`"))


def _section(match: re.Match) -> str:
    title, body = match[1], match[2].rstrip()
    if title in ("Returns", "Yields"):
        return f"**{title}:** {' '.join(line.strip() for line in body.splitlines())}"
    lines = []
    for line in body.splitlines():
        entry = ENTRY.match(line)
        if entry:
            open_names = entry[1].split(", ")
            lines += [part for name in open_names[:-1] for part in (name, f"    {entry[2]}")]
            lines += [open_names[-1], f"    {entry[2]}"]
        else:
            lines.append(line if line.startswith(" ") else f"    {line}")
    return "\n".join([title, "-" * len(title), *lines])

"""The fenced blocks of the docs, and the commands in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST = ["README.md", "docs/index.md", "docs/tutorial.md", "docs/add-a-tracker.md"]
BESIDE = ["CONTRIBUTING.md", "config/README.md", "results/README.md"]
FENCE = re.compile(r'^( *)```(\w*)(?: title="([^"]+)")?[^\n]*\n(.*?)^\1``` *$', re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
PROGRAMS = (
    "siamloss",
    "snakemake",
    "make",
    "python",
    "pip",
    "torchrun",
    "srun",
    "sbatch",
    "squeue",
    "sacctmgr",
    "kubectl",
    "git",
    "ffmpeg",
)
WORD = re.compile(r"(?:[A-Z_]+=\S+ )*(?:\S*/)?(?:" + "|".join(PROGRAMS) + r")(?: |$)")


@dataclass(frozen=True)
class Block:
    """A fenced block; ``title`` is the file that it stands for, "" for none."""

    page: str
    line: int
    language: str
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command line as somebody would type it, without its comment."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Files with commands, relative to the repository, in the order in which a newcomer meets them."""
    docs = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
    return FIRST + [page for page in docs if page not in FIRST] + BESIDE


def blocks_of(page: str) -> list[Block]:
    """All fenced blocks of a page."""
    text = (ROOT / page).read_text()
    found = []
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        body = re.sub(rf"^{match[1]}", "", match[4], flags=re.MULTILINE)
        found.append(Block(page, line, match[2], match[3] or "", body))
    return found


def without_blocks(page: str) -> str:
    """The text of a page with its blocks blanked out, line numbers kept."""
    return FENCE.sub(lambda match: "\n" * match[0].count("\n"), (ROOT / page).read_text())


def commands_of(block: Block) -> list[Command]:
    """The commands of a block, one per logical line."""
    joined = re.sub(r"\\\n\s*", "\\\n", block.text)
    lines, number = [], block.line
    for logical in re.split(r"(?<!\\)\n", joined):
        number += 1
        text = re.sub(r"\s+", " ", re.sub(r"(^|\s)#\s.*$", "", logical.replace("\\\n", " "))).strip()
        if text:
            lines.append(Command(block.page, number, text))
        number += logical.count("\n")
    return lines


def inline_of(page: str) -> list[Command]:
    """Commands in the running text: code spans that begin with a program and have something behind it."""
    text = without_blocks(page)
    return [
        Command(page, text.count("\n", 0, match.start()) + 1, match[1])
        for match in INLINE.finditer(text)
        if WORD.match(match[1]) and " " in match[1]
    ]


def is_mention(command: Command) -> bool:
    """Whether a command of the running text has no option: it names a verb or a target, and is looked up, not run."""
    return not re.search(r" -|=", command.text)


def commands() -> list[Command]:
    """Everything that is to be run, each text once, in the order of the pages."""
    found: dict[str, Command] = {}
    for page in pages():
        written = [command for block in blocks_of(page) if block.language == "bash" for command in commands_of(block)]
        written += [command for command in inline_of(page) if not is_mention(command)]
        for command in sorted(written, key=lambda command: command.line):
            found.setdefault(command.text, command)
    return list(found.values())

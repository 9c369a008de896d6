"""The reference of the command line, read from the verbs themselves."""

from typing import Any

OPENING = """# The command line

One verb per stage of the workflow, and the verbs around it. `--log FILE` before a verb also appends its messages.
A mistake in the input is one line on stderr that says what to do, with exit code 2; Ctrl-C gives 130, SIGTERM 143.

"""


def cli_page() -> str:
    """Markdown of all verbs with their arguments and options."""
    import typer

    from siamloss.cli import app

    return OPENING + "".join(_verbs(typer.main.get_command(app), "siamloss"))


def _verbs(command: Any, name: str):
    """A section for each verb; the verbs of a group follow one another."""
    if hasattr(command, "commands"):
        for verb in sorted(command.commands):
            yield from _verbs(command.commands[verb], f"{name} {verb}")
        return
    shown = [item for item in command.params if not getattr(item, "hidden", False)]
    arguments = " ".join(_argument(item) for item in shown if item.param_type_name == "argument")
    needed = " ".join(f"{item.opts[0]} {_kind(item)}" for item in shown if _is_needed(item))
    usage = " ".join(part for part in (name, arguments, needed, "[options]") if part)
    yield f"## {name}\n\n{_paragraphs(command.help)}\n\n```text\n{usage}\n```\n\n"
    if shown:
        yield "| option | value | default | meaning |\n|---|---|---|---|\n"
        yield "".join(_row(item) for item in shown) + "\n"


def _argument(item: Any) -> str:
    name = item.make_metavar().strip("[]") if not hasattr(item, "human_readable_name") else item.human_readable_name
    return name.upper() if item.required else f"[{name.upper()}]"


def _is_needed(item: Any) -> bool:
    return item.param_type_name == "option" and item.required


def _kind(item: Any) -> str:
    choices = getattr(item.type, "choices", None)
    if choices:
        return "|".join(str(getattr(choice, "value", choice)) for choice in choices)
    return item.type.name.upper()


def _row(item: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*item.opts, *item.secondary_opts) if item.param_type_name == "option")
    flag = getattr(item, "is_flag", False)
    kind = "" if flag else f"`{_kind(item)}`".replace("|", "\\|")
    if getattr(item, "multiple", False) or item.nargs == -1:
        kind += " (repeatable)"
    cells = [names or f"`{item.name.upper()}`", kind, _default(item, flag), getattr(item, "help", None) or ""]
    if item.envvar:
        cells[3] += f" Else taken from the variable `{item.envvar}`."
    return "| " + " | ".join(cell.replace("\n", " ") for cell in cells) + " |\n"


def _default(item: Any, flag: bool) -> str:
    if item.required:
        return "needed"
    value = item.default() if callable(item.default) else item.default
    value = getattr(value, "value", value)
    return "" if value is None or flag or value in ("", (), []) or "Sentinel" in repr(value) else f"`{value}`"


def _paragraphs(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").splitlines())

"""Writes the parts of the documentation that the program itself knows, or checks that they are up to date.

    scripts/cli-reference      docs/cli.md, from the help of every command
    scripts/readme-output      the output shown in README.md, from running the commands
    scripts/docs.py tables     the tables of commands, settings and vocabularies, in README.md, docs/settings.md and
                               docs/glossary.md
    scripts/docs.py all        all of them

With `--check` nothing is written, and the exit code is 1 where a page is out of date.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import click

from mercato import model, settings
from mercato.interfaces.cli.main import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
PAGE = "mercato/samples/documents/kvaratskhelia-2025-01-17.html"
COLUMNS = 100
"""Characters of help in a line of docs/cli.md."""


# -- docs/cli.md --------------------------------------------------------------------------------------------------


def cli_reference() -> str:
    """The page of every command, from its own help."""
    parts = [
        "# Commands\n\nWritten by `scripts/cli-reference` from the help of the commands. Don't edit it by hand.\n\n"
        "Results go to standard output, talk to standard error. Exit codes: 0 done, 1 failed, 2 misused,\n"
        "130 interrupted (Ctrl-C), 141 the reader of a pipe had enough.\n",
        _section("mercato", cli, _root(), 2),
    ]
    for name, lazy in COMMANDS.items():
        if importlib.util.find_spec(lazy.module) is None:
            continue
        command = cli.get_command(_root(), name)
        if command is not None:
            parts += _sections(name, command, _root())
    return "\n".join(parts)


def _root() -> click.Context:
    return click.Context(cli, info_name="mercato", **cli.context_settings)


def _sections(name: str, command: click.Command, parent: click.Context) -> list[str]:
    """A command, and its own commands where it has some."""
    context = click.Context(command, info_name=name, parent=parent)
    found = [_section(context.command_path, command, context, 2)]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            below = command.get_command(context, inner)
            if below is not None:
                found += _sections(inner, below, context)
    return found


def _section(path: str, command: click.Command, context: click.Context, level: int) -> str:
    context.terminal_width = context.max_content_width = COLUMNS
    return f"{'#' * level} {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"


# -- README.md ----------------------------------------------------------------------------------------------------


def readme(text: str) -> str:
    """README.md with what the commands print today between its markers."""
    with tempfile.TemporaryDirectory() as home:
        demo = _run(home, "demo")
        read = _run(home, "read", PAGE)
        claim = re.search(r"^ +([0-9a-f]{8}) +move", read, re.MULTILINE)
        if claim is None:
            raise SystemExit(f"mercato read finds no move in {PAGE}")
        explained = _run(home, "explain", claim[1])
    blocks = {
        "demo": ("mercato demo", _club(demo, "AC Milan")),
        "read": (f"mercato read {PAGE}", read.rstrip().split("\n")),
        "explain": (f"mercato explain {claim[1]}", _until_the_text(explained)),
    }
    for name, (command, lines) in blocks.items():
        text = _between(text, name, f"```console\n$ {command}\n" + "\n".join(lines) + "\n```")
    return text


def _run(home: str, *arguments: str) -> str:
    """What a command prints, with an empty home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MERCATO_")}
    ran = subprocess.run(
        [sys.executable, "-m", "mercato.interfaces.cli.main", *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**kept, "MERCATO_HOME": home},
    )
    return ran.stdout


def _club(board: str, club: str, entries: int = 3) -> list[str]:
    """The newest entries of one club's part of the board, with a sign that there is more before and after them."""
    for part in board.split("\n\n"):
        lines = part.split("\n")
        if lines[0] == club:
            starts = [number for number, line in enumerate(lines) if re.match(r"  \S", line)]
            return ["...", *(lines[: starts[entries]] if len(starts) > entries else lines), "..."]
    raise SystemExit(f"{club} is not on the board")


def _until_the_text(explained: str) -> list[str]:
    """Fields and words, without the moment at which it was read and without the text below."""
    head, table, *_ = explained.split("\n\n")
    return [*(line for line in head.split("\n") if not line.startswith("claim ")), "...", "", *table.split("\n"), "..."]


# -- tables -------------------------------------------------------------------------------------------------------


def glossary(text: str) -> str:
    """docs/glossary.md with the closed vocabularies as the model has them."""
    for name, vocabulary in (("kinds", model.ClaimKind), ("stages", model.Stage)):
        rows = [f"| `{value}` | {value.meaning} |" for value in vocabulary]
        text = _between(text, name, "\n".join(["| value | meaning |", "|---|---|", *rows]))
    others: tuple[type[StrEnum], ...] = (
        model.Deal,
        model.Role,
        model.Certainty,
        model.LinkKind,
        model.MoneyKind,
        model.EvidenceRole,
        model.BlockKind,
        model.Precision,
    )
    rows = [f"| {_words(vocabulary.__name__)} | {', '.join(f'`{v}`' for v in vocabulary)} |" for vocabulary in others]
    return _between(text, "others", "\n".join(["| vocabulary | values |", "|---|---|", *rows]))


def commands(text: str) -> str:
    """README.md with the table of commands as `mercato --help` has it."""
    rows = [f"| `mercato {name}` | {lazy.help} |" for name, lazy in COMMANDS.items()]
    return _between(text, "commands", "\n".join(["| command | what it does |", "|---|---|", *rows]))


def settings_page(text: str) -> str:
    """docs/settings.md with the table of settings as the program has it."""
    rows = [f"| `{s.variable}` | {_default(s)} | {s.meaning} |" for s in settings.SETTINGS]
    return _between(text, "settings", "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows]))


def _default(setting: settings.Setting) -> str:
    if setting is settings.HOME:
        return "the data folder of your system"  # differs from machine to machine; `mercato doctor` tells
    return f"`{setting.default}`" if setting.default else "empty"


def _words(name: str) -> str:
    """`LinkKind` as "link kind"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


# -- files --------------------------------------------------------------------------------------------------------


def _between(text: str, name: str, content: str) -> str:
    """The text with what stands between the markers of that name replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"the markers <!-- {name} --> and <!-- /{name} --> are missing")
    return pattern.sub(lambda match: match[1] + content + match[2], text)


PARTS: dict[str, dict[str, Callable[[str], str]]] = {
    "cli": {"docs/cli.md": lambda _: cli_reference()},
    "readme": {"README.md": readme},
    "tables": {"README.md": commands, "docs/glossary.md": glossary, "docs/settings.md": settings_page},
}


def main() -> int:
    """Write or check the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=[*PARTS, "all"])
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a page is out of date")
    asked = parser.parse_args()
    stale = False
    for part in PARTS if "all" in asked.parts else asked.parts:
        for name, made in PARTS[part].items():
            path = ROOT / name
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            new = made(old)
            if new == old:
                continue
            stale = True
            if asked.check:
                sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "now"))
            else:
                path.write_text(new, encoding="utf-8")
                print(f"{name} written")
    return int(stale and asked.check)


if __name__ == "__main__":
    sys.exit(main())

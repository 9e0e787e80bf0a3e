"""What commands share in printing: JSON lines, tables, marked text, progress. Rich is imported only where it is used.

Results go to standard output, talk to standard error. On a terminal results are styled; in a pipe or a file they are
plain, whole and never cut to a width.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

# Escape sequences and direction marks of a hostile page must not reach the terminal.
_UNSAFE = {
    **{c: f"\\x{c:02x}" for c in (*range(0x20), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A)},
    **{c: f"\\u{c:04x}" for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)},
    **{c: f"\\u{c:04x}" for c in (0x2028, 0x2029)},
}

STYLES = {
    "person": "bold cyan",
    "to": "bold green",
    "from": "bold yellow",
    "club": "bold yellow",
    "source": "magenta",
    "trigger": "bold white on blue",
    "stage": "bold white on blue",
    "condition": "italic red",
    "hedge": "dim italic",
}
_OTHER_STYLE = "underline"


class Mark(NamedTuple):
    """Characters `start` to `end` of a text, and what they stand for ("person", "to", "fee")."""

    start: int
    end: int
    label: str = ""


class Step(Protocol):
    """Called when `count` more pieces of a long work are done."""

    def __call__(self, count: int = 1) -> None:
        """Count `count` pieces as done."""


def safe(text: str) -> str:
    """The text with control characters (but newline and tab) and direction marks shown as escapes."""
    return text.translate(_UNSAFE)


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line, safe for a terminal, cut at `limit` characters with an ellipsis."""
    line = safe(" ".join(text.split()))
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def styled() -> bool:
    """Whether results go to a terminal."""
    return sys.stdout.isatty()


def say(message: str) -> None:
    """Talk: one line on standard error, which a pipe does not see."""
    print(one_line(message), file=sys.stderr)


def print_json(record: Any) -> None:
    """One JSON line; letters stay letters."""
    print(json.dumps(record, ensure_ascii=False))


def print_lines(lines: Iterable[str]) -> None:
    """Plain lines, safe for a terminal."""
    for line in lines:
        print(safe(line))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table: rich on a terminal, else columns aligned with spaces and nothing cut. None prints as empty."""
    cells = [[one_line("" if cell is None else str(cell)) for cell in row] for row in rows]
    if styled():
        _print_rich_table(columns, cells)
        return
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for line in (list(columns), *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _print_rich_table(columns: Sequence[str], cells: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def bracketed(text: str, marks: Iterable[Mark]) -> str:
    """The text with every marked run in square brackets; runs that overlap or touch become one."""
    parts, position = [], 0
    for start, end in _merged(marks, len(text)):
        parts += [safe(text[position:start]), "[", safe(text[start:end]), "]"]
        position = end
    return "".join([*parts, safe(text[position:])])


def print_marked(text: str, marks: Iterable[Mark], indent: str = "") -> None:
    """The text with its marks: coloured by label on a terminal, else in square brackets."""
    known = list(marks)
    if not styled():
        for line in bracketed(text, known).split("\n"):
            print(f"{indent}{line}".rstrip())
        return
    from rich.console import Console
    from rich.padding import Padding

    Console(highlight=False).print(Padding(_rich_text(text, known), (0, 0, 0, len(indent))))


def _rich_text(text: str, marks: list[Mark]) -> Any:
    from rich.text import Text

    rich_text = Text()
    edges = sorted({0, len(text), *(min(m.start, len(text)) for m in marks), *(min(m.end, len(text)) for m in marks)})
    for start, end in pairwise(edges):
        inside = [STYLES.get(m.label, _OTHER_STYLE) for m in marks if m.start <= start and end <= m.end]
        rich_text.append(safe(text[start:end]), style=" ".join(inside[:1]))
    return rich_text


def _merged(marks: Iterable[Mark], length: int) -> Iterator[tuple[int, int]]:
    """The marked runs in order, joined where they overlap or touch, inside the text."""
    current: tuple[int, int] | None = None
    for mark in sorted(marks):
        start, end = max(mark.start, 0), min(mark.end, length)
        if start >= end:
            continue
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


@contextmanager
def progress(label: str, total: int | None = None, *, prints_meanwhile: bool = False) -> Iterator[Step]:
    """A progress bar on standard error for long work; nothing at all where that is no terminal.

    With `prints_meanwhile`, results are printed as the work goes on: then there is a bar only where they go elsewhere
    than to the terminal, as they show by themselves how far it has come.
    """
    if not sys.stderr.isatty() or (prints_meanwhile and styled()):
        yield _no_step
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Left to itself the bar would take over standard output too, and send results to standard error.
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(label, total=total)

        def step(count: int = 1) -> None:
            bar.advance(task, count)

        yield step


def _no_step(count: int = 1) -> None:
    """Counts nothing: nobody is watching."""

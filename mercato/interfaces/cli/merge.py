"""`mercato merge` and `mercato split`: verdicts on who is who among the people of rumours."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from mercato.errors import Misused
from mercato.interfaces.cli.options import json_option, ledger_option, open_ledger
from mercato.interfaces.cli.output import print_json, print_table, say

_WHO = "A person is a name, a register id, or NAME @ CLUB for one of several people of that name."


@click.command(epilog=_WHO)
@click.argument("people", metavar="[ONE OTHER]", nargs=-1)
@ledger_option
@json_option
@click.option("--author", metavar="NAME", help="Who says so; else your user name.")
@click.option("--list", "list_", is_flag=True, help="Show the verdicts in force.")
@click.option("--undo", metavar="NUMBER", type=int, help="Take a verdict back, on a merge or a split.")
def merge(
    people: tuple[str, ...],
    ledger_file: Path | str | None,
    as_json: bool,
    author: str | None,
    list_: bool,
    undo: int | None,
) -> None:
    """Say that two names are one person. The verdict is a row of the ledger, and can be taken back."""
    if sum((bool(people), list_, undo is not None)) != 1:
        raise Misused("Give two people, or --list, or --undo NUMBER.")
    if list_:
        _list(ledger_file, as_json)
    elif undo is not None:
        _undo(ledger_file, undo, author)
    else:
        _judge(ledger_file, people, author, same=True)


@click.command(epilog=_WHO)
@click.argument("people", metavar="ONE OTHER", nargs=-1)
@ledger_option
@click.option("--author", metavar="NAME", help="Who says so; else your user name.")
def split(people: tuple[str, ...], ledger_file: Path | str | None, author: str | None) -> None:
    """Say that two names are not one person. `mercato merge --undo NUMBER` takes it back."""
    _judge(ledger_file, people, author, same=False)


def _judge(ledger_file: Path | str | None, people: tuple[str, ...], author: str | None, *, same: bool) -> None:
    from mercato.interfaces.cli.book_options import join, open_book
    from mercato.rumours.verdicts import VerdictKind, record

    if len(people) != 2:
        raise Misused(f'Give two people, each in quotes: "Edison Cavani" "Edinson Cavani". Given: {len(people)}.')
    with open_book(ledger_file) as book:
        one, other = (book.person_key(person) for person in people)
        kind = VerdictKind.SAME if same else VerdictKind.APART
        number = record(book.ledger, kind, one, other, author or getpass.getuser())
        join(book)
        verdict = "one person" if same else "not one person"
        say(f"Verdict {number}: {one} and {other} are {verdict}. Take it back with mercato merge --undo {number}")


def _undo(ledger_file: Path | str | None, number: int, author: str | None) -> None:
    from mercato.interfaces.cli.book_options import join, open_book
    from mercato.rumours.verdicts import withdraw

    with open_book(ledger_file) as book:
        withdraw(book.ledger, number, author or getpass.getuser())
        join(book)
    say(f"Verdict {number} is taken back.")


def _list(ledger_file: Path | str | None, as_json: bool) -> None:
    import msgspec

    from mercato.rumours.verdicts import verdicts

    with open_ledger(ledger_file) as ledger:
        found = verdicts(ledger.database)
    if as_json:
        for verdict in found:
            print_json(msgspec.to_builtins(verdict))
    elif found:
        columns = ("number", "verdict", "one", "other", "author", "when")
        print_table(
            columns, ((v.number, v.kind.value, v.one, v.other, v.author, f"{v.decided_at:%Y-%m-%d}") for v in found)
        )
    else:
        say("No verdict is in force.")

"""`mercato outcomes`: completed moves, from lists; what forecasts and records are held against."""

from __future__ import annotations

from pathlib import Path

import click

from mercato.interfaces.cli.options import json_option, ledger_option, ledger_place
from mercato.interfaces.cli.output import print_json, print_table, say
from mercato.interfaces.forecasting import open_store


@click.group(invoke_without_command=True)
@ledger_option
@json_option
@click.pass_context
def outcomes(context: click.Context, ledger_file: Path | str | None, as_json: bool) -> None:
    """Import completed moves, and show how many are known by list and window."""
    if context.invoked_subcommand is not None:
        return
    with open_store(ledger_place(ledger_file)) as store:
        counts = store.move_counts()
    if as_json:
        for name, window, count in counts:
            print_json({"list": name, "window": window or None, "moves": count})
    elif counts:
        print_table(("list", "window", "moves"), counts)
    if not counts:
        say("No outcomes yet. `mercato outcomes import FILE` takes a CSV of completed moves.")


@outcomes.command("import")
@ledger_option
@json_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--covers", multiple=True, metavar="LEAGUE", help="A league whose moves the list holds all of. May repeat."
)
def import_(ledger_file: Path | str | None, as_json: bool, files: tuple[Path, ...], covers: tuple[str, ...]) -> None:
    """Take in CSV FILES of completed moves; docs/forecasting.md tells the columns. Rows known already add nothing.

    Only with --covers (or a column `seen`) does a missing row mean that nobody moved.
    """
    from mercato.forecasting.moves import read_moves

    with open_store(ledger_place(ledger_file)) as store:
        for path in files:
            given, new = store.add_moves(read_moves(path, covers))
            if as_json:
                print_json({"file": str(path), "moves": given, "new": new})
            else:
                print(f"{path}: {given:,} moves, {new:,} of them new")

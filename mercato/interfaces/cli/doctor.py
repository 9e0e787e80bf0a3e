"""`mercato doctor`: what is installed, where things lie, what is wrong and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from mercato.interfaces.cli.options import json_option, ledger_option, ledger_place
from mercato.interfaces.cli.output import one_line, print_json, print_lines, say


@click.command()
@ledger_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, ledger_file: Path | str | None, as_json: bool) -> None:
    """Check this installation, its settings and the ledger, and say what to do where something is wrong."""
    from mercato.interfaces.health import examine

    findings = examine(ledger_place(ledger_file))
    wrong = [finding for finding in findings if finding.wrong]
    if as_json:
        print_json({"ok": not wrong, "findings": [asdict(finding) for finding in findings]})
    else:
        width = max(len(finding.name) for finding in findings)
        for section, members in groupby(findings, key=lambda finding: finding.section):
            print_lines([section])
            for finding in members:
                mark = "!" if finding.wrong else " "
                print_lines([f" {mark} {finding.name.ljust(width)}  {one_line(finding.value)}"])
        say(f"{len(wrong)} wrong:" if wrong else "All is well.")
        for finding in wrong:
            say(f"  {finding.section}, {finding.name}: {finding.advice}")
    if wrong:
        ctx.exit(1)

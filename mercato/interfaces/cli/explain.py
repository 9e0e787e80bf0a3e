"""`mercato explain`: a claim of the ledger, each field beside its words, and the text with the words marked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.options import json_option, ledger_option, open_ledger
from mercato.interfaces.cli.output import one_line, print_json, print_lines, print_marked, print_table

if TYPE_CHECKING:
    from mercato.ledger import StoredClaim, StoredDocument


@click.command()
@click.argument("claim_id", metavar="CLAIM")
@ledger_option
@json_option
def explain(claim_id: str, ledger_file: Path | str | None, as_json: bool) -> None:
    """Show the words that a claim rests on. CLAIM is its id, or as much of its beginning as is unique."""
    with open_ledger(ledger_file) as ledger:
        stored, source = ledger.claim(claim_id.strip())
    if as_json:
        from mercato.interfaces.cli.claims import as_record

        print_json(as_record(stored) | {"text": source.document.text})
    else:
        _show(stored, source)


def _show(stored: StoredClaim, source: StoredDocument) -> None:
    from mercato.interfaces.cli.claim_text import document_head, fields, marks

    claim, document = stored.claim, source.document
    print_lines(
        [
            one_line(document_head(document)),
            one_line(document.address or document.key),
            f"claim {claim.id}, read by {claim.reader.name} {claim.reader.version}, "
            f"seen {stored.seen_at:%Y-%m-%d %H:%M} UTC",
            "",
        ]
    )
    rows = [(field.name, field.value, " … ".join(f'"{words}"' for words in field.words)) for field in fields(claim)]
    print_table(("field", "value", "words of the text"), rows)
    print()
    print_marked(document.text, marks([claim], document))

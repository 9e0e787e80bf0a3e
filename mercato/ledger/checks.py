"""What must hold before a reading is stored, and what must still hold of the rows that are."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mercato.errors import DocumentSkipped
from mercato.ledger.dialect import Database
from mercato.model import Claim, Document

_REPORT = "This is a fault of the reader, please report it with the text."
_SHOWN = 5


def check_reading(document: Document, claims: Sequence[Claim]) -> None:
    """Raise DocumentSkipped where a claim is not of this document or its words are not in the text."""
    try:
        msgspec.json.encode((document, list(claims)))
    except UnicodeEncodeError:
        raise DocumentSkipped(
            document.key.encode("utf-8", "backslashreplace").decode(),
            "it holds characters that can't be stored (halves of surrogate pairs)",
            "Save it as UTF-8 and read it again.",
        ) from None
    _check_nul(document, claims)
    ids: dict[str, Claim] = {}
    for claim in claims:
        _check_claim(document, claim)
        twin = ids.setdefault(claim.id, claim)
        if twin != claim and twin.reader == claim.reader:
            raise DocumentSkipped(document.key, f"two different claims have the id {claim.id}", _REPORT)


def _check_nul(document: Document, claims: Sequence[Claim]) -> None:
    """NUL ends a text for many programs, and PostgreSQL stores none: refused everywhere, so that copies are whole."""
    fields = (document.key, document.text, document.address, document.outlet, document.title, document.author)
    named = (name for claim in claims for name in _names(claim))
    if any("\0" in text for text in (*fields, document.language, *named) if text):
        raise DocumentSkipped(
            document.key.replace("\0", "\\0"), "it holds NUL characters", "Save it as text without them."
        )


def _names(claim: Claim) -> list[str | None]:
    refs = [ref for ref in (claim.person, claim.to, claim.from_, claim.club, *claim.attribution.chain) if ref]
    return [claim.id, claim.until, *(ref.name for ref in refs), *(ref.id for ref in refs)]


def _check_claim(document: Document, claim: Claim) -> None:
    if claim.document_id != document.id:
        raise DocumentSkipped(
            document.key, f"claim {claim.id} is of another document ({claim.document_id}, not {document.id})", _REPORT
        )
    for item in claim.evidence:
        if document.text[item.span.start : item.span.end] != item.span.text or not item.span.text:
            raise DocumentSkipped(
                document.key,
                f"claim {claim.id} gives {item.span.text!r} as words at {item.span.start}-{item.span.end}, "
                "which the text does not hold there",
                _REPORT,
            )


def problems_with_rows(database: Database) -> list[str]:
    """Rows that contradict each other: evidence not in its text, readings that lack claims, gaps in versions."""
    return [
        *_listed(
            database,
            "SELECT c.id FROM evidence e JOIN claim c ON c.number = e.claim JOIN document d ON d.id = c.document_id "
            "WHERE substr(d.text, CAST(e.span_start + 1 AS INT), CAST(e.span_end - e.span_start AS INT)) <> e.words",
            "the words of claim {} are not in its text",
        ),
        *_listed(
            database,
            "SELECT r.number FROM reading r LEFT JOIN claim c ON c.reading = r.number "
            "GROUP BY r.number, r.claims HAVING count(c.number) <> r.claims",
            "reading {} has not the number of claims that it was stored with",
        ),
        *_listed(
            database,
            "SELECT key FROM document GROUP BY key HAVING max(version) <> count(*) OR min(version) <> 1",
            "the versions of article {} have gaps",
        ),
        *_listed(
            database,
            "SELECT d.id FROM document d LEFT JOIN sighting s ON s.key = d.key AND s.document_id = d.id "
            "WHERE s.number IS NULL",
            "the text {} has no moment at which it was seen",
        ),
    ]


def _listed(database: Database, sql: str, message: str) -> list[str]:
    rows = database.execute(sql)
    lines = [message.format(row[0]) for row in rows[:_SHOWN]]
    return lines + ([f"... and {len(rows) - _SHOWN} more of the kind"] if len(rows) > _SHOWN else [])

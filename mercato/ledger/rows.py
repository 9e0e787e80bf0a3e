"""Between the model's records and the ledger's rows. The claim is also kept whole, as JSON, beside its columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec

from mercato.ledger.dialect import Row
from mercato.ledger.moments import stamp, unstamp
from mercato.ledger.records import DocumentHead, Skip, StoredClaim, StoredDocument
from mercato.model import Block, Claim, ClubRef, Document, Moment, Precision, ReaderVersion
from mercato.model.folding import fold

DOCUMENT_COLUMNS = (
    "id", "key", "version", "address", "outlet", "outlet_folded", "title", "author", "published_at",
    "published_latest", "published_precision", "fetched_at", "seen_at", "recorded_at", "dated_at", "language", "text",
    "blocks",
)  # fmt: skip
CLAIM_COLUMNS = (
    "id", "reading", "document_id", "place", "kind", "role", "person_name", "person_id", "person_folded",
    "to_name", "to_id", "to_folded", "from_name", "from_id", "from_folded", "club_name", "club_id", "club_folded",
    "stage", "deal", "contract_until", "fee_low", "fee_high", "fee_currency", "certainty", "confidence",
    "reader_name", "reader_version", "seen_at", "recorded_at", "body",
)  # fmt: skip
HEAD_COLUMNS = (
    "id", "key", "version", "address", "outlet", "title", "author", "published_at", "published_precision",
    "language", "seen_at",
)  # fmt: skip


def fold_outlet(name: str) -> str:
    """An outlet's name or domain folded, dots as spaces: "juvefc" is a whole word of "juvefc.com"."""
    return fold(name.replace(".", " "))


def document_row(document: Document, version: int, seen_at: datetime, recorded_at: datetime) -> Row:
    """A document as values for DOCUMENT_COLUMNS."""
    published = document.published
    return (
        document.id,
        document.key,
        version,
        document.address,
        document.outlet,
        fold_outlet(document.outlet) if document.outlet else None,
        document.title,
        document.author,
        stamp(published.at) if published else None,
        stamp(published.latest) if published else None,
        published.precision.value if published else None,
        stamp(document.fetched) if document.fetched else None,
        stamp(seen_at),
        stamp(recorded_at),
        stamp(published.at if published else seen_at),
        document.language,
        document.text,
        msgspec.json.encode(document.blocks).decode(),
    )


def stored_document(row: Row) -> StoredDocument:
    """The document of a row of DOCUMENT_COLUMNS."""
    got: dict[str, Any] = dict(zip(DOCUMENT_COLUMNS, row, strict=True))
    document = Document(
        id=got["id"],
        key=got["key"],
        text=got["text"],
        blocks=msgspec.json.decode(got["blocks"], type=tuple[Block, ...]),
        address=got["address"],
        outlet=got["outlet"],
        title=got["title"],
        author=got["author"],
        published=_moment(got["published_at"], got["published_precision"]),
        fetched=unstamp(got["fetched_at"]) if got["fetched_at"] else None,
        language=got["language"],
    )
    return StoredDocument(document, got["version"], unstamp(got["seen_at"]), unstamp(got["recorded_at"]))


def claim_row(claim: Claim, reading: int, place: int, seen_at: datetime, recorded_at: datetime) -> Row:
    """A claim as values for CLAIM_COLUMNS; `place` is its order in the reading."""
    fee = claim.fee
    return (
        claim.id,
        reading,
        claim.document_id,
        place,
        claim.kind.value,
        claim.role.value,
        claim.person.name,
        claim.person.id,
        fold(claim.person.name),
        *_club(claim.to),
        *_club(claim.from_),
        *_club(claim.club),
        claim.stage.value if claim.stage else None,
        claim.deal.value if claim.deal else None,
        claim.until,
        fee.low if fee else None,
        fee.high if fee else None,
        fee.currency if fee else None,
        claim.certainty.value,
        claim.confidence,
        claim.reader.name,
        claim.reader.version,
        stamp(seen_at),
        stamp(recorded_at),
        msgspec.json.encode(claim).decode(),
    )


def evidence_rows(claim: Claim, number: int) -> list[Row]:
    """The spans that a claim rests on, for table `evidence`."""
    return [
        (number, place, item.role.value, item.span.start, item.span.end, item.span.text)
        for place, item in enumerate(claim.evidence)
    ]


def link_rows(claim: Claim, number: int) -> list[Row]:
    """Whom a claim is credited to, origin first, for table `attribution_link`."""
    return [
        (number, place, link.kind.value, link.name, link.id, fold_outlet(link.name))
        for place, link in enumerate(claim.attribution.chain)
    ]


def stored_claim(row: Row) -> StoredClaim:
    """The claim of a row: body, seen_at, recorded_at, then HEAD_COLUMNS of its document."""
    body, seen_at, recorded_at, *head = row
    claim = msgspec.json.decode(cast(str, body), type=Claim)
    return StoredClaim(claim, document_head(tuple(head)), unstamp(cast(str, seen_at)), unstamp(cast(str, recorded_at)))


def document_head(row: Row) -> DocumentHead:
    """The document of a row of HEAD_COLUMNS, without its text."""
    got: dict[str, Any] = dict(zip(HEAD_COLUMNS, row, strict=True))
    published = _moment(got.pop("published_at"), got.pop("published_precision"))
    return DocumentHead(**{**got, "seen_at": unstamp(got["seen_at"])}, published=published)


def skip(row: Row) -> Skip:
    """The skip of a row: input_name, reason, advice, recorded_at."""
    input_name, reason, advice, recorded_at = (cast(str, value) for value in row)
    return Skip(input_name, reason, advice, unstamp(recorded_at))


def reader_of(row: Row) -> ReaderVersion:
    """The reader of a row: name, version."""
    return ReaderVersion(cast(str, row[0]), cast(str, row[1]))


def _moment(at: str | None, precision: str | None) -> Moment | None:
    return Moment(unstamp(at), Precision(precision)) if at and precision else None


def _club(club: ClubRef | None) -> tuple[str | None, str | None, str | None]:
    return (club.name, club.id, fold(club.name)) if club else (None, None, None)

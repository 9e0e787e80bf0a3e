"""What may be added, by whoever has the token: documents and verdicts."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response

from mercato.errors import Misused
from mercato.interfaces.api.answers import claim_record, claims_of_document, document_of
from mercato.interfaces.api.envelope import Answer, answer
from mercato.interfaces.api.reading import AtDesk
from mercato.interfaces.api.shapes import (
    Added,
    NewDocument,
    NewOutcome,
    NewVerdict,
    OutcomeTaken,
    VerdictGiven,
)

_REALM = {"WWW-Authenticate": "Bearer"}


def _may_write(request: Request, authorization: Annotated[str | None, Header()] = None) -> None:
    """Let pass who has the token. Raises 403 where none is set, 401 where it is missing or wrong."""
    token: str = request.app.state.token
    if not token:
        raise HTTPException(403, "This server is read-only: MERCATO_TOKEN is not set where it runs.")
    scheme, _, given = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not _same(given.strip(), token):
        raise HTTPException(401, "Send the server's token as `Authorization: Bearer ...`.", _REALM)


def _same(given: str, token: str) -> bool:
    """Whether two secrets are one, in a time that tells nothing of either."""
    one, other = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, token))
    return hmac.compare_digest(one, other)


def _key(text: str) -> str:
    """What a text without an address is known by: the same text again is the same article."""
    return "sent:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


router = APIRouter(dependencies=[Depends(_may_write)])


@router.post(
    "/documents", response_model=Answer[Added], status_code=201, tags=["documents"],
    responses={200: {"model": Answer[Added], "description": "It was here already."}},
)  # fmt: skip
def add_document(sent: NewDocument, desk: AtDesk) -> Response:
    """Read a text into the ledger. The same text again adds nothing, and is answered with 200."""
    from mercato.sources import document_from_text
    from mercato.sources.canonical import canonical_address
    from mercato.sources.dates import parse_moment

    if sent.published and parse_moment(sent.published) is None:
        raise Misused(f"`published` {sent.published!r} is no date that is certain. Write it as 2025-06-09.")
    key = canonical_address(sent.address) if sent.address else _key(sent.text)
    if key is None:
        raise Misused("`address` is no address of a page; leave it out, or write it as https://example.org/article.")
    document = document_from_text(
        sent.text, key=key, title=sent.title, date=sent.published, address=sent.address, outlet=sent.outlet,
        language=sent.language, author=sent.author,
    )  # fmt: skip
    claims, version = desk.read(document)
    with desk.book() as book:
        appended = book.ledger.append(document, claims, reader=version)
        stored = document_of(book.ledger, document.id)
        found = [claim_record(claim) for claim in claims_of_document(book, stored)]
    said = {"id": document.id, "new": appended.document_new, "version": appended.version}
    return answer(
        said | {"claims_new": appended.claims_new, "claims": found}, status=201 if appended.document_new else 200
    )


@router.post(
    "/outcomes", response_model=Answer[OutcomeTaken], status_code=201, tags=["forecasts"],
    responses={200: {"model": Answer[OutcomeTaken], "description": "It was here already."}},
)  # fmt: skip
def add_outcome(sent: NewOutcome, desk: AtDesk) -> Response:
    """Say that a move was completed. The same again adds nothing, and is answered with 200."""
    from mercato.errors import DataFileError
    from mercato.forecasting.moves import one_move

    if not (sent.from_club or sent.to):
        raise Misused("One of `from` and `to` is needed: the club left, or the club joined.")
    cells = {name: value for name, value in sent.model_dump().items() if value and name != "author"}
    cells = {"from" if name == "from_club" else name: str(value) for name, value in cells.items()}
    try:
        move = one_move(f"told by {sent.author}", cells | {"player": sent.person})
    except DataFileError as error:
        raise Misused(str(error)) from None
    return answer({"id": move.id, "new": (new := desk.add_outcome(move))}, status=201 if new else 200)


@router.post("/verdicts", response_model=Answer[VerdictGiven], status_code=201, tags=["people"])
def add_verdict(sent: NewVerdict, desk: AtDesk) -> Response:
    """Say that two names are one person, or are not. The last word on a pair holds."""
    from mercato.rumours.verdicts import VerdictKind, record

    with desk.book() as book:
        one, other = book.person_key(sent.one), book.person_key(sent.other)
        number = record(book.ledger, VerdictKind.SAME if sent.same else VerdictKind.APART, one, other, sent.author)
    return answer({"number": number, "one": one, "other": other, "same": sent.same}, status=201)

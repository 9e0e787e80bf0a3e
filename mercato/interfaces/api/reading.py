"""The questions that may be asked: GET requests under /api/v1."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from mercato.errors import Misused
from mercato.interfaces.api.answers import (
    change_record,
    checked_window,
    claim_record,
    claims_asked,
    document_of,
    document_record,
    newest_claims,
    person_rumours,
    rumour_filter,
    rumour_record,
    something_said,
    source_record,
)
from mercato.interfaces.api.envelope import MAX_PAGE, Answer, answer, paged
from mercato.interfaces.api.shapes import (
    ChangeRecord,
    ClaimRecord,
    ClubRecord,
    DocumentRecord,
    PersonRecord,
    RumourRecord,
    SourceRecord,
)
from mercato.interfaces.desk import Desk, as_moment
from mercato.interfaces.finding import Found, SourceCount, search, source_counts
from mercato.ledger import ClaimFilter
from mercato.model import ClaimKind, Stage
from mercato.model.rumours import RumourStatus

router = APIRouter()

Name = Annotated[str, Query(min_length=1, max_length=200)]
Kinds = Annotated[list[ClaimKind], Query(description="May be repeated.", max_length=10)]
Stages = Annotated[list[Stage], Query(description="May be repeated.", max_length=10)]
Statuses = Annotated[list[RumourStatus], Query(description="May be repeated.", max_length=10)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="The most rows of the answer.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the answer before.")]
Day = Annotated[str | None, Query(max_length=40, description="A day, 2025-06-09.")]
Part = Annotated[str, Path(min_length=1, max_length=300)]


def desk_of(request: Request) -> Desk:
    """The desk of the application."""
    desk: Desk = request.app.state.desk
    return desk


def _as_of(
    as_of: Annotated[
        str | None, Query(max_length=40, description="As things stood: a day (its end, UTC) or a moment.")
    ] = None,
) -> datetime | None:
    return as_moment(as_of) if as_of else None


AtDesk = Annotated[Desk, Depends(desk_of)]
AsOf = Annotated[datetime | None, Depends(_as_of)]


@router.get("/rumours", response_model=Answer[list[RumourRecord]], tags=["rumours"])
def rumours(
    desk: AtDesk,
    as_of: AsOf,
    person: Name | None = None,
    to: Name | None = None,
    from_: Annotated[str | None, Query(alias="from", min_length=1, max_length=200)] = None,
    club: Name | None = None,
    country: Annotated[str | None, Query(max_length=3)] = None,
    window: Name | None = None,
    kind: Kinds = [],  # noqa: B006
    stage: Stages = [],  # noqa: B006
    status: Statuses = [],  # noqa: B006
    min_origins: Annotated[int, Query(ge=0, le=1000)] = 0,
    changed_since: Day = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Rumours, those with the latest news first. Clubs and people are asked for by id or by whole words of a name."""

    def found(count: int) -> list[Any]:
        return book.rumours(
            rumour_filter(
                person=person, to=to, from_=from_, club=club, country=country, window=window, kinds=kind, stages=stage,
                statuses=status, min_origins=min_origins, limit=count,
                changed_since=as_moment(changed_since, start=True) if changed_since else None,
            )
        )  # fmt: skip

    with desk.book(as_of) as book:
        page, following = paged(found, lambda rumour: rumour.id, limit, cursor)
        return answer([rumour_record(book, rumour) for rumour in page], following)


@router.get("/rumours/{rumour_id}", response_model=Answer[RumourRecord], tags=["rumours"])
def rumour(rumour_id: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """One rumour, by its id or as much of its beginning as is unique."""
    with desk.book(as_of) as book:
        return answer(rumour_record(book, book.rumour(rumour_id)))


@router.get("/clubs/{name:path}", response_model=Answer[ClubRecord], tags=["clubs"])
def club(
    name: Part,
    desk: AtDesk,
    as_of: AsOf,
    window: Name | None = None,
    over: Annotated[bool, Query(description="Also what is over.")] = False,
) -> Response:
    """A club's ins, outs, stays, contracts and the positions it looks for, newest claims. `name` is an id or a name."""
    import msgspec

    from mercato.rumours.club_view import club_view

    with desk.book(as_of) as book:
        view = club_view(book, name, checked_window(window), open_only=not over)
        parts = (("in", view.ins), ("out", view.outs), ("stay", view.stays))
        return answer(
            {
                "club": book.names.club_name(book.club_key(name), name),
                "contracts": msgspec.to_builtins(view.contracts),
                "sought": msgspec.to_builtins(view.sought),
                "claims": newest_claims(book, club=name),
            }
            | {part: [rumour_record(book, r) for r in found[:MAX_PAGE]] for part, found in parts}
        )


@router.get("/people/{name:path}", response_model=Answer[PersonRecord], tags=["people"])
def person(name: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """All that is said of a person: rumours of all windows, and the newest claims. `name` is an id or whole words."""
    with desk.book(as_of) as book:
        named, found = person_rumours(book, name)
        claims = newest_claims(book, person=name)
        something_said(name, found, claims)
        rumours = [rumour_record(book, r) for r in found[:MAX_PAGE]]
        return answer({"named": named, "rumours": rumours, "claims": claims})


@router.get("/sources", response_model=Answer[list[SourceCount]], tags=["sources"])
def sources(desk: AtDesk, as_of: AsOf, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The publishers of what was read, those with the most documents first."""
    with desk.book() as book:
        counts = source_counts(desk.publishers.of(book.ledger.database, as_of))
    page, following = paged(lambda count: counts[:count], lambda source: source.outlet, limit, cursor)
    return answer(page, following)


@router.get("/sources/{name:path}", response_model=Answer[SourceRecord], tags=["sources"])
def source(name: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """One publisher or cited source, with its newest claims."""
    with desk.book(as_of) as book:
        return answer(source_record(book, desk.publishers, name))


@router.get("/claims", response_model=Answer[list[ClaimRecord]], tags=["claims"])
def claims(
    desk: AtDesk,
    as_of: AsOf,
    person: Name | None = None,
    club: Name | None = None,
    outlet: Name | None = None,
    kind: Kinds = [],  # noqa: B006
    stage: Stages = [],  # noqa: B006
    since: Day = None,
    until: Day = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Claims, newest publication first, by the last reading of each article's last text."""
    first, last = (as_moment(day, start=True).date() if day else None for day in (since, until))
    asked = ClaimFilter(person, club, outlet, tuple(stage), tuple(kind), first, last)
    with desk.book(as_of) as book:
        page, following = paged(
            lambda count: claims_asked(book, desk.publishers, asked, count),
            lambda stored: stored.claim.id, limit, cursor,
        )  # fmt: skip
        return answer([claim_record(stored) for stored in page], following)


@router.get("/claims/{claim_id}", response_model=Answer[ClaimRecord], tags=["claims"])
def claim(claim_id: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """One claim with its words, by its id or the beginning of it."""
    with desk.view(as_of) as view:
        stored, _ = view.claim(claim_id)
        return answer(claim_record(stored))


@router.get("/documents/{document_id}", response_model=Answer[DocumentRecord], tags=["documents"])
def document(document_id: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """One text as it was read, with its parts and its claims."""
    with desk.book(as_of) as book:
        return answer(document_record(book, document_of(book.view, document_id)))


@router.get("/search", response_model=Answer[list[Found]], tags=["search"])
def find(
    q: Annotated[str, Query(min_length=1, max_length=100)],
    desk: AtDesk,
    as_of: AsOf,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """People, clubs and outlets with these words in their names; the last word may be only begun."""
    with desk.book() as book:
        return answer(search(book.ledger.database, desk.publishers, q, as_of, limit))


@router.get("/changes", response_model=Answer[list[ChangeRecord]], tags=["rumours"])
def changes(
    since: Annotated[str, Query(max_length=40, description="A day (its beginning, UTC) or a moment.")],
    desk: AtDesk,
    as_of: AsOf,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The reports that brought something new since a moment, latest first."""
    start = as_moment(since, start=True)
    if as_of is not None and start > as_of:
        raise Misused("`since` is later than `as_of`: nothing can lie between.")
    with desk.book(as_of) as book:
        found = book.changes(start)
    page, following = paged(
        lambda count: found[:count], lambda c: f"{c.rumour.id}/{c.report.document_id}", limit, cursor
    )
    return answer([change_record(change) for change in page], following)

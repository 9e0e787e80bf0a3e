"""The pages of a rumour, a club and a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from mercato.errors import NotFound
from mercato.interfaces.api.answers import document_of, newest_claims, person_rumours, something_said
from mercato.interfaces.cli.rumour_text import fee_words, lead_words
from mercato.interfaces.web import drawing, plot, show
from mercato.interfaces.web.visit import MOST_ROWS, Asked, Part, Visit
from mercato.model.rumours import Report, Rumour
from mercato.rumours.book import RumourBook, RumourFilter

_SOON = timedelta(days=365)
_CHAINS = 6

router = APIRouter()


@router.get("/rumour/{rumour_id}")
def rumour(visit: Asked, rumour_id: Part, report: Annotated[str, Query(max_length=64)] = "") -> Response:
    """One rumour: where it stands, how likely it is, timeline, path, conflicts, and the words it all rests on.

    Long ones show some reports at a time, from `report` on.
    """
    with visit.desk.book(visit.moment) as book:
        found = book.rumour(rumour_id)
        start = _place(found, report)
        shown = found.reports[start : start + show.MOST_REPORTS]
        here = {report.document_id for report in shown}

        def link(document_id: str) -> str:
            return f"#d-{document_id}" if document_id in here else show.at_report(found, document_id, visit.carried)

        standing = book.standing(found)
        nodes = show.path_nodes(found)
        history = visit.desk.kept.history(found.person, found.window, visit.moment)
        return visit.page(
            "rumour.html", rumour=found, standing=standing, lead=lead_words(found.lead),
            fee=fee_words(standing.fee) if standing.fee else "", nodes=nodes,
            drawing=drawing.story(nodes, visit.carried, link), plot=plot.plot(found, history, book.now),
            forecast=history[-1] if history else None, chance=history[-1].of(found) if history else None,
            evidence=_evidence(book, shown), documents=_documents_of_claims(found),
            link=link, earlier=found.reports[max(0, start - show.MOST_REPORTS) : start],
            later=found.reports[start + show.MOST_REPORTS :],
            chains=[drawing.dominoes(c, visit.carried) for c in _its_chains(book, found)],
        )  # fmt: skip


def _its_chains(book: RumourBook, rumour: Rumour) -> list[Any]:
    """The chains that this rumour is an event of."""
    if not rumour.conditions:
        return []
    found = book.chains(rumour.person_name, window=rumour.window)
    return [c for c in found if any(event.rumour == rumour.id for event in c.events)][:1]


def _documents_of_claims(rumour: Rumour) -> dict[str, str]:
    """The document that each claim stands in: from a figure to its words."""
    return {claim: report.document_id for report in rumour.reports for claim in report.claims}


def _place(rumour: Rumour, document_id: str) -> int:
    """Where in a rumour a report stands; at its beginning where none is asked for. Raises NotFound."""
    if not document_id:
        return 0
    for place, report in enumerate(rumour.reports):
        if report.document_id == document_id:
            return place
    raise NotFound(f"No report of this rumour is of the document {document_id!r}.")


def _evidence(book: RumourBook, reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Each report with the paragraphs that its claims rest on."""
    view, found = book.view, []
    for report in reports:
        document = document_of(view, report.document_id).document
        claims = [view.claim(claim_id)[0].claim for claim_id in report.claims]
        found.append({"report": report, "passages": show.passages(document, claims), "claims": claims})
    return found


@router.get("/club/{name:path}")
def club(visit: Asked, name: Part, over: bool = False) -> Response:
    """A club's ins, outs and stays by position, its contracts, and the chains it takes part in."""
    from mercato.rumours.club_view import club_view, earliest_open

    with visit.desk.book(visit.moment) as book:
        view = club_view(book, name, open_only=not over)
        key = book.club_key(name)
        claims = newest_claims(book, club=name)
        something_said(name, claims, view.ins, view.outs, view.stays, book.rumours(RumourFilter(club=name, limit=1)))
        parts = [
            {"title": title, "lines": _by_position(visit, book, found[:MOST_ROWS]), "count": len(found)}
            for title, found in (("In", view.ins), ("Out", view.outs), ("Staying", view.stays))
        ]
        hanging = book.chains(name, not_before=None if over else earliest_open(book.now))
        contracts = sorted(view.contracts, key=lambda contract: contract.until)
        return visit.page(
            "club.html", club=book.names.club_name(key, name), key=name, parts_list=parts, view=view, over=over,
            claims=claims, most=MOST_ROWS, contracts=[(c, _ends_soon(c.until, book.now.date())) for c in contracts],
            chains=[drawing.dominoes(chain, visit.carried) for chain in hanging[-_CHAINS:]],
        )  # fmt: skip


def _by_position(visit: Visit, book: RumourBook, found: Sequence[Rumour]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Cards by the position of the person, as the register has it; those without one last."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for card in visit.cards(book, found):
        groups.setdefault(book.names.position(card["rumour"].person), []).append(card)
    return sorted(groups.items(), key=lambda group: (not group[0], group[0]))


def _ends_soon(until: str, day: date) -> bool:
    """Whether a contract that is said to end in a year, month or day ends within a year from a day."""
    return str(day)[: len(until)] <= until <= str(day + _SOON)[: len(until)]


@router.get("/person/{name:path}")
def person(visit: Asked, name: Part) -> Response:
    """All that is said of a person: the market now, and every window before."""
    with visit.desk.book(visit.moment) as book:
        named, found = person_rumours(book, name)
        claims = newest_claims(book, person=name)
        something_said(name, found, claims)
        people = [
            _one_person(visit, book, key, names, [r for r in found if r.person == key]) for key, names in named.items()
        ]
        many = any(len([r for r in found if r.person == key]) > MOST_ROWS for key in named)
        return visit.page(
            "person.html", asked=name, people=people[:MOST_ROWS], claims=claims, many=many, most=MOST_ROWS
        )  # fmt: skip


def _one_person(
    visit: Visit, book: RumourBook, key: str, names: Sequence[str], found: Sequence[Rumour]
) -> dict[str, Any]:
    windows = _by_window(visit, book, found)
    kept = visit.desk.kept
    said = next((f for window in windows if (f := kept.latest(key, window, visit.moment)) is not None), None)
    return {
        "key": key,
        "name": found[0].person_name,
        "names": [name for name in names if name != found[0].person_name],
        "position": book.names.position(key),
        "windows": windows,
        "contract": next(((r.contract, r.id) for r in found if r.contract), None),
        "forecast": said,
        "pages": {r.club.removeprefix("n:"): r.id for r in found if said and r.window == said.window},
    }


def _by_window(visit: Visit, book: RumourBook, found: Sequence[Rumour]) -> Mapping[str, list[dict[str, Any]]]:
    """Cards by window, the latest first."""
    windows: dict[str, list[dict[str, Any]]] = {}
    for card in visit.cards(book, sorted(found, key=lambda r: r.closes, reverse=True)[:MOST_ROWS]):
        windows.setdefault(card["rumour"].window, []).append(card)
    return windows

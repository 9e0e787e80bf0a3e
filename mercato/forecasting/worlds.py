"""From a ledger and a store to a world: reports, outcomes, windows, and the moves that clubs announced themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mercato.forecasting.cases import World
from mercato.forecasting.moves import Move, MoveKind
from mercato.forecasting.outcomes import OutcomeBook
from mercato.forecasting.reports import KnownBy, ReportBook, publisher, reports_from
from mercato.forecasting.seasons import Calendar
from mercato.ledger import StoredClaim
from mercato.model import Claim, ClaimKind, ClubRef, Deal, Role, Stage
from mercato.model.folding import fold
from mercato.register import OutletKind, Register

_KINDS = {
    Deal.LOAN: MoveKind.LOAN,
    Deal.LOAN_OPTION: MoveKind.LOAN,
    Deal.LOAN_OBLIGATION: MoveKind.LOAN,
    Deal.FREE: MoveKind.FREE,
}


def build_world(
    claims: Iterable[StoredClaim], moves: Iterable[Move], register: Register, known_by: KnownBy = KnownBy.SEEN
) -> World:
    """Everything that forecasts look things up in; clubs' own announcements among the outcomes."""
    claims = list(claims)
    calendar = Calendar(register.windows)
    outcomes = OutcomeBook(calendar, {club.id: club.country for club in register.clubs.values() if club.country})
    outcomes.add([*moves, *announcements(claims, register, calendar)])
    return World(register, calendar, ReportBook(reports_from(claims, known_by)), outcomes)


def announcements(claims: Iterable[StoredClaim], register: Register, calendar: Calendar) -> list[Move]:
    """The arrivals and new contracts that a club announced on its own site, each once, on the day it did.

    The publisher must be the club itself: a paper's "done" is a rumour like any other.
    """
    found: dict[tuple[str, str, str], Move] = {}
    for stored in sorted(claims, key=lambda s: s.source.seen_at):
        for move in _announced(stored, register, calendar):
            key = (move.person.id or fold(move.person.name), fold(move.to.name) if move.to else "", move.window or "")
            found.setdefault(key, move)
    return list(found.values())


def _announced(stored: StoredClaim, register: Register, calendar: Calendar) -> Iterator[Move]:
    claim, source = stored.claim, stored.source
    club = claim.to if claim.kind is ClaimKind.MOVE else claim.club if claim.kind is ClaimKind.STAY else None
    if club is None or claim.stage is not Stage.DONE or claim.role is not Role.PLAYER or source.published is None:
        return
    if not is_own_site(club, publisher(source), register):
        return
    day = source.published.latest.date()
    known = register.clubs.get(club.id or "")
    window = calendar.current(day, known.country if known and known.country else "ENG").name
    year = int(window[:4]) - window.endswith("winter")
    yield Move(
        person=claim.person,
        from_=claim.from_ if claim.kind is ClaimKind.MOVE else club,
        to=club,
        kind=_kind(claim),
        season=f"{year}/{(year + 1) % 100:02}",
        window=window,
        day=day,
        said_by=source.id,
    )


def _kind(claim: Claim) -> MoveKind:
    if claim.kind is ClaimKind.STAY:
        return MoveKind.RENEWAL
    return _KINDS.get(claim.deal, MoveKind.PERMANENT) if claim.deal else MoveKind.PERMANENT


def is_own_site(club: ClubRef, outlet: str, register: Register) -> bool:
    """Whether an outlet is that club's own: registered as a club's, under the club's name or one of its names."""
    known = register.outlet_by_domain.get(outlet.removeprefix("www.")) or register.outlets.get(outlet)
    if known is None or known.kind is not OutletKind.CLUB:
        return False
    record = register.clubs.get(club.id or "")
    names = {club.name, *((record.name, record.official, *(name.text for name in record.names)) if record else ())}
    said = f" {fold(known.name)} "
    return any(f" {fold(name)} " in said or said in f" {fold(name)} " for name in names if name)

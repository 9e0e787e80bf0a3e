"""A club's business as the rumours tell it: ins, outs, stays, contracts, and the positions looked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mercato.model import ClaimKind
from mercato.model.rumours import Rumour
from mercato.rumours.book import RumourBook, RumourFilter
from mercato.rumours.chains import EventState

MOST = 300
"""Rumours of one kind that a view holds."""


@dataclass(frozen=True, slots=True)
class ContractSituation:
    """Until when somebody at the club is said to be bound; `others` are the values not taken."""

    person: str
    until: str
    origins: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[str, str, str, str]:
        """As a line of a table."""
        return self.person, self.until, ", ".join(self.origins), ", ".join(self.others)


@dataclass(frozen=True, slots=True)
class Sought:
    """A position, and whom the club is linked with for it."""

    position: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClubView:
    """All of it."""

    ins: tuple[Rumour, ...]
    outs: tuple[Rumour, ...]
    stays: tuple[Rumour, ...]
    contracts: tuple[ContractSituation, ...]
    sought: tuple[Sought, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.ins or self.outs or self.stays or self.contracts)


def club_view(book: RumourBook, name: str, window: str | None = None, open_only: bool = True) -> ClubView:
    """A club's business in a window or in all, at most MOST of each, the latest news first.

    `open_only` leaves out what can't happen any more.
    """
    earliest = earliest_open(book.now) if open_only else None
    ins: list[Rumour] = []
    outs: list[Rumour] = []
    stays: list[Rumour] = []
    for rumour in book.iterate(RumourFilter(club=name, window=window, not_before=earliest)):
        kept = _side(book, name, rumour, ins, outs, stays)
        if kept is not None and len(kept) < MOST and (not open_only or book.standing(rumour).is_open):
            kept.append(rumour)
        if len(ins) >= MOST and len(outs) >= MOST:
            break  # what is older is on no page
    return ClubView(
        tuple(ins), tuple(outs), tuple(stays), tuple(_contracts((*outs, *stays))),
        tuple(_sought(book, name, ins, window, earliest)),
    )  # fmt: skip


def earliest_open(now: datetime) -> str:
    """The earliest window in which something can still happen."""
    # A window is called by the year in which it closes.
    return f"{now.year}-winter"


def _side(
    book: RumourBook, name: str, rumour: Rumour, ins: list[Rumour], outs: list[Rumour], stays: list[Rumour]
) -> list[Rumour] | None:
    """The list that a rumour belongs to."""
    is_goal = book.is_club(name, rumour.club, rumour.club_name)
    match rumour.kind:
        case ClaimKind.STAY:
            return stays if is_goal else None
        case ClaimKind.MOVE if is_goal:
            return ins
        case ClaimKind.EXIT if is_goal:
            return outs
    sources = zip(rumour.from_keys, rumour.from_names, strict=True)
    return outs if any(book.is_club(name, key, said) for key, said in sources) else None


def _contracts(rumours: Iterable[Rumour]) -> Iterable[ContractSituation]:
    seen: set[str] = set()
    for rumour in rumours:
        if rumour.contract is None or rumour.person in seen:
            continue
        seen.add(rumour.person)
        clash = next((c for c in rumour.conflicts if c.what == "contract until"), None)
        others = tuple(v.value for v in clash.values if v.value != clash.chosen) if clash else ()
        origins = next((v.origins for v in clash.values if v.value == clash.chosen), ()) if clash else ()
        yield ContractSituation(rumour.person_name, rumour.contract, origins, others)


def _sought(
    book: RumourBook, name: str, ins: Iterable[Rumour], window: str | None, earliest: str | None
) -> Iterable[Sought]:
    """Positions of those whom the club is linked with, and the needs that chains of conditions open."""
    found: dict[str, list[str]] = {}
    for rumour in ins:
        position = book.names.position(rumour.person)
        if position:
            found.setdefault(position, []).append(rumour.person_name)
    key = book.club_key(name)
    for chain in book.chains(name, window=window, not_before=earliest):
        for event in chain.events:
            if event.position and event.club == key and event.state is EventState.OPEN:
                found.setdefault(event.position, [])
    return [Sought(position, tuple(dict.fromkeys(people))) for position, people in sorted(found.items())]

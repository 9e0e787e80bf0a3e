"""A case: one person, one window and one moment, with the destinations talked of and all that was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from mercato.forecasting.moves import Move, MoveKind
from mercato.forecasting.outcomes import Fate, Outcome, OutcomeBook, Seeker, club_key, end_of
from mercato.forecasting.reports import Report, ReportBook
from mercato.forecasting.seasons import Calendar, SeasonWindow
from mercato.model import ClaimKind, ClubRef, PersonRef
from mercato.register import Person, Register

ELSEWHERE = "elsewhere"
STAY = "stay"


@dataclass(frozen=True, slots=True)
class World:
    """Everything that forecasts look things up in. Whatever has a date in it is asked for as of a moment only."""

    register: Register
    calendar: Calendar
    reports: ReportBook
    outcomes: OutcomeBook


@dataclass(frozen=True)
class Destination:
    """A club that a person is linked with: the reports on the pair in this window's time, oldest first."""

    club: ClubRef
    window: SeasonWindow
    reports: tuple[Report, ...]
    earlier: int

    @property
    def key(self) -> str:
        """What the club is filed under."""
        return club_key(self.club)

    @property
    def last(self) -> Report:
        """The newest report of the pair."""
        return self.reports[-1]


@dataclass(frozen=True)
class Case:
    """One person, one window, one moment. `reports` are all on the person since the window before closed."""

    world: World
    person: PersonRef
    key: str
    window: str
    day: date
    reports: tuple[Report, ...]
    destinations: tuple[Destination, ...]

    @property
    def moment(self) -> datetime:
        """The end of the day: nothing later is used."""
        return end_of(self.day)

    @cached_property
    def record(self) -> Person | None:
        """The register's entry. Only what doesn't change is taken from it: names, date of birth, position."""
        return self.world.register.people.get(self.person.id or "")

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """The person's earlier moves, as far as they were known on the day; oldest first."""
        book = self.world.outcomes
        known = [m for m in book.candidates(self.seeker) if book.known_at(m) <= self.day and self._is_theirs(m)]
        return tuple(sorted(known, key=book.known_at))

    def _is_theirs(self, move: Move) -> bool:
        clubs = {club_key(club) for club in (move.from_, move.to) if club}
        return bool(clubs & self.seeker.clubs) or self.seeker.age_agrees(move, self.day) is True

    @cached_property
    def seeker(self) -> Seeker:
        """Under which names and clubs to look for the person's moves; from reports known on the day."""
        known = self.world.reports.of_person(self.key, self.moment)
        return seeker(self.world, self.person, known)

    @cached_property
    def current(self) -> ClubRef | None:
        """Where the person is, by the newest report that says so, else by the latest known move."""
        said = current_club(self.reports)
        if said is not None:
            return said
        return next((m.to for m in reversed(self.moves) if m.kind is not MoveKind.LOAN and m.to), None)


def current_club(reports: Sequence[Report]) -> ClubRef | None:
    """The club that most of the reports have the person leave or stay with; the newest of those where they are even."""
    votes: dict[str, tuple[int, int, ClubRef]] = {}
    for place, report in enumerate(reports):
        club = report.from_ or (report.club if report.kind in (ClaimKind.STAY, ClaimKind.CONTRACT) else None)
        if club is not None:
            count = votes.get(club_key(club), (0, 0, club))[0]
            votes[club_key(club)] = (count + 1, place, club)
    return max(votes.values(), key=lambda vote: vote[:2])[2] if votes else None


def seeker(world: World, person: PersonRef, reports: Sequence[Report]) -> Seeker:
    """Whom to look for in lists of moves: every name in the register, every club that the reports name."""
    record = world.register.people.get(person.id or "")
    names = {report.person.name for report in reports}
    if record is not None:
        names |= {record.name, record.full_name, *(name.text for name in record.names)} - {""}
    clubs = {club_key(club) for report in reports for club in (report.to, report.from_, report.club) if club}
    born = record.born if record else ""
    ages = [report.age for report in reports if report.age is not None]
    return Seeker(
        person, tuple(sorted(names)), born, ages[-1] if ages else None, frozenset(clubs), current_club(reports)
    )


class CaseMaker:
    """Makes the cases of a world; what a case holds was known at the end of its day."""

    def __init__(self, world: World) -> None:
        self.world = world

    def country(self, club: ClubRef) -> str:
        """The nation in whose window the club buys; England's where it is not known."""
        known = self.world.register.clubs.get(club.id or "")
        return known.country if known and known.country else "ENG"

    def window_for(self, club: ClubRef, day: date) -> SeasonWindow:
        """The window in which a club may register players next, on that day."""
        return self.world.calendar.current(day, self.country(club))

    def case(self, key: str, window: str, day: date) -> Case | None:
        """The case of a person as of the end of a day; None where nothing had been reported since the last window."""
        moment = end_of(day)
        start = end_of(self._began(window))
        reports = self.world.reports.of_person(key, moment, start)
        if not reports:
            return None
        pairs: dict[str, list[Report]] = {}
        for report in reports:
            if report.kind is ClaimKind.MOVE and report.to is not None:
                pairs.setdefault(club_key(report.to), []).append(report)
        older = self.world.reports.of_person(key, start)
        destinations = tuple(
            Destination(
                club,
                self.world.calendar.window(window, self.country(club)),
                tuple(found),
                sum(1 for report in older if report.to is not None and club_key(report.to) == name),
            )
            for name, found in pairs.items()
            if (club := found[-1].to) is not None
        )
        return Case(self.world, reports[-1].person, key, window, day, tuple(reports), destinations)

    def _began(self, window: str) -> date:
        """The day on which the talk of this window began: when the one before it closed (England's calendar)."""
        opens = self.world.calendar.window(window).opens
        names = (f"{opens.year}-winter", f"{opens.year - 1}-summer", f"{opens.year}-summer")
        closes = [self.world.calendar.window(name).closes for name in names]
        return max(day for day in closes if day < opens) - timedelta(days=1)

    def outcome(self, case: Case, as_of: date | None = None) -> Outcome:
        """What came of the case's person in its window, sought with all that was ever reported of them."""
        reports = self.world.reports.of_person(case.key, datetime.max.replace(tzinfo=case.moment.tzinfo))
        return self.world.outcomes.outcome(self._with_current(case, reports), case.window, None, as_of)

    def _with_current(self, case: Case, reports: Sequence[Report]) -> Seeker:
        found = seeker(self.world, case.person, reports)
        current = case.current or found.current
        return Seeker(found.person, found.names, found.born, found.age, found.clubs, current)

    def joined(self, case: Case, club: ClubRef, as_of: date | None = None) -> bool | None:
        """Whether the person joined the club in the window; None where it can't be known."""
        reports = self.world.reports.of_person(case.key, datetime.max.replace(tzinfo=case.moment.tzinfo))
        found = self.world.outcomes.outcome(self._with_current(case, reports), case.window, club, as_of)
        return None if found.fate is Fate.UNKNOWN else found.joined(club) is not None

    def label(self, case: Case, as_of: date | None = None) -> str | None:
        """The key of the destination joined, ELSEWHERE, STAY, or None where it can't be known."""
        outcome = self.outcome(case, as_of)
        if outcome.fate is Fate.UNKNOWN:
            return None
        joined = next((d.key for d in case.destinations if outcome.joined(d.club)), None)
        return joined or (ELSEWHERE if outcome.fate is Fate.MOVED else STAY)

"""What came of a person in a window: the moves that fit, with the reasons, and whether their absence can be known.

An outcome comes from lists of completed moves or from a club's own announcement, never from what a rumour says of
itself. Where neither club's moves are covered by a list, nothing is known, and nothing is guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from mercato.forecasting.moves import Move, MoveKind, changes_club
from mercato.forecasting.seasons import Calendar, season_windows
from mercato.model import ClubRef, PersonRef
from mercato.model.folding import fold

_AGE_SLACK = 1
"""Lists give the age on the day of the move or of the scrape; texts give it on the day of the report."""


class Fate(StrEnum):
    """What came of a person in a window; in the order in which one is preferred where several are known."""

    MOVED = "moved"
    RENEWED = "renewed"
    STAYED = "stayed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seeker:
    """Whom an outcome is sought for, with everything that reports and the register say of them."""

    person: PersonRef
    names: tuple[str, ...] = ()
    born: str = ""
    age: int | None = None
    clubs: frozenset[str] = frozenset()
    current: ClubRef | None = None

    def age_agrees(self, move: Move, day: date) -> bool | None:
        """Whether the ages agree, give or take one; None where one of them is not known."""
        if move.age is None:
            return None
        year = int(self.born[:4]) if self.born[:4].isdigit() else None
        if year is not None:
            return -_AGE_SLACK <= (day.year - year) - move.age <= _AGE_SLACK + 1
        return None if self.age is None else abs(self.age - move.age) <= _AGE_SLACK


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a person in a window. `moves` are those that count, `reasons` say why they were taken for theirs."""

    fate: Fate
    window: str
    moves: tuple[Move, ...] = ()
    reasons: tuple[str, ...] = ()
    known_at: date | None = None

    def joined(self, club: ClubRef) -> Move | None:
        """The move to that club, if there was one."""
        return next((move for move in self.moves if move.to and same_club(move.to, club)), None)


def same_club(one: ClubRef, other: ClubRef) -> bool:
    """Whether two references mean one club: by id, or by the folded name (lists and register may differ in ids)."""
    return (one.id is not None and one.id == other.id) or fold(one.name) == fold(other.name)


def club_key(club: ClubRef) -> str:
    """What a club is filed under."""
    return club.id or fold(club.name)


@dataclass
class OutcomeBook:
    """All known moves, findable by person; and which clubs' moves are covered in which window.

    `countries` has the country of each club by its id: in whose window it buys.
    """

    calendar: Calendar
    countries: Mapping[str, str] = field(default_factory=dict)
    _by_name: dict[str, list[Move]] = field(default_factory=lambda: defaultdict(list))
    _covered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _nations: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _traffic: Counter[str] = field(default_factory=Counter)
    _dated: list[date] = field(default_factory=list)

    def add(self, moves: Iterable[Move]) -> None:
        """Take in moves. Coverage counts for every row, ends of loans among them."""
        moves = list(moves)
        for move in moves:
            windows = (move.window,) if move.window else season_windows(move.season)
            for club, covered in ((move.to, move.buyer_covered), (move.from_, move.seller_covered)):
                if club is not None and covered:
                    for window in windows:
                        self._covered[window] |= {club_key(club), fold(club.name)}
                        self._nations[window].add(self.countries.get(club.id or "", ""))
        for move in [*changes_club(moves), *(m for m in moves if m.kind is MoveKind.RENEWAL)]:
            if move.day is not None:
                self._dated.append(move.day)
            if move.window and move.to and move.kind is not MoveKind.RENEWAL:
                self._traffic[move.window] += move.kind in (MoveKind.PERMANENT, MoveKind.LOAN)
            for name in {fold(move.person.name), move.person.id or ""} - {""}:
                self._by_name[name].append(move)

    def covers(self, club: ClubRef | None, window: str) -> bool:
        """Whether every move of that club in that window is in a list."""
        return club is not None and bool({club_key(club), fold(club.name)} & self._covered.get(window, set()))

    def last_window(self, day: date) -> str:
        """The name of the latest window whose moves were known on `day`."""
        names = [f"{year}-{kind}" for year in (day.year, day.year - 1) for kind in ("summer", "winter")]
        return next(name for name in names if self.window_known_at(name) <= day)

    def last_windows(self, day: date) -> tuple[str, str]:
        """The names of the last two windows whose moves were known on `day`, the latest first."""
        last = self.last_window(day)
        year, kind = int(last[:4]), last[5:]
        return last, f"{year}-winter" if kind == "summer" else f"{year - 1}-summer"

    def traffic(self, day: date) -> float | None:
        """Moves of a winter window for one of the summer's, by the last season known on `day`; None without one."""
        counts = {window[5:]: self._traffic[window] for window in self.last_windows(day)}
        return counts["winter"] / counts["summer"] if all(counts.values()) else None

    def known_at(self, move: Move) -> date:
        """When a move became known: its day, else the day after its window closed everywhere."""
        if move.day is not None:
            return move.day
        return self.window_known_at(move.window or season_windows(move.season)[1])

    def state(self, day: date) -> tuple[str, int]:
        """What had become known by a day: the last window that was over, and how many dated moves (in fifties)."""
        dated = sum(1 for known in self._dated if known <= day)
        return self.last_window(day), dated // 50  # new knowledge is worth a new fit every fifty moves

    def window_known_at(self, window: str) -> date:
        """When it is known who has not moved in a window: the day after the last country whose clubs a list covers.

        Where no list covers a club whose country is known, the last country of all closes it.
        """
        nations = self._nations.get(window, set()) - {""}
        closes = [self.calendar.window(window, nation).closes for nation in nations]
        return max(closes, default=self.calendar.last_close(window)) + timedelta(days=1)

    def outcome(self, seeker: Seeker, window: str, destination: ClubRef | None, as_of: date | None = None) -> Outcome:
        """What came of the person in that window as far as it was known on `as_of` (now, where that is not given).

        With a `destination`, "did not join it" is also known where that club's own moves are covered.
        """
        found = [
            (move, reason)
            for move in self.candidates(seeker)
            if move.may_lie_in(window)
            and (as_of is None or self.known_at(move) <= as_of)
            and (reason := self._fits(seeker, move, window))
        ]
        moved = [(move, reason) for move, reason in found if move.kind is not MoveKind.RENEWAL]
        if moved:
            moves, reasons = zip(*moved, strict=True)
            return Outcome(Fate.MOVED, window, moves, reasons, min(map(self.known_at, moves)))
        if found:
            moves, reasons = zip(*found, strict=True)
            return Outcome(Fate.RENEWED, window, moves, reasons, min(map(self.known_at, moves)))
        known = self.window_known_at(window)
        reason = self._absence_counts(seeker, window, destination)
        if reason is None or (as_of is not None and known > as_of):
            return Outcome(Fate.UNKNOWN, window, reasons=(reason or "neither club's moves are covered by a list",))
        return Outcome(Fate.STAYED, window, reasons=(reason,), known_at=known)

    def _absence_counts(self, seeker: Seeker, window: str, destination: ClubRef | None) -> str | None:
        if self.covers(seeker.current, window) and seeker.current is not None:
            return f"no move in a list that holds every move of {seeker.current.name}"
        if destination is not None and self.covers(destination, window):
            return f"not among the arrivals of {destination.name}, which a list holds completely"
        return None

    def candidates(self, seeker: Seeker) -> list[Move]:
        """The moves under any of the person's names or under their id, each once."""
        keys = [fold(name) for name in (seeker.person.name, *seeker.names)]
        keys += [seeker.person.id] if seeker.person.id else []
        found = {id(move): move for key in keys for move in self._by_name.get(key, ())}
        return list(found.values())

    def _fits(self, seeker: Seeker, move: Move, window: str) -> str | None:
        """Why a move under the same name is this person's; None where it is somebody else's, or may well be."""
        day = self.calendar.window(window).closes
        clubs = {club_key(club): club.name for club in (move.from_, move.to) if club}
        shared = sorted(clubs[key] for key in seeker.clubs & clubs.keys())
        age = seeker.age_agrees(move, day)
        if age is False:
            return None
        if shared:
            return f"same name, and {shared[0]} in both" + (", ages agree" if age else "")
        if age and " " in move.person.name:
            return "same full name, ages agree"
        return None


def end_of(day: date) -> datetime:
    """The last moment of a day, UTC."""
    return datetime.combine(day, time.max, UTC)


def count_fates(outcomes: Sequence[Outcome]) -> dict[Fate, int]:
    """How many of each; what is unknown is left out of every rate, and counted here."""
    return {fate: sum(outcome.fate is fate for outcome in outcomes) for fate in Fate}

"""The book of rumours: one door to all that is joined, today or as of any day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from mercato.errors import LedgerError, Misused, NotFound
from mercato.ledger import Ledger, LedgerView
from mercato.model import ClaimKind, ClubRef, Stage
from mercato.model.folding import fold
from mercato.model.rumours import Report, Rumour, RumourStatus
from mercato.register import Register
from mercato.rumours.chains import Chain, chains, mentions
from mercato.rumours.entries import EntryMaker
from mercato.rumours.finding import (
    CONDITIONAL,
    club_key_of,
    country_key_of,
    origins_key_of,
    said_key_of,
    word_key_of,
    words_of,
)
from mercato.rumours.joining import join
from mercato.rumours.names import PLAIN
from mercato.rumours.rates import Rates
from mercato.rumours.reading import claims_in_force, marks
from mercato.rumours.status import Standing, standing
from mercato.rumours.store import Due, RumourStore
from mercato.rumours.verdicts import judged, verdicts
from mercato.rumours.windows import order

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RumourFilter:
    """Which rumours are asked for; what is not set does not narrow.

    `to`, `from_` and `club` (either) are ids or names of clubs, `person` an id or whole words of a name, `country` the
    code of the destination's country, `window` a label such as "2025-summer", `not_before` the earliest window.
    `changed_since` keeps rumours with news that became known at that moment or later.
    """

    person: str | None = None
    to: str | None = None
    from_: str | None = None
    club: str | None = None
    country: str | None = None
    window: str | None = None
    kinds: tuple[ClaimKind, ...] = ()
    stages: tuple[Stage, ...] = ()
    statuses: tuple[RumourStatus, ...] = ()
    min_origins: int = 0
    changed_since: datetime | None = None
    limit: int | None = None
    not_before: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A report that brought something new, and its rumour."""

    rumour: Rumour
    report: Report


class RumourBook:
    """All rumours of a ledger. `moment` None means as things are; else as they stood then."""

    def __init__(self, ledger: Ledger, register: Register, rates: Rates, moment: datetime | None = None) -> None:
        self.ledger = ledger
        self.moment = moment
        self.register = register
        self._rates = rates
        self._store = RumourStore(ledger, register)
        self._made: list[Rumour] | None = None
        self._chains: tuple[object, dict[tuple[str | None, str | None], list[Chain]]] | None = None
        self.names = self._store.tools.names

    @property
    def now(self) -> datetime:
        """The moment at which the book is read."""
        return self.moment or datetime.now(UTC)

    @property
    def view(self) -> LedgerView:
        """The ledger as it stood at the book's moment."""
        return self.ledger.as_of(self.moment) if self.moment else self.ledger

    def due(self) -> Due:
        """What of the ledger the derived tables have yet to take in."""
        return self._store.due()

    def update(self, step: Callable[[int], None] | None = None) -> int:
        """Take in what is new in the ledger; how many articles that were, which `step` is told of as they are."""
        return self._store.update(step)

    def rebuild(self, step: Callable[[int], None] | None = None) -> int:
        """Make the derived tables again from nothing; how many articles were taken in."""
        return self._store.rebuild(step)

    def rumours(self, asked: RumourFilter | None = None) -> list[Rumour]:
        """The rumours that a filter lets through, those with the latest news first."""
        return list(self.iterate(asked or RumourFilter()))

    def iterate(self, asked: RumourFilter) -> Iterator[Rumour]:
        """The same one by one, so that who needs a few does not pay for all."""
        return islice((rumour for rumour in self._candidates(asked) if self._fits(rumour, asked)), asked.limit)

    def rumour(self, prefix: str) -> Rumour:
        """The rumour of an id or of its beginning. Raises NotFound, and Misused where several begin so."""
        found = self._beginning(prefix) if prefix else []
        if not found:
            raise NotFound(f"No rumour has an id that begins with {prefix!r}; `mercato rumours` lists them.")
        if len(found) > 1:
            ids = ", ".join(r.id for r in found[:_SHOWN])
            raise Misused(f"{len(found)} rumours have an id that begins with {prefix!r}: {ids}. Give more of the id.")
        return found[0]

    def standing(self, rumour: Rumour) -> Standing:
        """Where a rumour stands at the book's moment."""
        return standing(rumour, self.now, self._rates)

    def changes(self, since: datetime, asked: RumourFilter | None = None) -> list[Change]:
        """The reports with news that became known since, latest first; of the rumours that a filter lets through."""
        found = [
            Change(rumour, report)
            for rumour in self.rumours(replace(asked or RumourFilter(), changed_since=since))
            for report in rumour.reports
            if report.known_at >= since and any(item.is_news for item in report.new)
        ]
        return sorted(found, key=lambda change: change.report.known_at, reverse=True)

    def chains(self, name: str, *, window: str | None = None, not_before: str | None = None) -> list[Chain]:
        """The chains in which a person or club takes part: of all windows, of one, or of one and those after it."""
        keys = {fold(name), fold(self._club_label(name))}
        found = self._every_chain(window, not_before)
        return [chain for chain in found if any(mentions(chain, key) for key in keys)]

    def all_chains(self, window: str | None = None) -> list[Chain]:
        """All chains of conditions, or those of one window; the latest window first, in it the longest first."""
        return latest_first(self._every_chain(window, None))

    def person_key(self, text: str) -> str:
        """The key for a verdict: an id, a name, or "NAME @ CLUB" for one of several people of a name."""
        name, _, club = (part.strip() for part in text.partition("@"))
        if not name:
            raise Misused(f"{text!r} names nobody. Write a name, an id, or NAME @ CLUB.")
        if name in self.register.people:
            return name
        known = self.names.people_called(name)
        if len(known) == 1 and not club:
            return known[0]
        key = PLAIN + fold(name)
        return f"{key}@{self.names.club_key(ClubRef(club))}" if club else key

    def _candidates(self, asked: RumourFilter) -> Iterable[Rumour]:
        if self.moment is not None or not self._is_stored():
            return self._all()
        conditions: list[str] = []
        parameters: list[object] = []
        earliest = order(asked.not_before) if asked.not_before else None
        for column, value in (
            ("r.window_label = ?", asked.window),
            ("r.origins >= ?", asked.min_origins or None),
            ("r.last_news >= ?", asked.changed_since.isoformat() if asked.changed_since else None),
        ):
            if value is not None:
                conditions.append(column)
                parameters.append(value)
        for column, values in (("r.kind", asked.kinds), ("r.stage", asked.stages)):
            if values:
                conditions.append(f"{column} IN ({marks(values)})")
                parameters += [value.value for value in values]
        if asked.person is not None and fold(asked.person).strip():
            conditions.append("(r.person = ? OR r.words LIKE ? ESCAPE '\\')")
            parameters += [asked.person, f"% {_escaped(fold(asked.person))} %"]
        few = asked.changed_since is not None or asked.person is not None
        key = next(self._keys(asked), None)
        return self._store.iterate(" AND ".join(conditions), parameters, key=key, not_before=earliest, few=few)

    def _keys(self, asked: RumourFilter) -> Iterator[str]:
        """The keys under which all that a filter asks for is found, the one that narrows most first."""
        if asked.person is not None and asked.person not in self.register.people and fold(asked.person).strip():
            yield word_key_of(_longest_word(asked.person))
        for club in (asked.to, asked.from_, asked.club):
            key = self.club_key(club) if club else PLAIN
            if self._is_known(key):
                yield club_key_of(key)
            elif club and fold(club).strip() and not self._is_part_of_known(club):
                yield said_key_of(_longest_word(club))
        if asked.changed_since is not None or asked.window:
            return  # an index of their own
        if asked.min_origins > 1:
            yield origins_key_of(asked.min_origins)
        if asked.country:
            yield country_key_of(asked.country.upper())

    def _is_part_of_known(self, name: str) -> bool:
        """Whether the words stand in the name of a club of the register."""
        return _has_words((fold(club.name) for club in self.register.clubs.values()), name)

    def _beginning(self, prefix: str) -> list[Rumour]:
        """The rumours whose ids begin so."""
        if self.moment is None and self._is_stored():
            return self._store.rumours("id >= ? AND id < ?", (prefix, prefix + "~"))
        return [rumour for rumour in self._all() if rumour.id.startswith(prefix)]

    def _every_chain(self, window: str | None, not_before: str | None) -> list[Chain]:
        """The chains of some windows; put together anew when something was taken in, or another day has begun."""
        stored = self.moment is None and self._is_stored()
        state = (self._store.state if stored else None, self.now.date())
        if self._chains is None or self._chains[0] != state:
            self._chains = (state, {})
        held = self._chains[1]
        if (window, not_before) not in held:
            rumours = self._in_chains(stored, window, not_before)
            held[window, not_before] = chains(rumours, self.now.date(), self.names)
        return held[window, not_before]

    def _in_chains(self, stored: bool, window: str | None, not_before: str | None) -> Iterable[Rumour]:
        """The rumours of some windows that depend on something, and those on the people they depend on."""
        earliest = order(not_before) if not_before else None
        if not stored:
            return [
                r for r in self._all()
                if window in (None, r.window) and (earliest is None or order(r.window) >= earliest)
            ]  # fmt: skip

        def found_by(*conditions: tuple[str, str | None], key: str | None = None) -> dict[str, Rumour]:
            asked = [(sql, value) for sql, value in (*conditions, ("r.window_label = ?", window)) if value is not None]
            where, given = " AND ".join(sql for sql, _ in asked), [value for _, value in asked]
            rows = self._store.iterate(where, given, key=key, not_before=earliest, few=key is None)
            return {rumour.id: rumour for rumour in rows}

        found = found_by(key=CONDITIONAL)
        people = {(said.person, said.person_name) for r in found.values() for said in r.conditions if said.person_name}
        for key, name in sorted(people, key=str):
            found |= found_by(("r.person = ?", key or ""))
            words = fold(name or "").split()
            if words:
                like = f"% {_escaped(' '.join(words))} %"
                found |= found_by(("r.words LIKE ? ESCAPE '\\'", like), key=word_key_of(max(words, key=len)))
        return found.values()

    def _is_stored(self) -> bool:
        """Whether the store can be used: a ledger that may only be read is joined in memory where it is behind."""
        try:
            self._store.update()
        except LedgerError:
            return self._store.is_current
        return True

    def _all(self) -> list[Rumour]:
        if self.moment is None and self._is_stored():
            return self._store.rumours()
        if self._made is None:
            known = judged(verdicts(self.ledger.database, self.moment))
            tools = self._store.tools
            maker = EntryMaker(tools.names, tools.calendar, known)
            rows = claims_in_force(self.ledger.database, self.moment)
            made = join(rows, maker, known, self._store.prints, tools)
            self._made = sorted(made, key=lambda r: (r.last_news.when.latest, r.id), reverse=True)
        return self._made

    def _fits(self, rumour: Rumour, asked: RumourFilter) -> bool:
        goal, source = [(rumour.club, rumour.club_name)], list(zip(rumour.from_keys, rumour.from_names, strict=True))
        if rumour.kind is ClaimKind.EXIT:
            goal, source = [], [*goal, *source]
        checks: Sequence[tuple[object, bool]] = (
            (asked.person, rumour.person == asked.person or _has_words(words_of(rumour), asked.person or "")),
            (asked.to, self._is_one(asked.to, goal) and rumour.kind is ClaimKind.MOVE),
            (asked.from_, self._is_one(asked.from_, source)),
            (asked.club, self._is_one(asked.club, [*goal, *source])),
            (asked.country, rumour.country == (asked.country or "").upper()),
            (asked.window, rumour.window == asked.window),
            (asked.not_before, order(rumour.window) >= order(asked.not_before or rumour.window)),
            (asked.kinds, rumour.kind in asked.kinds),
            (asked.stages, rumour.stage in asked.stages),
            (asked.min_origins, len(rumour.independent_origins) >= asked.min_origins),
            (asked.changed_since, asked.changed_since is None or rumour.last_news.known_at >= asked.changed_since),
        )
        if not all(fits for value, fits in checks if value):
            return False
        return not asked.statuses or self.standing(rumour).status in asked.statuses

    def _is_one(self, name: str | None, clubs: Sequence[tuple[str, str]]) -> bool:
        """Whether a name or id means one of some clubs."""
        if not name:
            return False
        key = self.club_key(name)
        if not key.startswith(PLAIN):
            return any(club == key for club, _ in clubs)
        return _has_words((fold(said) for _, said in clubs), name)

    def is_club(self, name: str, key: str, said: str) -> bool:
        """Whether a name or id means the club of a key that was called so."""
        return self._is_one(name, [(key, said)])

    @staticmethod
    def _is_known(key: str) -> bool:
        return not key.startswith(PLAIN)

    def club_key(self, name: str) -> str:
        """The key of a club by its id or one of its names."""
        return name if name in self.register.clubs else self.names.club_key(ClubRef(name))

    def _club_label(self, name: str) -> str:
        return self.names.club_name(self.names.club_key(ClubRef(name)), name)


def latest_first(found: Iterable[Chain]) -> list[Chain]:
    """Chains by window, the latest first, in it the longest first."""
    # The winter of a year comes before its summer.
    return sorted(found, key=lambda c: (c.window[:4], c.window.endswith("summer"), len(c.events)), reverse=True)


def _longest_word(name: str) -> str:
    return max(fold(name).split(), key=len)


def _has_words(texts: Iterable[str], words: str) -> bool:
    return any(f" {fold(words)} " in f" {text} " for text in texts)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

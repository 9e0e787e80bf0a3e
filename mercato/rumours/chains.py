"""Chains of conditions: what hangs on what, and what has become of each link.

Nodes are events (somebody leaves a club, joins one) and needs (a club looks for a successor). A link is said where a
report states the condition; it is inferred where it follows from a said one: the club that loses somebody needs
another, and who joins one club leaves another, which then needs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mercato.model import ClaimKind, Stage
from mercato.model.folding import fold
from mercato.model.rumours import ConditionLink, Rumour
from mercato.rumours.names import Names


class EventState(StrEnum):
    """What has become of an event."""

    OPEN = "open"
    IN_DOUBT = "in doubt"
    HAPPENED = "happened"
    BROKEN = "broken"
    HANGS_ON_BROKEN = "hangs on a broken link"


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One node of a chain. `why` says what its state rests on; `club` and `position` are set where a club needs one."""

    key: str
    words: str
    state: EventState
    why: str = ""
    rumour: str | None = None
    club: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """`effect` hangs on `cause`. `origins` said so; where none did, the link is inferred."""

    cause: str
    effect: str
    origins: tuple[str, ...] = ()

    @property
    def inferred(self) -> bool:
        """Whether it follows from other links, and nobody said it."""
        return not self.origins


@dataclass(frozen=True, slots=True)
class Chain:
    """Events that hang together, causes before effects."""

    window: str
    events: tuple[ChainEvent, ...]
    links: tuple[ChainLink, ...]

    def effects(self, key: str) -> list[str]:
        """What hangs on an event directly."""
        return [link.effect for link in self.links if link.cause == key]

    def roots(self) -> list[str]:
        """The events that hang on nothing."""
        caused = {link.effect for link in self.links}
        return [event.key for event in self.events if event.key not in caused]


class _Graph:
    """The chains of one window while they are put together."""

    def __init__(self, window: str, rumours: Sequence[Rumour], day: date, names: Names) -> None:
        self.window = window
        self.rumours = rumours
        self.day = day
        self.names = names
        self.of_person: dict[str, list[Rumour]] = {}
        for rumour in rumours:
            self.of_person.setdefault(rumour.person, []).append(rumour)
        self._called = {key: {f" {fold(r.person_name)} " for r in theirs} for key, theirs in self.of_person.items()}
        self.events: dict[str, ChainEvent] = {}
        self.links: dict[tuple[str, str], tuple[str, ...]] = {}

    def add(self, event: ChainEvent) -> str:
        self.events.setdefault(event.key, event)
        return event.key

    def link(self, cause: str, effect: str, origin: str | None = None) -> None:
        if cause != effect:
            said = self.links.get((cause, effect), ())
            self.links[cause, effect] = (*said, origin) if origin and origin not in said else said

    def condition(self, rumour: Rumour, said: ConditionLink) -> None:
        """The links of one condition: the event, the need that it opens, the move, and the need after it."""
        effect = self.move(rumour)
        cause, club, club_name = self.cause(said)
        if club and rumour.kind is ClaimKind.MOVE and club == rumour.club:
            need = self.need(club, club_name or rumour.club_name, said.person)
            self.link(cause, need, said.origin)
            self.link(need, effect, said.origin)
        else:
            self.link(cause, effect, said.origin)
        for key, name in zip(rumour.from_keys[:1], rumour.from_names[:1], strict=False):
            if rumour.kind is ClaimKind.MOVE:
                self.link(effect, self.need(key, name, rumour.person))

    def cause(self, said: ConditionLink) -> tuple[str, str | None, str | None]:
        """The event that a condition names, with the club that it leaves without somebody."""
        if said.person_name is None or said.kind is None:
            return self.add(ChainEvent(f"words {fold(said.text)}", said.text, EventState.OPEN)), None, None
        person = self.person_key(said)
        if said.kind in (ClaimKind.EXIT, ClaimKind.MOVE):
            club = said.club or self.club_of(person)
            return self.leave(person, said.person_name, club, said.club_name), club, said.club_name
        words = f"{said.person_name} stays"
        return self.add(ChainEvent(f"stay {person}", words, EventState.OPEN)), None, None

    def person_key(self, said: ConditionLink) -> str:
        """The person of a condition: an id, else whoever of the window's rumours has the name."""
        if said.person:
            return said.person
        words = fold(said.person_name or "")
        fitting = [key for key, names in self._called.items() if any(f" {words} " in name for name in names)]
        return fitting[0] if len(fitting) == 1 else f"n:{words}"

    def club_of(self, person: str) -> str | None:
        return next((r.from_keys[0] for r in self.of_person.get(person, ()) if r.from_keys), None)

    def leave(self, person: str, name: str, club: str | None, club_name: str | None) -> str:
        state, why, rumour = self.departure(person, club)
        words = f"{name} leaves {club_name}" if club_name else f"{name} leaves"
        return self.add(ChainEvent(f"leave {person} {club or ''}", words, state, why, rumour))

    def departure(self, person: str, club: str | None) -> tuple[EventState, str, str | None]:
        """What has become of somebody's leaving a club in this window."""
        theirs = self.of_person.get(person, [])
        away = [r for r in theirs if r.kind is ClaimKind.EXIT or (r.kind is ClaimKind.MOVE and r.club != club)]
        done = next((r for r in away if r.stage is Stage.DONE), None)
        if done:
            return EventState.HAPPENED, f"reported as done: {_words(done)}", done.id
        stays = next((r for r in theirs if r.kind is ClaimKind.STAY and r.stage in (Stage.AGREED, Stage.DONE)), None)
        if stays:
            return EventState.BROKEN, f"stays with {stays.club_name} ({stays.stage})", stays.id
        known = away[0].id if away else None
        around = away or [r for r in self.rumours if club in (r.club, *r.from_keys)]
        if around and self.day > (closes := max(r.closes for r in around)):
            return EventState.BROKEN, f"the window closed on {closes} without it", known
        failed = [r for r in away if r.kind is ClaimKind.MOVE and r.stage in (Stage.WITHDRAWN, Stage.REJECTED)]
        if failed and len(failed) == len(away):
            whereto = ", ".join(f"{r.club_name} ({r.stage})" for r in failed)
            return EventState.IN_DOUBT, f"the only known way out has failed: {whereto}", failed[0].id
        return EventState.OPEN, "", known

    def need(self, club: str, club_name: str, person: str | None) -> str:
        position = _position(self.names.position(person)) if person else ""
        wanted = position or "successor"
        words = f"{club_name} need {'an' if wanted[0] in 'aeiou' else 'a'} {wanted}"
        key = f"need {club} {position or person}"
        return self.add(ChainEvent(key, words, EventState.OPEN, club=club, position=position))

    def move(self, rumour: Rumour) -> str:
        state, why = EventState.OPEN, f"{rumour.stage}" if rumour.stage else ""
        if rumour.stage is Stage.DONE:
            state, why = EventState.HAPPENED, "reported as done"
        elif rumour.elsewhere or rumour.stage in (Stage.WITHDRAWN, Stage.REJECTED, Stage.DENIED):
            state = EventState.BROKEN
            why = "went elsewhere" if rumour.elsewhere else why
        elif self.day > rumour.closes:
            state, why = EventState.BROKEN, f"the window closed on {rumour.closes} without it"
        return self.add(ChainEvent(f"rumour {rumour.id}", _words(rumour), state, why, rumour.id))

    def marked(self) -> dict[str, ChainEvent]:
        """The events, with what hangs on broken links alone marked as such."""
        causes: dict[str, set[str]] = {}
        for cause, effect in self.links:
            causes.setdefault(effect, set()).add(cause)
        bad = {key for key, event in self.events.items() if event.state is EventState.BROKEN}
        while more := {k for k, c in causes.items() if k not in bad and c <= bad and self._waits(k)}:
            bad |= more
        doubtful = {key for key, event in self.events.items() if event.state is EventState.IN_DOUBT}
        found = {}
        for key, event in self.events.items():
            hangs = causes.get(key, set())
            if key in bad and event.state is EventState.OPEN:
                event = replace(event, state=EventState.HANGS_ON_BROKEN, why=self._because(hangs & bad, "not"))
            elif event.state is EventState.OPEN and hangs & doubtful:
                event = replace(event, state=EventState.IN_DOUBT, why=self._because(hangs & doubtful, "in doubt"))
                doubtful.add(key)
            found[key] = event
        return found

    def _waits(self, key: str) -> bool:
        return self.events[key].state is EventState.OPEN

    def _because(self, causes: set[str], word: str) -> str:
        return "; ".join(f"{word}: {self.events[cause].words}" for cause in sorted(causes))


def chains(rumours: Iterable[Rumour], day: date, names: Names) -> list[Chain]:
    """All chains of conditions in some rumours, as they stand on a day."""
    by_window: dict[str, list[Rumour]] = {}
    for rumour in rumours:
        by_window.setdefault(rumour.window, []).append(rumour)
    found: list[Chain] = []
    for window in sorted(by_window):
        graph = _Graph(window, by_window[window], day, names)
        for rumour in by_window[window]:
            for said in rumour.conditions:
                graph.condition(rumour, said)
        found += _components(graph)
    return found


def mentions(chain: Chain, words: str) -> bool:
    """Whether a folded name stands in one of a chain's events as whole words."""
    return any(f" {words} " in f" {fold(event.words)} " for event in chain.events)


def _in_order(graph: _Graph) -> dict[str, ChainEvent]:
    """The events with causes before effects; in a circle, as they came."""
    waiting = dict(graph.events)
    causes: dict[str, set[str]] = {}
    for cause, effect in graph.links:
        causes.setdefault(effect, set()).add(cause)
    found: dict[str, ChainEvent] = {}
    while waiting:
        free = [key for key in waiting if causes.get(key, set()).isdisjoint(waiting)]
        for key in free or [next(iter(waiting))]:
            found[key] = waiting.pop(key)
    return found


def _components(graph: _Graph) -> list[Chain]:
    graph.events = _in_order(graph)
    events = graph.marked()
    group = {key: key for key in events}

    def root(key: str) -> str:
        while group[key] != key:
            key = group[key]
        return key

    for cause, effect in graph.links:
        group[root(effect)] = root(cause)
    parts: dict[str, list[str]] = {}
    for key in events:
        parts.setdefault(root(key), []).append(key)
    links: dict[str, list[ChainLink]] = {}
    for (cause, effect), origins in graph.links.items():
        links.setdefault(root(cause), []).append(ChainLink(cause, effect, origins))
    return [
        Chain(graph.window, tuple(events[key] for key in keys), tuple(links.get(top, ())))
        for top, keys in parts.items()
    ]


def _words(rumour: Rumour) -> str:
    match rumour.kind:
        case ClaimKind.MOVE:
            source = f"from {rumour.from_names[0]} " if rumour.from_names else ""
            return f"{rumour.person_name} {source}to {rumour.club_name}"
        case ClaimKind.EXIT:
            return f"{rumour.person_name} leaves {rumour.club_name}"
        case _:
            return f"{rumour.person_name} stays with {rumour.club_name}"


def _position(position: str) -> str:
    return position.split("|")[0].strip().casefold()

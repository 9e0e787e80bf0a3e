"""A sentence with all that was found in it, its times, and how long somebody was away before a return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mercato.extraction.coreference import Being
from mercato.extraction.events import Club, Event
from mercato.extraction.items import Figure, Item, ItemKind
from mercato.extraction.nodes import Mark, Node, NodeKind
from mercato.extraction.times import Time, dated, figure_in, meant

Span = tuple[int, int]
NEAR = 3  # characters between words that belong together: a space, "of", a comma
REACH = 30  # between the words for a spell and its club
TIME_REACH = 60  # between a step and its date
INSIDE = frozenset({"place", "partner", "for", "of"})  # roles of the prepositions by which somebody is at a club
_AHEAD = frozenset({"plan", "can", "sure", "near", "talk", "agree", "refuse", "drop", "deny", "doubt", "accept"})


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with all that was found in it."""

    items: list[Item]
    nodes: list[Node]
    events: list[Event]
    marks: list[Mark]
    times: list[Time]
    topic: Being | None

    def named(self, *names: str) -> list[Mark]:
        """The career marks of these names."""
        return [m for m in self.marks if m.entry.category == "careers" and m.entry.name in names]

    def clear(self, start: int, end: int) -> bool:
        """Whether no word for a step of a transfer lies between two characters."""
        return not any(n.kind is NodeKind.EVENT and start <= n.start and n.end <= end for n in self.nodes)

    def has_person(self, start: int, end: int) -> bool:
        """Whether a person stands between two characters."""
        return any(n.kind is NodeKind.PERSON and start <= n.start and n.end <= end for n in self.nodes)

    def person(self, offset: int) -> tuple[Being, Span] | None:
        """Of whom the words at a character tell: the nearest person before, else the next, if settled."""
        nodes = [n for n in self.nodes if n.kind is NodeKind.PERSON]
        before = [n for n in nodes if n.start < offset]
        for node in (*reversed(before), *(n for n in nodes if n.start >= offset)):
            mention = node.people[-1]
            being = mention.being
            if being is None:
                return None
            if being.role != "official" and node.role not in ("of", "agent", "partner", "against", "without"):
                return being, (mention.start, mention.end)
        return (self.topic, self.topic.first) if self.topic is not None and self.topic.role != "official" else None

    def club(self, start: int, end: int, reach: int = REACH) -> Club | None:
        """The first club in the words from `start` to `end` or right after them."""
        for node in self.nodes:
            if node.end <= start:
                continue
            if node.start - end > reach:
                return None
            if node.start >= end and node.kind in (NodeKind.EVENT, NodeKind.PERSON):
                return None
            if node.kind is NodeKind.CLUB:
                mention = node.clubs[0]
                name = mention.settled
                return Club(name, (mention.start, mention.end)) if name is not None else None
        return None

    def time(self, start: int, end: int) -> Time | None:
        """The time of some words: the next after them, else the last before, in the same clause."""
        after = [t for t in self.times if t.start >= start and self._reaches(end, max(t.start, end))]
        if after:
            return after[0]
        before = [t for t in self.times if t.start < start and self._reaches(min(t.end, start), start)]
        joint = [t for t in before if not any(n.has("conjunctions") for n in self._between(t.end, start))]
        return joint[-1] if joint else None

    def _reaches(self, low: int, high: int) -> bool:
        return high - low <= TIME_REACH and self.clear(low, high)

    def _between(self, low: int, high: int) -> list[Node]:
        return [n for n in self.nodes if low <= n.start and n.end <= high]

    def is_ahead(self, start: int) -> bool:
        """Whether the words stand under a plan, a possibility or a future."""
        for node in self.nodes:
            near = node.kind is NodeKind.EVENT and start - REACH <= node.start < start
            if near and any(e.get("governs") in _AHEAD and e.form != "past" for e in node.entries):
                return True
        return any(e.conditional and e.span[0] <= start for e in self.events)

    def is_back_from_loan(self, event: Event) -> bool:
        """ "returned to Chelsea after a season on loan at": the club was theirs all along."""
        if event.frame != "join" or event.entry.form not in ("past", "pp"):
            return False
        again = any(m.start < event.span[1] and event.span[0] < m.end for m in self.named("again"))
        return again and any(
            m.start >= event.span[1] and self.clear(event.span[1], m.start) for m in self.named("loan")
        )


def times_of(
    items: list[Item], marks: list[Mark], day: date | None, behind: bool, until: frozenset[str] = frozenset()
) -> list[Time]:
    """The times of a sentence in order; "the summer of 2018" is one. No date behind one of the words of `until`."""
    found: list[Time] = []
    seasons = [m for m in marks if m.entry.category == "seasons"]
    for at, item in enumerate(items):
        if item.kind is not ItemKind.DATE or not isinstance(item.value, Figure):
            continue
        if at and items[at - 1].key in until:
            continue
        season = next((m for m in seasons if 0 <= item.start - m.end <= NEAR + 1), None)
        year = item.value.date or ""
        if season is not None and len(year) == 4:
            past = day is not None and year < str(day.year)
            found.append(Time(season.start, item.end, f"{year}-{season.entry.name}", past=past))
        elif (time := dated(item.value, day, behind)) is not None:
            found.append(time)
    for mark in marks:
        if mark.entry.category != "when" or any(t.start < mark.end and mark.start < t.end for t in found):
            continue
        figure = figure_in(items, mark.start, mark.end, ItemKind.LENGTH) if mark.entry.name == "ago" else None
        if (time := meant(mark.entry.name, day, mark.start, mark.end, figure)) is not None:
            found.append(time)
    found.sort(key=lambda time: time.start)
    return found


@dataclass(frozen=True, slots=True)
class Absence:
    """How long somebody was away before a return, or where."""

    months: float
    span: Span
    away: bool
    club: Club | None = None


def absence(scene: Scene, event: Event) -> Absence | None:
    """ "11 years after his exit", "after 11 years away", "after two years at West Ham"."""
    for at, node in enumerate(scene.nodes):
        figure = node.item.value if node.item is not None and node.item.kind is ItemKind.LENGTH else None
        if not isinstance(figure, Figure) or not figure.number or node.start < event.span[1]:
            continue
        if not scene.clear(event.span[1], node.start):
            return None
        months = figure.number * (12 if figure.word == "year" else 1)
        span = (node.start, node.end)
        before, after = scene.nodes[at - 1], scene.nodes[at + 1 : at + 3]
        if after and after[0].has("background") and after[0].start - node.end <= NEAR:
            return Absence(months, span, True)
        if not before.has("background"):
            return None
        if any(0 <= m.start - node.end <= NEAR for m in scene.named("away")):
            return Absence(months, span, True)
        club = next((n for n in after if n.kind is NodeKind.CLUB and n.role in INSIDE), None)
        if club is not None and club.clubs[0].settled is not None:
            return Absence(months, span, False, Club(club.clubs[0].settled, (club.clubs[0].start, club.clubs[0].end)))
        return None
    return None


def length_of_stay(scene: Scene, event: Event) -> Absence | None:
    """ "went back there for two years": how long somebody stayed where a step of the past led."""
    for at, node in enumerate(scene.nodes):
        figure = node.item.value if node.item is not None and node.item.kind is ItemKind.LENGTH else None
        if not isinstance(figure, Figure) or not figure.number or node.start < event.span[1]:
            continue
        around = scene.nodes[max(at - 1, 0) : at + 2]
        if node.start - event.span[1] > REACH or not scene.clear(event.span[1], node.start):
            return None
        if any(n.has("background") or n.has("deal") or n.has("contracts") for n in around):
            return None
        return Absence(figure.number * (12 if figure.word == "year" else 1), (node.start, node.end), False)
    return None

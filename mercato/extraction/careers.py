"""Career facts of a sentence: since when at a club, from when to when, on loan, as a youth, back again, sacked.

Only what lies behind or still holds is one: a step that is planned, reported as news or hangs on a condition is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.events import Club, Event
from mercato.extraction.items import Figure, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.names import ClubName
from mercato.extraction.nodes import Mark, NodeKind, PersonMention, Row
from mercato.extraction.past_steps import PastSteps
from mercato.extraction.scene import INSIDE, NEAR, REACH, TIME_REACH, Scene, times_of
from mercato.extraction.spells import FactsDraft, SpellDraft, merged, spell_claim
from mercato.extraction.times import figure_in
from mercato.model import Claim, Document, EvidenceRole, PersonFacts, ReaderVersion

Span = tuple[int, int]
NUMBER_REACH = 24  # between a number and what it counts

_CUES = frozenset({"careers", "when", "seasons"})


class CareerReader:
    """Reads the career facts of one document, sentence by sentence."""

    def __init__(self, language: Language, resolver: Resolver, day: date | None, document: Document) -> None:
        self.resolver = resolver
        self.day = day
        self.document = document
        self.until = language.words.get("until_words", frozenset())
        self.steps = PastSteps(day, language.words.get("career_openers", frozenset()))
        self.spells: list[SpellDraft] = []
        self.facts: dict[int, tuple[Being, FactsDraft]] = {}

    def read(
        self, items: list[Item], nodes: Row, events: list[Event], marks: list[Mark], topic: Being | None
    ) -> list[Event]:
        """Takes the career facts of a sentence; returns the steps that are such a fact, and so no news."""
        self._people(items, nodes)
        cued = not _CUES.isdisjoint({m.entry.category for m in marks})
        if not cued and ItemKind.DATE not in {i.kind for i in items} and not any(e.background for e in events):
            return []
        scene = Scene(
            items, nodes, events, marks, times_of(items, marks, self.day, behind=True, until=self.until), topic
        )
        spells, told = self.steps.read(scene)
        self.spells.extend(spells)
        for rule in (self._since, self._loans, self._youth, self._arrivals, self._appearances):
            self.spells.extend(rule(scene))
        self._born(scene)
        return told

    def person_facts(self, being: Being) -> PersonFacts | None:
        """What is told of a person besides clubs: for the first of their claims, and once."""
        found = self.facts.pop(id(being), None)
        return found[1].told(self.document) if found is not None else None

    def claims(self, reader: ReaderVersion) -> list[Claim]:
        """The claims of the career facts, in the order of the text."""
        return [
            spell_claim(draft, self.document, reader, self.person_facts(draft.being)) for draft in merged(self.spells)
        ]

    # Noun phrases

    def _people(self, items: list[Item], nodes: Row) -> None:
        """ "the former Genoa man", "the Genoa youth product", "the 57-year-old", "the Livorno native"."""
        for node in nodes.people:
            for mention in node.people:
                being = mention.being
                if being is None or being.role == "official" or mention.role == "official":
                    continue
                for club, relation in mention.clubs:
                    if relation == "former":
                        self._from_phrase(mention, club, SpellDraft(being, club, ended=True, weak=True))
                for club in mention.youth_clubs:
                    self._from_phrase(mention, club, SpellDraft(being, club, youth=True))
                if mention.age is not None or mention.born or mention.native_of:
                    self._note_facts(being, mention, items)

    def _from_phrase(self, mention: PersonMention, club: ClubName, draft: SpellDraft) -> None:
        """A spell told in a noun phrase for its person."""
        span = mention.words_of(club)
        draft.role = "coach" if mention.role == "coach" else "player" if draft.youth or mention.positions else None
        words = (mention.start, mention.end)
        draft.spans = [(EvidenceRole.TRIGGER, words), (EvidenceRole.PERSON, words), (EvidenceRole.CLUB, span)]
        self.spells.append(draft)

    def _note_facts(self, being: Being, mention: PersonMention, items: list[Item]) -> None:
        facts = self.facts.setdefault(id(being), (being, FactsDraft()))[1]
        figure = figure_in(items, mention.start, mention.end, ItemKind.AGE)
        after = next((i for i in items if i.kind is ItemKind.NUMBER and 0 <= i.start - mention.end <= NEAR), None)
        number = figure or (after if after is not None and after.key == str(mention.age) else None)
        span = (number.start, number.end) if number else (mention.start, mention.end)
        if mention.age is not None and facts.age is None:
            facts.age = mention.age
            facts.spans.append((EvidenceRole.AGE, span))
        if mention.born and facts.born is None:
            facts.born = mention.born
            facts.spans.append((EvidenceRole.AGE, span))
        if mention.native_of:
            at = self.document.text.find(mention.native_of, mention.start, mention.end)
            self._place(facts, at, at + len(mention.native_of))

    def _place(self, facts: FactsDraft, start: int, end: int) -> None:
        if start >= 0 and facts.born_place is None:
            facts.born_place = self.document.text[start:end]
            facts.spans.append((EvidenceRole.BORN_PLACE, (start, end)))

    def _born(self, scene: Scene) -> None:
        """ "born in Genoa": the town, even where a club has its name."""
        for mark in scene.named("born"):
            place = next((i for i in scene.items if 0 <= i.start - mark.end <= 1), None)
            who = scene.person(mark.start)
            if place is None or who is None or place.kind not in (ItemKind.CLUB, ItemKind.CITY, ItemKind.WORD):
                continue
            if self.document.text[place.start].isupper():
                facts = self.facts.setdefault(id(who[0]), (who[0], FactsDraft()))[1]
                self._place(facts, place.start, place.end)

    # Words for a spell

    def _since(self, scene: Scene) -> Iterator[SpellDraft]:
        """ "has been on Juve's books since the summer of 2018"."""
        for since in scene.named("since"):
            time = next((t for t in scene.times if 0 <= t.start - since.end <= NEAR), None)
            if time is None:
                continue
            for state in scene.named("state"):
                if state.end > since.start or not scene.clear(state.end, since.start):
                    continue
                found = self._stated_club(scene, state, since.start)
                who = scene.person(state.start)
                if found is not None and who is not None:
                    club, role = found
                    draft = SpellDraft(who[0], club.name, role)
                    draft.spans = _told_by((state.start, since.end), who[1], club)
                    draft.begin(time)
                    yield draft
                    break

    def _stated_club(self, scene: Scene, state: Mark, stop: int) -> tuple[Club, str | None] | None:
        """The club of a state that lasts: "at Chelsea", "on Juve's books", "Chelsea manager"."""
        for node in scene.nodes:
            if node.end <= state.start or node.start >= stop:
                continue
            if node.kind is NodeKind.CLUB:
                name = node.clubs[0].settled
                direct = node.role is None and node.start - state.end <= 1
                if name is not None and (node.role in INSIDE or node.owner or direct):
                    return Club(name, (node.clubs[0].start, node.clubs[0].end)), None
                return None
            for mention in node.people:
                for club, relation in mention.clubs:
                    if relation in ("current", "employer") and mention.start >= state.start:
                        span = next(((s, e) for c, s, e in mention.club_spans if c == club), (node.start, node.end))
                        return Club(club, span), "coach" if mention.role == "coach" else None
        return None

    def _loans(self, scene: Scene) -> Iterator[SpellDraft]:
        """ "an 18-month loan spell with the Grifone", "spent last season on loan at Genoa"."""
        for mark in scene.named("loan"):
            club = scene.club(mark.start, mark.end, reach=REACH)
            who = scene.person(mark.start)
            if club is None or who is None or scene.is_ahead(mark.start):
                continue
            if any(club.name.key == b.name.key and e.stage != "done" for e in scene.events for b in e.buyers):
                continue
            draft = SpellDraft(who[0], club.name, "player", on_loan=True)
            draft.spans = _told_by((mark.start, mark.end), who[1], club)
            self._lasting(scene, mark, club, draft)
            self._parent(scene, mark, club, draft)
            time = scene.time(mark.start, club.span[1])
            close = time is not None and (time.start >= mark.end or mark.start - time.end <= NEAR)
            if time is not None and close and (time.past or self.day is None):
                draft.begin(time)
                if time.until and time.until <= str(self.day or time.until):
                    draft.end, draft.ended = time.until, True
            yield draft

    def _lasting(self, scene: Scene, mark: Mark, club: Club, draft: SpellDraft) -> None:
        """How long: "an 18-month loan spell", "on loan at Genoa for 18 months"."""
        for item in scene.items:
            near = 0 <= mark.start - item.end <= NEAR or 0 <= item.start - club.span[1] <= NEAR + 2
            if item.kind is ItemKind.LENGTH and isinstance(item.value, Figure) and item.value.number and near:
                draft.months = round(item.value.number * (12 if item.value.word == "year" else 1))
                draft.spans.append((EvidenceRole.LENGTH, (item.start, item.end)))
                return

    def _parent(self, scene: Scene, mark: Mark, club: Club, draft: SpellDraft) -> None:
        """The club lent from: "from Juventus" after it, the one returned to, or the one before where they are now."""
        back = next((e for e in scene.events if e.span[1] <= mark.start and scene.is_back_from_loan(e)), None)
        if back is not None and back.buyers and back.buyers[0].name.key != club.name.key:
            draft.parent, draft.ended = back.buyers[0].name, True
            draft.spans.append((EvidenceRole.PARENT, back.buyers[0].span))
            return
        for node in scene.nodes:
            if node.kind is not NodeKind.CLUB or node.clubs[0].settled is None:
                continue
            name = node.clubs[0].settled
            after = node.role == "source" and 0 <= node.start - club.span[1] <= REACH
            before = node.end <= mark.start and node.role == "place" and draft.being.current.get(name.key)
            if (after or before) and name.key != club.name.key:
                draft.parent = name
                draft.spans.append((EvidenceRole.PARENT, (node.clubs[0].start, node.clubs[0].end)))
                return

    def _youth(self, scene: Scene) -> Iterator[SpellDraft]:
        """ "came through the ranks at Genoa", "began his career with Pescara"."""
        for mark in scene.named("youth", "began"):
            club = scene.club(mark.start, mark.end)
            inside = next((n for n in scene.nodes if n.people and n.start <= mark.start < n.end), None)
            if inside is not None and inside.people[-1].being is not None:
                continue  # a noun phrase that is read already
            who = scene.person(inside.start if inside is not None else mark.start)
            if club is None or who is None or scene.is_ahead(mark.start):
                continue
            draft = SpellDraft(who[0], club.name, "player", youth=mark.entry.name == "youth")
            draft.spans = _told_by((mark.start, mark.end), who[1], club)
            yield draft

    def _arrivals(self, scene: Scene) -> Iterator[SpellDraft]:
        """ "arrived from Genoa in the summer of 2018"."""
        for mark in scene.named("arrived"):
            time = scene.time(mark.start, mark.end)
            who = scene.person(mark.start)
            covered = any(e.span[0] <= mark.start < e.span[1] for e in scene.events)
            if time is None or who is None or covered or scene.is_ahead(mark.start):
                continue
            if not time.past and self.day is not None:
                continue
            clubs = [
                n for n in scene.nodes if n.kind is NodeKind.CLUB and mark.start < n.start <= mark.end + TIME_REACH
            ]
            clubs = [n for n in clubs if n.clubs[0].settled is not None and scene.clear(mark.end, n.start)]
            seller = next((n for n in clubs if n.role == "source"), None)
            buyer = next((n for n in clubs if n is not seller and n.role in ("place", "goal")), None)
            for node, is_start in ((buyer, True), (seller, False)):
                name = node.clubs[0].settled if node is not None else None
                if not is_start and name is None:
                    continue
                draft = SpellDraft(who[0], name)
                draft.spans = [(EvidenceRole.TRIGGER, (mark.start, mark.end)), (EvidenceRole.PERSON, who[1])]
                if node is not None:
                    draft.spans.append((EvidenceRole.CLUB, (node.clubs[0].start, node.clubs[0].end)))
                elif seller is not None and seller.clubs[0].settled is not None:
                    draft.other_than = seller.clubs[0].settled.key
                if is_start:
                    draft.begin(time)
                else:
                    draft.finish(time)
                yield draft

    def _appearances(self, scene: Scene) -> Iterator[SpellDraft]:
        """ "has made 80 appearances for Chelsea"."""
        for mark in scene.named("appearances"):
            club = scene.club(mark.start, mark.end)
            who = scene.person(mark.start)
            if club is None or who is None or scene.is_ahead(mark.start):
                continue
            if any(m is not mark and m.start < mark.start and mark.end <= m.end for m in scene.marks):
                continue  # inside a longer one
            low = mark.start - NUMBER_REACH
            numbers = [i for i in scene.items if i.kind is ItemKind.NUMBER and low <= i.start < mark.end]
            draft = SpellDraft(who[0], club.name, "player")
            draft.spans = _told_by((mark.start, mark.end), who[1], club)
            if numbers and numbers[-1].key.isdigit():
                draft.appearances = int(numbers[-1].key)
                draft.spans.append((EvidenceRole.APPEARANCES, (numbers[-1].start, numbers[-1].end)))
            yield draft


def _told_by(words: Span, person: Span, club: Club) -> list[tuple[EvidenceRole, Span]]:
    return [(EvidenceRole.TRIGGER, words), (EvidenceRole.PERSON, person), (EvidenceRole.CLUB, club.span)]

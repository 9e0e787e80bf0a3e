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
from mercato.extraction.naming import ClubName
from mercato.extraction.nodes import Mark, Node, NodeKind, PersonMention
from mercato.extraction.scene import INSIDE, NEAR, Absence, Scene, absence, times_of
from mercato.extraction.spells import FactsDraft, SpellDraft, merged, spell_claim, with_facts
from mercato.extraction.times import Time, figure_in
from mercato.model import Claim, Document, EvidenceRole, ReaderVersion

Span = tuple[int, int]
REACH = 30  # between the words for a spell and its club
NUMBER_REACH = 24  # between a number and what it counts
TIME_REACH = 60  # between a step and its date
_ENTER = frozenset({"join", "acquire"})
_LEAVE = frozenset({"leave", "sell"})
_AHEAD = frozenset({"plan", "can", "sure", "near", "talk", "agree", "refuse", "drop", "deny", "doubt", "accept"})


class CareerReader:
    """Reads the career facts of one document, sentence by sentence."""

    def __init__(self, language: Language, resolver: Resolver, day: date | None, document: Document) -> None:
        self.resolver = resolver
        self.day = day
        self.document = document
        self.openers = language.words.get("career_openers", frozenset())
        self.spells: list[SpellDraft] = []
        self.facts: dict[int, tuple[Being, FactsDraft]] = {}

    def read(
        self, items: list[Item], nodes: list[Node], events: list[Event], marks: list[Mark], topic: Being | None
    ) -> list[Event]:
        """Takes the career facts of a sentence; returns the steps that are such a fact, and so no news."""
        self._people(items, nodes)
        cued = any(m.entry.category in ("careers", "when", "seasons") for m in marks)
        if not cued and not any(i.kind is ItemKind.DATE for i in items) and not any(e.background for e in events):
            return []
        scene = Scene(items, nodes, events, marks, times_of(items, marks, self.day, behind=True), topic)
        told = self._steps(scene)
        for rule in (self._since, self._loans, self._youth, self._arrivals, self._appearances):
            self.spells.extend(rule(scene))
        self._born(scene)
        return told

    def claims(self, others: list[Claim], reader: ReaderVersion) -> list[Claim]:
        """The other claims of the document and those of the career facts; a person's facts stand on their first."""
        found = [spell_claim(draft, self.document, reader) for draft in merged(self.spells)]
        return with_facts([*others, *found], list(self.facts.values()), self.document)

    # Noun phrases

    def _people(self, items: list[Item], nodes: list[Node]) -> None:
        """ "the former Genoa man", "the Genoa youth product", "the 57-year-old", "the Livorno native"."""
        for node in nodes:
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
        span = next(((s, e) for c, s, e in mention.club_spans if c == club), (mention.start, mention.end))
        draft.role = "coach" if mention.role == "coach" else "player" if draft.youth or mention.positions else None
        words = (mention.start, mention.end)
        draft.spans = [(EvidenceRole.TRIGGER, words), (EvidenceRole.PERSON, words), (EvidenceRole.CLUB, span)]
        self.spells.append(draft)

    def _note_facts(self, being: Being, mention: PersonMention, items: list[Item]) -> None:
        facts = self.facts.setdefault(id(being), (being, FactsDraft()))[1]
        figure = figure_in(items, mention.start, mention.end, ItemKind.AGE)
        span = (figure.start, figure.end) if figure else (mention.start, mention.end)
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
            who = self._person(scene, mark.start)
            if place is None or who is None or place.kind not in (ItemKind.CLUB, ItemKind.CITY, ItemKind.WORD):
                continue
            if self.document.text[place.start].isupper():
                facts = self.facts.setdefault(id(who[0]), (who[0], FactsDraft()))[1]
                self._place(facts, place.start, place.end)

    # Who and where

    def _person(self, scene: Scene, offset: int) -> tuple[Being, Span] | None:
        """Of whom the words at a character tell: the nearest person before, else the next, if settled."""
        nodes = [n for n in scene.nodes if n.kind is NodeKind.PERSON]
        before = [n for n in nodes if n.start < offset]
        for node in (*reversed(before), *(n for n in nodes if n.start >= offset)):
            mention = node.people[-1]
            being = mention.being
            if being is None:
                return None
            if being.role != "official" and node.role not in ("of", "agent", "partner", "against", "without"):
                return being, (mention.start, mention.end)
        return (scene.topic, scene.topic.first) if scene.topic is not None and scene.topic.role != "official" else None

    def _club(self, scene: Scene, start: int, end: int, reach: int = REACH) -> Club | None:
        """The first club in the words from `start` to `end` or right after them."""
        for node in scene.nodes:
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

    def _time(self, scene: Scene, start: int, end: int) -> Time | None:
        """The time that is nearest to the words, with no step between; what follows them is nearer."""
        best: tuple[int, Time] | None = None
        for time in scene.times:
            low, high = (end, time.start) if time.start >= end else (time.end, start)
            distance = (high - low) * (1 if time.start >= end else 2)
            if 0 <= high - low <= TIME_REACH and scene.clear(low, high) and (best is None or distance < best[0]):
                best = (distance, time)
        return best[1] if best else None

    def _is_ahead(self, scene: Scene, start: int) -> bool:
        """Whether the words stand under a plan, a possibility or a future."""
        for node in scene.nodes:
            near = node.kind is NodeKind.EVENT and start - REACH <= node.start < start
            if near and any(e.get("governs") in _AHEAD and e.form != "past" for e in node.entries):
                return True
        return any(e.conditional and e.span[0] <= start for e in scene.events)

    # Steps that lie behind

    def _steps(self, scene: Scene) -> list[Event]:
        told: list[Event] = []
        for event in scene.events:
            if event.frame not in _ENTER | _LEAVE or event.negated or event.conditional:
                continue
            if set(event.governors) - {"complete"} or event.entry.get("core") not in ("done", None):
                continue
            found = list(self._step(scene, event))
            if found:
                _was_then(event, found)
                told.append(event)
                self.spells.extend(found)
        return told

    def _step(self, scene: Scene, event: Event) -> Iterator[SpellDraft]:
        """The spells that a step begins and ends, where it lies behind."""
        finite = event.entry.form in ("past", "pp") and not event.entry.get("noun")
        opened = not finite and self._is_opened(scene, event)
        if not finite and not opened:
            return
        time = self._time(scene, *event.span)
        if time is not None and not time.past and self.day is not None:
            time = None
        again = any(m.start < event.span[1] + REACH and event.span[0] <= m.end for m in scene.named("again"))
        away = absence(scene, event) if again else None
        ended = any(m.start < event.span[1] and event.span[0] < m.end for m in scene.named("ended"))
        if time is None and not opened and away is None and not (ended and event.frame in _LEAVE):
            return
        who = self._who(scene, event)
        if who is None:
            return
        if event.frame in _ENTER or event.buyers:
            yield from self._entered(scene, event, who, time, again, away)
        elif club := self._left_club(scene, event):
            draft = self._draft(who, club, event)
            draft.finish(time)
            yield draft

    def _is_opened(self, scene: Scene, event: Event) -> bool:
        """ "following his move to", "since joining": right after a word by which the step has happened."""
        at = event.at - 1
        if at >= 0 and scene.nodes[at].kind is NodeKind.PERSON and scene.nodes[at].owner:
            at -= 1
        elif event.entry.form != "ing":
            return False
        return at >= 0 and scene.nodes[at].key in self.openers and event.span[0] - scene.nodes[at].end <= REACH

    def _who(self, scene: Scene, event: Event) -> tuple[Being, Span] | None:
        people = [(b, s) for b, s in event.people if b.role != "official"]
        if people:
            return people[0]
        if event.unnamed_object or event.plural_object:
            return None
        after = [n for n in scene.nodes if n.kind is NodeKind.PERSON and n.start >= event.span[1]]
        if event.entry.form == "ing" and event.subject is None and after and after[0].people[-1].being is not None:
            mention = after[0].people[-1]
            assert mention.being is not None
            return mention.being, (mention.start, mention.end)
        return self._person(scene, event.span[0])

    def _draft(self, who: tuple[Being, Span], club: Club | None, event: Event) -> SpellDraft:
        draft = SpellDraft(who[0], club.name if club else None, event.entry.get("role"))
        draft.spans = [(EvidenceRole.TRIGGER, event.span), (EvidenceRole.PERSON, who[1])]
        if club is not None:
            draft.spans.append((EvidenceRole.CLUB, club.span))
        return draft

    def _entered(
        self,
        scene: Scene,
        event: Event,
        who: tuple[Being, Span],
        time: Time | None,
        again: bool,
        away: Absence | None,
    ) -> Iterator[SpellDraft]:
        """ "joined Juventus from Fiorentina in 2020", "returned to Milan after 11 years away"."""
        buyer = event.buyers[0] if event.buyers else None
        seller = event.sellers[0] if event.sellers else None
        loan = self._loan_deal(scene, event)
        if loan is None and again and any(m.start >= event.span[1] for m in scene.named("loan")):
            return  # back from a loan: the club was theirs all along
        if buyer is not None or time is not None:
            draft = self._draft(who, buyer, event)
            draft.other_than = seller.name.key if seller else None
            draft.on_loan, draft.returned = loan is not None, again and buyer is not None
            if loan is not None and seller is not None:
                draft.parent = seller.name
                draft.spans.append((EvidenceRole.PARENT, seller.span))
            draft.begin(time)
            if away is not None and away.away:
                draft.gap = away.months / 12
                draft.spans.append((EvidenceRole.GAP, away.span))
            yield draft
        if seller is not None and loan is None:
            draft = self._draft(who, seller, event)
            draft.finish(time)
            yield draft
        if away is not None and away.club is not None:
            draft = self._draft(who, away.club, event)
            draft.months, draft.ended = round(away.months), True
            draft.spans.append((EvidenceRole.LENGTH, away.span))
            yield draft

    def _loan_deal(self, scene: Scene, event: Event) -> Mark | None:
        start, end = event.span
        loans = (m for m in scene.marks if m.entry.category == "deal" and m.entry.name.startswith("loan"))
        near = (m for m in loans if start <= m.start <= end + TIME_REACH and scene.clear(end, m.start))
        return next((m for m in near if not scene.has_person(end, m.start)), None)

    def _left_club(self, scene: Scene, event: Event) -> Club | None:
        """The club left: the seller of the step; of a sacking the one by which."""
        if event.sellers:
            return event.sellers[0]
        for node in scene.nodes:
            if node.kind is NodeKind.CLUB and node.start >= event.span[1] and node.start - event.span[1] <= REACH:
                name = node.clubs[0].settled
                if node.role in ("agent", "source", "partner") and name is not None:
                    return Club(name, (node.clubs[0].start, node.clubs[0].end))
                return None
        return event.partner_clubs[0] if event.partner_clubs else None

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
                who = self._person(scene, state.start)
                if found is not None and who is not None:
                    club, role = found
                    draft = SpellDraft(who[0], club.name, role)
                    draft.spans = [
                        (EvidenceRole.TRIGGER, (state.start, since.end)),
                        (EvidenceRole.PERSON, who[1]),
                        (EvidenceRole.CLUB, club.span),
                    ]
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
            club = self._club(scene, mark.start, mark.end, reach=REACH)
            who = self._person(scene, mark.start)
            if club is None or who is None or self._is_ahead(scene, mark.start):
                continue
            if any(club.name.key == b.name.key and e.stage != "done" for e in scene.events for b in e.buyers):
                continue
            draft = SpellDraft(who[0], club.name, "player", on_loan=True)
            draft.spans = [
                (EvidenceRole.TRIGGER, (mark.start, mark.end)),
                (EvidenceRole.PERSON, who[1]),
                (EvidenceRole.CLUB, club.span),
            ]
            self._lasting(scene, mark, club, draft)
            self._parent(scene, mark, club, draft)
            time = self._time(scene, mark.start, club.span[1])
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
        """The club lent from: "from Juventus" after it; else the one spoken of before, where the person is now."""
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
            club = self._club(scene, mark.start, mark.end)
            who = self._person(scene, mark.start)
            if club is None or who is None or self._is_ahead(scene, mark.start):
                continue
            if any(n.kind is NodeKind.PERSON and n.start <= mark.start < n.end for n in scene.nodes):
                continue  # a noun phrase that is read already
            draft = SpellDraft(who[0], club.name, "player", youth=mark.entry.name == "youth")
            draft.spans = [
                (EvidenceRole.TRIGGER, (mark.start, mark.end)),
                (EvidenceRole.PERSON, who[1]),
                (EvidenceRole.CLUB, club.span),
            ]
            yield draft

    def _arrivals(self, scene: Scene) -> Iterator[SpellDraft]:
        """ "arrived from Genoa in the summer of 2018"."""
        for mark in scene.named("arrived"):
            time = self._time(scene, mark.start, mark.end)
            who = self._person(scene, mark.start)
            covered = any(e.span[0] <= mark.start < e.span[1] for e in scene.events)
            if time is None or who is None or covered or self._is_ahead(scene, mark.start):
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
            club = self._club(scene, mark.start, mark.end)
            who = self._person(scene, mark.start)
            if club is None or who is None or self._is_ahead(scene, mark.start):
                continue
            if any(m is not mark and m.start < mark.start and mark.end <= m.end for m in scene.marks):
                continue  # inside a longer one
            low = mark.start - NUMBER_REACH
            numbers = [i for i in scene.items if i.kind is ItemKind.NUMBER and low <= i.start < mark.end]
            draft = SpellDraft(who[0], club.name, "player")
            draft.spans = [
                (EvidenceRole.TRIGGER, (mark.start, mark.end)),
                (EvidenceRole.PERSON, who[1]),
                (EvidenceRole.CLUB, club.span),
            ]
            if numbers and numbers[-1].key.isdigit():
                draft.appearances = int(numbers[-1].key)
                draft.spans.append((EvidenceRole.APPEARANCES, (numbers[-1].start, numbers[-1].end)))
            yield draft


def _was_then(event: Event, found: list[SpellDraft]) -> None:
    """The seller of a step that lies behind isn't where the person is now."""
    for draft in found:
        being = draft.being
        for seller in event.sellers:
            key = seller.name.key
            if being.current.get(key) and not draft.on_loan and len(being.current) > 1:
                being.current[key] = 0

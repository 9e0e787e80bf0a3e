"""Steps of a transfer that lie behind: who joined, came back to, left or was sacked by a club, and when.

They are career facts and no news, so the reader takes no claim from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mercato.extraction.coreference import Being
from mercato.extraction.events import Club, Event
from mercato.extraction.nodes import Mark, NodeKind
from mercato.extraction.scene import REACH, TIME_REACH, Absence, Scene, absence, length_of_stay
from mercato.extraction.spells import SpellDraft
from mercato.extraction.times import Time
from mercato.model import EvidenceRole

Span = tuple[int, int]
_ENTER = frozenset({"join", "acquire"})
_LEAVE = frozenset({"leave", "sell"})


class PastSteps:
    """Reads the steps of a sentence that lie behind on the day of publication."""

    def __init__(self, day: date | None, openers: frozenset[str]) -> None:
        self.day = day
        self.openers = openers

    def read(self, scene: Scene) -> tuple[list[SpellDraft], list[Event]]:
        """The spells that such steps begin and end, and the steps."""
        told: list[Event] = []
        spells: list[SpellDraft] = []
        for event in scene.events:
            if event.frame not in _ENTER | _LEAVE or event.negated or event.conditional:
                continue
            if set(event.governors) - {"complete"} or event.entry.get("core") not in ("done", None):
                continue
            if any(m.start == event.span[0] for m in scene.named("loan")):
                continue
            if scene.is_back_from_loan(event):
                told.append(event)
                continue
            found = list(self._step(scene, event))
            if found:
                _was_then(event, found)
                told.append(event)
                spells.extend(found)
        return spells, told

    def _step(self, scene: Scene, event: Event) -> Iterator[SpellDraft]:
        """The spells that a step begins and ends, where it lies behind."""
        finite = event.entry.form in ("past", "pp") and not event.entry.get("noun")
        opened = not finite and self._is_opened(scene, event)
        if not finite and not opened:
            return
        time = scene.time(*event.span)
        if time is not None and not time.past and self.day is not None:
            time = None
        again = any(m.start < event.span[1] + REACH and event.span[0] <= m.end for m in scene.named("again"))
        away = absence(scene, event) if again else None
        stay = length_of_stay(scene, event) if again and away is None and event.entry.form == "past" else None
        if time is None and not opened and away is None and stay is None:
            return  # undated, it is the news itself: "Wolves have sacked their manager"
        who = self._who(scene, event)
        if who is None:
            return
        if event.frame in _ENTER or event.buyers:
            yield from _lasting(self._entered(scene, event, who, time, again, away), stay)
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
        return scene.person(event.span[0])

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


def _lasting(found: Iterator[SpellDraft], stay: Absence | None) -> Iterator[SpellDraft]:
    """ "went back to Genoa for a year and a half": the stay is over, and so long it was."""
    for draft in found:
        if stay is not None:
            draft.months, draft.ended = round(stay.months), True
            draft.spans.append((EvidenceRole.LENGTH, stay.span))
        yield draft


def _was_then(event: Event, found: list[SpellDraft]) -> None:
    """Nobody is now where a step that lies behind was from; where it led they are, if nothing else is told."""
    for draft in found:
        being = draft.being
        for seller in event.sellers if not draft.on_loan else ():
            being.current.pop(seller.name.key, None)
        if draft.start and draft.club is not None and not draft.on_loan and not being.current and event.buyers:
            being.at(draft.club, event.buyers[0].span)

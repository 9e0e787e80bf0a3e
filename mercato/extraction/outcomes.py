"""What became of a step that a text has told before: refused, settled, fallen through, given up for another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mercato.extraction.draft import Draft
from mercato.extraction.events import Club, Event
from mercato.extraction.frame_rules import OPEN_STEPS, PULLS, REFUSABLE, FrameRules
from mercato.model import LADDER, ClaimKind, EvidenceRole, Stage


class Outcomes(FrameRules):
    """Changes steps and drafts by what is said of them later."""

    def _moved_on(self, event: Event, found: list[Draft]) -> Iterator[Draft]:
        """ "United, who had been interested, have moved on": no longer after the one spoken of."""
        if event.entry.get("implied") != "drop" or event.subject is None:
            return
        being = found[-1].being if found else self.topic
        if being is None or being.role == "official":
            return
        for mention in event.subject.clubs:
            name = mention.settled
            if name is not None and not being.current.get(name.key):
                club = Club(name, (mention.start, mention.end))
                yield self._draft(event, ClaimKind.MOVE, being, being.first, club, Stage.WITHDRAWN)

    def _turned_to(self, events: list[Event], found: list[Draft]) -> None:
        """ "Milan had wanted X, until they settled on Y instead": of two the club has given up the first."""
        for event in events:
            if event.entry.get("implied") != "instead":
                continue
            wanted = {id(b) for b, _ in event.people}
            clubs = {c.name.key for c in (*event.buyers, *event.partner_clubs)}
            for draft in found:
                other = draft.kind is ClaimKind.MOVE and id(draft.being) not in wanted and draft.event is not event
                earlier = draft.event is not None and draft.event.span[0] < event.span[0]
                open_still = draft.stage in LADDER[:3] and draft.club is not None and draft.club.key in clubs
                if other and earlier and open_still:
                    draft.stage = Stage.WITHDRAWN

    def _refused_to(self, event: Event, drafts: Iterator[Draft]) -> Iterator[Draft]:
        """ "United have told Juventus that X will stay": who is told so is refused."""
        for draft in drafts:
            suitors = [c for c in event.told if draft.club is None or c.name.key != draft.club.key]
            if draft.kind is not ClaimKind.STAY or not suitors:
                yield draft
                continue
            person = next(span for role, span in draft.spans if role is EvidenceRole.PERSON)
            for club in suitors:
                yield self._draft(event, ClaimKind.MOVE, draft.being, person, club, Stage.REJECTED)

    def _settle_outcomes(self, events: list[Event]) -> None:
        """ "a bid was rejected by", "his move to X collapsed": the outcome belongs to the step before it."""
        for before, event in pairwise(events):
            if event.governors or event.stage is None:
                continue
            if (
                event.frame == "reject"
                and (event.passive or event.entry.form in ("pp", "past"))
                and before.frame in REFUSABLE
            ):
                before.stage = Stage.REJECTED
                before.sellers.extend(_refusers(before, event))
                event.frame = "none"
            elif (
                event.frame == "withdraw"
                and all(being in [b for b, _ in before.people] for being, _ in event.people)
                and before.frame in ("join", "acquire", "agree", "talks")
                and event.entry.form in ("past", "pp")
            ):
                before.stage = Stage.WITHDRAWN
                event.frame = "none"
            elif event.frame == "accept" and event.passive and before.frame == "bid" and not event.people:
                before.stage = event.stage  # "a bid from Spurs has been accepted"
                event.frame = "none"
            elif event.frame == "deny" and before.frame in PULLS and event.entry.get("noun"):
                before.stage = event.stage  # "reports linking X with Spurs are wide of the mark"
                event.frame = "none"
            elif before.frame == "deny" and before.at < event.at and before.entry.get("clause"):
                event.stage = before.stage  # "has denied that Spurs are after X"
                before.frame = "none"
            elif event.frame in ("collapse", "settled") and before.frame in OPEN_STEPS and not event.negated:
                agreed = event.stage is Stage.DONE and any(e.frame == "agree" and e.at < before.at for e in events)
                before.stage = Stage.AGREED if agreed else event.stage
                event.frame = "none"


def without_renewed(found: list[Draft]) -> list[Draft]:
    """ "has an agreement with X over a new contract": with his own club, and no move."""
    renewed = {(id(d.being), d.club.key) for d in found if d.kind is ClaimKind.STAY and d.club is not None}
    return [
        d for d in found
        if d.kind is not ClaimKind.MOVE or d.event is None or d.club is None
        or d.event.frame not in ("agree", "talks") or (id(d.being), d.club.key) not in renewed
    ]  # fmt: skip


def _refusers(before: Event, event: Event) -> Iterator[Club]:
    """ "was rejected by Mainz", "wurde von Mainz abgelehnt": who refused, none of those who bid."""
    bidders = {club.name.key for club in before.buyers}
    for club in event.partner_clubs:
        if (event.passive or club.span[1] <= event.span[0]) and club.name.key not in bidders:
            yield club

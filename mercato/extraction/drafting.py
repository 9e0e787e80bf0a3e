"""Drafts of a step, and what a text has told so far that later steps are said of."""

from __future__ import annotations

from collections.abc import Iterator

from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.draft import Draft
from mercato.extraction.events import Club, Event, Span
from mercato.extraction.sides import Sides, paired
from mercato.model import ClaimKind, Deal, EvidenceRole, Stage


class Drafting(Sides):
    """Makes drafts; knows whom and which move the text is about by now."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.topic: Being | None = None
        # Those whom the paragraph is about so far.
        self.of_paragraph: set[int] = set()
        # The first step of the sentence that names somebody.
        self.taken: dict[int, Event] = {}
        self.open_set: Event | None = None
        self.suitors: dict[int, Club] = {}
        self.last_pull: Event | None = None
        # The move that the text is about: what is said without a person ("deal done, medical booked") is said of it.
        self.deal: Draft | None = None
        # Whether the text says that a move is settled, and not yet done.
        self.capped = False
        # The club that sells many, of whom some are named next.
        self.clearing: Club | None = None
        # Moves that the text takes for known ("since his return to Milan"): what says them again is no news.
        self.presupposed: set[tuple[int, str]] = set()

    def open_paragraph(self) -> None:
        """A new paragraph is about the one player of the headline again, if the one before was about him too."""
        only = self.resolver.headline_player()
        if only is not None and id(only) in self.of_paragraph:
            self.topic = only
        self.of_paragraph = set()

    def _draft(
        self, event: Event, kind: ClaimKind, being: Being, person: Span, club: Club | None, stage: Stage | None = None
    ) -> Draft:
        draft = Draft(kind, being, club.name if club else None, stage or event.stage, event.sentence, event)
        draft.spans.append((EvidenceRole.TRIGGER, event.span))
        draft.spans.append((EvidenceRole.PERSON, person))
        if club is not None:
            role = {ClaimKind.MOVE: EvidenceRole.TO, ClaimKind.EXIT: EvidenceRole.FROM}.get(kind, EvidenceRole.CLUB)
            draft.spans.append((role, club.span))
        draft.role = event.entry.get("role")
        draft.previous = event.previous
        if event.deal is not None and kind is ClaimKind.MOVE:
            draft.deal = Deal(event.deal)
        return draft

    def _moves(self, event: Event, people: list[tuple[Being, Span]], clubs: list[Club]) -> Iterator[Draft]:
        for being, span in people:
            for club in paired(people, span, clubs):
                if being.current.get(club.name.key):
                    continue
                if (
                    event.entry.get("noun")
                    and event.frame == "acquire"
                    and event.governors[-1:] == ("talk",)
                    and self.resolver.was_at(being, club.name)
                ):
                    continue  # "Atlético negotiate the transfer of X", and he is theirs
                yield self._draft(event, ClaimKind.MOVE, being, span, club)

    def _exits(self, event: Event, people: list[tuple[Being, Span]], stage: Stage | None = None) -> Iterator[Draft]:
        for being, span in people:
            club = event.sellers[0] if event.sellers else self._own_club(being)
            if club is not None and not being.current:
                being.at(club.name, club.span)
            yield self._draft(event, ClaimKind.EXIT, being, span, club, stage)

    def _moves_himself(self, event: Event, people: list[tuple[Being, Span]]) -> bool:
        """Whether the one who signs is the player: the subject of a verb that takes no other object."""
        subject = event.subject
        return subject is not None and len(people) == 1 and any(m.being is people[0][0] for m in subject.people)

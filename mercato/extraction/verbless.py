"""Steps that no verb tells: a person, a direction and a club; an item of a list; what somebody is said to be by now."""

from __future__ import annotations

from collections.abc import Iterator

from mercato.extraction.assigning import Assigning
from mercato.extraction.nodes import CLAUSE_WORDS, Node, NodeKind, Row
from mercato.extraction.steps import BARE, LISTING, Club, Event
from mercato.model import Stage

BESIDE = 2  # characters between a person and "to": no word, known or not, stands between


class Verbless(Assigning):
    """Reads such steps of a sentence."""

    def _bare_moves(self, nodes: list[Node], sentence: int) -> Iterator[Event]:
        """ "Naby Keita to Ferencváros": a person, a direction and a club, with no verb between."""
        for at in range(2, len(nodes)):
            club, direction = nodes[at], nodes[at - 1]
            if club.kind is not NodeKind.CLUB:
                continue
            low = at - 2
            goal = direction.has("prep", "goal")
            while goal and low > 0 and (nodes[low].key == "," or nodes[low].kind is NodeKind.WORD) and at - low < 5:
                low -= 1  # "Neymar Jr, back to Santos"
            person = nodes[low]
            if (
                (goal or self._is_pair(person, direction, club))
                and person.kind is NodeKind.PERSON
                and not person.owner
                and not person.people[0].pronoun
                and person.role in (None, "about")
                and not (self.fronted and direction.start - person.end > BESIDE)
                and not any(n.kind is NodeKind.EVENT and not self._is_official(n) for n in nodes[:low])
            ):
                done = any(self._is_official(n) for n in nodes[:low]) and direction.key != "-"
                told = self.announced[1] if self.announced[0] == sentence - 1 else Stage.INTEREST
                stage = Stage.DONE if done else told
                event = Event("join", stage, (direction.start, club.end), sentence, at - 1, BARE)
                self._assign(event, person, "player")
                self._assign(event, club, "buyer")
                if event.people and event.buyers:
                    yield event

    def _listed(self, nodes: list[Node], sentence: int) -> Iterator[Event]:
        """ "INTER - Thuram a parametro zero dal Gladbach": who is listed under a club, and where he comes from."""
        section = self.resolver.section
        span = self.resolver.first_spans.get(section.key) if section is not None else None
        if section is None or span is None or not self.elliptic:
            return
        alone = next((n for n in nodes if n.kind is NodeKind.PERSON), None)
        if alone is not None and not any(n.kind in (NodeKind.EVENT, NodeKind.CLUB) for n in nodes):
            yield from self._listed_alone(alone, Club(section, span), sentence)
        for at, node in enumerate(nodes):
            if node.kind is not NodeKind.CLUB or len(node.clubs) != 1:
                continue
            name = node.clubs[0].settled
            bracketed = at > 0 and nodes[at - 1].key == "("
            if name is None or name.key == section.key:
                continue
            if node.role != "source" and not bracketed and not (node.role == "of" and self._after_comma(nodes, at)):
                continue
            person = self._listed_person(nodes, at)
            if person is None or person.role is not None:
                continue
            event = Event("join", Stage.DONE, (person.start, node.end), sentence, at, BARE)
            self._assign(event, person, "player")
            event.buyers = [Club(section, span)]
            self._assign(event, node, "seller")
            if event.people:
                yield event

    def _listed_alone(self, node: Node, club: Club, sentence: int) -> Iterator[Event]:
        """ "Iván Jaime, del Oporto.": a player and his club, and nothing besides."""
        mention = node.people[0]
        current = [c for c, relation in mention.clubs if relation == "current" and c.key != club.name.key]
        if len(node.people) == 1 and current and mention.name is not None and node.role is None:
            event = Event("join", Stage.DONE, (node.start, node.end), sentence, 0, BARE)
            self._assign(event, node, "player")
            event.buyers = [club]
            if event.people:
                yield event

    def _after_comma(self, nodes: list[Node], at: int) -> bool:
        """ "Iván Jaime, del Oporto": right behind the name and a comma."""
        return at > 2 and nodes[at - 2].key == "," and nodes[at - 3].kind is NodeKind.PERSON

    def _listed_person(self, nodes: list[Node], at: int) -> Node | None:
        """The person named before, with no step and no other club between."""
        for index in range(at - 1, max(at - 10, -1), -1):
            node = nodes[index]
            if node.kind is NodeKind.PERSON:
                return node if node.people[0].name is not None and not node.owner else None
            if node.kind in (NodeKind.EVENT, NodeKind.CLUB) or node.key in (";", "."):
                return None
        return None

    def _is_pair(self, person: Node, dash: Node, club: Node) -> bool:
        """ "Frattesi-Roma": the name of an affair."""
        return self.elliptic and dash.key == "-" and person.end == dash.start and dash.end == club.start

    def _is_official(self, node: Node) -> bool:
        """ "UFFICIALE:": the word by which what follows is done."""
        return self.elliptic and any(e.get("governs") == "complete" for e in node.entries)

    def _becoming(self, nodes: Row, sentence: int) -> Iterator[Event]:
        """ "Keira Walsh is a Chelsea player": news, where she was not one by the text or the register."""
        words = self.language.words.get("becoming", frozenset())
        for at, node in enumerate(nodes):
            mention = node.people[0] if node.kind is NodeKind.PERSON and len(node.people) == 1 else None
            if mention is None or mention.name is not None or not mention.indefinite or at < 2:
                continue
            before, person = nodes[at - 1], nodes[at - 2]
            ahead = at > 2 and person.kind is NodeKind.EVENT and any(e.get("governs") == "sure" for e in person.entries)
            person = nodes[at - 3] if ahead else person  # "will be a Chelsea player"
            if person.kind is not NodeKind.PERSON or person.role is not None or person.owner:
                continue
            being = person.people[-1].being
            if being is None or not (before.has("be") or before.key in words) or self._is_aside(nodes, at):
                continue
            known = self.resolver.known_club(being)
            for club, start, end in mention.club_spans:
                first = list(being.current) == [club.key] and being.spans.get(club.key) == (mention.start, mention.end)
                own = known if first else being.club or known
                if (club, "current") in mention.clubs and (own is None or own.key != club.key):
                    being.current.pop(club.key, None)
                    stage = Stage.ADVANCED if ahead else Stage.DONE
                    event = Event("join", stage, (before.start, node.end), sentence, at - 1, BARE)
                    event.people = [(being, (person.start, person.end))]
                    event.buyers = [Club(club, (start, end))]
                    yield event

    def _is_aside(self, nodes: Row, at: int) -> bool:
        """Whether a step or a word that opens a clause stands before."""
        return any(n.kind is NodeKind.EVENT or not n.categories.isdisjoint(CLAUSE_WORDS) for n in nodes[:at])

    def _listing(self, nodes: Row, sentence: int) -> Iterator[Event]:
        """ "Calciomercato reports that the shortlist also carries A, B and C": the list of the club spoken of."""
        at = next((at for at, node in enumerate(nodes) if node.has("list_continues")), None)
        if at is None or self.elliptic:
            return
        people = [n for n in nodes[at:] if n.kind is NodeKind.PERSON and not n.owner and n.role in (None, "of")]
        named = [(b, (m.start, m.end)) for n in people for m in n.people if (b := m.being) is not None and m.name]
        before = [n for n in nodes[:at] if n.kind is NodeKind.CLUB and n.role in (None, "of")]
        told = before[-1].clubs[0].settled if before else None
        club = told or self.resolver.club_of_block or self.resolver.club_spoken_of
        span = self.resolver.first_spans.get(club.key) if club is not None else None
        if club is not None and span is not None and named:
            event = Event("pursue", Stage.INTEREST, (nodes[at].start, nodes[at].end), sentence, at, LISTING)
            event.people, event.buyers = named, [Club(club, span)]
            yield event

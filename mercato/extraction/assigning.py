"""What a step takes from a noun phrase: its people and clubs, whose contract it is, who is on its list."""

from __future__ import annotations

from collections.abc import Sequence

from mercato.extraction.coreference import Being
from mercato.extraction.frames import Frame
from mercato.extraction.items import ItemKind
from mercato.extraction.names import ClubName
from mercato.extraction.nodes import CLAUSE_WORDS, ClubMention, Node, NodeKind, PersonMention
from mercato.extraction.step_tools import StepTools
from mercato.extraction.steps import (
    VERB_FORMS,
    Chain,
    Club,
    Event,
)
from mercato.model import Stage

CLOSE = 10  # characters between a person and the club named with them: " von der ", " vom FC "


class Assigning(StepTools):
    """Gives people and clubs to a step."""

    def _contracts(self, nodes: list[Node], chain: Chain, event: Event, stop: int) -> None:
        """ "sign a new Chelsea contract" is a stay; "offer Ramos a two-year deal" the offer of a contract."""
        words = self.language.words.get("contract_nouns", frozenset())
        if event.frame not in ("acquire", "reject", "agree", "put_up"):
            return
        for at in range(chain.nodes[-1] + 1, min(stop, len(nodes) - 1)):
            node = nodes[at]
            ends = node.key in (",", ";", ":") or not node.categories.isdisjoint(CLAUSE_WORDS)
            if ends and not (event.frame == "put_up" and node.key == ","):
                return
            if event.frame == "put_up" and node.tag is ItemKind.MONEY and event.sellers:
                event.frame, event.buyers, event.sellers = "bid", event.sellers, event.partner_clubs
                event.stage, event.partner_clubs = Stage.BID if event.stage is Stage.TALKS else event.stage, []
                return  # "have offered Chelsea £1.25m for"
            if event.frame == "put_up":
                if node.key in words and event.people:
                    event.frame, event.buyers, event.sellers = "offer_contract", event.sellers, []
                    event.stage = Stage.BID if event.stage is Stage.TALKS else event.stage
                    return
            elif node.kind is NodeKind.CLUB and node.role is None and not node.owner and nodes[at + 1].key in words:
                name = node.clubs[0].settled
                if name is not None and not event.passive:
                    club = Club(name, (node.start, node.end))
                    event.frame, event.keepers, event.partner_clubs = "renew", [club], []
                return

    def _on_the_list(self, nodes: list[Node], chain: Chain, event: Event) -> None:
        """ "Steve Cooper is top of Fulham's list": who is said to be there."""
        for at in range(chain.nodes[0] - 1, 0, -1):
            node = nodes[at]
            if node.kind in (NodeKind.PERSON, NodeKind.EVENT) or node.key in (",", ";"):
                return
            before = nodes[at - 2] if nodes[at - 1].key == "," and at > 1 else nodes[at - 1]
            is_told = node.has("be") or node.key in self.language.words.get("copulas", ())
            if is_told and before.kind is NodeKind.PERSON and not before.owner:
                for mention in before.people:
                    if mention.being is not None and mention.being.role != "official":
                        event.people.append((mention.being, (mention.start, mention.end)))
                after = nodes[chain.nodes[-1] + 1 : chain.nodes[-1] + 3]
                if len(after) == 2 and after[0].has("conjunctions") and after[1].kind is NodeKind.PERSON:
                    self._assign(event, after[1], "player")
                return

    def _assign(self, event: Event, node: Node, part: str | None) -> None:
        if part is None:
            return
        if node.kind is NodeKind.PERSON:
            self._assign_people(event, node, part)
        else:
            self._assign_clubs(event, node.clubs, part)

    def _assign_people(self, event: Event, node: Node, part: str) -> None:
        for mention in node.people:
            being = mention.being
            if being is None:
                event.unnamed_object = event.unnamed_object or part == "player"
                event.plural_object = event.plural_object or mention.plural
                for club, relation in mention.clubs:
                    if relation == "current" and mention.plural:
                        self.resolver.last_plural_from = club
                continue
            span = (mention.start, mention.end)
            if part in ("buyer", "keeper") and node.owner and not mention.pronoun and event.frame == "join":
                continue  # "to join Leo Messi's team"
            if part in ("buyer", "seller", "keeper") and self._is_strange(node, being):
                club = ClubName(being.name)
                self.resolver.first_spans.setdefault(club.key, span)
                being.role = "official"  # nobody who moves
                getattr(event, f"{part}s").append(Club(club, span))
                continue
            told = self.elliptic and bool(event.people) and event.frame == "join"
            if part in ("buyer", "seller") and told and not self._acts_for_club(being):
                continue  # who joins is told already; another player is no club
            if part == "coach":
                event.replaced.append((being, span))
            elif part in ("player", "any") or not self._acts_for_club(being):
                event.people.append((being, span))
                self._place_owned(event, mention, being)
            elif part in ("buyer", "seller", "keeper"):
                employer = self.resolver.employer(being)
                if employer is not None:
                    getattr(event, f"{part}s").append(Club(employer, being.spans.get(employer.key, span)))

    def _place_owned(self, event: Event, mention: PersonMention, being: Being) -> None:
        """ "le PSG veut que son défenseur parte": whom the subject calls its own is at that club."""
        clubs = event.subject.clubs if event.subject is not None and mention.owned else []
        if self.says_own and clubs and (name := clubs[0].settled) is not None and not being.current:
            being.at(name, (clubs[0].start, clubs[0].end))

    def _is_strange(self, node: Node, being: Being) -> bool:
        """ "joined from Longford Vale": a name that nobody knows where a club is named."""
        name = node.people[0].name
        known = being.people or being.positions or being.age is not None or being.countries or being.current
        return node.role in ("source", "goal") and name is not None and " " in name.name and not known

    def _acts_for_club(self, being: Being) -> bool:
        """Coaches and officials act for their club."""
        return being.role != "player" or (not being.positions and any(p.role != "player" for p in being.people))

    def _assign_clubs(self, event: Event, clubs: Sequence[ClubMention], part: str) -> None:
        for mention in clubs:
            name = mention.settled
            if name is None:
                event.unnamed_suitors = event.unnamed_suitors or not mention.pronoun
                continue
            club = Club(name, (mention.start, mention.end))
            if part in ("buyer", "seller", "keeper"):
                getattr(event, f"{part}s").append(club)
            elif part in ("any", "player", "coach"):
                event.partner_clubs.append(club)

    def _named_by(self, nodes: list[Node], chain: Chain, event: Event) -> None:
        """ "has been identified as Juventus' first choice": whose choice it is."""
        after = nodes[chain.nodes[-1] + 1 : chain.nodes[-1] + 3]
        if len(after) == 2 and after[0].key in self.language.words.get("capacity", ()) and after[1].owner:
            self._assign(event, after[1], "buyer" if after[1].kind is NodeKind.CLUB else None)

    def _not_the_speaker(self, event: Event) -> None:
        """ "the president rules out the return of X": whoever does it to another's step takes none himself."""
        subject = event.subject
        if subject is None or subject.owner or not (event.entry.get("noun") and event.governors):
            return
        own = [b for m in subject.people if (b := m.being) is not None]
        others = [pair for pair in event.people if pair[0] not in own]
        if own and others and self.turns:
            event.people = others

    def _object_pronoun(self, nodes: list[Node], chain: Chain, event: Event, frame: Frame) -> None:
        """ "lo quiere": an object pronoun before its verb."""
        for index in range(chain.nodes[0] - 1, max(chain.nodes[0] - 4, -1), -1):
            node = nodes[index]
            if node.kind is NodeKind.PERSON and node.role == "object" and node.people[0].pronoun:
                self._assign(event, node, frame.object)
            if node.kind is not NodeKind.WORD and not (node.has("have") or node.has("be")):
                return

    def _attached_pronoun(self, nodes: list[Node], chain: Chain, event: Event, frame: Frame) -> None:
        """ "spinge per averlo": a pronoun written to the verb is the player spoken of."""
        head = nodes[chain.nodes[-1]]
        if frame.object != "player" or not self._has_pronoun(nodes, chain):
            return
        before = [n for n in nodes[: chain.nodes[0]] if n.kind is NodeKind.PERSON]
        named = [b for n in before for m in n.people if (b := m.being) is not None and not self._acts_for_club(b)]
        being = named[-1] if named else self.resolver.spoken_of
        if being is not None:
            event.people.append((being, (head.start, head.end)))

    def _has_pronoun(self, nodes: list[Node], chain: Chain) -> bool:
        """A pronoun at the verb's end ("averlo", "contratou-o"), or one like an article before it ("le suit")."""
        at, form = chain.nodes[-1], chain.entries[-1].form
        if form in ("inf", "ing") and nodes[at].key.endswith(self.clitics):
            return True
        if nodes[at].key.endswith(self.hyphened):
            return True
        return at > 0 and nodes[at - 1].key in self.object_articles and form in VERB_FORMS

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

# Steps that somebody takes for a club, with somebody else.
_TAKEN = frozenset({"acquire", "pursue", "bid", "keep", "sell"})
# Steps of clubs that would have somebody.
_SOUGHT = frozenset({"acquire", "pursue", "bid", "talks", "interest"})


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
        if not event.passive or event.frame != "pursue" or event.buyers:
            return
        after = nodes[chain.nodes[-1] + 1 : chain.nodes[-1] + 3]
        if len(after) == 2 and after[0].key in self.language.words.get("capacity", ()) and after[1].owner:
            self._assign(event, after[1], "buyer" if after[1].kind is NodeKind.CLUB else None)

    def _suitors_behind(self, nodes: list[Node], chain: Chain, event: Event) -> None:
        """ "several clubs want X, including Ajax and Feyenoord": suitors that are named at last."""
        if not event.unnamed_suitors or event.buyers or event.frame not in _SOUGHT:
            return
        for opener, node in zip(nodes[chain.nodes[-1] + 1 :], nodes[chain.nodes[-1] + 2 :], strict=False):
            if opener.has("list_openers") and node.kind is NodeKind.CLUB and not node.owner:
                self._assign(event, node, "buyer")
                return

    def _not_the_speaker(self, event: Event) -> None:
        """ "the president rules out the return of X": whoever does it to another's step takes none himself."""
        subject = event.subject
        if subject is None or subject.owner:
            return
        own = [b for m in subject.people if (b := m.being) is not None]
        others = [pair for pair in event.people if pair[0] not in own]
        of_anothers_step = self.turns and event.entry.get("noun") and event.governors
        takes = (
            event.frame in _TAKEN and bool(event.entry.form) and not event.passive
        )  # "Clough took X from Birmingham"
        if own and others and (of_anothers_step or takes):
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

    def _settle_frame(self, nodes: list[Node], chain: Chain, event: Event) -> None:
        """What a step is once its parts are known."""
        if event.frame == "keep" and not event.passive and not (event.keepers or event.unnamed_object):
            doers = [m.being for m in event.subject.people] if event.subject is not None else []
            if event.people and all(b in doers for b, _ in event.people) and not event.governors:
                event.frame = "none"  # "he keeps performing"
        by_club = event.subject is not None and event.subject.kind is NodeKind.CLUB and not event.entry.get("noun")
        if event.frame == "join" and event.buyers and not event.people and by_club:
            event.frame, event.stage = "rival", Stage.INTEREST  # "Everton have joined Leeds in wanting to sign"
            event.buyers = [*event.buyers, *event.partner_clubs]
        if event.frame == "radar" and not event.people:
            self._on_the_list(nodes, chain, event)

        alone = event.entry.get("alone")
        if alone and event.subject is not None and event.subject.kind is NodeKind.PERSON and not event.governors:
            event.stage = Stage(alone)

    def _told_to_be(self, nodes: list[Node], at: int) -> Node:
        """ "Roma and Lazio are the latest clubs to be linked": those of whom the noun phrase is said."""
        node = nodes[at]
        if node.kind is NodeKind.CLUB and at > 1 and node.clubs[0].settled is None and not node.clubs[0].pronoun:
            low = at - 1 - nodes[at - 1].has("articles")
            before = nodes[low - 1]
            if low and nodes[low].has("be") and before.kind is NodeKind.CLUB and before.role is None:
                return before
        return node

    def _begins_clause(self, nodes: list[Node], at: int, first: bool) -> bool:
        """A noun phrase without preposition, with a word for a step after it, is a new subject."""
        joined = nodes[at - 1].has("conjunctions") and at > 1 and nodes[at - 2].key == ","
        opens = not first or joined or (self.fronted and nodes[at - 1].key == ",")
        if nodes[at].role is not None or not opens or at + 1 >= len(nodes):
            return False
        follow = nodes[at + 1]
        verb = (
            self.fronted and nodes[at - 1].key == "," and follow.kind is NodeKind.WORD
        )  # ", Stuttgart stellt sich quer"
        return follow.kind is NodeKind.EVENT or follow.has("be") or follow.has("have") or verb

    def _ends_objects(self, nodes: list[Node], at: int) -> bool:
        node = nodes[at]
        inside = self.fronted and nodes[at - 1].key != "," and node.has("breaks")  # "schließt sich aber X an"
        closes = node.key in (";", ":") or (not node.categories.isdisjoint(CLAUSE_WORDS) and not inside)
        return closes and not self._is_capacity(nodes, at)

    def _is_capacity(self, nodes: list[Node], at: int) -> bool:
        """ "sign X as new goalkeeper from Ajax": the words open no clause where what they lead to is no subject."""
        if nodes[at].key not in self.language.words.get("capacity", ()):
            return False
        for node in nodes[at + 1 : at + 6]:
            if node.kind is NodeKind.CLUB and node.role == "source":
                return True
            named = node.kind is NodeKind.PERSON and any(not m.indefinite for m in node.people)
            if named or node.kind in (NodeKind.CLUB, NodeKind.EVENT) or node.has("be") or node.key == ",":
                return False
        return False

    def _stands_by(self, nodes: list[Node], at: int) -> bool:
        """ ", with Roma also showing interest": a clause of its own about those behind "with"."""
        if nodes[at].role != "partner" or at < 2 or nodes[at - 2].key != ",":
            return False
        follow = next(
            (n for n in nodes[at + 1 : at + 4] if n.kind is not NodeKind.WORD and n.key not in self.previous), None
        )
        return (
            follow is not None and follow.kind is NodeKind.EVENT and any(e.form in ("ing", "") for e in follow.entries)
        )

"""Who takes part in a step: its subject, its objects, and what prepositions give it."""

from __future__ import annotations

from copy import copy

from mercato.extraction.assigning import Assigning
from mercato.extraction.frames import FRAMES, Frame
from mercato.extraction.nodes import CLAUSE_WORDS, Node, NodeKind
from mercato.extraction.steps import (
    FINITE,
    OFFERS,
    Chain,
    Event,
)
from mercato.model import ENDS, Stage

CLOSE = 10  # characters between a person and the club named with them: " von der ", " vom FC "


class Parts(Assigning):
    """Gives a step its buyer, seller, player and the rest."""

    def _take_parts(self, nodes: list[Node], chain: Chain, event: Event, stop: int) -> None:
        if event.entry.get("turned_by"):
            self._turn(nodes, chain, event, stop)
        frame = FRAMES[event.frame]
        for first, second in zip(chain.nodes, chain.nodes[1:], strict=False):
            for node in nodes[first + 1 : second]:
                if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                    self._assign(event, node, self._between(nodes, first, node, frame))
        controlled = (
            bool(event.buyers or (event.people and not event.plural_object))
            and chain.entries[0].get("control") == "object"
        )
        if (modifier := self._modifier(nodes, chain, event)) is not None:
            self._assign(event, modifier, "player")
        event.subject = None if controlled else self._subject(nodes, chain)
        if self.says_own and frame.subject == "buyer" and event.subject is not None:
            event.subject = self._owning_club(nodes, chain, event.subject)
        if self.elliptic and frame.subject == "player":
            event.subject = self._personal(nodes, chain, event.subject)
        if chain.purposive and event.entry.get("noun") and event.subject is not None and event.subject.people:
            event.subject = None if not event.subject.owner else event.subject  # "to fund moves for"
        opens = chain.entries[0].form == "pp" and chain.nodes[0] == 0  # "Saltato il passaggio al Chelsea, Maignan ..."
        event.dropped = self.turns and event.subject is None and chain.entries[0].form in FINITE and not opens
        event.elliptic = self.elliptic
        self._attached_pronoun(nodes, chain, event, frame)
        refused = event.frame == "acquire" and event.stage in ENDS and "refuse" in event.governors
        by_seller = refused and bool(event.buyers) and event.subject is not None and bool(event.subject.clubs)
        if event.subject is not None and by_seller:
            self._assign(event, event.subject, "seller")  # "Liverpool rejected an attempt from Southampton to take"
            event.stage = Stage.REJECTED
        elif event.subject is not None:
            self._assign(event, event.subject, self._subject_role(event, frame))
            self._joint_subject(nodes, event, frame)
        if (
            event.frame == "acquire"
            and event.stage is Stage.REJECTED
            and event.subject is not None
            and event.subject.clubs
            and not by_seller
        ):
            event.stage = Stage.WITHDRAWN  # a club that turns down the chance to sign
        self._object_pronoun(nodes, chain, event, frame)
        self._objects(nodes, chain, event, stop, frame)
        if self.fronted:
            self._objects_before(nodes, chain, event, frame)
        self._not_the_speaker(event)
        self._named_by(nodes, chain, event)
        self._suitors_behind(nodes, chain, event)
        self._contracts(nodes, chain, event, stop)
        self._settle_frame(nodes, chain, event)

    def _joint_subject(self, nodes: list[Node], event: Event, frame: Frame) -> None:
        """ "Schalke and X have terminated the contract": a club that does it together with its player."""
        at = nodes.index(event.subject) if event.subject in nodes else 0
        if at < 2 or nodes[at].kind is not NodeKind.PERSON or not nodes[at - 1].has("conjunctions"):
            return
        other = nodes[at - 2]
        if other.kind is NodeKind.CLUB and other.role is None and not other.owner:
            self._assign(event, other, frame.object if frame.object in ("buyer", "seller", "keeper") else "any")

    def _turn(self, nodes: list[Node], chain: Chain, event: Event, stop: int) -> None:
        """ "leiht X an Y aus": with a club behind this preposition it is the other way round."""
        for node in nodes[chain.nodes[-1] + 1 : stop]:
            if node.key in (",", ";", ":"):
                return
            if node.kind is NodeKind.CLUB and node.role in str(event.entry.get("turned_by")).split("|"):
                event.frame = "sell"

    def _between(self, nodes: list[Node], governor: int, node: Node, frame: Frame) -> str | None:
        """The part of somebody named between two steps: "refused Milan's approach", "in talks with Watford to sign"."""
        if node.kind is NodeKind.CLUB and node.owner:
            return "buyer"
        partner = node.role == "partner" or self._tail_role(nodes[governor]) == "partner"
        if node.kind is NodeKind.CLUB and partner and frame.subject == "buyer":
            return "seller"
        return frame.subject

    def _subject_role(self, event: Event, frame: Frame) -> str | None:
        """The subject's part; who refuses or accepts an offer is the seller or the player, not the one who made it."""
        if event.passive and frame.object:
            return frame.object
        refused = "refuse" in event.governors or "accept" in event.governors
        by_buyer = event.frame == "pursue" and not event.entry.get("noun") and event.governors[-1:] == ("refuse",)
        if by_buyer and event.subject is not None and event.subject.clubs:
            event.stage = Stage.WITHDRAWN  # "West Ham decided not to pursue"
            return frame.subject
        granted = "accept" in event.governors and event.frame == "join" and event.entry.get("noun")
        if (granted or (refused and event.frame in OFFERS)) and event.subject is not None:
            return "seller" if event.subject.kind is NodeKind.CLUB else "player"
        return event.entry.get("subject") or frame.subject

    def _is_attributive(self, nodes: list[Node], chain: Chain) -> bool:
        """ "Kolo Muani, rientrato a Parigi dopo il prestito": a participle that tells where somebody has come from."""
        at = chain.nodes[0]
        bare = len(chain.nodes) == 1 and chain.entries[0].form == "pp"
        return bare and at > 1 and nodes[at - 1].key == "," and nodes[at - 2].kind is NodeKind.PERSON

    def _is_told_aside(self, nodes: list[Node], chain: Chain, event: Event) -> bool:
        """ "X, who joined Spurs from Atalanta in the summer, is wanted by": a step behind somebody told in passing."""
        if event.stage is not Stage.DONE or len(chain.nodes) > 1 or chain.entries[0].form not in ("past", "pp"):
            return False
        before = [n for n in nodes[max(0, chain.nodes[0] - 2) : chain.nodes[0]] if n.kind is not NodeKind.WORD]
        after = nodes[chain.nodes[-1] : chain.nodes[-1] + 8]
        recent = any(n.key in self.language.words.get("recent", frozenset()) for n in after)
        return bool(before) and before[-1].has("relatives") and not recent

    def _subject(self, nodes: list[Node], chain: Chain) -> Node | None:
        """The nearest noun phrase to the left that no preposition governs; after "who" its antecedent."""
        if self._is_attributive(nodes, chain):
            return nodes[chain.nodes[0] - 2]
        low = self._before_relative(nodes, chain.nodes[0])
        if self._modifies(nodes, chain):
            if nodes[low].kind is NodeKind.CLUB:
                return nodes[low]  # "reject a Bayern bid for"
            low -= 1
        fallback: Node | None = None
        while low >= 0:
            node = nodes[low]
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                if node.owner and node.kind is NodeKind.PERSON and nodes[low + 1].kind is NodeKind.CLUB:
                    low -= 1
                    continue
                if self.fronted and node.owner and node.role is not None and node.people and node.people[0].pronoun:
                    low -= 1  # "für seine Nachfolge"
                    continue
                if node.owner and self._owns(nodes, low, chain.nodes[0]):
                    return node
                behind = low + 1 == chain.nodes[0] and chain.entries[0].get("governs") == "sure"
                if behind and (node.role in ("about", "of") or (node.kind is NodeKind.PERSON and not node.owner)):
                    return node  # "a loan for striker Will Dickson set to join"
                if node.role is None and not self._is_object(nodes, low):
                    return self._told_to_be(nodes, low)
                if node.kind is NodeKind.CLUB and node.clubs[0].plural and node.role == "of" and fallback is None:
                    fallback = node
                if node.role == "partner" and self._alone_before(nodes, low, chain.nodes[0]):
                    return node
                if fallback is None and not node.owner and node.role in ("partner", None):
                    fallback = node
            elif node.has("relatives"):
                return self._antecedent(nodes, low) or fallback
            elif node.key == ";":
                break
            low -= 1
        return fallback

    def _modifies(self, nodes: list[Node], chain: Chain) -> bool:
        """ "a fresh Luis Diaz bid", "reject Bayern bid for": a name right before the noun of a step, in a headline."""
        at, core = chain.nodes[0], chain.entries[-1]
        if (
            at < 2
            or len(chain.nodes) > 1
            or not core.get("noun")
            or FRAMES[core.attributes["frame"]].subject == "player"
        ):
            return False
        node, before = nodes[at - 1], nodes[at - 2]
        if node.role is not None or node.owner or self.elliptic or self.fronted:
            return False
        if node.kind is NodeKind.CLUB:
            return before.kind is NodeKind.EVENT
        return node.kind is NodeKind.PERSON and len(node.people) == 1 and before.kind is NodeKind.WORD

    def _modifier(self, nodes: list[Node], chain: Chain, event: Event) -> Node | None:
        """The person of such a noun."""
        named = event.people or not self._modifies(nodes, chain)
        return None if named or nodes[chain.nodes[0] - 1].kind is not NodeKind.PERSON else nodes[chain.nodes[0] - 1]

    def _personal(self, nodes: list[Node], chain: Chain, subject: Node | None) -> Node | None:
        """ "il romeno, che ha portato il Parma alla salvezza, è a un passo dall'Inter": who joins is a person."""
        if subject is None or subject.kind is not NodeKind.CLUB or chain.nodes[0] == 0:
            return subject
        comma = any(n.key == "," for n in nodes[nodes.index(subject) : chain.nodes[0]])
        people = [n for n in nodes[: nodes.index(subject)] if n.kind is NodeKind.PERSON and n.role is None]
        return people[-1] if comma and people else subject

    def _before_relative(self, nodes: list[Node], at: int) -> int:
        """ "X, den Y holen wollte, wechselt", "Newcastle, who said he would stay, bought": before a clause about it."""
        if at > 1 and nodes[at - 1].key == ",":
            for index in range(at - 2, 0, -1):
                if nodes[index].has("relatives"):
                    return index - 1
                if nodes[index].key == ",":
                    break
        return at - 1

    def _alone_before(self, nodes: list[Node], at: int, event_at: int) -> bool:
        """ "with Roma and Inter interested": nothing but small words between the noun phrase and the step."""
        return not any(
            n.kind in (NodeKind.EVENT, NodeKind.PERSON, NodeKind.CLUB) or n.key == "," for n in nodes[at + 1 : event_at]
        )

    def _owns(self, nodes: list[Node], at: int, event_at: int) -> bool:
        """ "Chelsea's pursuit", "Pogba's agent says": the possessor of the word, or of somebody who acts for it."""
        between = nodes[at + 1 : event_at]
        return len(between) < 4 and not any(n.kind is NodeKind.EVENT or n.has("conjunctions") for n in between)

    def _is_object(self, nodes: list[Node], at: int) -> bool:
        """Whether the noun phrase follows a word for a step directly: then it is that one's object."""
        low = at - 1
        while low >= 0 and (
            nodes[low].kind is NodeKind.WORD or nodes[low].has("articles") or nodes[low].has("list_openers")
        ):
            low -= 1
            if at - low > 2:
                break
        return low >= 0 and nodes[low].kind is NodeKind.EVENT

    def _owning_club(self, nodes: list[Node], chain: Chain, subject: Node) -> Node:
        """ "la Lazio a vu sa proposition": a possessor of both people and clubs is the club that is the subject."""
        if not subject.owner or subject.kind is not NodeKind.PERSON or not subject.people[0].pronoun:
            return subject
        before = [n for n in nodes[: chain.nodes[0]] if n.kind is NodeKind.CLUB and n.role is None]
        return before[-1] if before else subject

    def _antecedent(self, nodes: list[Node], at: int) -> Node | None:
        low = at - 1
        while low >= 0:
            club = nodes[low].kind is NodeKind.CLUB and at - low <= 2
            told = club and at - low == 1 and nodes[low].role == "goal" and self.elliptic
            if nodes[low].kind is NodeKind.PERSON or (club and not told):  # "told the club that he wants to leave"
                return _last_of(nodes[low]) if nodes[at + 1].key in self.singular else nodes[low]
            low -= 1
        return None

    def _objects(self, nodes: list[Node], chain: Chain, event: Event, stop: int, frame: Frame) -> None:
        at = chain.nodes[-1] + 1
        tail = self._tail_role(nodes[chain.nodes[-1]])
        first = True
        while at < stop:
            node = nodes[at]
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                if self._begins_clause(nodes, at, first) or self._stands_by(nodes, at):
                    break
                if node.owner and node.kind is NodeKind.CLUB and at + 1 < stop and nodes[at + 1].kind is NodeKind.CLUB:
                    at += 1
                    continue  # "Wrexham's rivals Stockport County"
                if self._owns_a_person(nodes, at, stop):
                    at += 1
                    continue
                role = node.role or (tail if first else None)
                self._take(event, node, role, first, frame, nodes, at)
                first = first and node.owner and node.kind is NodeKind.PERSON and node.people[0].pronoun
            elif node.key == ":" and event.unnamed_object and not event.people:
                self._take_named(nodes, at + 1, event, frame)
                break
            elif self._ends_objects(nodes, at):
                break
            at += 1

    def _owns_a_person(self, nodes: list[Node], at: int, stop: int) -> bool:
        """ "Scott Wharton's team-mate Igor Tyjon": by whom somebody is told, and nobody who takes part."""
        node = nodes[at]
        named = node.kind is NodeKind.PERSON and node.owner and not node.people[0].pronoun
        if not named or at + 1 >= len(nodes):
            return False
        follow = nodes[at + 1]
        other = at + 1 < stop and follow.kind is NodeKind.PERSON and follow.role is None
        return other or follow.key in self.language.words.get("stand_ins", ())

    def _take_named(self, nodes: list[Node], at: int, event: Event, frame: Frame) -> None:
        """ "wants a new striker: X": who stands behind the colon is the one not yet named."""
        while at < len(nodes) and (nodes[at].kind is NodeKind.WORD or nodes[at].has("articles")):
            at += 1
        if at < len(nodes) and nodes[at].kind is NodeKind.PERSON and nodes[at].people[0].name is not None:
            self._assign(event, nodes[at], frame.object)
            event.unnamed_object = False

    def _objects_before(self, nodes: list[Node], chain: Chain, event: Event, frame: Frame) -> None:
        """ "Um X buhlen Köln und Mainz", "an X ist der BVB interessiert": what prepositions govern before it."""
        for at in range(chain.nodes[0] - 1, -1, -1):
            node = nodes[at]
            named = node.kind in (NodeKind.PERSON, NodeKind.CLUB)
            if not named and self._ends_field(nodes, at):
                return
            if not named or node.role is None or node is event.subject:
                continue
            if node.kind is NodeKind.CLUB and self._describes(nodes, at):
                continue
            part = self._prep_part(event, node, node.role, frame)
            if node.kind is NodeKind.CLUB and node.role == "source" and part not in ("buyer", "keeper"):
                part = "seller"
            clubs = event.buyers + event.sellers + event.keepers if node.kind is NodeKind.CLUB else []
            spans = [span for _, span in event.people] + [club.span for club in clubs]
            if part is not None and not any(node.start <= start < node.end for start, _ in spans):
                self._assign(event, node, part)

    def _ends_field(self, nodes: list[Node], at: int) -> bool:
        """Whether another step, a mark or a joint of clauses stands here."""
        node = nodes[at]
        if node.kind is NodeKind.EVENT:
            return any(e.get("frame") != "none" for e in node.entries if e.category == "event")
        if node.key in (",", ";", ":") or not node.categories.isdisjoint(CLAUSE_WORDS):
            return True
        return node.has("conjunctions") and nodes[at + 1].kind not in (NodeKind.PERSON, NodeKind.CLUB)

    def _describes(self, nodes: list[Node], at: int) -> bool:
        """ "X von Como steht auf der Liste": the club that somebody right before it is at."""
        person = nodes[at - 2] if at > 1 and nodes[at].role in ("source", "of") else None
        name = nodes[at].clubs[0].settled
        if person is None or person.kind is not NodeKind.PERSON or person.owner or name is None:
            return False
        if nodes[at].start - person.end > CLOSE:
            return False
        for being in (b for m in person.people[-1:] if (b := m.being) is not None):
            being.at(name, (nodes[at].start, nodes[at].end), 2)
        return True

    def _tail_role(self, node: Node) -> str | None:
        """The role of the preposition that a phrase ends with."""
        first, _, last = node.key.rpartition(" ")
        if last in self.language.verbs.finite.get(first, ()):
            return None  # "leiht aus": a particle of the verb
        last = last if first else ""
        return "of" if last in self.genitives else self.language.preposition_roles.get(last)

    def _take(
        self, event: Event, node: Node, role: str | None, first: bool, frame: Frame, nodes: list[Node], at: int
    ) -> None:
        if node.kind is NodeKind.PERSON and node.owner and node.people[0].pronoun and frame.object != "player":
            return
        if node.kind is NodeKind.CLUB and node.owner and node.clubs[0].pronoun and role is not None and not first:
            return  # "on their list"
        if self.elliptic and role == "of" and node.kind is NodeKind.PERSON and self._follows_club(nodes, at):
            return  # "il Fenerbahçe di Mourinho" is the club
        if role is None or role == "object":
            late = self.turns and event.subject is None and not event.buyers and node.kind is NodeKind.CLUB
            if first or late or node.kind is NodeKind.PERSON:
                self._assign(event, node, self._bare_part(event, node, frame, role, nodes[at - 1]))
            return
        if event.passive and role in self.agents and "agent" in frame.preps:
            role = "agent"  # "acquistato dal Milan"
        event.personal = event.personal or (role == "partner" and node.kind is NodeKind.PERSON)
        part = self._prep_part(event, node, role, frame)
        if part == "buyer" and role == "goal" and event.entry.get("noun") and event.frame == "acquire" and event.buyers:
            event.sellers, event.buyers = event.buyers, []  # "anuncia la cesión de X al Racing"
        event.between = event.between or (role == "between" and len(node.clubs) == 2)
        if node.kind is NodeKind.CLUB and role == "source" and part not in ("buyer", "keeper"):
            part = "seller"
        if node.kind is NodeKind.PERSON and node.people[0].pronoun and part in ("buyer", "seller", "keeper"):
            return
        if part is None and first and role in ("for", "of", "about", "partner", "place", "goal"):
            part = frame.object
            with_staff = role == "partner" and frame.object == "player" and node.kind is NodeKind.PERSON
            if with_staff and all(b is not None and b.role != "player" for m in node.people for b in (m.being,)):
                return  # "in the race with director Massara on it"
        self._assign(event, node, part)

    def _follows_club(self, nodes: list[Node], at: int) -> bool:
        return at > 1 and nodes[at - 1].has("prep", "of") and nodes[at - 2].kind is NodeKind.CLUB

    def _bare_part(self, event: Event, node: Node, frame: Frame, role: str | None, before: Node) -> str | None:
        """The object, or in some languages a club that follows its verb as the subject: "lo quiere el Betis"."""
        if node.kind is NodeKind.PERSON and self.fronted and event.subject is None and frame.subject == "player":
            return "player"  # "wird X gehandelt": the subject behind its verb
        if node.kind is NodeKind.CLUB and role is None and self.turns and frame.object == "player":
            if before.has("conjunctions"):
                return None  # it opens a clause of its own
            return event.entry.get("subject") or frame.subject
        return frame.object

    def _prep_part(self, event: Event, node: Node, role: str, frame: Frame) -> str | None:
        """What a preposition's role means: as the words for the step say ("player|seller": a person's, a club's)."""
        given = (event.entry.get("preps") or {}).get(role)
        if given is None:
            return frame.preps.get(role)
        person, _, club = str(given).partition("|")
        return person if node.kind is NodeKind.PERSON else club or person


def _last_of(node: Node) -> Node:
    """ "Martinez and Lukaku, who is": the last of a list alone."""
    if len(node.people) < 2:
        return node
    last = copy(node)
    last.people = node.people[-1:]
    return last

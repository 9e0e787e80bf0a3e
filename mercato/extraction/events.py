"""Steps of a transfer in a sentence: which word stands for it, what governs it, who takes part."""

from __future__ import annotations

from collections.abc import Iterator

from mercato.extraction.chains import Chains
from mercato.extraction.items import ItemKind
from mercato.extraction.nodes import CLAUSE_WORDS, Node, NodeKind, Row
from mercato.extraction.parts import Parts
from mercato.extraction.stages import govern
from mercato.extraction.steps import (
    FINITE,
    Chain,
    Club,
    Event,
    Span,
)
from mercato.extraction.verbless import Verbless
from mercato.model import Stage

_FIRM = frozenset({Stage.ADVANCED, Stage.AGREED, Stage.DONE})
_TOLD = frozenset({"agree", "settled"})

__all__ = ["Club", "Event", "EventReader", "Span"]


class EventReader(Chains, Parts, Verbless):
    """Reads the events of a sentence's nodes."""

    def read(self, nodes: Row, sentence: int) -> list[Event]:
        """The events of a sentence, with their parts."""
        chains = self._chains(nodes) if nodes.has("event") else []
        self._hear(nodes, chains, sentence)
        bare = nodes.people and (self.elliptic or (nodes.clubs and nodes.has("prep:goal")))
        events: list[Event] = [*self._bare_moves(nodes, sentence), *self._listed(nodes, sentence)] if bare else []
        if nodes.people and not events:
            events.extend(self._becoming(nodes, sentence))
        if nodes.people and nodes.has("list_continues"):
            events.extend(self._listing(nodes, sentence))
        for number, chain in enumerate(chains):
            event = self._event(nodes, chain, sentence)
            if event is None:
                continue
            self._inherit(nodes, chain, event, events)
            stop = chains[number + 1].nodes[0] if number + 1 < len(chains) else len(nodes)
            self._take_parts(nodes, chain, event, stop)
            self._fronted(nodes, chain, event)
            self._share_buyers(nodes, chain, event, events)
            self._in_capacity(nodes, chain, event)
            if event.frame in ("bid", "talks") and event.entry.get("noun") and self._is_awaited(nodes, chain):
                event.stage = govern("sure", event.stage or Stage.INTEREST)
            if chain.purposive and events:
                self._serve(events[-1], event)
            if event.frame == "renew" and events and events[-1].frame == "put_up" and not event.people:
                self._offer_renewal(events[-1], event)
            event.aside = event.frame == "join" and self._is_told_aside(nodes, chain, event)
            if event.frame == "join" and not event.aside and self._is_attributive(nodes, chain):
                for being, _ in event.people:
                    for club in event.buyers:
                        being.at(club.name, club.span)
            if event.aside or (
                not (event.frame == "join" and self._is_attributive(nodes, chain) and self.resolver.section is None)
                and not self._leads_elsewhere(nodes, chain, event)
                and not self._is_idle(nodes, chain, event)
            ):
                events.append(event)
        self._tell_aside(events)
        self._doubt(nodes, events)
        if nodes.has("event:inform"):
            self._inform(nodes, events)
        events.extend(list(self._rival_bids(nodes, events)))
        return events

    def _tell_aside(self, events: list[Event]) -> None:
        """ "X, who joined Spurs, is wanted by": a career fact where more is told of him, else the sentence's news."""
        for event in events:
            if not event.aside:
                continue
            told = [b for other in events if other is not event for b, _ in other.people]
            if self.elliptic and not any(being in told for being, _ in event.people):
                event.aside = False  # "ai saluti X, che ha firmato con la Torres"
                continue
            for being, _ in event.people:
                for club in event.buyers:
                    being.at(club.name, club.span, 3)

    def _hear(self, nodes: Row, chains: list[Chain], sentence: int) -> None:
        """ "Done deal!": a sentence that says no more than how far the move has come that the next one tells."""
        if len(chains) != 1 or nodes.people or nodes.clubs or chains[0].entries[-1].attributes["frame"] not in _TOLD:
            return
        core = chains[0].entries[-1].get("core")
        plain = all(n.kind in (NodeKind.EVENT, NodeKind.MARK, NodeKind.FIGURE) for n in nodes)
        if plain and core is not None:
            self.announced = (sentence, Stage(core))

    def _inform(self, nodes: Row, events: list[Event]) -> None:
        """ "have told Juventus that X will not leave", "X not for sale, United tell Juve": the club that hears it."""
        for at, node in enumerate(nodes):
            if not node.has("event:inform"):
                continue
            behind = [n for n in nodes[at + 1 : at + 3] if not n.has("prep", "goal")]
            if not behind or behind[0].kind is not NodeKind.CLUB or behind[0].owner:
                continue
            nearest = min((x for x in events if x.at != at), key=lambda x: abs(x.at - at), default=None)
            if nearest is not None:
                named = [(c, m) for m in behind[0].clubs if (c := m.settled) is not None]
                nearest.told = [Club(name, (mention.start, mention.end)) for name, mention in named]

    def _doubt(self, nodes: list[Node], events: list[Event]) -> None:
        """ "is unsure whether Vlahovic will extend": what is in doubt is no more than possible."""
        for at, node in enumerate(nodes):
            if not node.has("event:unsure"):
                continue
            event = next((e for e in events if e.at > at), None)
            if event is not None and event.stage in _FIRM:
                event.stage = Stage.INTEREST
        words = self.language.words.get("doubtful", frozenset())
        for event in events if words else ():
            if event.entry.name == "future" and any(n.key in words for n in nodes[event.at : event.at + 8]):
                event.governors = (*event.governors, "doubt")

    def _is_idle(self, nodes: list[Node], chain: Chain, event: Event) -> bool:
        """Everyday verbs are steps only with a person right behind them, or as passives of one: "take", "get"."""
        if event.entry.get("needs") == "player":
            return not event.people
        if event.frame == "acquire" and self._is_passing(nodes, chain):
            return True
        if not event.entry.get("near"):
            return event.frame == "leave" and event.passive and event.entry.name == "leave"  # "is left with"
        if event.passive:
            return event.subject is None or not event.subject.people
        head = chain.nodes[-1]
        follow = nodes[head + 1] if head + 1 < len(nodes) else None
        if follow is not None and follow.has("list_openers"):
            follow = nodes[head + 2] if head + 2 < len(nodes) else None
        if follow is not None and follow.kind is NodeKind.PERSON and not follow.owner:
            after = nodes[nodes.index(follow) + 1 :][:2]
            told = bool(after) and after[0].has("relatives")
            clause = not told and any(n.has("be") or n.has("have") for n in after)  # "confirms X is expected to leave"
            return clause or follow.start - nodes[head].end > 7
        return (
            not any(n.has("relatives") for n in nodes[: chain.nodes[0]])
            or follow is None
            or follow.kind is NodeKind.CLUB
        )

    def _is_passing(self, nodes: list[Node], chain: Chain) -> bool:
        """ "gave his shirt to Cunha, signed from Wolves": a participle that tells where somebody has come from."""
        at, end = chain.nodes[0], chain.nodes[-1] + 1
        behind = at > 1 and nodes[at - 1].key == "," and nodes[at - 2].kind is NodeKind.PERSON
        participle = len(chain.nodes) == 1 and chain.entries[0].form in ("past", "pp")
        return behind and participle and end < len(nodes) and nodes[end].has("prep", "source")

    def _leads_elsewhere(self, nodes: list[Node], chain: Chain, event: Event) -> bool:
        """ "plan to come back", "would like to see": a wish whose verb is no step of a transfer."""
        key = nodes[chain.nodes[-1]].key
        if (
            self.marks_objects
            and event.frame == "pursue"
            and not (event.people or event.unnamed_object or event.plural_object)
        ):
            return True  # whom it is about stands as an object or a pronoun there
        return event.frame == "pursue" and not event.people and " " in key and (
            self.language.preposition_roles.get(key.rsplit(" ", 1)[-1]) == "goal"
        )  # fmt: skip

    def _fronted(self, nodes: list[Node], chain: Chain, event: Event) -> None:
        """ "al Sevilla le interesa Suazo": whom somebody is to the liking of stands first."""
        if event.frame not in ("link", "join") or event.buyers or not event.entry.get("likes"):
            return
        for node in nodes[: chain.nodes[0]]:
            if node.kind is NodeKind.EVENT:
                return
            if node.kind is NodeKind.CLUB and node.role == "goal":
                self._assign(event, node, "buyer")

    def _in_capacity(self, nodes: list[Node], chain: Chain, event: Event) -> None:
        """ "was unveiled as a Tottenham player": whose player somebody is presented as."""
        if event.frame != "acquire" or not event.passive or event.buyers or not event.people:
            return
        behind = nodes[chain.nodes[-1] + 1 : chain.nodes[-1] + 3]
        if len(behind) == 2 and behind[0].key in self.language.words.get("capacity", ()):
            for mention in behind[1].people:
                own = [(c, s, e) for c, s, e in mention.club_spans if (c, "current") in mention.clubs]
                if mention.indefinite and mention.name is None:
                    event.buyers = [Club(club, (start, end)) for club, start, end in own]

    def _is_awaited(self, nodes: list[Node], chain: Chain) -> bool:
        """ "an offer from Spurs is expected": a noun of which is said that it is to come."""
        for at in range(chain.nodes[-1] + 1, len(nodes)):
            node = nodes[at]
            if node.kind is NodeKind.EVENT:
                ends = not any(n.kind is NodeKind.EVENT for n in nodes[at + 1 : at + 4])
                return ends and nodes[at - 1].has("be") and any(e.get("governs") == "sure" for e in node.entries)
            if node.key in (",", ";") or not node.categories.isdisjoint(CLAUSE_WORDS):
                return False
        return False

    def _rival_bids(self, nodes: Row, events: list[Event]) -> Iterator[Event]:
        """ "Everton have offered 20m euros and Aston Villa 24m for X": the second of two offers in one breath."""
        for event in events:
            if event.frame != "bid" or not event.people or not event.buyers:
                continue
            for at in range(event.at, len(nodes) - 1):
                node, follow = nodes[at], nodes[at + 1]
                joined = node.kind is NodeKind.CLUB and node.role is None and nodes[at - 1].has("conjunctions")
                if joined and follow.tag is ItemKind.MONEY and node.start < event.people[-1][1][0]:
                    name = node.clubs[0].settled
                    if name is not None:
                        span = (node.start, follow.end)
                        other = Event("bid", event.stage, span, event.sentence, at, event.entry)
                        other.people, other.buyers = event.people, [Club(name, (node.start, node.end))]
                        event.buyers = [c for c in event.buyers if c.name.key != name.key]
                        yield other

    def _inherit(self, nodes: list[Node], chain: Chain, event: Event, events: list[Event]) -> None:
        """ "wants to stay or leave": a second verb without a subject stands under the first one's governors."""
        at = chain.nodes[0]
        if not events or event.governors or chain.entries[0].form not in ("base", "ing", "inf") or at == 0:
            return
        earlier = events[-1]
        if nodes[at - 1].has("conjunctions") and earlier.governors and event.stage is not None:
            stage = Stage(chain.entries[-1].get("core") or event.stage)
            for governor in reversed(earlier.governors):
                stage = govern(governor, stage)
            event.stage = stage
            event.governors = earlier.governors

    def _share_buyers(self, nodes: list[Node], chain: Chain, event: Event, events: list[Event]) -> None:
        """ "bought X from Lens and have also signed Y": who did the one did the other."""
        if not events or event.buyers or not event.people or event.frame != "acquire" or event.passive:
            return
        low = chain.nodes[0] - 1
        while low > 0 and chain.nodes[0] - low < 4 and (nodes[low].kind is NodeKind.WORD or nodes[low].has("have")):
            low -= 1
        if nodes[low].has("conjunctions") and events[-1].buyers and chain.entries[0].form in FINITE:
            event.buyers = list(events[-1].buyers)
            doers = [m.being for m in event.subject.people] if event.subject is not None else []
            event.people = [pair for pair in event.people if pair[0] not in doers] or event.people

    def _offer_renewal(self, earlier: Event, event: Event) -> None:
        """ "have offered Lingard a new three-year deal"."""
        event.people = earlier.people
        event.keepers, event.partner_clubs = earlier.sellers or event.partner_clubs, []
        event.stage = Stage.BID if earlier.stage is Stage.TALKS else earlier.stage
        event.governors = earlier.governors
        earlier.frame = "none"

    def _serve_stay(self, earlier: Event, event: Event) -> None:
        """ "talks with Juventus about a new deal": who talks with whom does it about a stay."""
        if earlier.negated:
            event.frame = earlier.frame = "none"  # "hasn't spoken to the club about a contract extension"
            return
        event.stage = earlier.stage
        event.people = event.people or earlier.people
        event.keepers = event.keepers or earlier.buyers or earlier.partner_clubs
        event.governors = (*earlier.governors, "talk")
        earlier.frame = "none"

    def _serve(self, earlier: Event, event: Event) -> None:
        """A purpose takes its stage from the step that serves it, and its parts where it has none of its own."""
        if event.governors or earlier.sentence != event.sentence:
            return
        if event.frame in ("renew", "stay") and earlier.frame in ("talks", "agree") and not event.buyers:
            self._serve_stay(earlier, event)
            return
        governor = earlier.entry.get("governs")
        inner = Stage(event.entry.get("core")) if event.entry.get("core") else None
        if governor in ("plan", "can", "sure", "near", "talk", "agree", "refuse", "drop") and inner is not None:
            event.stage = govern(governor, inner)
        elif (
            earlier.stage is not None
            and inner is not None
            and earlier.frame not in ("withdraw", "reject", "deny", "leave")
        ):
            event.stage = earlier.stage
        if earlier.frame == "sell" and event.frame in ("acquire", "pursue"):
            event.buyers = event.buyers or list(earlier.sellers)  # "sell X to fund a move for Y"
            return
        if not event.buyers and earlier.buyers:
            event.buyers = list(earlier.buyers)
        event.deal = event.deal or earlier.deal
        event.sellers.extend(earlier.sellers)

"""Steps of a transfer in a sentence: which word stands for it, what governs it, who takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.frames import FRAMES, Frame
from mercato.extraction.languages import Language
from mercato.extraction.lexicon import Entry
from mercato.extraction.naming import ClubName
from mercato.extraction.nodes import ClubMention, Node, NodeKind
from mercato.extraction.stages import NEGATED, govern
from mercato.model import Stage

CHAIN_GAP = 4
Span = tuple[int, int]


@dataclass(slots=True, eq=False)
class Club:
    """A club taking part in an event, with the characters that name it."""

    name: ClubName
    span: Span


@dataclass(slots=True, eq=False)
class Event:
    """One step: its frame, the stage reached, and who takes part."""

    frame: str
    stage: Stage | None
    span: Span
    sentence: int
    at: int
    entry: Entry
    people: list[tuple[Being, Span]] = field(default_factory=list)
    buyers: list[Club] = field(default_factory=list)
    sellers: list[Club] = field(default_factory=list)
    keepers: list[Club] = field(default_factory=list)
    subject: Node | None = None
    partner_clubs: list[Club] = field(default_factory=list)
    governors: tuple[str, ...] = ()
    negated: bool = False
    unnamed_suitors: bool = False
    unnamed_object: bool = False
    plural_object: bool = False
    passive: bool = False
    background: bool = False
    inferred: bool = False
    end_at: int = 0
    replaced: list[tuple[Being, Span]] = field(default_factory=list)
    conditional: bool = False
    deal: str | None = None
    previous: bool = False
    # A finite verb with no subject: in some languages the one spoken of before is meant.
    dropped: bool = False
    # Where nobody is named the language leaves it to the reader who is meant.
    elliptic: bool = False


@dataclass(slots=True, eq=False)
class _Chain:
    """Words for steps that stand together: "keen" + "sign"; the last is the core."""

    nodes: list[int]
    entries: list[Entry]
    purposive: bool = False


def pick(node: Node, following: Node | None, noun: bool = False) -> Entry | None:
    """The event that a phrase stands for: a word that governs nothing only where nothing better fits."""
    events = [entry for entry in node.entries if entry.category == "event"]
    if len(events) < 2:
        return events[0] if events else None
    person_next = following is not None and following.kind is NodeKind.PERSON
    club_next = following is not None and following.kind is NodeKind.CLUB

    def rank(entry: Entry) -> int:
        frame = FRAMES[entry.attributes["frame"]]
        if entry.attributes["frame"] == "rival":
            return 5
        if noun and (entry.attributes["frame"] == "radar" or entry.get("noun")):
            return -1
        if person_next and frame.object == "player" and frame.subject != "player":
            return 0
        if club_next and frame.object in ("buyer", "seller", "keeper"):
            return 0
        return 2 if entry.attributes["frame"] == "none" else 1

    return min(events, key=rank)


def _is_noun(nodes: list[Node], at: int) -> bool:
    """Whether an article or a possessor stands before the word, with nothing but words that describe it between."""
    for index in range(at - 1, max(at - 4, -1), -1):
        node = nodes[index]
        if node.has("articles") or node.owner:
            return True
        if not (node.kind is NodeKind.WORD or node.has("adjectives")):
            return False
    return False


# What a form of the verb does to its step: "fichará" is a settled future, "ficharía" hearsay.
_MOODS = {"future": "sure", "cond": "can"}
_FINITE = frozenset({"third", "past", "pp", "future", "cond"})
_FINAL_STAGES = frozenset({Stage.REJECTED, Stage.WITHDRAWN, Stage.DENIED})
_OFFERS = frozenset({"bid", "talks", "pursue", "interest", "offer_contract"})
_BARE = Entry("event", "bare_move", {"frame": "join", "core": "interest", "bare": "interest"})


class EventReader:
    """Reads the events of a sentence's nodes."""

    def __init__(self, language: Language, resolver: Resolver) -> None:
        self.language = language
        self.resolver = resolver
        self.previous = language.words.get("previous", frozenset())
        self.turns = "subject_after_verb" in language.words["switches"]
        self.elliptic = "dropped_subjects" in language.words["switches"]
        self.infinitives: frozenset[str] = language.words.get("be_infinitives", frozenset())
        self.clitics: tuple[str, ...] = tuple(language.words.get("object_clitics", ())) or ("\0",)
        self.agents: frozenset[str] = language.words.get("agent_roles", frozenset())

    def read(self, nodes: list[Node], sentence: int) -> list[Event]:
        """The events of a sentence, with their parts."""
        chains = self._chains(nodes)
        events: list[Event] = list(self._bare_moves(nodes, sentence))
        bounds = {chain.nodes[0] for chain in chains}
        for number, chain in enumerate(chains):
            event = self._event(nodes, chain, sentence)
            if event is None:
                continue
            self._inherit(nodes, chain, event, events)
            stop = chains[number + 1].nodes[0] if number + 1 < len(chains) else len(nodes)
            self._take_parts(nodes, chain, event, stop, bounds)
            if chain.purposive and events:
                self._serve(events[-1], event)
            if not self._leads_elsewhere(nodes, chain, event):
                events.append(event)
        return events

    def _leads_elsewhere(self, nodes: list[Node], chain: _Chain, event: Event) -> bool:
        """"plan to come back", "would like to see": a wish whose verb is no step of a transfer."""
        key = nodes[chain.nodes[-1]].key
        if self.turns and event.frame == "pursue" and not (event.people or event.unnamed_object or event.plural_object):
            return True  # whom it is about stands as an object or a pronoun there
        return event.frame == "pursue" and not event.people and " " in key and (
            self.language.preposition_roles.get(key.rsplit(" ", 1)[-1]) == "goal"
        )  # fmt: skip

    def _bare_moves(self, nodes: list[Node], sentence: int) -> Iterator[Event]:
        """"Naby Keita to Ferencváros": a person, a direction and a club, with no verb between."""
        for at in range(2, len(nodes)):
            club, direction, person = nodes[at], nodes[at - 1], nodes[at - 2]
            if (
                club.kind is NodeKind.CLUB
                and direction.has("prep", "goal")
                and person.kind is NodeKind.PERSON
                and not person.owner
                and person.role is None
                and not any(n.kind is NodeKind.EVENT for n in nodes[: at - 2])
            ):
                event = Event("join", Stage.INTEREST, (direction.start, club.end), sentence, at - 1, _BARE)
                self._assign(event, person, "player", FRAMES["join"])
                self._assign(event, club, "buyer", FRAMES["join"])
                if event.people and event.buyers:
                    yield event

    def _inherit(self, nodes: list[Node], chain: _Chain, event: Event, events: list[Event]) -> None:
        """ "wants to stay or leave": a second verb without a subject of its own stands under the first one's governors."""
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

    # Chains

    def _chains(self, nodes: list[Node]) -> list[_Chain]:
        chains: list[_Chain] = []
        for at, node in enumerate(nodes):
            if node.kind is not NodeKind.EVENT:
                continue
            entry = pick(node, nodes[at + 1] if at + 1 < len(nodes) else None, _is_noun(nodes, at))
            if entry is None:
                continue
            last = chains[-1] if chains else None
            if last is not None and self._governs(nodes, last, at):
                last.nodes.append(at)
                last.entries.append(entry)
            else:
                purposive = last is not None and self._is_purpose(nodes, last.nodes[-1], at)
                chains.append(_Chain([at], [entry], purposive))
        return chains

    def _governs(self, nodes: list[Node], chain: _Chain, at: int) -> bool:
        """Whether the chain's last word governs the one at `at`: nobody is named and no clause begins between."""
        entry = chain.entries[-1]
        governor = entry.get("governs")
        if governor is None or governor == "none":
            return False
        between = nodes[chain.nodes[-1] + 1 : at]
        named = [
            n for n in between
            if n.kind in (NodeKind.PERSON, NodeKind.CLUB)
            and not (n.owner and n.kind is NodeKind.PERSON and n.people[0].pronoun)
            and not (governor in ("deny", "refuse") and n.kind is NodeKind.CLUB and n.clubs[0].pronoun)
        ]  # fmt: skip
        if named:
            if (
                len(named) == 1
                and named[0].owner
                and named[0].kind is NodeKind.CLUB
                and governor in ("refuse", "drop", "deny", "accept")
            ):
                return len(between) <= CHAIN_GAP
            if len(named) > 1 or len(between) > CHAIN_GAP or not between[-1].has("prep", "goal"):
                return False
            return entry.get("control") == "object" or governor in ("plan", "talk")
        if len(between) > CHAIN_GAP:
            return False
        return not any(
            n.key in (",", ";", ":", ".", "(", ")", "“", "”", '"') or n.has("breaks") or n.has("relatives")
            or n.has("background") or n.has("conditions") or n.has("conjunctions")
            for n in between
        )  # fmt: skip

    def _is_purpose(self, nodes: list[Node], last: int, at: int) -> bool:
        """ "made a bid to sign", "talks with Watford to sign": the step that an earlier one in the clause serves."""
        infinitive = at > 0 and nodes[at - 1].has("prep") and any(e.form == "inf" for e in nodes[at].entries)
        if at == 0 or not (nodes[at - 1].has("prep", "goal") or infinitive):
            return nodes[at].has("event") and at > 0 and nodes[at - 1].has("prep", "about")
        return not any(n.key in (";", ":", ".") or n.has("breaks") for n in nodes[last + 1 : at])

    def _event(self, nodes: list[Node], chain: _Chain, sentence: int) -> Event | None:
        core = chain.entries[-1]
        frame = core.attributes["frame"]
        if frame == "none":
            return None
        governors = tuple(e.get("governs") for e in chain.entries[:-1])
        head, tail = nodes[chain.nodes[0]], nodes[chain.nodes[-1]]
        stage = self._stage(nodes, chain, core, governors)
        event = Event(frame, stage, (head.start, tail.end), sentence, chain.nodes[0], core, governors=governors)
        event.end_at = chain.nodes[-1]
        event.deal = next((e.get("deal") for e in chain.entries if e.get("deal")), None)
        if core.form == "past" and "past_tense_is_history" in self.language.words["switches"]:
            event.frame = "none"
        event.negated = self._negated(nodes, chain)
        event.passive = self._passive(nodes, chain, core)
        event.previous = any(n.key in self.previous for n in nodes[max(0, chain.nodes[0] - 3) : chain.nodes[-1]])
        event.background = self._background(nodes, chain.nodes[0])
        if event.background and event.stage not in _FINAL_STAGES and self._is_ahead(nodes, chain.nodes[0]):
            event.stage = Stage.INTEREST
        if event.background and frame == "renew" and core.form == "ing" and not governors:
            event.stage = Stage.DONE
        if event.negated and "talk" in governors:
            pass  # "talks are not progressing" are talks
        elif event.negated and not {"refuse", "drop", "deny"}.isdisjoint(governors):
            event.stage = Stage.INTEREST
        elif event.negated:
            if frame in NEGATED:
                event.stage = NEGATED[frame]
            elif frame == "stay":
                event.frame = "leave"
            elif frame == "leave":
                event.stage = Stage.ADVANCED if "sure" in governors else Stage.INTEREST
            elif frame in ("reject", "withdraw", "deny"):
                event.stage = Stage.INTEREST
                event.frame = "none"
            elif frame in ("bid", "agree", "offer_contract"):
                event.stage = Stage.INTEREST
            elif frame == "keep":
                event.stage = Stage.REJECTED
        return event

    def _is_ahead(self, nodes: list[Node], at: int) -> bool:
        """"before making an offer": what is yet to come."""
        return any(n.key in self.language.words["ahead"] for n in nodes[max(0, at - 3) : at])

    def _stage(self, nodes: list[Node], chain: _Chain, core: Entry, governors: tuple[str, ...]) -> Stage | None:
        name = core.get("core")
        if name is None:
            return None
        if governors:
            stage = Stage(name)
        elif core.get("noun") or core.form in ("ing", "inf") or not core.form or self._after_infinitive(nodes, chain, core):
            stage = Stage(core.get("bare") or name)
            if (
                core.form == "ing"
                and stage is Stage.INTEREST
                and name == "done"
                and self._after_be(nodes, chain.nodes[0])
            ):
                stage = Stage.ADVANCED
        elif core.form == "base" and self._after(nodes, chain.nodes[0], "conjunctions") and self._infinitive_before(nodes, chain):
            stage = Stage(core.get("bare") or name)
        elif core.form == "base" and self._after(nodes, chain.nodes[0], "prep", "goal"):
            stage = (
                Stage.ADVANCED
                if name in ("done", "agreed") and self._is_headline_future(nodes, chain.nodes[0])
                else Stage(core.get("bare") or name)
            )
        else:
            stage = Stage(name)
        for governor in reversed((*governors, _MOODS[core.form]) if core.form in _MOODS else governors):
            stage = govern(governor, stage)
        if stage is Stage.DONE and self._after_when(nodes, chain):
            return Stage.AGREED
        return stage

    def _after_infinitive(self, nodes: list[Node], chain: _Chain, core: Entry) -> bool:
        """"di essere ceduto": the passive of an infinitive states nothing yet."""
        at = chain.nodes[0]
        return core.form == "pp" and at > 0 and nodes[at - 1].key in self.infinitives

    def _infinitive_before(self, nodes: list[Node], chain: _Chain) -> bool:
        """"in order to leave Arsenal and join Corinthians": the second verb is an infinitive as the first one is."""
        for at in range(chain.nodes[0] - 1, 0, -1):
            if nodes[at].kind is NodeKind.EVENT:
                return nodes[at - 1].has("prep", "goal") and any(e.form == "base" for e in nodes[at].entries)
        return False

    def _after_when(self, nodes: list[Node], chain: _Chain) -> bool:
        """"when he completes his move": a settled future."""
        form = chain.entries[0].form
        if form not in ("third", "base"):
            return False
        low = chain.nodes[0] - 1
        while low >= 0 and chain.nodes[0] - low <= 3:
            if nodes[low].has("breaks") and nodes[low].key in self.language.words["settling"]:
                return True
            low -= 1
        return False

    def _is_headline_future(self, nodes: list[Node], at: int) -> bool:
        """ "Chelsea to sign X": an infinitive right after its subject."""
        return at >= 2 and nodes[at - 2].kind in (NodeKind.CLUB, NodeKind.PERSON) and nodes[at - 2].role is None

    def _after(self, nodes: list[Node], at: int, category: str, name: str | None = None) -> bool:
        return at > 0 and nodes[at - 1].has(category, name)

    def _after_be(self, nodes: list[Node], at: int) -> bool:
        low = at - 1
        while low >= 0 and nodes[low].kind is NodeKind.WORD and at - low < 3:
            low -= 1
        return low >= 0 and nodes[low].has("be")

    def _negated(self, nodes: list[Node], chain: _Chain) -> bool:
        low = chain.nodes[0] - 1
        seen = 0
        while low >= 0 and seen < 3:
            node = nodes[low]
            if node.key in self.language.negations:
                return True
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB, NodeKind.EVENT) or node.key in (",", ".", ";"):
                break
            seen += 1
            low -= 1
        for first, second in zip(chain.nodes, chain.nodes[1:], strict=False):
            if any(n.key in self.language.negations for n in nodes[first + 1 : second]):
                return True
        return False

    def _passive(self, nodes: list[Node], chain: _Chain, core: Entry) -> bool:
        if core.form not in ("pp", "past") or core.get("unaccusative"):
            return False
        head = chain.nodes[-1]
        if core.form == "past" and not any(e.form == "pp" for e in nodes[head].entries):
            return False
        if len(chain.nodes) > 1 and not self._after(nodes, head, "be"):
            return False
        low = head - 1
        while low >= 0 and nodes[low].kind is NodeKind.WORD and head - low < 3:
            low -= 1
        if low >= 0 and nodes[low].has("be"):
            return True
        if low >= 0 and nodes[low].has("have"):
            return False
        follow = nodes[head + 1] if head + 1 < len(nodes) else None
        return follow is not None and follow.has("prep", "agent")

    def _background(self, nodes: list[Node], at: int) -> bool:
        """ "following his move to Milan", "after leaving Spurs": what lies behind the news."""
        low = at - 1
        while low >= 0 and at - low < 4:
            node = nodes[low]
            if node.has("background"):
                return True
            if node.kind in (NodeKind.CLUB, NodeKind.EVENT) or (node.kind is NodeKind.PERSON and not node.owner):
                return False
            low -= 1
        return False

    # Parts

    def _take_parts(self, nodes: list[Node], chain: _Chain, event: Event, stop: int, bounds: set[int]) -> None:
        frame = FRAMES[event.frame]
        for first, second in zip(chain.nodes, chain.nodes[1:], strict=False):
            for node in nodes[first + 1 : second]:
                if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                    self._assign(event, node, self._between(nodes, first, node, frame), frame)
        controlled = bool(event.buyers) and chain.entries[0].get("control") == "object"
        event.subject = None if controlled else self._subject(nodes, chain, event)
        opens = chain.entries[0].form == "pp" and chain.nodes[0] == 0  # "Saltato il passaggio al Chelsea, Maignan ..."
        event.dropped = self.turns and event.subject is None and chain.entries[0].form in _FINITE and not opens
        event.elliptic = self.elliptic
        self._take_clitic(nodes, chain, event, frame)
        if event.subject is not None:
            self._assign(event, event.subject, self._subject_role(event, frame), frame)
        if event.frame == "acquire" and event.stage is Stage.REJECTED and event.subject is not None and event.subject.clubs:
            event.stage = Stage.WITHDRAWN  # a club that turns down the chance to sign
        self._clitic(nodes, chain, event, frame)
        self._objects(nodes, chain, event, stop, frame)
        self._not_the_speaker(event)

    def _not_the_speaker(self, event: Event) -> None:
        """ "the president rules out the return of X": whoever does it to another's step takes none himself."""
        subject = event.subject
        if subject is None or subject.owner or not (event.entry.get("noun") and event.governors):
            return
        own = [b for m in subject.people if (b := self.resolver.being(m)) is not None]
        others = [pair for pair in event.people if pair[0] not in own]
        if own and others and self.turns:
            event.people = others

    def _clitic(self, nodes: list[Node], chain: _Chain, event: Event, frame: Frame) -> None:
        """ "lo quiere": an object pronoun before its verb."""
        for index in range(chain.nodes[0] - 1, max(chain.nodes[0] - 4, -1), -1):
            node = nodes[index]
            if node.kind is NodeKind.PERSON and node.role == "object" and node.people[0].pronoun:
                self._assign(event, node, frame.object, frame)
            if node.kind is not NodeKind.WORD and not (node.has("have") or node.has("be")):
                return

    def _take_clitic(self, nodes: list[Node], chain: _Chain, event: Event, frame: Frame) -> None:
        """"spinge per averlo": a pronoun written to the verb is the player spoken of."""
        core, head = chain.entries[-1], nodes[chain.nodes[-1]]
        if frame.object != "player" or core.form not in ("inf", "ing") or not head.key.endswith(self.clitics):
            return
        before = [n for n in nodes[: chain.nodes[0]] if n.kind is NodeKind.PERSON]
        named = [b for n in before for m in n.people if (b := m.being) is not None and not self._acts_for_club(b)]
        being = named[-1] if named else self.resolver.spoken_of
        if being is not None:
            event.people.append((being, (head.start, head.end)))

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
        if refused and event.frame in _OFFERS and event.subject is not None:
            return "seller" if event.subject.kind is NodeKind.CLUB else "player"
        return event.entry.get("subject") or frame.subject

    def _subject(self, nodes: list[Node], chain: _Chain, event: Event) -> Node | None:
        """The nearest noun phrase to the left that no preposition governs; after "who" its antecedent."""
        low = chain.nodes[0] - 1
        fallback: Node | None = None
        while low >= 0:
            node = nodes[low]
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                if node.owner and node.kind is NodeKind.PERSON and nodes[low + 1].kind is NodeKind.CLUB:
                    low -= 1
                    continue
                if node.owner and self._owns(nodes, low, chain.nodes[0]):
                    return node
                if node.role in ("about", "of") and low + 1 == chain.nodes[0] and chain.entries[0].get("governs") == "sure":
                    return node
                if node.role is None and not self._is_object(nodes, low):
                    return node
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

    def _alone_before(self, nodes: list[Node], at: int, event_at: int) -> bool:
        """ "with Roma and Inter interested": nothing but small words between the noun phrase and the step."""
        return not any(
            n.kind in (NodeKind.EVENT, NodeKind.PERSON, NodeKind.CLUB) or n.key == "," for n in nodes[at + 1 : event_at]
        )

    def _owns(self, nodes: list[Node], at: int, event_at: int) -> bool:
        """ "Chelsea's pursuit", "Pogba's agent says": the possessor of the word itself, or of somebody who acts for it."""
        return event_at - at <= 4 and not any(n.kind is NodeKind.EVENT for n in nodes[at + 1 : event_at])

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

    def _antecedent(self, nodes: list[Node], at: int) -> Node | None:
        low = at - 1
        while low >= 0:
            if nodes[low].kind is NodeKind.PERSON or (nodes[low].kind is NodeKind.CLUB and at - low <= 2):
                return nodes[low]
            low -= 1
        return None

    def _objects(self, nodes: list[Node], chain: _Chain, event: Event, stop: int, frame: Frame) -> None:
        at = chain.nodes[-1] + 1
        tail = self._tail_role(nodes[chain.nodes[-1]])
        first = True
        while at < stop:
            node = nodes[at]
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                if self._begins_clause(nodes, at, stop, first):
                    break
                role = node.role or (tail if first else None)
                self._take(event, node, role, first, frame, nodes, at)
                first = False
            elif (
                node.key in (";", ":")
                or node.has("breaks")
                or node.has("relatives")
                or node.has("conditions")
                or node.has("background")
            ):
                break
            at += 1

    def _tail_role(self, node: Node) -> str | None:
        """The role of the preposition that a phrase ends with."""
        return self.language.preposition_roles.get(node.key.rsplit(" ", 1)[-1]) if " " in node.key else None

    def _begins_clause(self, nodes: list[Node], at: int, stop: int, first: bool) -> bool:
        """A noun phrase without preposition after a comma or "and", with a word for a step after it, is a new subject."""
        if nodes[at].role is not None or first or at + 1 >= len(nodes):
            return False
        follow = nodes[at + 1]
        return follow.kind is NodeKind.EVENT or follow.has("be") or follow.has("have")

    def _take(
        self, event: Event, node: Node, role: str | None, first: bool, frame: Frame, nodes: list[Node], at: int
    ) -> None:
        if node.kind is NodeKind.PERSON and node.owner and node.people[0].pronoun and frame.object != "player":
            return
        if role is None or role == "object":
            if first or node.kind is NodeKind.PERSON:
                self._assign(event, node, self._bare_part(event, node, frame, role), frame)
            return
        if event.passive and role in self.agents and "agent" in frame.preps:
            role = "agent"  # "acquistato dal Milan"
        part = self._prep_part(event, node, role, frame)
        if node.kind is NodeKind.CLUB and role == "source" and part != "buyer":
            part = "seller"
        if node.kind is NodeKind.PERSON and node.people[0].pronoun and part in ("buyer", "seller", "keeper"):
            return
        if part is None and first and role in ("for", "of", "about", "partner", "place", "goal"):
            part = frame.object
        self._assign(event, node, part, frame)

    def _bare_part(self, event: Event, node: Node, frame: Frame, role: str | None) -> str | None:
        """The object, or in some languages a club that follows its verb as the subject: "lo quiere el Betis"."""
        if node.kind is NodeKind.CLUB and role is None and self.turns and frame.object == "player":
            return event.entry.get("subject") or frame.subject
        return frame.object

    def _prep_part(self, event: Event, node: Node, role: str, frame: Frame) -> str | None:
        """What a preposition's role means: as the words for the step say ("player|seller": a person's, a club's)."""
        given = (event.entry.get("preps") or {}).get(role)
        if given is None:
            return frame.preps.get(role)
        person, _, club = str(given).partition("|")
        return person if node.kind is NodeKind.PERSON else club or person

    def _assign(self, event: Event, node: Node, part: str | None, frame: Frame) -> None:
        if part is None:
            return
        if node.kind is NodeKind.PERSON:
            self._assign_people(event, node, part)
        else:
            self._assign_clubs(event, node.clubs, part)

    def _assign_people(self, event: Event, node: Node, part: str) -> None:
        for mention in node.people:
            being = self.resolver.being(mention)
            if being is None:
                event.unnamed_object = event.unnamed_object or part == "player"
                event.plural_object = event.plural_object or mention.plural
                for club, relation in mention.clubs:
                    if relation == "current" and mention.plural:
                        self.resolver.last_plural_from = club
                continue
            span = (mention.start, mention.end)
            if part == "coach":
                event.replaced.append((being, span))
            elif part in ("player", "any") or not self._acts_for_club(being):
                event.people.append((being, span))
            elif part in ("buyer", "seller", "keeper"):
                employer = self.resolver.employer(being)
                if employer is not None:
                    getattr(event, f"{part}s").append(Club(employer, being.spans.get(employer.key, span)))

    def _acts_for_club(self, being: Being) -> bool:
        """Coaches and officials act for their club."""
        return being.role != "player" or (not being.positions and any(p.role != "player" for p in being.people))

    def _assign_clubs(self, event: Event, clubs: list[ClubMention], part: str) -> None:
        for mention in clubs:
            name = self.resolver.club(mention)
            if name is None:
                event.unnamed_suitors = event.unnamed_suitors or not mention.pronoun
                continue
            club = Club(name, (mention.start, mention.end))
            if part in ("buyer", "seller", "keeper"):
                getattr(event, f"{part}s").append(club)
            elif part in ("any", "player", "coach"):
                event.partner_clubs.append(club)

    def _serve(self, earlier: Event, event: Event) -> None:
        """A purpose takes its stage from the step that serves it, and its parts where it has none of its own."""
        if event.governors or earlier.sentence != event.sentence:
            return
        governor = earlier.entry.get("governs")
        inner = Stage(event.entry.get("core")) if event.entry.get("core") else None
        if governor in ("plan", "can", "sure", "near", "talk", "agree", "refuse", "drop") and inner is not None:
            event.stage = govern(governor, inner)
        elif earlier.stage is not None and inner is not None and earlier.frame not in ("withdraw", "reject", "deny", "leave"):
            event.stage = earlier.stage
        if not event.buyers and earlier.buyers:
            event.buyers = list(earlier.buyers)
        event.deal = event.deal or earlier.deal
        event.sellers.extend(earlier.sellers)

"""Conditions: "if Maignan leaves" makes a claim hang on another event, and that event is no claim of its own."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mercato.extraction.beings import is_alike
from mercato.extraction.coreference import Being
from mercato.extraction.draft import Draft
from mercato.extraction.events import Event
from mercato.extraction.items import ItemKind
from mercato.extraction.names import ClubName, club_ref
from mercato.extraction.nodes import Mark, Node, NodeKind, Row
from mercato.model import ClaimKind, Condition, Span

Range = tuple[int, int]
HEIRS_REACH = 8  # sentences after the one in which a club is said to look for who may follow somebody


class Clause(msgspec.Struct, eq=False):
    """A conditional clause: its characters, the events in it, and the positions and clubs that it speaks of."""

    span: Range
    events: list[Event]
    needs: tuple[str, ...] = ()
    club: ClubName | None = None
    sentence: int = 0
    used: bool = False
    being: Being | None = None


def conditional_spans(nodes: list[Node], behind: frozenset[str] = frozenset()) -> Iterator[Range]:
    """The characters of every conditional clause of a sentence: from its opener to the end of the clause."""
    for at, node in enumerate(nodes):
        entry = node.entry("conditions")
        if entry is None or entry.name in ("not", "doubt"):
            continue
        if entry.name == "depends":
            if at + 1 < len(nodes) and nodes[at + 1].tag is ItemKind.MONEY:
                continue  # "are waiting for £100m": a price
            yield node.start, nodes[-1].end
            continue
        if entry.name == "inverted" and not _is_inverted(nodes, at):
            continue
        end = _clause_end(nodes, at)
        if entry.name == "waiting" and any(n.key in behind for n in nodes[at : at + 5]):
            continue  # "once X had been signed" has happened
        told = at + 1 < len(nodes) and nodes[at + 1].kind is NodeKind.OUTLET
        if not (told and not any(n.kind is NodeKind.EVENT and node.end <= n.start < end for n in nodes)):
            yield node.start, end  # not "if Fabrizio Romano is right"


def _is_inverted(nodes: list[Node], at: int) -> bool:
    """ "should Tah depart": the opener stands before its subject and behind none of its own."""
    if at + 1 >= len(nodes) or nodes[at + 1].kind not in (NodeKind.PERSON, NodeKind.CLUB):
        return False
    before = nodes[at - 1] if at else None
    return before is None or before.kind not in (NodeKind.PERSON, NodeKind.CLUB) or before.role is not None


def _clause_end(nodes: list[Node], at: int) -> int:
    """A clause that opens its sentence ends with the comma; one that closes it goes on to the end or to a contrast."""
    opens = all(n.kind is not NodeKind.EVENT for n in nodes[_clause_start(nodes, at) : at])
    for index in range(at + 1, len(nodes)):
        node = nodes[index]
        if node.key in (";", ":", ".", "”", '"') or node.has("contrasts"):
            return _last_end(nodes, at, index)
        if node.has("background") and not opens:
            return _last_end(nodes, at, index)
        if opens and _starts_under_if(nodes, at, index):
            return _last_end(nodes, at, index)
        if node.key == "," and (opens or _starts_main_clause(nodes, index + 1)):
            return _last_end(nodes, at, index)
    return _last_end(nodes, at, len(nodes) - (nodes[-1].key in (".", "!", "?")))


def _last_end(nodes: list[Node], low: int, high: int) -> int:
    """Where the words of a clause end in the text; its nodes may stand in another order."""
    return max((node.end for node in nodes[low:high]), default=nodes[low].end)


def _starts_under_if(nodes: list[Node], at: int, index: int) -> bool:
    """ "If Chelsea sign Hakimi they could sell": a subject with a modal, and no comma before it."""
    if nodes[index].kind not in (NodeKind.PERSON, NodeKind.CLUB) or nodes[index].role or index + 1 >= len(nodes):
        return False
    modal = any(e.get("governs") in ("can", "sure") for e in nodes[index + 1].entries)
    return modal and any(n.kind is NodeKind.EVENT for n in nodes[at + 1 : index])


def _clause_start(nodes: list[Node], at: int) -> int:
    """The first node after the last colon or semicolon before `at`."""
    return next((index + 1 for index in range(at - 1, -1, -1) if nodes[index].key in (";", ":")), 0)


def _starts_main_clause(nodes: list[Node], at: int) -> bool:
    if at >= len(nodes) or not (nodes[at].has("conjunctions") or nodes[at].has("amid")):
        return nodes[at].kind is NodeKind.CLUB if at < len(nodes) else False
    return at + 1 < len(nodes) and nodes[at + 1].kind in (NodeKind.CLUB, NodeKind.PERSON)


class ConditionReader:
    """Binds conditional clauses to the drafts that hang on them."""

    def __init__(self, text: str, behind: frozenset[str] = frozenset()) -> None:
        self.text = text
        # Words by which what a clause tells has happened: "once X had been signed".
        self.behind = behind
        self.clauses: list[Clause] = []

    def mark(self, nodes: Row, events: list[Event], sentence: int) -> None:
        """Marks the events that stand in a conditional clause."""
        if not nodes.has("conditions"):
            return
        for span in conditional_spans(nodes, self.behind):
            inside = [e for e in events if span[0] <= e.span[0] < span[1]]
            for event in inside:
                event.conditional = True
            clause = Clause(span, inside, sentence=sentence)
            clause.needs, clause.club = self._needs(nodes, span)
            self.clauses.append(clause)
        for node in nodes:
            if node.has("conditions", "doubt"):
                self._note_doubt(nodes, node, sentence)

    def _note_doubt(self, nodes: list[Node], doubt: Node, sentence: int) -> None:
        """ "Maignan's future is in doubt": his club's search for one of his position hangs on that."""
        beings = [b for n in nodes if n.start < doubt.start for m in n.people if (b := m.being) is not None]
        being = beings[-1] if beings else None
        if being is None or being.club is None:
            return
        needs = tuple({*being.positions, *(p.position for p in being.people)} - {""})
        if needs:
            self.clauses.append(
                Clause((doubt.start, doubt.end), [], needs, being.club, sentence, used=True, being=being)
            )

    def _needs(self, nodes: list[Node], span: Range) -> tuple[tuple[str, ...], ClubName | None]:
        """ "the Diavolo would need a new goalkeeper if ...": what the main clause says the club is looking for."""
        outside = [n for n in nodes if not span[0] <= n.start < span[1]]
        positions = tuple(p for n in outside for m in n.people if m.name is None and m.indefinite for p in m.positions)
        club = next((c for n in outside for m in n.clubs if (c := m.settled) is not None), None)
        return positions, club

    def drop_expiries(self, sentence: int, noticed: list[Mark]) -> None:
        """ "once his deal at Juventus runs out": the end of a contract comes by itself and is no condition."""
        ends = [m for m in noticed if m.entry.category == "deal" and m.entry.name == "free"]
        self.clauses = [
            c for c in self.clauses
            if c.sentence != sentence or c.events
            or not any(c.span[0] <= m.start + 1 and m.end <= c.span[1] for m in ends)
        ]  # fmt: skip

    def bind(self, drafts: list[Draft]) -> None:
        """Gives the drafts of the document their conditions."""
        for clause in self.clauses:
            if clause.being is not None:
                self._bind_need(drafts, clause)
                continue
            same = [
                d for d in drafts if d.sentence == clause.sentence and d.event is not None and not d.event.conditional
            ]
            main = [d for d in same if d.kind in (ClaimKind.MOVE, ClaimKind.EXIT, ClaimKind.STAY)]
            if main:
                nearest = min(main, key=lambda d: self._distance(d, clause))
                assert nearest.event is not None
                for draft in main:
                    if draft.event is not None and self._shares(draft, nearest):
                        draft.condition = draft.condition or clause.span
                clause.used = True
                self._bind_heirs(drafts, clause, main)
            elif clause.needs and clause.club is not None:
                self._bind_need(drafts, clause)
            else:
                self._bind_heirs(drafts, clause, main)

    def _bind_heirs(self, drafts: list[Draft], clause: Clause, main: list[Draft]) -> None:
        """ "Juventus look at X in case they lose Y": what they want of others in Y's position hangs on that too."""
        leaving = [b for e in clause.events if e.frame in ("leave", "sell") for b, _ in e.people]
        for being in leaving:
            club = being.club
            wanted = [d for d in main if d.kind is ClaimKind.MOVE and d.club is not None and d.being is not being]
            looking = not main and clause.club is not None and club is not None and clause.club.key == club.key
            if club is None or not (looking or any(d.club is not None and d.club.key == club.key for d in wanted)):
                continue
            places = {*being.positions, *(p.position for p in being.people)} - {""}
            for draft in drafts:
                theirs = {*draft.being.positions, *(p.position for p in draft.being.people)} - {""}
                near = 0 < draft.sentence - clause.sentence <= HEIRS_REACH and draft.being is not being
                same = any(is_alike(one, other) for one in places for other in theirs)
                if near and same and draft.kind is ClaimKind.MOVE and draft.club and draft.club.key == club.key:
                    draft.condition = draft.condition or clause.span

    def _distance(self, draft: Draft, clause: Clause) -> int:
        assert draft.event is not None
        start, end = draft.event.span
        return clause.span[0] - end if end <= clause.span[0] else max(0, start - clause.span[1])

    def _shares(self, draft: Draft, nearest: Draft) -> bool:
        assert draft.event is not None
        assert nearest.event is not None
        return draft.event.span == nearest.event.span or (draft.being is nearest.being and draft.stage is nearest.stage)

    def _bind_need(self, drafts: list[Draft], clause: Clause) -> None:
        """A club that needs a goalkeeper if one leaves: its interest in goalkeepers hangs on that."""
        assert clause.club is not None
        families = {position.split()[-1] for position in clause.needs}
        for draft in drafts:
            if draft.kind is not ClaimKind.MOVE or draft.club is None or draft.club.key != clause.club.key:
                continue
            if (
                draft.being is not clause.being
                and abs(draft.sentence - clause.sentence) <= 3
                and self._plays(draft.being, families)
            ):
                draft.condition = draft.condition or clause.span
                clause.used = True

    def _plays(self, being: Being, families: set[str]) -> bool:
        known = set(being.positions) | {p.position for p in being.people}
        return any(position.split()[-1] in families for position in known if position)

    def condition(self, draft: Draft) -> Condition | None:
        """The condition of a draft: its words, and the event in them where it is plain."""
        if draft.condition is None:
            return None
        start, end = draft.condition
        words = Span(start, end, self.text[start:end])
        clause = next((c for c in self.clauses if c.span == draft.condition), None)
        text = " ".join(words.text.split())
        event = next((e for e in clause.events if e.people), None) if clause else None
        if event is None:
            return Condition(text, words)
        being = event.people[0][0]
        if event.frame in ("leave", "sell"):
            source = event.sellers[0].name if event.sellers else being.club
            return Condition(text, words, ClaimKind.EXIT, being.ref, from_=club_ref(source))
        if event.frame in ("stay", "keep", "renew"):
            return Condition(text, words, ClaimKind.STAY, being.ref, club=club_ref(being.club))
        goal = event.buyers[0].name if event.buyers else None
        return Condition(text, words, ClaimKind.MOVE, being.ref, to=club_ref(goal), from_=club_ref(being.club))

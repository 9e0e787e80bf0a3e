"""The rule reader: a Document becomes claims, without a language model and without a download."""

from __future__ import annotations

from collections import Counter
from datetime import date

from mercato.extraction.assembly import READER_VERSION, Assembler
from mercato.extraction.confidence import Confidence, chosen, least
from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.draft import Draft
from mercato.extraction.drafts import Drafter, cap, targets
from mercato.extraction.events import EventReader
from mercato.extraction.items import ItemKind
from mercato.extraction.languages import Language, languages, load_language
from mercato.extraction.names import ClubName
from mercato.extraction.naming import Namer
from mercato.extraction.nodes import Node, NodeKind, Row
from mercato.extraction.opinions import without_opinions
from mercato.extraction.phrases import Chunker
from mercato.extraction.sentences import Sentence, fill_items, sentences
from mercato.model import BlockKind, Claim, Document
from mercato.register import Register


class RuleReader:
    """Reads claims by rules over language data. One reader serves any number of documents, one at a time."""

    version = READER_VERSION

    def __init__(
        self, register: Register, threshold: float | None = None, confidence: Confidence | None = None
    ) -> None:
        """`threshold` is the least confidence of a claim, by default that of the settings."""
        self.register = register
        self.confidence = confidence or chosen()
        self.threshold = least(self.confidence) if threshold is None else threshold
        self._tools: dict[str, tuple[Language, Namer, Chunker]] = {}

    def reads(self, language: str | None) -> bool:
        """Whether the language can be read; an unknown language is read as English."""
        return language is None or language in languages()

    def read(self, document: Document) -> list[Claim]:
        """The claims of a document, in the order of the text. A language that can't be read gives none."""
        claims, _ = self._read(document)
        return [c for c in claims if c.confidence is None or c.confidence >= self.threshold]

    def traced(self, document: Document) -> list[tuple[Claim, dict[str, float]]]:
        """All claims, however sure, each with how it was found: what confidence is fitted on."""
        claims, traits = self._read(document)
        return [(claim, traits[claim.id]) for claim in claims if claim.id in traits]

    def _read(self, document: Document) -> tuple[list[Claim], dict[str, dict[str, float]]]:
        if not self.reads(document.language):
            return [], {}
        language, namer, chunker = self._for(document.language or "en")
        text = document.text
        rows = sentences(document, language)
        if not rows:
            return [], {}
        fill_items(text, rows, self.register.index.find(text), language.figures.read(text), language)
        namer.name(text, rows)
        day: date | None = document.published.day if document.published else None
        at_club = language.words.get("at_club_roles", _AT_CLUB)
        elliptic = "dropped_subjects" in language.words["switches"]
        resolver = Resolver(self.register, day, elliptic, frozenset(language.preposition_roles))
        resolver.objects = language.words.get("object_forms", frozenset())
        resolver.publisher = _publisher(document, rows)
        resolver.main = resolver.publisher or _main_club(rows)
        reader = EventReader(language, resolver)
        drafter = Drafter(resolver)
        assembler = Assembler(document, language, resolver, self.register, self.confidence)
        drafts: list[Draft] = []
        opened = False
        for number, row in enumerate(rows):
            nodes = chunker.nodes(row.items, text)
            resolver.see(nodes, row.block, row.is_question or row.kind is BlockKind.HEADING)
            if row.kind is BlockKind.HEADING:
                resolver.section, opened = _heading_club(nodes), False
            elif elliptic and (number == 0 or rows[number - 1].block != row.block):
                opening = _opening_club(nodes)
                if opening is not None or opened:
                    resolver.section, opened = opening, opening is not None
            if nodes.people and nodes.clubs:
                _place_in_brackets(nodes)
                headline = row.kind is BlockKind.HEADLINE  # "João Neves no PSG" tells where he goes
                _place_by_preposition(nodes, at_club - {"place"} if headline and elliptic else at_club)
            if nodes.people and nodes.has("be"):
                _place_by_predicate(nodes, language.negations)
            events = reader.read(nodes, number)
            assembler.conditions.mark(nodes, events, number)
            spoken = [n for n in nodes.people if n.role != "aside"]
            local = [b for n in spoken for m in n.people if (b := m.being) is not None]
            if row.kind is BlockKind.HEADLINE:
                resolver.headlined.extend(b for b in local if resolver.is_player(b))
            elif row.block != rows[number - 1].block:
                drafter.open_paragraph()
            found = drafter.drafts(events, local, _continued(nodes), targets(nodes, number))
            found = without_opinions(nodes, found, language.words.get("opinion", frozenset()))
            if chunker.order is not None:
                nodes.sort(key=lambda node: node.start)  # what follows looks at distances in the text
            facts = assembler.enrich(number, row, nodes, events, found, drafter.topic, drafter.deal)
            drafts.extend(found)
            drafts.extend(facts)
        if drafter.capped:
            cap(drafts)
        return assembler.claims(drafts, drafter.presupposed), assembler.traits

    def _for(self, code: str) -> tuple[Language, Namer, Chunker]:
        if code not in self._tools:
            language = load_language(code)
            self._tools[code] = (language, Namer(self.register, language), Chunker(self.register, language))
        return self._tools[code]


def _main_club(rows: list[Sentence]) -> ClubName | None:
    """The club that a text names most; what stands in its first two blocks counts double."""
    named: Counter[str] = Counter()
    clubs: dict[str, ClubName] = {}
    for row in rows:
        for item in row.items:
            if item.kind is ItemKind.CLUB and isinstance(item.value, ClubName):
                named[item.value.key] += 2 if row.block < rows[0].block + 2 else 1
                clubs.setdefault(item.value.key, item.value)
    return clubs[named.most_common(1)[0][0]] if named else None


def _publisher(document: Document, rows: list[Sentence]) -> ClubName | None:
    """The club that publishes the text, where the outlet is called as a club that it names."""
    outlet = (document.outlet or "").casefold()
    named = (i.value for row in rows for i in row.items if i.kind is ItemKind.CLUB) if outlet else ()
    return next((n for n in named if isinstance(n, ClubName) and n.name.casefold() == outlet), None)


def _heading_club(nodes: list[Node]) -> ClubName | None:
    """The club that a heading consists of: "ASTON VILLA"."""
    clubs = [node for node in nodes if node.kind is NodeKind.CLUB]
    if len(clubs) != 1 or any(node.kind in (NodeKind.EVENT, NodeKind.PERSON) for node in nodes):
        return None
    return clubs[0].clubs[0].settled


def _opening_club(nodes: list[Node]) -> ClubName | None:
    """The club that an item of a round-up or a live blog begins with: "INTER - ...", "21:50 - Milan, ...", "Betis."."""
    at = 0
    while at < len(nodes) and (nodes[at].kind is NodeKind.FIGURE or nodes[at].key in _OPENING_MARKS):
        at += 1
    if at >= len(nodes) or nodes[at].kind is not NodeKind.CLUB or nodes[at].role is not None or nodes[at].owner:
        return None
    parted = at + 1 >= len(nodes) or nodes[at + 1].key in _OPENING_MARKS or nodes[at + 1].key == ","
    return nodes[at].clubs[0].settled if parted and len(nodes[at].clubs) == 1 else None


_OPENING_MARKS = frozenset({"-", "–", "—", ":", ".", "|", "•", "*", "(", ")"})


def _continued(nodes: Row) -> list[tuple[Being, tuple[int, int]]]:
    """The people of a sentence that goes on with a list: "The list includes A and B"."""
    if not nodes.has("list_continues"):
        return []
    start = next((at for at, node in enumerate(nodes) if node.has("list_continues")), len(nodes))
    people = [
        node
        for node in nodes[start:]
        if node.kind is NodeKind.PERSON and not node.owner and node.role in (None, "of", "goal")
    ]
    return [
        (b, (m.start, m.end)) for n in people for m in n.people if (b := m.being) is not None and m.name is not None
    ]


def _place_in_brackets(nodes: Row) -> None:
    """ "Federico Chiesa (now at Liverpool)", "Chiesa (Liverpool)": the club that the person is at."""
    if "(" not in nodes.keys:
        return
    for at, node in enumerate(nodes[:-2]):
        if node.key != "(" or at == 0 or nodes[at - 1].kind is not NodeKind.PERSON:
            continue
        inside = nodes[at + 1 : at + 5]
        club = next((n for n in inside if n.kind is NodeKind.CLUB), None)
        being = nodes[at - 1].people[-1].being
        if club is None or being is None or any(n.key == ")" for n in inside[: inside.index(club)]):
            continue
        name = club.clubs[0].settled
        if name is not None:
            being.at(name, (club.start, club.end), 3)


_AT_CLUB = frozenset({"place", "for", "of"})


def _place_by_predicate(nodes: list[Node], negations: frozenset[str]) -> None:
    """ "Maignan is still a Milan player": what somebody is said to be."""
    for at, node in enumerate(nodes):
        mention = node.people[0] if node.kind is NodeKind.PERSON and len(node.people) == 1 else None
        if mention is None or mention.name is not None or not mention.indefinite:
            continue
        before = next((n for n in reversed(nodes[:at]) if n.kind is not NodeKind.WORD), None)
        if before is None or not before.has("be") or any(n.key in negations for n in nodes[max(0, at - 3) : at]):
            continue
        for being in _person_before(nodes, at, wanted=False)[-1:]:
            for club, relation in mention.clubs:
                if relation == "current" and not being.current:
                    being.at(club, (mention.start, mention.end))


def _place_by_preposition(nodes: list[Node], roles: frozenset[str]) -> None:
    """ "Laporte's situation at Manchester City", "who has scored 59 goals for Inter": where the person plays."""
    for at, node in enumerate(nodes):
        if node.kind is not NodeKind.CLUB:
            continue
        before = nodes[at - 1] if at else None
        owned = before is not None and before.kind is NodeKind.PERSON and before.owner
        if not owned and (node.role not in roles or node.clubs[0].ground):
            continue
        if node.role == "of" and not all(
            n.key == "," or n.has("prep") or n.has("list_openers") for n in _between(nodes, at)
        ):
            continue
        person = _person_before(nodes, at, wanted=node.role in ("place", "goal"))
        name = node.clubs[0].settled
        if name is None:
            continue
        for being in person if node.role == "of" else person[-1:]:
            if _is_borrowed(nodes, at):
                being.borrower = being.borrower or (name, (node.start, node.end))
                _note_lender(nodes, at, being)
            elif not being.current:
                being.at(name, (node.start, node.end))


def _is_borrowed(nodes: list[Node], at: int) -> bool:
    """ "on loan at Lens"."""
    before = nodes[max(0, at - 2) : at]
    return any(n.has("borrowed") for n in before)


def _note_lender(nodes: list[Node], at: int, being: Being) -> None:
    """ "on loan at Lens from Amiens": whose player he is."""
    lender = nodes[at + 2] if at + 2 < len(nodes) and nodes[at + 1].has("prep", "source") else None
    if lender is not None and lender.kind is NodeKind.CLUB and (name := lender.clubs[0].settled) is not None:
        being.at(name, (lender.start, lender.end), 3)


def _between(nodes: list[Node], at: int) -> list[Node]:
    """The nodes between the person before `at` and it."""
    for index in range(at - 1, -1, -1):
        if nodes[index].kind is NodeKind.PERSON:
            return nodes[index + 1 : at]
    return []


def _person_before(nodes: list[Node], at: int, wanted: bool) -> list[Being]:
    """The people right before, with no step and nobody else between; with `wanted` not those whom a step is about."""
    for index in range(at - 1, max(at - 10, -1), -1):
        node = nodes[index]
        if node.kind is NodeKind.PERSON:
            if wanted and index and nodes[index - 1].kind is NodeKind.EVENT:
                return []  # "wants Perin at Milan": where the step leads, not where he plays
            if nodes[at].role == "goal" and node.role != "of":
                return []  # "Kolo Muani à la Juventus" tells where he goes, "la clause de X à Villarreal" where he is
            return [m.being for m in node.people if m.being is not None]
        lasted = any(n.tag is ItemKind.LENGTH for n in nodes[index : index + 3])  # "free after seven years at Arsenal"
        if node.kind in (NodeKind.EVENT, NodeKind.CLUB) or node.key in (";", "."):
            return []
        if node.has("background") and not lasted:
            return []
    return []

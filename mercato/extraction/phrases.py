"""Items become nodes: phrases of the lexicon, then noun phrases for people and clubs with all that is said in them."""

from __future__ import annotations

from collections.abc import Iterator

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.lexicon import Entries
from mercato.extraction.naming import ClubName, PersonName
from mercato.extraction.nodes import ClubMention, Mark, Node, NodeKind, PersonMention
from mercato.register import Register

_MODIFIERS = frozenset(
    {
        "position",
        "players",
        "coaches",
        "officials",
        "adjectives",
        "former",
        "target_nouns",
        "international",
        "academy",
        "natives",
    }
)
_HEADS = frozenset({"position", "players", "international", "academy", "natives"})
_FIGURES = frozenset({ItemKind.MONEY, ItemKind.DATE, ItemKind.LENGTH, ItemKind.PERCENT, ItemKind.NUMBER})
_PLACES = frozenset({ItemKind.COUNTRY, ItemKind.DEMONYM, ItemKind.COMPETITION, ItemKind.CITY})


class _Cell:
    """An item or a phrase of items, with the categories that it may have."""

    __slots__ = ("categories", "end", "entries", "item", "key", "kind", "start")

    def __init__(self, item: Item, kind: ItemKind, end: int, key: str, entries: Entries) -> None:
        self.item = item
        self.kind = kind
        self.start = item.start
        self.end = end
        self.key = key
        self.entries = entries
        self.categories = entries.categories


_NONE = Entries()


def _cells(items: list[Item], language: Language) -> list[_Cell]:
    keys = [item.key for item in items]
    cells: list[_Cell] = []
    at, count = 0, len(items)
    match, openers = language.lexicon.match, language.lexicon.first_words
    while at < count:
        item = items[at]
        found = match(keys, at) if item.key in openers else None
        if found is None:
            cells.append(_Cell(item, item.kind, item.end, item.key, _NONE))
            at += 1
            continue
        end, entries = found
        if end - at > 1:
            cells.append(_Cell(item, ItemKind.PHRASE, items[end - 1].end, " ".join(keys[at:end]), entries))
        else:
            kind = ItemKind.PHRASE if item.kind is ItemKind.WORD else item.kind
            cells.append(_Cell(item, kind, item.end, item.key, entries))
        at = end
    return cells


def marks(items: list[Item], language: Language) -> list[Mark]:
    """The phrases of the overlay in a sentence; the longest at each place, those inside a longer one too."""
    keys = [item.key for item in items]
    found: list[Mark] = []
    openers = language.overlay_openers
    for at, word in enumerate(keys):
        for lexicon in openers.get(word, ()):
            match = lexicon.match(keys, at)
            if match is not None:
                end, entries = match
                key = " ".join(keys[at:end])
                found.extend(Mark(items[at].start, items[end - 1].end, entry, key) for entry in entries)
    return found


class Chunker:
    """Makes the nodes of sentences in one language."""

    def __init__(self, register: Register, language: Language) -> None:
        self.register = register
        self.language = language
        self.text = ""

    def nodes(self, items: list[Item], text: str) -> list[Node]:
        """The nodes of a sentence of `text`."""
        self.text = text
        cells = _cells(items, self.language)
        taken: dict[int, tuple[int, Node]] = {}
        used = [False] * len(cells)
        for at, cell in enumerate(cells):
            if cell.kind is ItemKind.PERSON:
                self._named_person(cells, at, used, taken)
        for at in range(len(cells)):
            if not used[at]:
                self._described_person(cells, at, used, taken)
        for at, cell in enumerate(cells):
            if not used[at] and "pronoun" in cell.categories:
                used[at] = True
                taken[at] = (at, self._pronoun(cell))
        for at in range(len(cells)):
            if not used[at]:
                self._club(cells, at, used, taken)
        return self._group(list(self._assemble(cells, taken)))

    # People

    def _named_person(self, cells: list[_Cell], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        cell = cells[at]
        name = cell.item.value
        assert isinstance(name, PersonName)
        mention = PersonMention(name, cell.start, cell.end)
        low = self._walk_left(cells, at, used, named=True)
        self._absorb(cells, low, at, mention)
        high = self._age_after(cells, at, mention)
        owner = high + 1 < len(cells) and cells[high + 1].key == "'s"
        if owner:
            high += 1
            high = self._relative(cells, high, used)
        node = Node(NodeKind.PERSON, cells[low].start, cells[high].end, people=[mention], owner=owner)
        for index in range(low, high + 1):
            used[index] = True
        taken[low] = (high, node)

    def _relative(self, cells: list[_Cell], at: int, used: list[bool]) -> int:
        """ "Messi's father Jorge" speaks of Messi: the name of the relative is passed over."""
        if at + 1 < len(cells) and "officials" in cells[at + 1].categories:
            at += 1
            if at + 1 < len(cells) and cells[at + 1].kind is ItemKind.PERSON:
                at += 1
        return at

    def _walk_left(self, cells: list[_Cell], at: int, used: list[bool], named: bool = False) -> int:
        """The first cell of the noun phrase whose head stands at `at`; a club right before a name is no part of it."""
        low = at
        while low > 0 and not used[low - 1]:
            cell = cells[low - 1]
            if cell.categories & _MODIFIERS or cell.kind in _PLACES or cell.kind is ItemKind.AGE:
                low -= 1
            elif cell.kind is ItemKind.CLUB:
                if low == at and named:
                    break
                low -= 1
            elif cell.key == "'s":
                if low < 2 or cells[low - 2].kind not in (ItemKind.CLUB, ItemKind.COUNTRY):
                    break
                low -= 1
            elif cell.key in ("and", "/", "&") or "conjunctions" in cell.categories:
                if not self._joins(cells, low - 1, at):
                    break
                low -= 1
            elif "articles" in cell.categories or cell.key in self._possessors:
                low -= 1
                break
            else:
                break
        while low < at and (
            "conjunctions" in cells[low].categories or cells[low].key == "'s" or self._opens_as_verb(cells[low])
        ):
            low += 1
        return low

    def _opens_as_verb(self, cell: _Cell) -> bool:
        """ "will target Leeds' X": a word that is a verb too, with no club or article before it, is the verb."""
        return "target_nouns" in cell.categories and "event" in cell.categories

    @property
    def _possessors(self) -> frozenset[str]:
        words = self.language.words
        return words["person_of"] | words["club_of"]

    def _joins(self, cells: list[_Cell], at: int, head: int) -> bool:
        """Whether the "and" at `at` joins two parts of one person's description."""
        before, after = cells[at - 1] if at else None, cells[at + 1]
        if before is None:
            return False
        if after.kind is ItemKind.COUNTRY and before.kind in (ItemKind.CLUB, ItemKind.COUNTRY, ItemKind.DEMONYM):
            return True
        if after.kind is ItemKind.CLUB and before.kind is ItemKind.COUNTRY:
            return at + 1 < head
        if after.kind is ItemKind.CLUB and before.kind is ItemKind.CLUB:
            return self._leads_to_target(cells, at + 2, head) or self._former_before(cells, at - 1)
        if "former" in after.categories or "former" in before.categories:
            return bool(before.categories & _MODIFIERS)
        return bool(before.categories & _HEADS and after.categories & _MODIFIERS)

    def _leads_to_target(self, cells: list[_Cell], at: int, head: int) -> bool:
        return any("target_nouns" in cells[index].categories for index in range(at, head))

    def _former_before(self, cells: list[_Cell], at: int) -> bool:
        while at > 0 and (cells[at].kind in (ItemKind.CLUB, ItemKind.COUNTRY) or cells[at].key in (",", "and")):
            at -= 1
        return "former" in cells[at].categories

    def _absorb(self, cells: list[_Cell], low: int, head: int, mention: PersonMention) -> None:
        """Takes into the mention what stands before its head: clubs with their relation, age, position, country."""
        former = False
        clubs: list[tuple[ClubName, int, int]] = []
        positions: list[str] = []
        countries: list[str] = []
        for index in range(low, head):
            cell = cells[index]
            if "former" in cell.categories:
                former = True
            elif cell.kind is ItemKind.CLUB:
                name = cell.item.value
                assert isinstance(name, ClubName)
                clubs.append((name, cell.start, cell.end))
                mention.club_spans.append((name, cell.start, cell.end))
                mention.clubs.append((name, "former" if former else "current"))
                if index + 1 < head and cells[index + 1].key == "'s":
                    former = False
            elif cell.kind is ItemKind.CITY:
                mention.native_of = self.text[cell.start : cell.end]
            elif cell.kind in (ItemKind.COUNTRY, ItemKind.DEMONYM):
                countries.append(str(cell.item.value))
            elif cell.kind is ItemKind.AGE:
                self._age(cell, mention)
            else:
                self._absorb_noun(cell, mention, positions)
        if not any("natives" in c.categories for c in cells[low:head]):
            mention.native_of = None
        mention.positions = tuple(positions)
        mention.countries = tuple(countries)

    def _absorb_noun(self, cell: _Cell, mention: PersonMention, positions: list[str]) -> None:
        for entry in cell.entries:
            if entry.category == "position":
                positions.append(entry.name)
                mention.role = "player"
            elif entry.category == "target_nouns":
                mention.clubs = [(club, "target") for club, _ in mention.clubs]
            elif entry.category == "academy":
                mention.youth_clubs = [club for club, _ in mention.clubs]
                mention.clubs = []
            elif entry.category == "natives":
                self._native(mention)
            elif entry.category in ("coaches", "officials"):
                mention.role = "coach" if entry.category == "coaches" else "official"
                mention.clubs = [(c, "employer" if r == "current" else r) for c, r in mention.clubs]

    def _native(self, mention: PersonMention) -> None:
        """ "the Livorno native": the name is the town's, not the club's."""
        if mention.club_spans:
            _, start, end = mention.club_spans.pop()
            mention.native_of = self.text[start:end]
            mention.clubs = []

    def _age(self, cell: _Cell, mention: PersonMention) -> None:
        figure = cell.item.value
        mention.age = int(figure.number) if figure.number else None  # type: ignore[attr-defined]
        mention.born = figure.date  # type: ignore[attr-defined]

    def _age_after(self, cells: list[_Cell], at: int, mention: PersonMention) -> int:
        """Takes ", 26" or "(26)" after a name; returns the last cell of the phrase."""
        if at + 2 < len(cells) and cells[at + 1].key in (",", "("):
            number = cells[at + 2]
            closes = cells[at + 1].key == "," or (at + 3 < len(cells) and cells[at + 3].key == ")")
            if number.kind is ItemKind.NUMBER and closes and number.key.isdigit() and 13 < int(number.key) < 90:
                mention.age = int(number.key)
                return at + (3 if cells[at + 1].key == "(" else 2)
        return at

    def _described_person(
        self, cells: list[_Cell], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]
    ) -> None:
        """ "the 24-year-old", "their Brazil forward", "a new goalkeeper", "several Juventus stars", "he"."""
        cell = cells[at]
        if not (cell.categories & _HEADS or cell.kind is ItemKind.AGE or "plural_people" in cell.categories):
            return
        if at + 1 < len(cells) and not used[at + 1] and self._goes_on(cells, at):
            return
        if "target_nouns" in cell.categories and "event" in cell.categories:
            return
        low = self._with_words(cells, self._walk_left(cells, at, used), used)
        mention = PersonMention(None, cells[low].start, cell.end)
        self._absorb(cells, low, at + 1, mention)
        first = cells[low]
        if not self._is_reference(cells, low, at, mention):
            return
        mention.plural = "plural_people" in cell.categories
        mention.indefinite = first.key in self._indefinite or "adjectives" in first.categories
        node = Node(NodeKind.PERSON, first.start, cell.end, people=[mention])
        if at + 1 < len(cells) and cells[at + 1].key == "'s":
            node.owner = True
        for index in range(low, at + 1):
            used[index] = True
        taken[low] = (at, node)

    def _with_words(self, cells: list[_Cell], low: int, used: list[bool]) -> int:
        """ "their best wingback": up to two words that no table knows, where an article or a possessor opens the phrase."""
        for index in range(low - 1, max(low - 4, -1), -1):
            cell = cells[index]
            if used[index]:
                break
            if "articles" in cell.categories or cell.key in self._possessors:
                return index
            if cell.kind is not ItemKind.WORD or low - index > 2:
                break
        return low

    _indefinite = frozenset({"a", "an", "another"})

    def _goes_on(self, cells: list[_Cell], at: int) -> bool:
        follow = cells[at + 1]
        return bool(follow.categories & _HEADS) or "plural_people" in follow.categories or (
            follow.kind in _PLACES and at + 2 < len(cells) and bool(cells[at + 2].categories & _HEADS)
        )  # fmt: skip

    def _is_reference(self, cells: list[_Cell], low: int, at: int, mention: PersonMention) -> bool:
        first = cells[low]
        if "articles" in first.categories or first.key in self._possessors:
            return True
        return bool(mention.clubs) or (cells[at].kind is ItemKind.AGE and low == at) or low < at or (
            "plural_people" in cells[at].categories
        )  # fmt: skip

    def _pronoun(self, cell: _Cell) -> Node:
        name = next(e.name for e in cell.entries if e.category == "pronoun")
        if name in ("person", "person_of"):
            mention = PersonMention(None, cell.start, cell.end, pronoun=True)
            return Node(NodeKind.PERSON, cell.start, cell.end, cell.key, people=[mention], owner=name == "person_of")
        if name == "both":
            mention = PersonMention(None, cell.start, cell.end, pronoun=True, plural=True)
            return Node(NodeKind.PERSON, cell.start, cell.end, cell.key, people=[mention])
        club = ClubMention(None, cell.start, cell.end, pronoun=True)
        if name in ("we", "we_of"):
            club.relation = "publisher"
        return Node(NodeKind.CLUB, cell.start, cell.end, cell.key, clubs=[club], owner=name in ("club_of", "we_of"))

    # Clubs

    def _club(self, cells: list[_Cell], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        cell = cells[at]
        if cell.kind is ItemKind.CLUB:
            name = cell.item.value
            assert isinstance(name, ClubName)
            self._close_club(cells, at, used, taken, ClubMention(name, cell.start, cell.end))
        elif cell.kind is ItemKind.COUNTRY and self._is_national(cells, at):
            self._national(cells, at, used, taken)
        elif cell.kind is ItemKind.GROUND:
            club = self.register.clubs.get(str(cell.item.value))
            if club is not None:
                mention = ClubMention(ClubName(club.name, club, True), cell.start, cell.end, ground=True)
                self._close_club(cells, at, used, taken, mention)
        elif cell.categories & _CLUB_NOUNS and not (at + 1 < len(cells) and cells[at + 1].kind is ItemKind.CLUB):
            self._described_club(cells, at, used, taken)

    def _is_national(self, cells: list[_Cell], at: int) -> bool:
        """ "the Netherlands coach", "England Under-21 boss": a job with a national team."""
        return any("coaches" in cell.categories for cell in cells[at + 1 : at + 3])

    def _national(self, cells: list[_Cell], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        club = self.register.clubs.get(f"national:{cells[at].item.value}")
        if club is None:
            return
        high, name = at, club.name
        follow = cells[at + 1]
        if "international" in follow.categories or "adjectives" in follow.categories:
            high, name = at + 1, f"{name} {self.text[follow.start : follow.end]}"
        mention = ClubMention(
            ClubName(name, club if high == at else None), cells[at].start, cells[high].end, national=True
        )
        self._close_club(cells, high, used, taken, mention, low=at)

    def _club_left(self, cells: list[_Cell], at: int, used: list[bool]) -> int:
        low = at
        while low > 0 and not used[low - 1]:
            cell = cells[low - 1]
            if cell.kind in _PLACES or cell.categories & _CLUB_WORDS:
                low -= 1
            elif "articles" in cell.categories or cell.key in self._possessors:
                return low - 1
            else:
                break
        return low

    def _close_club(
        self,
        cells: list[_Cell],
        at: int,
        used: list[bool],
        taken: dict[int, tuple[int, Node]],
        mention: ClubMention,
        low: int | None = None,
    ) -> None:
        low = self._club_left(cells, at, used) if low is None else low
        high = at
        owner = high + 1 < len(cells) and cells[high + 1].key == "'s"
        if owner or (high + 1 < len(cells) and cells[high + 1].categories & _CLUB_NOUNS and not used[high + 1]):
            high += 1
        node = Node(NodeKind.CLUB, cells[low].start, cells[high].end, clubs=[mention], owner=owner)
        for index in range(low, high + 1):
            used[index] = True
        taken[low] = (high, node)

    def _described_club(
        self, cells: list[_Cell], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]
    ) -> None:
        """ "the Serie A side", "the German champions", "his current club", "several clubs"."""
        cell = cells[at]
        low = self._club_left(cells, at, used)
        mention = ClubMention(None, cells[low].start, cell.end)
        for index in range(low, at):
            before = cells[index]
            if before.kind is ItemKind.COMPETITION:
                mention.competition = str(before.item.value)
            elif before.kind in (ItemKind.COUNTRY, ItemKind.DEMONYM):
                mention.country = str(before.item.value)
            elif before.kind is ItemKind.CITY:
                mention.city = before.key if before.key != "<city>" else str(before.item.value)
        if "former_club_nouns" in cell.categories:
            mention.relation = "former"
        first = cells[low]
        if "suitor_nouns" in cell.categories:
            mention.plural = True
        elif not (
            "articles" in first.categories or first.key in self._possessors or mention.country or mention.competition
        ):
            return
        if first.key in self._indefinite:
            mention.plural = True
        owner = at + 1 < len(cells) and cells[at + 1].key == "'s"
        node = Node(NodeKind.CLUB, first.start, cell.end, clubs=[mention], owner=owner)
        for index in range(low, at + 1):
            used[index] = True
        taken[low] = (at, node)

    # The row

    def _assemble(self, cells: list[_Cell], taken: dict[int, tuple[int, Node]]) -> Iterator[Node]:
        at, count = 0, len(cells)
        while at < count:
            if at in taken:
                high, node = taken[at]
                yield node
                at = high + 1
                continue
            cell = cells[at]
            at += 1
            if cell.kind is ItemKind.OUTLET:
                yield Node(NodeKind.OUTLET, cell.start, cell.end, cell.key, item=cell.item)
            elif cell.kind is ItemKind.PHRASE:
                kind = NodeKind.EVENT if "event" in cell.categories else NodeKind.PHRASE
                yield Node(kind, cell.start, cell.end, cell.key, entries=cell.entries, item=cell.item, senses=cell.entries.senses)
            elif cell.kind is ItemKind.MARK:
                yield Node(NodeKind.MARK, cell.start, cell.end, cell.key, entries=cell.entries, senses=cell.entries.senses)
            elif cell.kind in _FIGURES or cell.kind is ItemKind.AGE:
                yield Node(NodeKind.FIGURE, cell.start, cell.end, cell.key, item=cell.item)
            else:
                yield Node(NodeKind.WORD, cell.start, cell.end, cell.key, item=cell.item)

    def _group(self, nodes: list[Node]) -> list[Node]:
        """Sets prepositions' roles, then joins "A, B and C" of one kind into one node."""
        out: list[Node] = []
        role: str | None = None
        for node in nodes:
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB):
                node.role = role
                if not (node.kind is NodeKind.PERSON and node.owner):
                    role = None
            elif node.kind is NodeKind.EVENT:
                role = None
            else:
                prep = node.entry("prep")
                if prep is not None:
                    role = prep.name
                elif not node.has("list_openers") and not node.has("articles"):
                    role = None if node.kind is not NodeKind.WORD else role if node.key == "<city>" else None
            out.append(node)
        return _join_lists(out)


_CLUB_NOUNS = frozenset({"club_nouns", "own_club_nouns", "former_club_nouns", "suitor_nouns"})
_CLUB_WORDS = frozenset({"adjectives", "club_nouns", "former"})


def _is_joint(node: Node) -> bool:
    return node.key == "," or node.has("conjunctions") or node.has("list_openers")


def _join_lists(nodes: list[Node]) -> list[Node]:
    out: list[Node] = []
    at, count = 0, len(nodes)
    while at < count:
        node = nodes[at]
        at += 1
        if node.kind not in (NodeKind.PERSON, NodeKind.CLUB) or node.owner:
            out.append(node)
            continue
        is_object = bool(out) and out[-1].kind is NodeKind.EVENT
        while True:
            end, joined = _next_member(nodes, at, node, is_object)
            if joined is None:
                break
            node.people.extend(joined.people)
            node.clubs.extend(joined.clubs)
            node.end, node.owner = joined.end, joined.owner
            at = end
            if node.owner:
                break
        out.append(node)
    return out


def _next_member(nodes: list[Node], at: int, node: Node, is_object: bool) -> tuple[int, Node | None]:
    """The next member of the list that `node` is part of, if what follows is one."""
    index, commas, conjunction = at, 0, False
    while index < len(nodes) and _is_joint(nodes[index]):
        if nodes[index].key == ",":
            commas += 1
        else:
            conjunction = True
        index += 1
    if index == at or index >= len(nodes) or commas > 1 + conjunction:
        return at, None
    follow = nodes[index]
    if follow.kind is not node.kind or (follow.role is not None and follow.role != node.role):
        return at, None
    if any(m.pronoun for m in (*follow.people, *follow.clubs)):
        return at, None
    if not conjunction and not _list_goes_on(nodes, index + 1, node.kind):
        return at, None
    if (node.role is not None or is_object) and follow.role is None and _starts_clause(nodes, index + 1):
        return at, None
    return index + 1, follow


def _list_goes_on(nodes: list[Node], at: int, kind: NodeKind) -> bool:
    """Whether a list held together by commas so far comes to its "and"."""
    while at < len(nodes):
        node = nodes[at]
        if node.has("conjunctions") and node.key != ",":
            follow = nodes[at + 1] if at + 1 < len(nodes) else None
            return follow is not None and (follow.kind is kind or follow.has("list_openers"))
        if node.key != "," and node.kind is not kind:
            return False
        at += 1
    return False


def _starts_clause(nodes: list[Node], at: int) -> bool:
    """Whether a finite verb stands here, so that what is before it is a subject."""
    if at >= len(nodes):
        return False
    node = nodes[at]
    if node.kind is NodeKind.EVENT:
        return any(e.form in ("base", "third", "past") or e.get("governs") in ("sure", "can") for e in node.entries)
    return node.has("have") or node.has("be")

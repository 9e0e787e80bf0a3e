"""Items become nodes: phrases of the lexicon, then noun phrases for people and clubs with all that is said in them."""

from __future__ import annotations

from mercato.extraction.items import Figure, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.naming import ClubName, PersonName
from mercato.extraction.nodes import NO_ENTRIES, ClubMention, Mark, Node, NodeKind, PersonMention, phrase_node
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
_VERB_LIKE = frozenset({"event", "be", "have", "prep", "conjunctions", "breaks", "relatives", "background", "hedges"})
WORD_REACH = 22  # characters: two words that describe somebody
_PERSON_HEADS = _HEADS | {"plural_people"}
_CLUB_LIKE = frozenset({ItemKind.CLUB, ItemKind.GROUND, ItemKind.COUNTRY})
_PLACES = frozenset({ItemKind.COUNTRY, ItemKind.DEMONYM, ItemKind.COMPETITION, ItemKind.CITY})


_KINDS = {
    ItemKind.MARK: NodeKind.MARK,
    ItemKind.OUTLET: NodeKind.OUTLET,
    ItemKind.MONEY: NodeKind.FIGURE,
    ItemKind.DATE: NodeKind.FIGURE,
    ItemKind.LENGTH: NodeKind.FIGURE,
    ItemKind.PERCENT: NodeKind.FIGURE,
    ItemKind.NUMBER: NodeKind.FIGURE,
    ItemKind.AGE: NodeKind.FIGURE,
}


def _cells(items: list[Item], language: Language) -> list[Node]:
    """A node for each phrase of the lexicon and for each item that is in none."""
    keys = [item.key for item in items]
    cells: list[Node] = []
    add = cells.append
    at, count = 0, len(items)
    match, openers, singles = language.lexicon.match, language.lexicon.first_words, language.lexicon.singles
    while at < count:
        item = items[at]
        key = item.key
        entries = singles.get(key)
        if entries is None and key in openers:
            found = match(keys, at)
            if found is not None:
                end, entries = found
                if end - at > 1:
                    kind = NodeKind.EVENT if "event" in entries.categories else NodeKind.PHRASE
                    add(Node(kind, ItemKind.PHRASE, item, item.start, items[end - 1].end, " ".join(keys[at:end]), entries))
                    at = end
                    continue
        at += 1
        if entries is None:
            add(Node(_KINDS.get(item.kind, NodeKind.WORD), item.kind, item, item.start, item.end, key, NO_ENTRIES))
        elif item.kind is ItemKind.WORD:
            kind = NodeKind.EVENT if "event" in entries.categories else NodeKind.PHRASE
            add(Node(kind, ItemKind.PHRASE, item, item.start, item.end, key, entries))
        else:
            add(Node(_KINDS.get(item.kind, NodeKind.WORD), item.kind, item, item.start, item.end, key, entries))
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
        words = language.words
        self._indefinite: frozenset[str] = words["indefinite"]
        self._possessor_words: frozenset[str] = words["person_of"] | words["club_of"]
        self.describes_after = "describes_after" in language.words["switches"]
        self.demonym_people: frozenset[str] = language.words.get("demonym_people", frozenset())
        self.demonym_clubs: frozenset[str] = language.words.get("demonym_clubs", frozenset())
        self.joined: frozenset[str] = language.words.get("joined_articles", frozenset())

    def nodes(self, items: list[Item], text: str) -> list[Node]:
        """The nodes of a sentence of `text`."""
        self.text = text
        cells = _cells(items, self.language)
        taken: dict[int, tuple[int, Node]] = {}
        used = [False] * len(cells)
        heads: list[int] = []
        pronouns: list[int] = []
        clubs: list[int] = []
        for at, cell in enumerate(cells):
            if cell.tag is ItemKind.PERSON:
                if not used[at]:
                    self._named_person(cells, at, used, taken)
            elif cell.tag in _CLUB_LIKE:
                clubs.append(at)
            elif cell.tag is ItemKind.AGE or cell.tag is ItemKind.DEMONYM:
                heads.append(at)
            elif cell.categories:
                if not cell.categories.isdisjoint(_PERSON_HEADS):
                    heads.append(at)
                if "pronoun" in cell.categories:
                    pronouns.append(at)
                if not cell.categories.isdisjoint(_CLUB_NOUNS):
                    clubs.append(at)
        for at in heads:
            if not used[at]:
                self._described_person(cells, at, used, taken)
        for at in pronouns:
            if not used[at]:
                used[at] = True
                taken[at] = (at, self._pronoun(cells[at]))
        for at in clubs:
            if not used[at]:
                self._club(cells, at, used, taken)
        return self._group(self._assemble(cells, taken))

    # People

    def _named_person(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        cell = cells[at]
        name = cell.value
        assert isinstance(name, PersonName)
        mention = PersonMention(name, cell.start, cell.end)
        low = self._walk_left(cells, at, used, named=True)
        high = self._walk_right(cells, at, used) if self.describes_after else at
        self._absorb(cells, low, high + (high > at), mention)
        if high == at:
            high = self._age_after(cells, at, mention)
        owner = high + 1 < len(cells) and cells[high + 1].key == "'s"
        if owner:
            high += 1
            high = self._relative(cells, high, used)
        node = phrase_node(NodeKind.PERSON, cells[low].start, cells[high].end, [mention], owner=owner)
        for index in range(low, high + 1):
            used[index] = True
        taken[low] = (high, node)

    def _relative(self, cells: list[Node], at: int, used: list[bool]) -> int:
        """ "Messi's father Jorge" speaks of Messi: the name of the relative is passed over."""
        if at + 1 < len(cells) and "officials" in cells[at + 1].categories:
            at += 1
            if at + 1 < len(cells) and cells[at + 1].tag is ItemKind.PERSON:
                at += 1
        return at

    def _walk_left(self, cells: list[Node], at: int, used: list[bool], named: bool = False) -> int:
        """The first cell of the noun phrase whose head stands at `at`; a club right before a name is no part of it."""
        low = at
        while low > 0 and not used[low - 1] and cells[low].start - cells[low - 1].end <= 1:
            cell = cells[low - 1]
            if cell.categories & _MODIFIERS or cell.tag in _PLACES or cell.tag is ItemKind.AGE:
                low -= 1
            elif cell.tag is ItemKind.CLUB:
                if low == at and named and not self._describes(cells, low - 1):
                    break
                low -= 1
            elif cell.key == "," and named and low == at and self._ends_description(cells, low - 2, used):
                low -= 1
            elif self.describes_after and self._joins_club(cells, low - 1):
                low -= 1
            elif cell.key == "-" and low >= 2 and "former" in cells[low - 2].categories:
                low -= 1
            elif cell.key == "'s":
                if low < 2 or cells[low - 2].tag not in (ItemKind.CLUB, ItemKind.COUNTRY):
                    break
                low -= 1
            elif cell.key in ("/", "&") or "conjunctions" in cell.categories:
                if not self._joins(cells, low - 1, at):
                    break
                low -= 1
            elif "articles" in cell.categories or cell.key in self._possessor_words:
                low -= 1
                break
            else:
                break
        while low < at and (
            "conjunctions" in cells[low].categories or cells[low].key == "'s" or self._opens_as_verb(cells[low])
        ):
            low += 1
        return low

    def _describes(self, cells: list[Node], at: int) -> bool:
        """ "il difensore del Liverpool Joe Gomez", "l'ex Genoa Perin": the club belongs to the words before it."""
        if not self.describes_after or at == 0:
            return False
        return "former" in cells[at - 1].categories or self._joins_club(cells, at - 1)

    def _joins_club(self, cells: list[Node], at: int) -> bool:
        """ "portiere della Juventus": the preposition between what somebody is and the club."""
        if at == 0 or not cells[at].has("prep", "of") or at + 1 >= len(cells):
            return False
        before, after = cells[at - 1], cells[at + 1]
        return after.tag in _CLUB_LIKE and (
            bool(before.categories & _MODIFIERS) or before.tag in _PLACES or before.tag is ItemKind.AGE
        )

    def _ends_description(self, cells: list[Node], at: int, used: list[bool]) -> bool:
        """ "il portiere della Juventus, Mattia Perin": whether a description with its article ends at `at`."""
        if not self.describes_after or at < 1 or used[at]:
            return False
        low = at
        while low > 0 and not used[low - 1] and not self._is_article(cells[low]):
            cell = cells[low]
            known = cell.categories & _MODIFIERS or cell.tag in _PLACES or cell.tag in (ItemKind.AGE, ItemKind.CLUB)
            if not known and not self._joins_club(cells, low):
                return False
            low -= 1
        heads = (c for c in cells[low : at + 1] if c.categories & (_HEADS | {"coaches", "officials"}))
        return self._is_article(cells[low]) and next(heads, None) is not None

    def _is_article(self, cell: Node) -> bool:
        return "articles" in cell.categories or cell.key in self.joined

    def _walk_right(self, cells: list[Node], at: int, used: list[bool]) -> int:
        """The last cell of what describes somebody behind the head: "portiere italiano della Juventus"."""
        high = at
        named = cells[at].tag is ItemKind.PERSON
        while high + 1 < len(cells) and not used[high + 1] and cells[high + 1].start - cells[high].end <= 1:
            cell = cells[high + 1]
            if cell.tag in (ItemKind.AGE, ItemKind.DEMONYM) or (not named and self._may_follow(cell)):
                high += 1
            elif cell.tag is ItemKind.CLUB and not named and self._is_adjective(cell):
                high += 1
            elif cell.has("prep", "of") and (club := self._owning_club(cells, high + 2, used)) is not None:
                high = club
            elif cell.key == "," and named and high == at and (end := self._apposition(cells, high + 2, used)) is not None:
                high = end
            else:
                break
        return high

    def _may_follow(self, cell: Node) -> bool:
        return bool(cell.categories & _MODIFIERS) and "former" not in cell.categories and cell.kind is not NodeKind.EVENT

    def _is_adjective(self, cell: Node) -> bool:
        """ "rossonero": a club's nickname in lower case, with no article of its own."""
        name = cell.value
        return isinstance(name, ClubName) and name.nickname and self.text[cell.start].islower()

    def _owning_club(self, cells: list[Node], at: int, used: list[bool]) -> int | None:
        """The cell of the club behind "della": "della Juventus", "del club bianconero"."""
        while at < len(cells) and not used[at] and cells[at].categories & _CLUB_NOUNS:
            at += 1
        return at if at < len(cells) and not used[at] and cells[at].tag is ItemKind.CLUB else None

    def _apposition(self, cells: list[Node], at: int, used: list[bool]) -> int | None:
        """ "Perin, portiere della Juventus,": the last cell of a description between commas."""
        start = at
        while at < len(cells) and not used[at] and (self._is_article(cells[at]) or "former" in cells[at].categories):
            at += 1
        if at >= len(cells) or used[at] or not (cells[at].categories & _HEADS or at > start and cells[at].tag is ItemKind.CLUB):
            return None
        end = self._walk_right(cells, at, used)
        closes = end + 1 >= len(cells) or cells[end + 1].tag is ItemKind.MARK
        return end if closes else None

    def _opens_as_verb(self, cell: Node) -> bool:
        """ "will target Leeds' X": a word that is a verb too, with no club or article before it, is the verb."""
        return "target_nouns" in cell.categories and "event" in cell.categories

    def _joins(self, cells: list[Node], at: int, head: int) -> bool:
        """Whether the "and" at `at` joins two parts of one person's description."""
        before, after = cells[at - 1] if at else None, cells[at + 1]
        if before is None:
            return False
        if after.tag is ItemKind.COUNTRY and before.tag in (ItemKind.CLUB, ItemKind.COUNTRY, ItemKind.DEMONYM):
            return True
        if after.tag is ItemKind.CLUB and before.tag is ItemKind.COUNTRY:
            return at + 1 < head
        if after.tag is ItemKind.CLUB and before.tag is ItemKind.CLUB:
            return self._leads_to_target(cells, at + 2, head) or self._former_before(cells, at - 1)
        if "former" in after.categories or "former" in before.categories:
            return bool(before.categories & _MODIFIERS)
        return bool(before.categories & _HEADS and after.categories & _MODIFIERS)

    def _leads_to_target(self, cells: list[Node], at: int, head: int) -> bool:
        return any("target_nouns" in cells[index].categories for index in range(at, head))

    def _former_before(self, cells: list[Node], at: int) -> bool:
        while at > 0 and (cells[at].tag in (ItemKind.CLUB, ItemKind.COUNTRY) or cells[at].key in (",", "and")):
            at -= 1
        return "former" in cells[at].categories

    def _absorb(self, cells: list[Node], low: int, head: int, mention: PersonMention) -> None:
        """Takes into the mention what stands before its head: clubs with their relation, age, position, country."""
        former = False
        clubs: list[tuple[ClubName, int, int]] = []
        positions: list[str] = []
        countries: list[str] = []
        for index in range(low, head):
            cell = cells[index]
            if "former" in cell.categories:
                former = True
            elif cell.tag is ItemKind.CLUB:
                name = cell.value
                assert isinstance(name, ClubName)
                clubs.append((name, cell.start, cell.end))
                mention.club_spans.append((name, cell.start, cell.end))
                mention.clubs.append((name, "former" if former else "current"))
                if index + 1 < head and cells[index + 1].key == "'s":
                    former = False
            elif cell.tag is ItemKind.CITY:
                mention.native_of = self.text[cell.start : cell.end]
            elif cell.tag in (ItemKind.COUNTRY, ItemKind.DEMONYM):
                countries.append(str(cell.value))
            elif cell.tag is ItemKind.AGE:
                self._age(cell, mention)
            else:
                self._absorb_noun(cell, mention, positions)
        if not any("natives" in c.categories for c in cells[low:head]):
            mention.native_of = None
        mention.positions = tuple(positions)
        mention.countries = tuple(countries)

    def _absorb_noun(self, cell: Node, mention: PersonMention, positions: list[str]) -> None:
        for entry in cell.entries:
            if entry.category == "position":
                positions.append(entry.name)
                mention.role = "player"
                mention.plays = True
            elif entry.category == "players":
                mention.plays = True
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

    def _age(self, cell: Node, mention: PersonMention) -> None:
        figure = cell.value
        if isinstance(figure, Figure):
            mention.age = int(figure.number) if figure.number else None
            mention.born = figure.date

    def _age_after(self, cells: list[Node], at: int, mention: PersonMention) -> int:
        """Takes ", 26" or "(26)" after a name; returns the last cell of the phrase."""
        if at + 2 < len(cells) and cells[at + 1].key in (",", "("):
            number = cells[at + 2]
            closes = cells[at + 1].key == "," or (at + 3 < len(cells) and cells[at + 3].key == ")")
            if number.tag is ItemKind.NUMBER and closes and number.key.isdigit() and 13 < int(number.key) < 90:
                mention.age = int(number.key)
                return at + (3 if cells[at + 1].key == "(" else 2)
        return at

    def _described_person(
        self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]
    ) -> None:
        """ "the 24-year-old", "their Brazil forward", "a new goalkeeper", "several Juventus stars", "he"."""
        cell = cells[at]
        if cell.tag is ItemKind.DEMONYM and at and _last_word(cells[at - 1]) in self.demonym_clubs:
            return self._club_of_nation(cells, at, used, taken)
        if cell.tag is ItemKind.DEMONYM and not self._stands_alone(cells, at, used):
            return
        if at + 1 < len(cells) and not used[at + 1] and self._goes_on(cells, at):
            return
        if "target_nouns" in cell.categories and "event" in cell.categories:
            return
        low = self._with_words(cells, self._walk_left(cells, at, used), used)
        high = self._walk_right(cells, at, used) if self.describes_after else at
        mention = PersonMention(None, cells[low].start, cells[high].end)
        self._absorb(cells, low, high + 1, mention)
        first = cells[low]
        if not self._is_reference(cells, low, at, mention):
            return
        mention.plural = "plural_people" in cell.categories
        mention.indefinite = first.key in self._indefinite or self._is_undetermined(cells, low)
        node = phrase_node(NodeKind.PERSON, first.start, cells[high].end, [mention])
        if at + 1 < len(cells) and cells[at + 1].key == "'s":
            node.owner = True
        for index in range(low, high + 1):
            used[index] = True
        taken[low] = (high, node)

    def _is_undetermined(self, cells: list[Node], low: int) -> bool:
        """"new winger": an adjective opens the phrase, and no joined article stands before it."""
        return "adjectives" in cells[low].categories and not (low and cells[low - 1].key in self.joined)

    def _stands_alone(self, cells: list[Node], at: int, used: list[bool]) -> bool:
        """"the Dutchman", "the Swede": a demonym with an article and no noun after it."""
        if self.demonym_people:
            return at > 0 and not used[at - 1] and _last_word(cells[at - 1]) in self.demonym_people
        if at == 0 or used[at - 1] or "articles" not in cells[at - 1].categories:
            return False
        if at + 1 >= len(cells):
            return True
        follow = cells[at + 1]
        if follow.start - cells[at].end > 1 or follow.tag is ItemKind.MARK:
            return True  # a word that no table knows stands between, or the phrase ends
        return not used[at + 1] and not follow.categories.isdisjoint(_VERB_LIKE)

    def _club_of_nation(
        self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]
    ) -> None:
        """ "los ingleses", "i tedeschi": the club of that country that the text speaks of."""
        mention = ClubMention(None, cells[at].start, cells[at].end, country=str(cells[at].value))
        used[at] = True
        taken[at] = (at, phrase_node(NodeKind.CLUB, cells[at].start, cells[at].end, clubs=[mention]))

    def _with_words(self, cells: list[Node], low: int, used: list[bool]) -> int:
        """"their best wingback": a few words that no table knows, where an article or a possessor opens the phrase."""
        if low == 0 or used[low - 1]:
            return low
        before = cells[low - 1]
        if before.tag is ItemKind.WORD and low > 1 and not used[low - 2]:
            before, low_before = cells[low - 2], low - 2
        else:
            low_before = low - 1
        if cells[low].start - before.end > WORD_REACH:
            return low
        if "articles" in before.categories or before.key in self._possessor_words:
            return low_before
        return low

    def _goes_on(self, cells: list[Node], at: int) -> bool:
        follow = cells[at + 1]
        return bool(follow.categories & _HEADS) or "plural_people" in follow.categories or (
            follow.tag in _PLACES and at + 2 < len(cells) and bool(cells[at + 2].categories & _HEADS)
        )  # fmt: skip

    def _is_reference(self, cells: list[Node], low: int, at: int, mention: PersonMention) -> bool:
        first = cells[low]
        if "articles" in first.categories or first.key in self._possessor_words or (low and _last_word(cells[low - 1]) in self.joined):
            return True
        return bool(mention.clubs) or (cells[at].tag is ItemKind.AGE and low == at) or low < at or (
            "plural_people" in cells[at].categories
        )  # fmt: skip

    def _pronoun(self, cell: Node) -> Node:
        name = next(e.name for e in cell.entries if e.category == "pronoun")
        if name in ("person", "person_of"):
            mention = PersonMention(None, cell.start, cell.end, pronoun=True)
            return phrase_node(NodeKind.PERSON, cell.start, cell.end, [mention], owner=name == "person_of", key=cell.key)
        if name == "both":
            mention = PersonMention(None, cell.start, cell.end, pronoun=True, plural=True)
            return phrase_node(NodeKind.PERSON, cell.start, cell.end, [mention], key=cell.key)
        club = ClubMention(None, cell.start, cell.end, pronoun=True)
        if name in ("we", "we_of"):
            club.relation = "publisher"
        return phrase_node(NodeKind.CLUB, cell.start, cell.end, clubs=[club], owner=name in ("club_of", "we_of"), key=cell.key)

    # Clubs

    def _club(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        cell = cells[at]
        if cell.tag is ItemKind.CLUB:
            name = cell.value
            assert isinstance(name, ClubName)
            self._close_club(cells, at, used, taken, ClubMention(name, cell.start, cell.end))
        elif cell.tag is ItemKind.COUNTRY and self._is_national(cells, at):
            self._national(cells, at, used, taken)
        elif cell.tag is ItemKind.GROUND:
            club = self.register.clubs.get(str(cell.value))
            if club is not None:
                mention = ClubMention(ClubName(club.name, club, True), cell.start, cell.end, ground=True)
                self._close_club(cells, at, used, taken, mention)
        elif cell.categories & _CLUB_NOUNS and not (at + 1 < len(cells) and cells[at + 1].tag is ItemKind.CLUB):
            self._described_club(cells, at, used, taken)

    def _is_national(self, cells: list[Node], at: int) -> bool:
        """ "the Netherlands coach", "England Under-21 boss": a job with a national team."""
        national = self.language.words.get("national_nouns", frozenset())
        if any(cell.key in national for cell in cells[max(0, at - 2) : at]):
            return True
        return any("coaches" in cell.categories for cell in cells[at + 1 : at + 3])

    def _national(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        club = self.register.clubs.get(f"national:{cells[at].value}")
        if club is None:
            return
        high, name = at, club.name
        follow = cells[at + 1] if at + 1 < len(cells) else cells[at]
        if at + 1 < len(cells) and ("international" in follow.categories or "adjectives" in follow.categories):
            high, name = at + 1, f"{name} {self.text[follow.start : follow.end]}"
        mention = ClubMention(
            ClubName(name, club if high == at else None), cells[at].start, cells[high].end, national=True
        )
        self._close_club(cells, high, used, taken, mention, low=at)

    def _club_left(self, cells: list[Node], at: int, used: list[bool]) -> int:
        low = at
        while low > 0 and not used[low - 1] and cells[low].start - cells[low - 1].end <= 1:
            cell = cells[low - 1]
            if cell.tag in _PLACES or cell.categories & _CLUB_WORDS:
                low -= 1
            elif "articles" in cell.categories or cell.key in self._possessor_words:
                return low - 1
            else:
                break
        return low

    def _close_club(
        self,
        cells: list[Node],
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
        node = phrase_node(NodeKind.CLUB, cells[low].start, cells[high].end, clubs=[mention], owner=owner)
        for index in range(low, high + 1):
            used[index] = True
        taken[low] = (high, node)

    def _described_club(
        self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]
    ) -> None:
        """ "the Serie A side", "the German champions", "his current club", "several clubs"."""
        cell = cells[at]
        low = self._club_left(cells, at, used)
        mention = ClubMention(None, cells[low].start, cell.end)
        for index in range(low, at):
            before = cells[index]
            if before.tag is ItemKind.COMPETITION:
                mention.competition = str(before.value)
            elif before.tag in (ItemKind.COUNTRY, ItemKind.DEMONYM):
                mention.country = str(before.value)
            elif before.tag is ItemKind.CITY:
                mention.city = before.key if before.key != "<city>" else str(before.value)
        if "former_club_nouns" in cell.categories:
            mention.relation = "former"
        first = cells[low]
        if "suitor_nouns" in cell.categories:
            mention.plural = True
        elif not (
            "articles" in first.categories or first.key in self._possessor_words or mention.country or mention.competition
        ):
            return
        if first.key in self._indefinite:
            mention.plural = True
        owner = at + 1 < len(cells) and cells[at + 1].key == "'s"
        node = phrase_node(NodeKind.CLUB, first.start, cell.end, clubs=[mention], owner=owner)
        for index in range(low, at + 1):
            used[index] = True
        taken[low] = (at, node)

    # The row

    def _assemble(self, cells: list[Node], taken: dict[int, tuple[int, Node]]) -> list[Node]:
        """The row with the noun phrases in place of their words."""
        if not taken:
            return cells
        row: list[Node] = []
        reached = 0
        for low in sorted(taken):
            high, node = taken[low]
            row.extend(cells[reached:low])
            row.append(node)
            reached = high + 1
        row.extend(cells[reached:])
        return row

    def _group(self, nodes: list[Node]) -> list[Node]:
        """Sets prepositions' roles, then joins "A, B and C" of one kind into one node."""
        role: str | None = None
        objects = self.language.words.get("object_pronouns", frozenset())
        marking = self.language.words.get("object_prepositions", frozenset())
        marked = False
        for at, node in enumerate(nodes):
            kind = node.kind
            before = nodes[at - 1] if at else None
            if kind is NodeKind.PERSON or kind is NodeKind.CLUB:
                marked = marked or node.key in objects
                node.role = "object" if marked and kind is NodeKind.PERSON else role
                if role is None and kind is NodeKind.CLUB and before is not None and self._is_attribute(node, before):
                    node.role = "of"
                marked = False
                if not (kind is NodeKind.PERSON and node.owner) and role != "between":
                    role = None
            elif "prep" in node.categories:
                prep = node.entry("prep")
                role = prep.name if prep is not None and kind is not NodeKind.EVENT else None
                marked = node.key in marking
            elif role is not None and not ((role == "between" and node.has("conjunctions")) or node.has("list_openers") or node.has("articles") or node.tag is ItemKind.CITY):
                role = None
        return _join_lists(nodes)

    def _is_attribute(self, node: Node, before: Node) -> bool:
        """ "la proposta rossonera": a club's adjective right behind a word for a step."""
        name = node.clubs[0].name
        return (
            self.describes_after
            and name is not None
            and name.nickname
            and node.start == node.clubs[0].start
            and self.text[node.start].islower()
            and before.kind is NodeKind.EVENT
        )


_CLUB_NOUNS = frozenset({"club_nouns", "own_club_nouns", "former_club_nouns", "suitor_nouns"})
_CLUB_WORDS = frozenset({"adjectives", "club_nouns", "former"})


def _last_word(node: Node) -> str:
    """The word that a phrase ends with: "incorporación del" ends with an article."""
    return node.key.rsplit(" ", 1)[-1]


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
            if node.kind is NodeKind.PERSON:
                node.people.extend(joined.people)
            else:
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
    if node.kind is NodeKind.CLUB and follow.kind is NodeKind.PERSON and _is_odd_club(nodes, index):
        _make_club(follow)
    if follow.kind is not node.kind or (follow.role is not None and follow.role != node.role):
        return at, None
    if any(m.pronoun for m in follow.people) or any(c.pronoun for c in follow.clubs):
        return at, None
    if not conjunction and not _list_goes_on(nodes, index + 1, node.kind):
        return at, None
    if (node.role is not None or is_object) and follow.role is None and _starts_clause(nodes, index + 1):
        return at, None
    return index + 1, follow


def _is_odd_club(nodes: list[Node], at: int) -> bool:
    """A name that nobody knows in the middle of a list of clubs is a club."""
    node = nodes[at]
    if node.owner or len(node.people) != 1:
        return False
    name = node.people[0].name
    if name is None or name.people or node.people[0].age is not None:
        return False
    after = at + 1
    while after < len(nodes) and _is_joint(nodes[after]):
        after += 1
    return at + 1 < after < len(nodes) and nodes[after].kind is NodeKind.CLUB


def _make_club(node: Node) -> None:
    name = node.people[0].name
    assert name is not None
    node.kind = NodeKind.CLUB
    node.clubs = [ClubMention(ClubName(name.name), node.start, node.end)]
    node.people = []


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
        return any(e.form in ("base", "third", "past", "future", "cond") or e.get("governs") in ("sure", "can") for e in node.entries)
    return node.has("have") or node.has("be")

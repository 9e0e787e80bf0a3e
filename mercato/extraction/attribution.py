"""Who said it: the outlets and journalists that the text names, in order, and which claims each of them covers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec

from mercato.extraction.draft import Draft
from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.nodes import Mark
from mercato.extraction.sentences import Sentence
from mercato.model import Certainty, ClaimKind, Link, LinkKind, Span
from mercato.register import Journalist, Outlet, Register

POST_LENGTH = 700  # characters; a text this short is one post or one item, and what it cites covers all of it


class Citation(msgspec.Struct, eq=False):
    """The sources that a sentence cites, origin first."""

    links: list[Link] = []


class AttributionReader:
    """Reads citations sentence by sentence and gives each draft its chain."""

    def __init__(self, language: Language, register: Register, text: str, publisher: str | None) -> None:
        self.language = language
        self.register = register
        self.text = text
        self.publisher = publisher
        self.citations: dict[int, Citation] = {}
        self.covered: list[tuple[Draft, Citation]] = []
        of = {word for word, role in language.preposition_roles.items() if role == "of"}
        possessors = {f"{mark}{end}" for mark in "'’" for end in language.possessive}
        self.employing = of | possessors | {f"{mark} journalist" for mark in possessors} | {"(", ",", "/", "@", "|"}
        self.openers = (
            language.words["conjunctions"]
            | language.words["breaks"]
            | language.words.get("sentence_openers", frozenset())
        )
        self.joints: frozenset[str] = language.words["conjunctions"] | of | {","}

    def read(self, number: int, row: Sentence, noticed: list[Mark]) -> None:
        """Notes what the sentence cites."""
        cues = [m for m in noticed if m.entry.category == "attribution"]
        if not cues and not any(i.kind is ItemKind.OUTLET or i.key == "(" for i in row.items):
            return
        citation = Citation()
        ordered: list[tuple[int, int, Link]] = []
        items = row.items
        for at, item in enumerate(items):
            if item.kind is ItemKind.OUTLET or self._may_be_source(item):
                rank = self._rank(items, at, cues)
                if rank is None and self._opens(items, at):
                    rank = SUBJECT
                if rank is not None:
                    link = self._link(item)
                    if link is not None and not self._is_publisher(link):
                        ordered.append((rank, item.start, link))
        ordered.sort(key=lambda entry: (entry[0], entry[1]))
        for link in self._with_employers([link for _, _, link in ordered]):
            if all(link.name != known.name for known in citation.links):
                citation.links.append(link)
        continues = any(m.entry.name == "same" for m in cues) or self._by_town(items)
        if continues and not citation.links:
            previous = self._previous(number)
            citation.links = list(previous.links) if previous else []
        self.citations[number] = citation
        if any(m.entry.name == "back" for m in cues) and number - 1 not in self.citations:
            self.citations[number - 1] = Citation(list(citation.links))

    def _opens(self, items: list[Item], at: int) -> bool:
        """ "The Daily Express, leaning on what Romano has learned, says": an outlet that a sentence begins with."""
        if items[at].kind is not ItemKind.OUTLET:
            return False
        before = items[at - 1] if at else None
        opens = before is None or (at == 1 and (before.key in self.language.articles or before.key in self.openers))
        after = items[at + 1].key if at + 1 < len(items) else ""
        return opens and after not in (":", "'s", ")")

    def _with_employers(self, links: list[Link]) -> list[Link]:
        """The links, a journalist and the outlet named beside as one: "Florian Plettenberg of Sky Germany"."""
        kept: list[Link] = []
        for link in sorted(links, key=lambda link: link.kind is not LinkKind.JOURNALIST):
            boss = next((o for o in kept if self._works_for(o, link)), None)
            if boss is None:
                kept.append(link)
            else:
                at = kept.index(boss)
                kept[at] = Link(boss.kind, f"{boss.name} ({link.name})", boss.id, boss.span)
        return sorted(kept, key=links_order(links))

    def _works_for(self, one: Link, other: Link) -> bool:
        """Whether nothing but a joint stands between a journalist and an outlet."""
        if one.kind is not LinkKind.JOURNALIST or other.kind is not LinkKind.OUTLET or "(" in one.name:
            return False
        if one.span is None or other.span is None:
            return False
        low, high = min(one.span.end, other.span.end), max(one.span.start, other.span.start)
        between = self.text[low:high].strip().lower()
        return high - low <= 12 and between in self.employing

    def _previous(self, number: int) -> Citation | None:
        for earlier in range(number - 1, -1, -1):
            if earlier in self.citations and self.citations[earlier].links:
                return self.citations[earlier]
        return None

    def _may_be_source(self, item: Item) -> bool:
        """A person or a club's site who is a journalist or outlet by the register too."""
        if item.kind is ItemKind.CLUB:
            return self._outlet_named(item) is not None
        if item.kind is not ItemKind.PERSON:
            return False
        written = " ".join(self.text[item.start : item.end].split()).casefold()
        return written in self.register.journalist_names

    def _outlet_named(self, item: Item) -> Outlet | None:
        """ "(Athletic)": the outlet that a club's name in brackets stands for."""
        if self.text[item.start - 1 : item.start] != "(" or self.text[item.end : item.end + 1] not in (")", ","):
            return None
        written = self.text[item.start : item.end].casefold()
        articles = self.language.articles
        names = {written, *(f"{article} {written}" for article in articles)}
        return next((o for o in self.register.outlets.values() if o.name.casefold() in names), None)

    def _rank(self, items: list[Item], at: int, cues: list[Mark]) -> int | None:
        """0 for an origin, 1 for a relay, None where the name is no source here."""
        item = items[at]
        if items[at].key.startswith("@") or self.text[item.start] == "@":
            return 0
        before = [
            m for m in cues if m.entry.name in ("before", "relay", "told") and 0 <= item.start - m.end <= REACH_BEFORE
        ]
        before = [m for m in before if self._is_near(items, m.end, item.start)]
        if before:
            nearest = max(before, key=lambda m: m.end)
            return 1 if nearest.entry.name == "relay" else 0
        for cue in cues:
            if (
                cue.entry.name == "after"
                and 0 <= cue.start - item.end <= REACH_AFTER
                and self._is_near(items, item.end, cue.start)
            ):
                return 0
        if self._in_brackets(items, at):
            return 0
        if at > 1 and self._chained(items, at):
            return self._rank(items, at - 2, cues)
        return None

    def _chained(self, items: list[Item], at: int) -> bool:
        """ "Sky and Di Marzio report": a second source joined to the first."""
        return items[at - 1].key in self.joints and (
            items[at - 2].kind is ItemKind.OUTLET or self._may_be_source(items[at - 2])
        )

    def _is_near(self, items: list[Item], start: int, end: int) -> bool:
        """Nothing but small words between a cue and its source."""
        return not any(
            (start <= i.start < end and i.kind in (ItemKind.CLUB, ItemKind.PERSON, ItemKind.MONEY)) or
            (start <= i.start < end and i.key in (".", ";", ":"))
            for i in items
        )  # fmt: skip

    def _in_brackets(self, items: list[Item], at: int) -> bool:
        """ "(Mail)" or "(Gazzetta dello Sport, in Italian)" at the end of an item."""
        if at == 0:
            return False
        labelled = items[at - 1].key == ":" and any(i.key in ("(", "[") for i in items[max(0, at - 4) : at])
        if not labelled and items[at - 1].key not in ("(", "[", "via", "/"):
            return False
        return any(i.key in (")", "]") for i in items[at + 1 : at + 8])

    def _link(self, item: Item) -> Link | None:
        written = " ".join(self.text[item.start : item.end].split())
        span = Span(item.start, item.end, self.text[item.start : item.end])
        source = item.value
        if item.kind is ItemKind.CLUB:
            source = self._outlet_named(item)
        if isinstance(source, Outlet):
            return Link(LinkKind.OUTLET, source.name, source.id, span)
        if isinstance(source, Journalist):
            return Link(LinkKind.JOURNALIST, source.name, source.id, span)
        if item.kind is ItemKind.PERSON:
            journalist = self.register.journalist_names[written.casefold()]
            return Link(LinkKind.JOURNALIST, journalist.name, journalist.id, span)
        name = _from_handle(written) if written.startswith("@") else written
        return Link(LinkKind.OUTLET, name, None, span) if name else None

    def _is_publisher(self, link: Link) -> bool:
        return self.publisher is not None and link.name.casefold() == self.publisher.casefold()

    def _by_town(self, items: list[Item]) -> bool:
        """ "the Roman newspaper": an outlet cited before, named by its town."""
        for first, second in pairwise(items):
            if second.key in self.language.words["outlet_nouns"] and (
                first.key in self.language.towns or first.kind in (ItemKind.CITY, ItemKind.DEMONYM)
            ):
                return True
            if first.key in self.language.words["outlet_nouns"] and second.key in self.language.towns:
                return True  # "il quotidiano romano"
        return False

    def cover(self, number: int, drafts: list[Draft]) -> None:
        """Notes that what a sentence cites is said of moves told before: "Palace get £60m, ESPN reports"."""
        citation = self.citations.get(number)
        if citation is not None and citation.links:
            self.covered.extend((draft, citation) for draft in drafts)

    def bind(self, drafts: list[Draft], rows: list[Sentence]) -> None:
        """Gives every draft the chain of its sentence; what a post or an item of a round-up cites covers all of it."""
        short = len(self.text) <= POST_LENGTH
        told: dict[int, set[int]] = {}
        for draft in drafts:
            told.setdefault(draft.sentence, set()).add(id(draft.being))
        for draft in drafts:
            citation = self.citations.get(draft.sentence)
            links = list(citation.links) if citation else []
            if not links:
                links = self._nearby(draft, rows, short) or self._carried(draft, rows, told)
            draft.chain = links
            if (
                draft.certainty is Certainty.REPORTED
                and not links
                and draft.kind is ClaimKind.MOVE
                and draft.stage == "done"
            ):
                draft.certainty = Certainty.FACT

        for draft, citation in self.covered:
            draft.chain = draft.chain or list(citation.links)

    def _nearby(self, draft: Draft, rows: list[Sentence], short: bool) -> list[Link]:
        block = rows[draft.sentence].block
        for number in sorted(self.citations, key=lambda n: abs(n - draft.sentence)):
            citation = self.citations[number]
            if short and rows[number].block > block > rows[0].block:
                continue  # a credit in a later paragraph covers nothing before it but the headline
            if citation.links and (short or (rows[number].block == block and self._ends_item(rows, number))):
                return list(citation.links)
        return []

    def _carried(self, draft: Draft, rows: list[Sentence], told: dict[int, set[int]]) -> list[Link]:
        """What the same paragraph goes on to say of a person after "according to": still by that source."""
        for number in range(draft.sentence - 1, -1, -1):
            if rows[number].block != rows[draft.sentence].block:
                return []
            citation = self.citations.get(number)
            if citation is not None and citation.links:
                people = told.get(number, set())
                return list(citation.links) if id(draft.being) in people or not people else []
        return []

    def _ends_item(self, rows: list[Sentence], number: int) -> bool:
        """A bracketed credit at the end of a paragraph covers the paragraph."""
        row = rows[number]
        last = number + 1 >= len(rows) or rows[number + 1].block != row.block
        return (
            last
            and bool(row.items)
            and row.items[-1].key in (")", "]", ".")
            and any(i.key in (")", "]") for i in row.items[-2:])
        )


SUBJECT = 1  # the rank of an outlet that is a sentence's subject: whoever it cites there comes before it


def links_order(links: list[Link]) -> Callable[[Link], int]:
    """The place of a link among those as told, by its words."""
    places = {link.span: at for at, link in enumerate(links)}
    return lambda link: places.get(link.span, len(places))


REACH_BEFORE = 45  # characters between "according to" and its source: "the Italian newspaper", "a report in"
REACH_AFTER = 30


def _from_handle(handle: str) -> str:
    """A handle as a name: "@TheAthleticFC" reads "The Athletic FC"."""
    body = handle.lstrip("@").replace("_", " ").strip()
    spaced = "".join(
        f" {c}" if at and c.isupper() and not body[at - 1].isupper() and body[at - 1] != " " else c
        for at, c in enumerate(body)
    )
    return " ".join(word[:1].upper() + word[1:] for word in spaced.split())

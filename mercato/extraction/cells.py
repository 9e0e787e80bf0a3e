"""A sentence's items as cells: phrases of the lexicon, and the phrases noticed over them."""

from __future__ import annotations

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.nodes import NO_ENTRIES, Mark, Node, NodeKind

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


def cells_of(items: list[Item], language: Language) -> list[Node]:
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
                    add(
                        Node(
                            kind, ItemKind.PHRASE, item, item.start, items[end - 1].end, " ".join(keys[at:end]), entries
                        )
                    )
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

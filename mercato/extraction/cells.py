"""A sentence's items as cells: phrases of the lexicon, and the phrases noticed over them."""

from __future__ import annotations

from itertools import pairwise

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import ANY, Language
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
    items = _without_conversions(items)
    keys = [item.key for item in items]
    cells: list[Node] = []
    add = cells.append
    lexicon, branches = language.lexicon, language.lexicon.branches
    lexicon.prepare(keys)
    word, phrase = ItemKind.WORD, ItemKind.PHRASE
    at, count = 0, len(items)
    while at < count:
        item = items[at]
        key, kind, end = item.key, item.kind, item.end
        entries = NO_ENTRIES
        branch = branches.get(key)
        at += 1
        if branch is not None:
            entries = branch.entries
            if branch.gap is not None or (at < count and keys[at] in branch.edges):
                found = lexicon.longest(branch, keys, at)
                if found is not None and found[0] > at:
                    key, end = " ".join(keys[at - 1 : found[0]]), max(end, items[found[0] - 1].end)
                    at, entries = found
                    kind = word
        if kind is not word:
            node_kind = _KINDS.get(kind, NodeKind.WORD)
            add(Node(node_kind, kind, item, item.start, end, key, entries, entries.categories, entries.senses))
        elif entries.all:
            node_kind = NodeKind.EVENT if "event" in entries.categories else NodeKind.PHRASE
            add(Node(node_kind, phrase, item, item.start, end, key, entries, entries.categories, entries.senses))
        else:
            add(Node(NodeKind.WORD, word, item, item.start, end, key, NO_ENTRIES))
    return cells


def _without_conversions(items: list[Item]) -> list[Item]:
    """The items without a sum in brackets right behind a sum: "70m euros (£60m)" is one amount."""
    money = [at for at, item in enumerate(items) if item.kind is ItemKind.MONEY]
    drop: set[int] = set()
    for first, second in pairwise(money):
        closes = second + 1 < len(items) and items[second + 1].key == ")"
        if closes and second == first + 2 and items[first + 1].key == "(":
            drop.update((first + 1, second, second + 1))
    return [item for at, item in enumerate(items) if at not in drop] if drop else items


def marks(items: list[Item], language: Language) -> list[Mark]:
    """The phrases of the overlay in a sentence; the longest at each place, those inside a longer one too."""
    keys = [item.key for item in items]
    keys.append("")  # no word comes after the last
    found: list[Mark] = []
    overlay = language.overlay
    for at, word in enumerate(keys):
        seconds = overlay.get(word)
        if seconds is None:
            continue
        for lexicon in seconds.get(keys[at + 1]) or seconds[ANY]:
            match = lexicon.match(keys, at)
            if match is not None:
                end, entries = match
                key = " ".join(keys[at:end])
                found.extend(Mark(items[at].start, items[end - 1].end, entry, key) for entry in entries)
    return found

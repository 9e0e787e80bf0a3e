"""Which names are one person: a block of like-sounding surnames is settled at once, from its mentions and verdicts.

The answer depends on what is in the block and on nothing else, not on the order in which it came: so that adding
a document settles its own blocks only, and a rebuild gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mercato.rumours.names import PLAIN, name_words


@dataclass(slots=True)
class Mention:
    """A person as claims name them: key, folded names, the clubs in their claims, when first known.

    `pinned` marks a key that a verdict has set for several names.
    """

    node: str
    names: set[str] = field(default_factory=set)
    clubs: set[str] = field(default_factory=set)
    first: str = ""
    pinned: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the key stands for a person by itself: the register's, or one that a verdict has set."""
        return self.pinned or not self.node.startswith(PLAIN)


def node_matches(node: str, key: str) -> bool:
    """Whether a verdict's key means a node: a name without a club means it at every club."""
    return node == key or (key.startswith(PLAIN) and "@" not in key and node.partition("@")[0] == key)


class _Groups:
    """Union-find whose groups never hold two known people, nor two that a verdict keeps apart."""

    def __init__(self, mentions: Sequence[Mention], apart: Iterable[tuple[str, str]]) -> None:
        self.parent = {mention.node: mention.node for mention in mentions}
        self.members = {mention.node: [mention] for mention in mentions}
        self.apart = list(apart)

    def root(self, node: str) -> str:
        while self.parent[node] != node:
            node = self.parent[node]
        return node

    def join(self, one: str, other: str) -> None:
        """Make two groups one, where that is allowed."""
        a, b = self.root(one), self.root(other)
        if a == b or self._forbidden(a, b):
            return
        self.parent[b] = a
        self.members[a] += self.members.pop(b)

    def _forbidden(self, a: str, b: str) -> bool:
        if len({m.node for m in (*self.members[a], *self.members[b]) if m.is_known}) > 1:
            return True
        ones, others = self.members[a], self.members[b]
        return any(
            (_any_match(ones, x) and _any_match(others, y)) or (_any_match(ones, y) and _any_match(others, x))
            for x, y in self.apart
        )


def _any_match(members: Iterable[Mention], key: str) -> bool:
    return any(node_matches(member.node, key) for member in members)


def settle(mentions: Iterable[Mention], apart: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """For each node of a block, the key of its person; `apart` are pairs of keys that are not one person."""
    ordered = sorted(mentions, key=lambda m: m.node)
    groups = _Groups(ordered, apart)
    _join_equal_names(groups, ordered)
    _join_variants(groups, ordered)
    _join_surnames(groups, ordered)
    return {
        member.node: person for members in groups.members.values() for person in [_key(members)] for member in members
    }


def _key(members: list[Mention]) -> str:
    """A group's key: its register id, else the fullest name's, the earliest known among equals."""
    known = sorted(member.node for member in members if member.is_known)
    if known:
        return known[0]
    return min(members, key=lambda m: (-_words(m), m.first, m.node)).node


def _words(mention: Mention) -> int:
    return min(2, max(len(name_words(name)) for name in mention.names))


def _join_equal_names(groups: _Groups, mentions: Sequence[Mention]) -> None:
    """A full name without an id goes to the one known person of that name, or to the one with most clubs in common."""
    for mention in mentions:
        if mention.is_known or _words(mention) < 2:
            continue
        same = [m for m in mentions if m.is_known and m.names & mention.names]
        best = same[0] if len(same) == 1 else _closest(mention, same)
        if best is not None:
            groups.join(best.node, mention.node)
    plain = [m for m in mentions if not m.is_known and _words(m) >= 2]
    for place, one in enumerate(plain):
        for other in plain[place + 1 :]:
            if one.names & other.names and one.clubs & other.clubs:
                groups.join(one.node, other.node)


def _join_variants(groups: _Groups, mentions: Sequence[Mention]) -> None:
    """Two full names a slip or a short form apart, with a club in common."""
    full = [m for m in mentions if _words(m) >= 2]
    for place, one in enumerate(full):
        for other in full[place + 1 :]:
            if (one.is_known and other.is_known) or not one.clubs & other.clubs:
                continue
            if any(_variants(a, b) for a in one.names for b in other.names):
                groups.join(one.node, other.node)


def _variants(a: str, b: str) -> bool:
    """Whether two full names can be spellings of one."""
    one, other = name_words(a), name_words(b)
    if len(one) < 2 or len(other) < 2 or a == b:
        return False
    last, given = within_edits(one[-1], other[-1]), (one[0], other[0])
    if not last:
        return False
    exact = one[-1] == other[-1]
    if given[0] == given[1]:
        return True
    short, long = sorted(given, key=len)
    if len(short) <= 2 and exact:
        return long.startswith(short)  # an initial
    return exact and (long.startswith(short) or within_edits(short, long))


def within_edits(a: str, b: str) -> bool:
    """Whether two words are the same but for one letter (from five letters on), added, dropped, changed or swapped."""
    if a == b:
        return True
    if min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) == len(b):
        swapped = a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
        return a[start + 1 :] == b[start + 1 :] or swapped
    return a[start:] == b[start + 1 :]


def _join_surnames(groups: _Groups, mentions: Sequence[Mention]) -> None:
    """A surname alone goes to the one person of that surname with a club in common."""
    singles = [m for m in mentions if not m.is_known and _words(m) == 1]
    full = [m for m in mentions if m.is_known or _words(m) >= 2]
    for single in singles:
        word = name_words(next(iter(single.names)))[-1]
        fitting = [m for m in full if m.clubs & single.clubs and any(word in name_words(n) for n in m.names)]
        roots = {groups.root(m.node) for m in fitting}
        if len(roots) == 1:
            groups.join(roots.pop(), single.node)
    for place, one in enumerate(singles):
        for other in singles[place + 1 :]:
            alone = not any(
                m.is_known or _words(m) >= 2 for n in (one, other) for m in groups.members[groups.root(n.node)]
            )
            if alone and one.names & other.names and one.clubs & other.clubs:
                groups.join(one.node, other.node)


def _closest(mention: Mention, known: Sequence[Mention]) -> Mention | None:
    """The one with most clubs in common, None where two are equally close."""
    shares = sorted(((len(m.clubs & mention.clubs), m.node, m) for m in known), reverse=True)
    if not shares or not shares[0][0] or (len(shares) > 1 and shares[0][0] == shares[1][0]):
        return None
    return shares[0][2]

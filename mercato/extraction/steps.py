"""One step of a transfer in a sentence, as a record, and which meaning a word for a step has."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mercato.extraction.coreference import Being
from mercato.extraction.frames import FRAMES
from mercato.extraction.lexicon import Entry
from mercato.extraction.names import ClubName
from mercato.extraction.nodes import Node, NodeKind
from mercato.model import Stage

CHAIN_GAP = 4
Span = tuple[int, int]


class Club(msgspec.Struct, eq=False):
    """A club taking part in an event, with the characters that name it."""

    name: ClubName
    span: Span


class Event(msgspec.Struct, eq=False):
    """One step: its frame, the stage reached, and who takes part."""

    frame: str
    stage: Stage | None
    span: Span
    sentence: int
    at: int
    entry: Entry
    people: list[tuple[Being, Span]] = []
    buyers: list[Club] = []
    sellers: list[Club] = []
    keepers: list[Club] = []
    subject: Node | None = None
    partner_clubs: list[Club] = []
    governors: tuple[str, ...] = ()
    negated: bool = False
    unnamed_suitors: bool = False
    unnamed_object: bool = False
    plural_object: bool = False
    passive: bool = False
    background: bool = False
    replaced: list[tuple[Being, Span]] = []
    conditional: bool = False
    # Two clubs joined by "between": one of them is the seller.
    between: bool = False
    deal: str | None = None
    # Agreed with the person himself.
    personal: bool = False
    # The clubs that are told so: "have told Juventus that X will stay".
    told: list[Club] = []
    # Told in passing of somebody ("who joined Spurs in the summer"): a career fact and no news.
    aside: bool = False
    # Behind a word for what has happened by now: "following their signing of".
    after: bool = False
    previous: bool = False
    # A finite verb with no subject: in some languages the one spoken of before is meant.
    dropped: bool = False
    # Where nobody is named the language leaves it to the reader who is meant.
    elliptic: bool = False


class Chain(msgspec.Struct, eq=False):
    """Words for steps that stand together: "keen" + "sign"; the last is the core."""

    nodes: list[int]
    entries: list[Entry]
    purposive: bool = False


def is_pronoun_owner(node: Node) -> bool:
    """ "his", "their"."""
    return node.owner and bool(node.people) and node.people[0].pronoun


def pick(entries: Iterable[Entry], following: Node | None, noun: bool = False) -> Entry | None:
    """The event that a phrase stands for: a word that governs nothing only where nothing better fits."""
    events = [entry for entry in entries if entry.category == "event"]
    if len(events) < 2:
        return events[0] if events else None
    person_next = following is not None and following.kind is NodeKind.PERSON and not is_pronoun_owner(following)
    club_next = following is not None and following.kind is NodeKind.CLUB
    verb_next = following is not None and (
        following.kind is NodeKind.EVENT or following.has("have") or following.has("be")
    )

    def rank(entry: Entry) -> int:
        frame = FRAMES[entry.attributes["frame"]]
        if entry.attributes["frame"] == "rival":
            return 5
        if noun and (entry.attributes["frame"] == "radar" or entry.get("noun")):
            return -1
        if (entry.get("needs") == "player" and not person_next) or entry.get("aside"):
            return 3
        if person_next and frame.object == "player" and frame.subject != "player":
            return 0
        if verb_next and entry.get("governs") == "sure" and entry.attributes["frame"] == "none":
            return 0  # "going to sign"
        if entry.name == "complete_person" and not person_next:
            return 3  # "completing a move from"
        if club_next and frame.object in ("buyer", "seller", "keeper"):
            return 0
        return 2 if entry.attributes["frame"] == "none" else 1

    return min(events, key=rank)


def is_noun(nodes: list[Node], at: int) -> bool:
    """Whether an article or a possessor stands before the word, with nothing but words that describe it between."""
    for index in range(at - 1, max(at - 5, -1), -1):
        node = nodes[index]
        if node.has("articles") or node.owner or node.key == "'s":
            return True
        if node.has("event:rival_match") and node.key == "ahead of":
            return True  # "ahead of summer exit"
        if not (node.kind in (NodeKind.WORD, NodeKind.FIGURE) or node.has("adjectives")):
            return False
    return False


# What a form of the verb does to its step: "fichará" is a settled future, "ficharía" hearsay.
MOODS = {"future": "sure", "cond": "can"}
FINITE = frozenset({"third", "past", "pp", "future", "cond"})
# Forms before which a word like an article is a pronoun: "le suit", but "le suivi".
VERB_FORMS = frozenset({"third", "past", "inf", "future", "cond"})
OFFERS = frozenset({"bid", "talks", "pursue", "interest", "offer_contract"})
LISTING = Entry("event", "listing", {"frame": "pursue", "core": "interest", "bare": "interest"})
BARE = Entry("event", "bare_move", {"frame": "join", "core": "interest", "bare": "interest"})

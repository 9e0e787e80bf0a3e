"""Noun phrases of one kind side by side become one node: "Leeds, Everton and Wolves"."""

from __future__ import annotations

from mercato.extraction.names import ClubName
from mercato.extraction.nodes import ClubMention, Node, NodeKind


def last_word(node: Node) -> str:
    """The word that a phrase ends with: "incorporación del" ends with an article."""
    return node.key.rsplit(" ", 1)[-1]


def _is_joint(node: Node) -> bool:
    return node.key == "," or node.has("conjunctions") or node.has("list_openers")


def join_lists(nodes: list[Node]) -> list[Node]:
    """The row with each list of people or of clubs as one node."""
    out: list[Node] = []
    at, count = 0, len(nodes)
    person, club = NodeKind.PERSON, NodeKind.CLUB
    while at < count:
        node = nodes[at]
        at += 1
        if (node.kind is not person and node.kind is not club) or node.owner:
            out.append(node)
            continue
        is_object = bool(out) and out[-1].kind is NodeKind.EVENT
        while True:
            end, joined = _next_member(nodes, at, node, is_object)
            if joined is None:
                break
            if node.kind is NodeKind.PERSON:
                _share_club(node, joined)
                node.people = [*node.people, *joined.people]
            else:
                node.clubs = [*node.clubs, *joined.clubs]
            node.end, node.owner = joined.end, joined.owner
            at = end
            if node.owner:
                break
        out.append(node)
    return out


def _share_club(node: Node, joined: Node) -> None:
    """ "Chelsea's England forward Abraham and Scotland midfielder Gilmour": the possessor of the first has both."""
    first, second = node.people[-1], joined.people[0]
    if not first.possessed or second.clubs or second.name is None:
        return
    own = [pair for pair in first.clubs if pair[1] == "current"]
    if len(own) == 1 and second.role == "player":
        second.clubs = own
        second.club_spans = [span for span in first.club_spans if span[0] == own[0][0]]
        second.possessed = True


def _next_member(nodes: list[Node], at: int, node: Node, is_object: bool) -> tuple[int, Node | None]:
    """The next member of the list that `node` is part of, if what follows is one."""
    index, commas, conjunction = at, 0, False
    while index < len(nodes) and _is_joint(nodes[index]):
        if nodes[index].key == ",":
            commas += 1
        else:
            conjunction = True
        index += 1
    if conjunction and _is_counted(nodes, index):
        index += 1
    if index == at or index >= len(nodes) or commas > 1 + conjunction:
        return at, None
    opened = nodes[index - 1].has("list_openers") and nodes[at].key == ","
    if opened and node.role is not None and node.clubs and node.clubs[-1].name is not None:
        return at, None  # "several clubs want him from Lille, including Ajax": Lille is none of them
    follow = nodes[index]
    if follow.start - nodes[index - 1].end > 2 and nodes[index - 1].key == ",":
        return at, None  # a word that no table knows stands between: "the club, meaning Arsenal and Spurs"
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


def _is_counted(nodes: list[Node], at: int) -> bool:
    """ "Newcastle, Bayern and two Saudi clubs": a number before clubs that the text does not name."""
    if at + 1 >= len(nodes) or nodes[at].kind not in (NodeKind.WORD, NodeKind.FIGURE):
        return False
    follow = nodes[at + 1]
    return follow.kind is NodeKind.CLUB and all(club.plural for club in follow.clubs)


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
        return any(
            e.form in ("base", "third", "past", "future", "cond") or e.get("governs") in ("sure", "can")
            for e in node.entries
        )
    return node.has("have") or node.has("be")

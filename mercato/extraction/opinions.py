"""What a former player or a pundit thinks of others is no news."""

from __future__ import annotations

from mercato.extraction.coreference import Being
from mercato.extraction.draft import Draft
from mercato.extraction.nodes import NodeKind, Row
from mercato.model import Stage

_WISHES = frozenset({Stage.INTEREST, Stage.ADVANCED})
"""What an opinion can state; what has happened stays news, whoever tells it."""


def without_opinions(nodes: Row, drafts: list[Draft], verbs: frozenset[str]) -> list[Draft]:
    """The drafts of a sentence without what one who is at no club says may become of others."""
    found = _speaker(nodes, verbs) if drafts and verbs else None
    if found is None:
        return drafts
    speaker, closes = found
    return [d for d in drafts if d.stage not in _WISHES or (d.being is speaker and not closes)]


def _speaker(nodes: Row, verbs: frozenset[str]) -> tuple[Being, bool] | None:
    """ "Former Chelsea midfielder Joe Cole thinks ...", "..., says former Spurs man Danny Murphy" (which closes it)."""
    for at, node in enumerate(nodes):
        if node.kind is not NodeKind.PERSON or node.owner or len(node.people) != 1:
            continue
        mention = node.people[0]
        relations = {relation for _, relation in mention.clubs}
        if mention.name is None or mention.being is None or relations != {"former"}:
            continue
        after = next((n for n in nodes[at + 1 : at + 3] if n.key != ","), None)
        before = nodes[at - 1] if at else None
        opens = at == 0 or all(n.kind is not NodeKind.CLUB and n.kind is not NodeKind.PERSON for n in nodes[:at])
        says = after is not None and opens and after.key in verbs
        closes = before is not None and before.key in verbs
        if says or closes:
            return mention.being, closes
    return None

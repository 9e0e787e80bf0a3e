"""What the reader of terms asks of nodes and items."""

from __future__ import annotations

from mercato.extraction.coreference import Being
from mercato.extraction.items import Figure, Item, ItemKind
from mercato.extraction.nodes import Mark, Node, NodeKind


def index_after(nodes: list[Node], offset: int) -> int:
    """The first node that begins at or after a character."""
    return next((at for at, node in enumerate(nodes) if node.start >= offset), len(nodes))


def figure_of(node: Node, kind: ItemKind) -> Figure | None:
    """The figure of that kind that a node holds."""
    if node.item is not None and node.item.kind is kind and isinstance(node.item.value, Figure):
        return node.item.value
    return None


def is_paid(nodes: list[Node], mark: Mark) -> bool:
    """ "ha pagado los 5 millones de la cláusula": who pays the clause has bought him."""
    return any(
        n.kind is NodeKind.EVENT and n.start <= mark.start < n.end and n.end > mark.end
        and any(e.get("frame") == "acquire" for e in n.entries)
        for n in nodes
    )  # fmt: skip


def may_play(being: Being) -> bool:
    """Not somebody whom the register knows as a coach or an official only."""
    return bool(being.positions) or not being.people or any(p.role == "player" for p in being.people)


def is_money(items: list[Item], at: int) -> bool:
    """Whether the item at `at` is a sum of money."""
    return at < len(items) and items[at].kind is ItemKind.MONEY

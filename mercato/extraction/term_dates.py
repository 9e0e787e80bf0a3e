"""Until when: the dates of a sentence, and whether a step lies behind the day of publication."""

from __future__ import annotations

from datetime import date

from mercato.extraction.amounts import year_month
from mercato.extraction.draft import Draft
from mercato.extraction.items import ItemKind
from mercato.extraction.nodes import Node, NodeKind
from mercato.extraction.term_tools import figure_of

Span = tuple[int, int]
NEAR = 12
_SIGNING = frozenset({"join", "acquire", "renew"})


class TermDates:
    """Reads the dates that belong to a contract or a step."""

    day: date | None
    until_words: frozenset[str]

    def date_at(self, nodes: list[Node], at: int) -> tuple[str, Span] | None:
        """The date that a node stands for, as YYYY or YYYY-MM."""
        node = nodes[at]
        figure = figure_of(node, ItemKind.DATE)
        if figure is not None and figure.date is not None:
            return self._dated(figure.date), (node.start, node.end)
        time = node.entry("time")
        if time is not None and at + 2 < len(nodes) and nodes[at + 1].has("prep", "of"):
            year = figure_of(nodes[at + 2], ItemKind.DATE)
            if year is not None and year.date is not None and year.date[:4].isdigit():
                return year.date[:4], (node.start, nodes[at + 2].end)  # "until the summer of 2023"
        if time is not None:
            found = year_month(time.name, self.day)
            if found is not None:
                return found, (node.start, node.end)
        return None

    def _dated(self, written: str) -> str:
        if written.startswith("XXXX"):
            month = int(written[5:7])
            if self.day is None:
                return written[5:7]
            year = self.day.year + (month < self.day.month)
            return f"{year}-{month:02d}"
        return written.split("/")[0] if "/" in written else written[:7]

    def near_date(self, nodes: list[Node], at: int) -> tuple[str, Span] | None:
        """The nearest date after the node, before the clause ends; else one in the node's own words."""
        for index in range(at + 1, min(at + 1 + NEAR, len(nodes))):
            node = nodes[index]
            if node.key in (".", ";") or (node.has("breaks") and node.key not in self.until_words):
                break
            if node.kind is NodeKind.EVENT and any(e.get("frame") in _SIGNING for e in node.entries):
                break  # "free after his contract with Lille, he will sign until 2030"
            if (node.kind is NodeKind.PERSON and not node.owner) or node.has("background"):
                break
            found = self.date_at(nodes, index)
            if found is not None and not self._is_past(nodes, index):
                return found
        return None

    def _is_past(self, nodes: list[Node], at: int) -> bool:
        return at > 0 and nodes[at - 1].has("background")

    def is_past(self, nodes: list[Node], draft: Draft, strict: bool = False) -> bool:
        """Whether a finished step is dated before the month of publication: a career fact and no news.

        With `strict` the date must stand in the step's own clause.
        """
        if self.day is None or draft.event is None:
            return False
        start, end = draft.event.span
        low = max((n.end for n in nodes if n.kind is NodeKind.EVENT and n.end <= start), default=0)
        high = min((n.start for n in nodes if n.kind is NodeKind.EVENT and n.start >= end), default=nodes[-1].end + 1)
        for at, node in enumerate(nodes):
            if not low <= node.start < high:
                continue
            if strict and node.start >= end and (node.key in (",", "-") or node.has("background")):
                return False
            figure = figure_of(node, ItemKind.DATE)
            ends = at > 0 and nodes[at - 1].key.rsplit(" ", 1)[-1] in self.until_words  # "hasta el 30 de junio"
            ends = ends or (at > 1 and nodes[at - 1].has("articles") and nodes[at - 2].key in self.until_words)
            if figure is not None and figure.date is not None and not ends and self._before_now(figure.date):
                return True
            if node.has("time", "past"):
                return True
        return False

    def _before_now(self, written: str) -> bool:
        assert self.day is not None
        if written.startswith("XXXX"):
            return 0 < self.day.month - int(written[5:7]) <= 6
        year, month = int(written[:4]), int(written[5:7]) if len(written) >= 7 and written[4] == "-" else None
        if "/" in written:
            return year < self.day.year - 1
        if month is None:
            return year < self.day.year
        return (year, month) < (self.day.year, self.day.month)

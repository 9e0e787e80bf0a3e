"""What templates need: hostile text made harmless, words marked in their paragraphs, paths as trees, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from markupsafe import Markup

from mercato.interfaces.cli.output import safe
from mercato.model import BlockKind, Claim, ClaimKind, Document, Moment, Precision, Stage
from mercato.model.rumours import OriginNode, Report, Rumour

MOST_REPORTS = 40
"""Reports of a rumour whose words stand on one page."""
_LONGEST_BLOCK = 1_500
_AROUND = 300


def finalize(value: object) -> object:
    """Every value that a template writes: control and direction characters become visible escapes."""
    if value is None:
        return ""
    return value if isinstance(value, Markup | int | float) else safe(str(value))


def original(address: str | None) -> str | None:
    """An address that may be linked to: of the web, with a host and nothing odd in it."""
    if not address or safe(address) != address or any(c.isspace() for c in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def clock(at: datetime | Moment | None) -> Markup:
    """A moment for a page, in UTC; the reader's browser may write it in the reader's own zone beside it."""
    if isinstance(at, Moment):
        if at.precision is not Precision.SECOND:
            return Markup(safe(str(at)))  # a date in digits
        at = at.at
    if at is None:
        return Markup("")
    at = at.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M}")


_OF_ONE_CLUB = {
    ClaimKind.EXIT: "leaves", ClaimKind.STAY: "stays with", ClaimKind.CONTRACT: "contract with",
    ClaimKind.PRICE: "asking price of", ClaimKind.SPELL: "at",
}  # fmt: skip


def claim_words(claim: Mapping[str, Any]) -> str:
    """A claim's record in a few words: "Juventus → AC Milan", "stays with Napoli"."""
    kind = ClaimKind(claim["kind"])
    if kind is ClaimKind.MOVE:
        return f"{claim['from'] or ''} → {claim['to'] or ''}".strip()
    return f"{_OF_ONE_CLUB[kind]} {claim['club'] or claim['from'] or claim['to'] or ''}"


def percent(value: float) -> str:
    """A probability in words that don't pretend: never 0 % or 100 %."""
    return "under 1%" if value < 0.005 else "over 99%" if value > 0.995 else f"{value:.0%}"


def tint(stage: Stage | None) -> str:
    """The class that gives a stage its colour."""
    return f"s-{stage.value}" if stage else "s-none"


def address(kind: str, key: str, carried: Mapping[str, str] | None = None) -> str:
    """The address of a page of ours, with what is carried from page to page."""
    # A lone surrogate can't be in an address; the page it would lead to can't be asked for either.
    path = f"/{kind}/{quote(key.encode('utf-8', 'replace'), safe='')}"
    return f"{path}?{urlencode(carried)}" if carried else path


def at_report(rumour: Rumour, document_id: str, carried: Mapping[str, str]) -> str:
    """The address at which the words of one of a rumour's reports stand."""
    asked = {**carried, "report": document_id} if len(rumour.reports) > MOST_REPORTS else carried
    return f"{address('rumour', rumour.id, asked)}#d-{document_id}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `label` says which part of a claim it speaks for, empty where for none."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with its words marked."""

    kind: str
    pieces: tuple[Piece, ...]


def passages(document: Document, claims: Iterable[Claim], *, whole: bool = False) -> list[Passage]:
    """The blocks that the claims' words stand in, marked; with `whole` all blocks."""
    spans = sorted({(e.span.start, e.span.end, e.role.value) for claim in claims for e in claim.evidence})
    found = []
    for block in document.blocks:
        inside = [s for s in spans if s[0] < block.end and s[1] > block.start]
        if inside or (whole and block.kind is not BlockKind.BOILERPLATE):
            found.append(Passage(block.kind.value, _pieces(document.text, block.start, block.end, inside, whole)))
    return found


def _pieces(text: str, start: int, end: int, spans: list[tuple[int, int, str]], whole: bool) -> tuple[Piece, ...]:
    before = after = ""
    if not whole and end - start > _LONGEST_BLOCK:
        first, last = max(start, spans[0][0] - _AROUND), min(end, max(s[1] for s in spans) + _AROUND)
        before, after = "… " if first > start else "", " …" if last < end else ""
        start, end = first, last
    edges = sorted({start, end, *(min(max(at, start), end) for span in spans for at in span[:2])})
    pieces = [Piece(before)] if before else []
    for one, other in pairwise(edges):
        labels = dict.fromkeys(label.replace("_", " ") for s, e, label in spans if s <= one and other <= e)
        pieces.append(Piece(text[one:other], ", ".join(labels)))
    return tuple([*pieces, Piece(after)] if after else pieces)


@dataclass
class Node:
    """A source in the path of a story; `report` is its own document here, `unseen` what is known without one."""

    name: str
    report: Report | None = None
    unseen: OriginNode | None = None
    children: list[Node] = field(default_factory=list)


def path_nodes(rumour: Rumour) -> list[Node]:
    """Who rests on whom, as trees: origins at the top."""
    seen = {node.name: node for node in rumour.origins}
    nodes: dict[tuple[str, ...], Node] = {}
    roots: list[Node] = []
    for report in rumour.reports:
        for depth in range(1, len(report.path) + 1):
            path = report.path[:depth]
            if path not in nodes:
                nodes[path] = Node(path[-1], unseen=seen.get(path[-1]))
                (nodes[path[:-1]].children if depth > 1 else roots).append(nodes[path])
        own = nodes[report.path]
        if own.report is None:
            own.report = report
        else:
            own.children.append(Node(report.outlet, report))
    return roots

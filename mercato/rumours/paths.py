"""Origin and path: which source each report rests on, and which sources rest on no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mercato.model import Certainty, Claim, LinkKind, Stage
from mercato.model.rumours import Lead, OriginNode, TimeRange
from mercato.rumours.entries import Entry, published
from mercato.rumours.names import Names

_BEFORE_CITED = timedelta(days=1)
"""A paper's story is passed on the same day or the next; longer than that nobody calls it news."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The earlier document that a text is made from, how alike they are, and whether their order is sure."""

    of: str
    score: float
    order_certain: bool


@dataclass(frozen=True, slots=True)
class Sourced:
    """One document's part in a rumour, with the sources it names: keys and names, origin first, itself last."""

    entries: tuple[Entry, ...]
    own: str
    own_name: str
    keys: tuple[str, ...]
    names: tuple[str, ...]
    copy: Copy | None = None

    @property
    def document_id(self) -> str:
        """The document."""
        return self.entries[0].source.id

    @property
    def origin(self) -> str:
        """The key of the source that it rests on, its own where it names none."""
        return self.keys[0]

    @property
    def cites(self) -> bool:
        """Whether it passes on what another said."""
        return len(self.keys) > 1

    @property
    def when(self) -> TimeRange:
        """Between which instants it was published."""
        return published(self.entries[0].source)

    @property
    def denies(self) -> bool:
        """Whether it says that it is not so."""
        return any(e.claim.stage is Stage.DENIED or e.claim.certainty is Certainty.DENIED for e in self.entries)

    @property
    def voices(self) -> tuple[str, ...]:
        """Who is quoted in person."""
        links = (link for entry in self.entries for link in entry.claim.attribution.chain)
        return tuple(dict.fromkeys(link.name for link in links if link.kind is LinkKind.VOICE))


def sourced(entries: Sequence[Entry], names: Names) -> Sourced:
    """The sources of one document's entries on one rumour; the fullest chain that it tells is taken."""
    head = entries[0].source
    own = names.outlet_key(head.outlet, head.address)
    own_name = names.source_name(own, head.outlet or own.removeprefix("n:"))
    chains = [_chain(entry.claim, names) for entry in entries]
    chain = [(key, name) for key, name in max(chains, key=len) if key != own]
    keys = (*(key for key, _ in chain), own)
    return Sourced(tuple(entries), own, own_name, keys, (*(name for _, name in chain), own_name))


def _chain(claim: Claim, names: Names) -> list[tuple[str, str]]:
    """The outlets and journalists that a claim is credited to, each source once, a journalist as part of his outlet."""
    found: dict[str, str] = {}
    for link in claim.attribution.chain:
        if link.kind in (LinkKind.OUTLET, LinkKind.JOURNALIST):
            key = names.link_key(link)
            found.setdefault(key, names.source_name(key, link.name))
    for key in list(found):
        houses = [house for house in names.writes_for(key) if house in found]
        if houses:
            # "Matteo Moretto of Relevo" is one source: the outlet, in the place where the first of the two stood.
            found = {(houses[0] if k in (key, houses[0]) else k): v for k, v in found.items() if k != key} or found
    return list(found.items())


def with_copies(reports: Sequence[Sourced], likeness: Mapping[tuple[str, str], float]) -> list[Sourced]:
    """Each report with the earlier one that its text is made from, where there is one.

    `likeness` has the pairs of documents of which one is a copy; which is which, the order of time tells.
    """
    found: list[Sourced] = []
    for report in reports:
        models = [(_score(likeness, m, report), m) for m in found if _may_rest_on(report, m)]
        score, model = max(models, key=lambda pair: pair[0], default=(0.0, None))
        if model is None or score <= 0:
            found.append(report)
            continue
        certain = not model.when.overlaps(report.when)
        found.append(replace(report, copy=Copy(model.document_id, score, certain)))
    return found


def _score(likeness: Mapping[tuple[str, str], float], model: Sourced, report: Sourced) -> float:
    one, other = sorted((model.document_id, report.document_id))
    return likeness.get((one, other), 0.0)


def _may_rest_on(report: Sourced, model: Sourced) -> bool:
    """Whether a likeness counts. Across languages it is no proof against a text that credits a source of its own."""
    same_language = report.entries[0].source.language == model.entries[0].source.language
    return same_language or not report.cites or report.origin in model.keys


def path_of(report: Sourced, by_document: Mapping[str, Sourced]) -> tuple[str, ...]:
    """Names from the origin to the report; a copy goes through the text that it copies."""
    if report.copy is None:
        return report.names
    model = by_document[report.copy.of]
    return (*path_of(model, by_document), report.own_name)


def origin_of(report: Sourced, by_document: Mapping[str, Sourced]) -> str:
    """The key of the source that a report rests on in the end; a copy rests on what its model rests on."""
    return report.origin if report.copy is None else origin_of(by_document[report.copy.of], by_document)


def origin_nodes(reports: Sequence[Sourced], names: Names) -> tuple[OriginNode, ...]:
    """All sources of a rumour in the order of time: those with a document here, and those seen through others only."""
    by_document = {report.document_id: report for report in reports}
    nodes: dict[str, OriginNode] = {}
    for report in reports:
        independent = not report.denies
        root = origin_of(report, by_document)
        for place, (key, name) in enumerate(zip(report.keys[:-1], report.names, strict=False)):
            _cite(nodes, key, name, report, independent and place == 0 and key == root)
        spoke = report.copy is None and not report.cites and not names.only_gathers(report.own)
        _publish(nodes, report, independent and spoke)
    return tuple(sorted(nodes.values(), key=lambda n: (n.when.latest, n.key)))


def _cite(nodes: dict[str, OriginNode], key: str, name: str, report: Sourced, independent: bool) -> None:
    """A source that a report names: one more document it is seen through, and a bound for its time."""
    node = nodes.get(key)
    start = report.when.earliest - _BEFORE_CITED if report.when.earliest else None
    when = TimeRange(start, report.when.latest)
    if node is None:
        nodes[key] = OriginNode(key, name, when, None, (report.document_id,), independent)
        return
    if node.report is None and when.latest < node.when.latest:
        node = replace(node, when=when)
    seen = node.seen_through if report.document_id in node.seen_through else (*node.seen_through, report.document_id)
    nodes[key] = replace(node, seen_through=seen, independent=node.independent or independent)


def _publish(nodes: dict[str, OriginNode], report: Sourced, independent: bool) -> None:
    """A source by its own document; one that was cited before is now known from itself, if it can have been that."""
    node = nodes.get(report.own)
    if node is None:
        if independent:
            nodes[report.own] = OriginNode(report.own, report.own_name, report.when, report.document_id, (), True)
        return
    earlier = report.when.earliest is None or report.when.earliest <= node.when.latest
    if node.report is None and independent and earlier:
        node = replace(node, report=report.document_id, when=report.when)
    nodes[report.own] = replace(node, independent=node.independent or independent)


def lead_of(nodes: Sequence[OriginNode]) -> Lead:
    """Who was first among the independent sources, and by how much at the least and at the most."""
    told = sorted((node for node in nodes if node.independent), key=lambda n: (n.when.latest, n.key))
    if not told:
        return Lead(())
    first = told[0]
    tied = [node for node in told if node.when.overlaps(first.when)]
    rest = [node for node in told if node not in tied]
    names = tuple(node.name for node in tied)
    if not rest:
        return Lead(names)
    after = rest[0]
    gap = (after.when.earliest - first.when.latest).total_seconds() if after.when.earliest else 0.0
    widest = (after.when.latest - first.when.earliest).total_seconds() if first.when.earliest else None
    return Lead(names, after.name, max(0, int(gap)), None if widest is None else int(widest))

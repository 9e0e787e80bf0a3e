"""From claims to rumours in memory: what a rebuild, and any day's view, is made by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mercato.model.folding import fold
from mercato.model.rumours import Rumour
from mercato.rumours.build import Earlier, Pair, Tools, build_file, copies_among
from mercato.rumours.entries import Entry, EntryMaker
from mercato.rumours.people import Mention, settle
from mercato.rumours.prints import Print
from mercato.rumours.reading import ClaimRow
from mercato.rumours.verdicts import Judged
from mercato.rumours.windows import order

FileKey = tuple[str, str]
"""Person and window: the entries that are built together."""

Prints = Callable[[Sequence[str]], Mapping[str, Print]]


def join(rows: Iterable[ClaimRow], maker: EntryMaker, judged: Judged, prints: Prints, tools: Tools) -> list[Rumour]:
    """All rumours of some claims, by person and window."""
    entries = [maker.entry(*row) for row in rows]
    people = people_of(entries, judged)
    files: dict[FileKey, list[Entry]] = {}
    for entry in entries:
        files.setdefault((people[entry.block, entry.node], entry.window), []).append(entry)
    found: list[Rumour] = []
    by_person: dict[str, list[Rumour]] = {}
    for person, window in sorted(files, key=lambda f: (f[0], order(f[1]))):
        held = files[person, window]
        documents = frozenset(e.source.id for e in held)
        copies = copies_among(held, prints(sorted(documents)) if len(documents) > 1 else {}, documents, {})
        before = by_person.setdefault(person, [])
        made = build_file(person, window, held, copies, earlier_of(before), tools)
        before += made
        found += made
    return found


def people_of(entries: Iterable[Entry], judged: Judged) -> dict[tuple[str, str], str]:
    """For each block and node the key of the person."""
    blocks: dict[str, dict[str, Mention]] = {}
    for entry in entries:
        mention = blocks.setdefault(entry.block, {}).setdefault(
            entry.node, Mention(entry.node, pinned=entry.node in judged.pinned)
        )
        add_mention(mention, entry.claim.person.name, entry.clubs, first_seen(entry))
    return {
        (block, node): person
        for block, mentions in blocks.items()
        for node, person in settle(mentions.values(), judged.apart).items()
    }


def add_mention(mention: Mention, name: str, clubs: Iterable[str], first: str) -> None:
    """Take one more entry into what is known of a node."""
    mention.names.add(fold(name))
    mention.clubs.update(clubs)
    mention.first = min(mention.first or first, first)


def first_seen(entry: Entry) -> str:
    """The moment by which names are ordered where nothing else tells them apart."""
    return f"{entry.when.latest.isoformat()} {entry.source.id}"


def earlier_of(rumours: Iterable[Rumour]) -> dict[Pair, Earlier]:
    """For each pair of kind and club its last rumour among those of earlier windows."""
    found: dict[Pair, Earlier] = {}
    for rumour in sorted(rumours, key=lambda r: order(r.window)):
        facts = frozenset(fact for report in rumour.reports for fact in report.facts)
        pair = (rumour.kind, rumour.club)
        before = found[pair].facts if pair in found else frozenset()
        found[pair] = Earlier(rumour.id, rumour.saga, rumour.window, before | facts)
    return found

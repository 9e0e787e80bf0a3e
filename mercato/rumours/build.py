"""A file of entries, all on one person in one window, becomes rumours. A function of the entries and nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mercato.model import LADDER, Claim, ClaimKind, Deal, Stage
from mercato.model.rumours import (
    ConditionLink,
    Conflict,
    Newness,
    Report,
    ReportRole,
    Rival,
    Rumour,
    SaidFee,
    TimelinePoint,
)
from mercato.rumours import conflicts, echoes
from mercato.rumours.entries import Entry
from mercato.rumours.names import Names, name_words
from mercato.rumours.news import certainty_of, facts_of, news_of, stage_of
from mercato.rumours.paths import Sourced, lead_of, origin_nodes, origin_of, path_of, sourced, with_copies
from mercato.rumours.prints import Print
from mercato.rumours.windows import Calendar, order

COPY_WITHIN = timedelta(days=21)
"""Copies are made while a story is news; leaving out distant pairs keeps long files cheap."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same pair of person and club in an earlier window."""

    id: str
    saga: str
    window: str
    facts: frozenset[str]


Pair = tuple[ClaimKind, str]


@dataclass(frozen=True, slots=True)
class Tools:
    """What building needs besides the entries."""

    names: Names
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a file says of its person, whatever the destination."""

    contract: str | None
    conflicts: tuple[Conflict, ...]
    club_of: Mapping[str, tuple[str, str, bool]]


def rumour_id(person: str, kind: ClaimKind, club: str, window: str) -> str:
    """A rumour's id: it stays while person, club and window do."""
    return hashlib.sha256("\0".join((person, kind.value, club, window)).encode()).hexdigest()[:12]


def copies_among(
    entries: Iterable[Entry],
    prints: Mapping[str, Print],
    fresh: frozenset[str],
    known: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], float]:
    """The pairs of documents of which one copies the other: known ones, and those with a document in `fresh`."""
    claims: dict[str, list[Entry]] = {}
    for entry in entries:
        claims.setdefault(entry.source.id, []).append(entry)
    documents = sorted(claims)
    marks = {id_: echoes.claim_marks(e.claim for e in claims[id_]) for id_ in documents if id_ in prints}
    found = {
        pair: score for pair, score in known.items() if pair[0] in claims and pair[1] in claims and not fresh & {*pair}
    }
    for new in sorted(fresh & marks.keys()):
        for other in documents:
            if other == new or other not in marks or (other in fresh and other < new):
                continue
            gap = abs(claims[new][0].when.latest - claims[other][0].when.latest)
            same_article = claims[new][0].source.key == claims[other][0].source.key
            if gap > COPY_WITHIN or same_article:
                continue
            likeness = echoes.compare(prints[new], prints[other], (marks[new], marks[other]))
            if likeness.copied:
                a, b = sorted((new, other))
                found[a, b] = round(likeness.score, 4)
    return dict(sorted(found.items()))


def build_file(
    person: str,
    window: str,
    entries: Iterable[Entry],
    copies: Mapping[tuple[str, str], float],
    earlier: Mapping[Pair, Earlier],
    tools: Tools,
) -> list[Rumour]:
    """The rumours of a person in a window, in the order of their first reports."""
    ordered = sorted(entries, key=lambda e: e.order)
    groups: dict[Pair, list[Entry]] = {}
    for entry in ordered:
        if entry.is_rumour:
            groups.setdefault((entry.claim.kind, entry.club), []).append(entry)
    facts = _person_facts(ordered, copies, tools.names)
    found = [
        _rumour(person, window, pair, group, ordered, copies, facts, earlier.get(pair), tools)
        for pair, group in groups.items()
    ]
    return [_with_rivals(rumour, found) for rumour in found]


def _person_facts(ordered: Sequence[Entry], copies: Mapping[tuple[str, str], float], names: Names) -> _Facts:
    reports = with_copies(_by_document(ordered, names), copies)
    by_document = {r.document_id: r for r in reports}
    origins = {}
    for report in reports:
        key = origin_of(report, by_document)
        origins[report.document_id] = (key, path_of(report, by_document)[0], report.copy is not None)
    contract, clash = conflicts.contract_conflict(conflicts.contract_values(ordered, origins))
    club = conflicts.club_conflict(conflicts.club_values(ordered, origins, names))
    return _Facts(contract, tuple(c for c in (clash, club) if c), origins)


def _by_document(entries: Iterable[Entry], names: Names) -> list[Sourced]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.source.id, []).append(entry)
    return [sourced(group, names) for group in groups.values()]


def _rumour(
    person: str,
    window: str,
    pair: Pair,
    entries: Sequence[Entry],
    everything: Sequence[Entry],
    copies: Mapping[tuple[str, str], float],
    person_facts: _Facts,
    earlier: Earlier | None,
    tools: Tools,
) -> Rumour:
    kind, club = pair
    names = tools.names
    reports = with_copies(_by_document(entries, names), copies)
    facts = {r.document_id: facts_of(r, _asides(r, everything), names) for r in reports}
    news = news_of(reports, facts, earlier.facts if earlier else None)
    told = _reports(reports, news, facts)
    nodes = origin_nodes(reports, names)
    id_ = rumour_id(person, kind, club, window)
    follows = earlier is not None and order(window) - order(earlier.window) == 1
    country = names.country(club)
    closing = tools.calendar.closes(country, window)
    fees = tuple(conflicts.fees_said(entries, {r.document_id: person_facts.club_of[r.document_id] for r in reports}))
    clash = conflicts.fee_conflict(fees)
    return Rumour(
        id=id_,
        kind=kind,
        person=person,
        person_name=_person_name(person, everything, names),
        club=club,
        club_name=_club_name(club, entries, names),
        window=window,
        saga=earlier.saga if earlier and follows else id_,
        stage=_stage(told),
        closes=closing.day,
        closes_certain=closing.certain,
        reports=told,
        origins=nodes,
        lead=lead_of(nodes),
        timeline=_timeline(told),
        names=tuple(sorted({e.claim.person.name for e in everything})),
        from_names=tuple(dict.fromkeys(names.club_name(k, n) for k, n in _from(entries, names))),
        from_keys=tuple(dict.fromkeys(k for k, _ in _from(entries, names))),
        country=country,
        deals=_deals(entries),
        conflicts=(*person_facts.conflicts, *((clash,) if clash else ())),
        contract=person_facts.contract,
        fees=_without_repetition(fees),
        conditions=_conditions(entries, person_facts, names),
        continues=earlier.id if earlier else None,
    )


def _asides(report: Sourced, everything: Sequence[Entry]) -> list[Claim]:
    """What the report's document says of the person besides: contract and price."""
    return [
        e.claim
        for e in everything
        if e.source.id == report.document_id and e.claim.kind in (ClaimKind.CONTRACT, ClaimKind.PRICE)
    ]


def _reports(
    reports: Sequence[Sourced], news: Mapping[str, tuple[Newness, ...]], facts: Mapping[str, frozenset[str]]
) -> tuple[Report, ...]:
    by_document = {r.document_id: r for r in reports}
    spoken: set[str] = set()
    found = []
    for report in reports:
        new = news[report.document_id]
        head = report.entries[0].source
        rests_on = report.copy.of if report.copy else (report.keys[-2] if report.cites else None)
        found.append(
            Report(
                document_id=head.id,
                outlet=report.own_name,
                published=head.published,
                known_at=max(report.when.latest, head.seen_at),
                role=_role(report, new, spoken),
                origin=origin_of(report, by_document),
                path=path_of(report, by_document),
                claims=tuple(e.claim.id for e in report.entries),
                new=new,
                stage=stage_of(report),
                certainty=certainty_of(report),
                language=head.language,
                title=head.title,
                address=head.address,
                echo_of=report.copy.of if report.copy else None,
                echo_score=report.copy.score if report.copy else None,
                order_certain=report.copy.order_certain if report.copy else True,
                rests_on=rests_on,
                voices=report.voices,
                facts=tuple(sorted(facts[head.id])),
            )
        )
        if report.copy is None:
            spoken.update(report.keys)
    return tuple(found)


def _role(report: Sourced, new: Sequence[Newness], spoken: set[str]) -> ReportRole:
    """The place of a report; `spoken` are the sources heard before it, in person or through others."""
    if report.denies:
        return ReportRole.DENIAL
    if report.copy is not None:
        return ReportRole.ECHO
    if report.cites:
        return ReportRole.RELAY
    if report.own in spoken:
        fresh = Newness.NEW_FACT in new or Newness.NEW_STAGE in new
        return ReportRole.UPDATE if fresh else ReportRole.REPETITION
    return ReportRole.CONFIRMATION if spoken else ReportRole.ORIGIN


def _stage(reports: Sequence[Report]) -> Stage | None:
    """The furthest step that stands: a refusal or an end stands until somebody reports a step again."""
    current: Stage | None = None
    for report in reports:
        stage = report.stage
        if stage is None or (report.role is ReportRole.ECHO and current is not None):
            continue
        both = current in LADDER and stage in LADDER
        current = max(current, stage, key=LADDER.index) if both and current else stage
    return current


def _timeline(reports: Sequence[Report]) -> tuple[TimelinePoint, ...]:
    found: list[TimelinePoint] = []
    for report in reports:
        if report.stage and (not found or Newness.NEW_STAGE in report.new):
            found.append(TimelinePoint(report.when, report.stage, report.outlet, report.path[0], report.document_id))
    return tuple(found)


def _person_name(person: str, entries: Sequence[Entry], names: Names) -> str:
    counts = Counter(e.claim.person.name for e in entries)
    said = max(counts, key=lambda n: (len(name_words(n)) > 1, counts[n], n))
    return names.person_name(person, said)


def _club_name(club: str, entries: Sequence[Entry], names: Names) -> str:
    goals = (ref for e in entries for ref in (e.claim.to, e.claim.from_, e.claim.club) if ref)
    said = next((ref.name for ref in goals if names.club_key(ref) == club), club)
    return names.club_name(club, said)


def _from(entries: Iterable[Entry], names: Names) -> list[tuple[str, str]]:
    return [(names.club_key(e.claim.from_), e.claim.from_.name) for e in entries if e.claim.from_]


def _deals(entries: Sequence[Entry]) -> tuple[Deal, ...]:
    """The forms of the deal, the latest said first."""
    return tuple(dict.fromkeys(e.claim.deal for e in reversed(entries) if e.claim.deal))


def _without_repetition(fees: Iterable[SaidFee]) -> tuple[SaidFee, ...]:
    return tuple({(f.origin, f.low, f.high, f.currency, f.kind): f for f in fees}.values())


def _conditions(entries: Iterable[Entry], facts: _Facts, names: Names) -> tuple[ConditionLink, ...]:
    found = []
    for entry in entries:
        said = entry.claim.condition
        if said is None:
            continue
        club = said.from_ or said.club
        person = said.person
        found.append(
            ConditionLink(
                text=said.text,
                claim=entry.claim.id,
                origin=facts.club_of[entry.source.id][1],
                kind=said.kind,
                person=person.id if person else None,
                person_name=names.person_name(person.id or "", person.name) if person else None,
                club=names.club_key(club) if club else None,
                club_name=names.club_name(names.club_key(club), club.name) if club else None,
                to=names.club_key(said.to) if said.to else None,
                to_name=names.club_name(names.club_key(said.to), said.to.name) if said.to else None,
            )
        )
    return tuple(found)


def _with_rivals(rumour: Rumour, all_: Sequence[Rumour]) -> Rumour:
    others = [other for other in all_ if other.id != rumour.id]
    rivals = tuple(Rival(o.id, o.kind, o.club_name, o.stage) for o in others)
    gone = next((o.id for o in others if o.kind is ClaimKind.MOVE and o.stage is Stage.DONE), None)
    return replace(rumour, rivals=rivals, elsewhere=gone)

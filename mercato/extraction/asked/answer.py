"""A model's answer becomes claims: every value is held against the text, and dropped where its words are not there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mercato.extraction.asked.placing import Placer
from mercato.extraction.asked.schema import ASKED_KINDS
from mercato.extraction.draft import claim_id
from mercato.extraction.figures import FigureReader
from mercato.model import (
    Attribution,
    Certainty,
    Claim,
    ClaimKind,
    ClubRef,
    Condition,
    Deal,
    Document,
    Evidence,
    EvidenceRole,
    Link,
    LinkKind,
    Money,
    PersonRef,
    ReaderVersion,
    Role,
    Span,
    Stage,
)
from mercato.register import Register
from mercato.register.index import NameKind

_STAGELESS = (ClaimKind.CONTRACT, ClaimKind.PRICE)
_CLUB_KINDS = (NameKind.CLUB, NameKind.CLUB_NICKNAME, NameKind.GROUND)
_SOURCE_KINDS = (NameKind.OUTLET, NameKind.JOURNALIST)
_PARTS = {
    ClaimKind.MOVE: ("to", "from"),
    ClaimKind.EXIT: ("from",),
    ClaimKind.STAY: ("club",),
    ClaimKind.CONTRACT: ("club",),
    ClaimKind.PRICE: ("club",),
}
"""The clubs of each kind of claim, the one it can't be without first."""
_UNTIL = re.compile(r"((?:19|20)\d\d)(-(?:0[1-9]|1[0-2]))?")


class BrokenAnswer(Exception):
    """The answer is not of the form asked for."""


def claims_in(text: str) -> list[Mapping[str, Any]]:
    """The rows of an answer; raises BrokenAnswer. A fence of code around the JSON is borne with."""
    body = re.sub(r"\A\s*```(?:json)?|```\s*\Z", "", text)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise BrokenAnswer(f"it is no JSON ({fault})") from fault
    rows = answer.get("claims") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BrokenAnswer('it is no {"claims": [...]}')
    return rows


@dataclass(slots=True)
class AnswerReader:
    """Turns the rows of answers about one part of a document into claims; counts in `dropped` what did not hold."""

    document: Document
    placer: Placer
    register: Register
    figures: FigureReader
    reader: ReaderVersion
    dropped: Counter[str] = field(default_factory=Counter)

    def read(self, rows: list[Mapping[str, Any]]) -> Iterator[Claim]:
        """The claims of the rows that hold."""
        for row in rows:
            claim = self._claim(row)
            if claim is not None:
                yield claim

    def _claim(self, row: Mapping[str, Any]) -> Claim | None:
        kind = _member(ClaimKind, row.get("kind"))
        if kind not in ASKED_KINDS:
            self._drop("kind")
            return None
        staged = kind not in _STAGELESS
        stage = self._worded(row.get("stage"), "value", "stage", None) if staged else None
        value = _member(Stage, stage[0]) if stage else None
        if staged and value is None:
            self._drop(f"{kind} without a stage")
            return None
        near = stage[1].start if stage else None
        person = self._person(row.get("person"), near)
        clubs = {part: self._club(row.get(part), near, part) for part in _PARTS[kind]}
        if person is None:
            self._drop("claim without its person")
            return None
        place = clubs[_PARTS[kind][0]]
        if place is None and kind is not ClaimKind.PRICE:
            self._drop(f"{kind} without its club")
            return None
        found: dict[EvidenceRole, tuple[Any, Span] | None] = {EvidenceRole.PERSON: person}
        if stage is not None:
            found |= {EvidenceRole.TRIGGER: stage, EvidenceRole.STAGE: stage}
        found |= {EvidenceRole(part): club for part, club in clubs.items()}
        found[EvidenceRole.DEAL] = self._deal(row.get("deal"), near) if staged else None
        found[EvidenceRole.FEE] = self._fee(row.get("fee"), near) if kind is not ClaimKind.CONTRACT else None
        found[EvidenceRole.UNTIL] = self._until(row.get("until"), near) if kind is not ClaimKind.PRICE else None
        found[EvidenceRole.CONDITION] = self._condition(row.get("condition"), near)
        chain = tuple(self._sources(row.get("sources"), near))
        values = {role: one[0] if one else None for role, one in found.items()}
        spans = [Evidence(role, one[1]) for role, one in found.items() if one is not None]
        return Claim(
            id=claim_id(self.document, kind, person[0], place and place[0], self.reader),
            document_id=self.document.id,
            kind=kind,
            person=person[0],
            role=_member(Role, row.get("role")) or Role.PLAYER,
            to=values.get(EvidenceRole.TO),
            from_=values.get(EvidenceRole.FROM),
            club=values.get(EvidenceRole.CLUB),
            stage=value,
            deal=values[EvidenceRole.DEAL],
            fee=values[EvidenceRole.FEE],
            until=values[EvidenceRole.UNTIL],
            certainty=Certainty.DENIED if value is Stage.DENIED else Certainty.REPORTED,
            attribution=Attribution(chain),
            condition=values[EvidenceRole.CONDITION],
            evidence=(*spans, *(Evidence(EvidenceRole.SOURCE, link.span) for link in chain if link.span)),
            reader=self.reader,
        )

    def _drop(self, what: str) -> None:
        self.dropped[what] += 1

    def _worded(self, row: object, name: str, what: str, near: int | None) -> tuple[str, Span] | None:
        """A value with its span; counted where the value is given and its words stand nowhere."""
        if not isinstance(row, Mapping) or row.get(name) in (None, ""):
            return None
        span = self.placer.place(row.get("words"), near)
        if span is None:
            self._drop(what)
            return None
        return str(row[name]), span

    def _person(self, row: object, near: int | None) -> tuple[PersonRef, Span] | None:
        """The person by a name of which the text holds at least the last word."""
        found = self._worded(row, "name", "person", near)
        if found is None:
            return None
        name = " ".join(found[0].split())
        if not self.placer.holds(name.split()[-1]):
            self._drop("person")
            return None
        ids = {entry.id for entry in self.register.index.lookup(name) if entry.kind is NameKind.PERSON}
        return PersonRef(name, ids.pop() if len(ids) == 1 else None), found[1]

    def _club(self, row: object, near: int | None, what: str) -> tuple[ClubRef, Span] | None:
        """The club that its name means, where the words mean it too or the text has one of its names elsewhere.

        A name that the register does not have must itself stand in the text.
        """
        found = self._worded(row, "name", what, near)
        if found is None:
            return None
        name, span = " ".join(found[0].split()), found[1]
        meant = [e.id for e in self.register.index.lookup(name) if e.kind in _CLUB_KINDS]
        shown = [e.id for hit in self.register.index.find(span.text) for e in hit.entries if e.kind in _CLUB_KINDS]
        for id_ in (i for i in (meant or shown) if i in shown):
            return self._club_ref(id_), span
        for id_ in meant:
            club = self.register.clubs[id_]
            if any(self.placer.holds(n) for n in (club.name, *(x.text for x in (*club.names, *club.nicknames)))):
                return self._club_ref(id_), span
        if not meant and self.placer.holds(name):
            return ClubRef(name), span
        self._drop(what)
        return None

    def _club_ref(self, id_: str) -> ClubRef:
        return ClubRef(self.register.clubs[id_].name, id_)

    def _deal(self, row: object, near: int | None) -> tuple[Deal, Span] | None:
        found = self._worded(row, "value", "deal", near)
        deal = _member(Deal, found[0]) if found else None
        return (deal, found[1]) if found and deal else None

    def _until(self, row: object, near: int | None) -> tuple[str, Span] | None:
        """A year, or a month; the year must stand in the words, or be this one's or the next ("this summer")."""
        found = self._worded(row, "value", "until", near)
        match = _UNTIL.fullmatch(found[0]) if found else None
        if found is None or match is None:
            return None
        day = self.document.published.day if self.document.published else None
        told = re.search(rf"{match[1]}|(?<!\d){match[1][2:]}(?!\d)", found[1].text)
        if not told and not (day and int(match[1]) - day.year in (0, 1) and not re.search(r"\d", found[1].text)):
            self._drop("until")
            return None
        return found[0], found[1]

    def _fee(self, row: object, near: int | None) -> tuple[Money, Span] | None:
        """An amount that our own reader of figures finds in the words too."""
        if not isinstance(row, Mapping) or not isinstance(row.get("low"), int | float):
            return None
        span = self.placer.place(row.get("words"), near)
        high = row.get("high")
        low, high = float(row["low"]), float(high if isinstance(high, int | float) else row["low"])
        if span is None or not 0 < low <= high:
            self._drop("fee")
            return None
        read = [figure.money for figure in self.figures.read(span.text) if figure.money is not None]
        sums = {m.low for m in read} | {m.high for m in read} | {sum(m.low for m in read)}
        if not all(any(abs(amount - known) <= 0.011 * known for known in sums) for amount in (low, high)):
            self._drop("fee")
            return None
        currency = str(row.get("currency") or read[0].currency)
        if currency not in {m.currency for m in read}:
            self._drop("fee")
            return None
        return Money(low, high, currency), span

    def _condition(self, row: object, near: int | None) -> tuple[Condition, Span] | None:
        found = self._worded(row, "words", "condition", near)
        return (Condition(found[1].text, found[1]), found[1]) if found else None

    def _sources(self, rows: object, near: int | None) -> Iterator[Link]:
        """Outlets and journalists by the register's name for the words, else by their name where the words hold it."""
        for row in rows if isinstance(rows, list) else ():
            found = self._worded(row, "name", "source", near)
            if found is None:
                continue
            hits = self.register.index.find(found[1].text)
            entries = [e for hit in hits for e in hit.entries if e.kind in _SOURCE_KINDS]
            if entries:
                known = entries[0]
                journalist = known.kind is NameKind.JOURNALIST
                table: Mapping[str, Any] = self.register.journalists if journalist else self.register.outlets
                kind = LinkKind.JOURNALIST if journalist else LinkKind.OUTLET
                yield Link(kind, table[known.id].name, known.id, found[1])
            elif self.placer.holds(found[0]):
                yield Link(LinkKind.OUTLET, found[0], None, found[1])
            else:
                self._drop("source")


def _member(vocabulary: Any, value: object) -> Any:
    try:
        return vocabulary(value)
    except ValueError:
        return None

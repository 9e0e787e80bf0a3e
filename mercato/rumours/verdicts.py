"""Verdicts on persons: somebody's word that two names are one person, or are not. Rows of the ledger, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from mercato.errors import Misused, NotFound
from mercato.ledger import Ledger
from mercato.ledger.dialect import Database
from mercato.ledger.moments import stamp, unstamp
from mercato.rumours.names import PLAIN


class VerdictKind(StrEnum):
    """What a verdict says of two persons."""

    SAME = "same person"
    APART = "not the same person"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict: its number in the ledger, who said so and when, and the two keys it is about."""

    number: int
    author: str
    decided_at: datetime
    kind: VerdictKind
    one: str
    other: str


@dataclass(frozen=True)
class Judged:
    """The verdicts in force: keys that stand for others, pairs kept apart, names that several people share."""

    same: dict[str, str] = field(default_factory=dict)
    apart: tuple[tuple[str, str], ...] = ()

    @property
    def pinned(self) -> frozenset[str]:
        """Keys that verdicts have set for several names."""
        return frozenset(self.same.values())

    @property
    def shared_names(self) -> frozenset[str]:
        """Name keys that a verdict tells apart by club."""
        keys = (*self.same, *(key for pair in self.apart for key in pair))
        return frozenset(key.partition("@")[0] for key in keys if key.startswith(PLAIN) and "@" in key)

    def key(self, node: str) -> str:
        """The key that stands for a node: a verdict on the name at this club, else on the name, else itself."""
        return self.same.get(node) or self.same.get(node.partition("@")[0], node)


def judged(verdicts: Iterable[Verdict]) -> Judged:
    """What verdicts in force come to; the later of two on one pair holds."""
    last: dict[frozenset[str], Verdict] = {}
    for verdict in sorted(verdicts, key=lambda v: v.number):
        last[frozenset((verdict.one, verdict.other))] = verdict
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.get(key, key) != key:
            key = parent[key]
        return key

    for verdict in last.values():
        if verdict.kind is VerdictKind.SAME:
            a, b = sorted((root(verdict.one), root(verdict.other)), key=lambda k: (k.startswith(PLAIN), k))
            parent[b] = a
            parent.setdefault(a, a)
    apart = tuple((v.one, v.other) for v in last.values() if v.kind is VerdictKind.APART)
    return Judged({key: root(key) for key in parent}, tuple((root(a), root(b)) for a, b in apart))


def record(ledger: Ledger, kind: VerdictKind, one: str, other: str, author: str) -> int:
    """Append a verdict; its number. Raises Misused where both are one key."""
    if one == other:
        raise Misused(f"{one!r} twice: a verdict is about two persons. Add a club to tell them apart: NAME @ CLUB.")
    return _append(ledger, (author, kind.value, one, other, None))


def withdraw(ledger: Ledger, number: int, author: str) -> int:
    """Take a verdict back, by a row that names it; that row's number. Raises NotFound."""
    if number not in {verdict.number for verdict in verdicts(ledger.database)}:
        raise NotFound(f"No verdict {number} is in force; `mercato merge --list` shows those that are.")
    sql = "SELECT kind, subject, object FROM verdict WHERE number = ?"
    kind, one, other = ledger.database.execute(sql, (number,))[0]
    return _append(ledger, (author, str(kind), str(one), str(other), number))


def _append(ledger: Ledger, row: tuple[str, str, str, str, int | None]) -> int:
    now = stamp(datetime.now(UTC))
    author, kind, one, other, withdraws = row
    sql = (
        "INSERT INTO verdict (author, decided_at, kind, subject, object, withdraws, recorded_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number"
    )
    with ledger.deriving() as database:
        return int(str(database.value(sql, (author, now, kind, one, other, withdraws, now))))


def verdicts(database: Database, moment: datetime | None = None) -> Sequence[Verdict]:
    """The verdicts on persons in force, as known at a moment."""
    bound = stamp(moment) if moment else "9"
    kinds = tuple(kind.value for kind in VerdictKind)
    sql = (
        "SELECT number, author, decided_at, kind, subject, object, withdraws FROM verdict "
        "WHERE kind IN (?, ?) AND recorded_at <= ? ORDER BY number"
    )
    rows = database.execute(sql, (*kinds, bound))
    withdrawn = {row[6] for row in rows if row[6] is not None}
    return [
        Verdict(int(str(n)), str(author), unstamp(str(at)), VerdictKind(str(kind)), str(one), str(other))
        for n, author, at, kind, one, other, withdraws in rows
        if withdraws is None and n not in withdrawn
    ]

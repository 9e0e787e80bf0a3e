"""Search by the beginning of a name, lists of sources: what the pages and the API ask beside rumours and claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mercato.ledger.names import NameRole, as_words
from mercato.ledger.queries import Where, visible_documents
from mercato.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mercato.interfaces.publishers import Publisher, Publishers
    from mercato.ledger.dialect import Database
    from mercato.register import Register

_LOOKED_AT = 200
_LINKED = "SELECT l.name FROM attribution_link l JOIN claim c ON c.number = l.claim WHERE c.document_id = ? AND "
_SAID_IN = {
    role: [
        f"SELECT {column}_name FROM claim WHERE document_id = ? AND ({column}_folded = ? OR {column}_id = ?) LIMIT 1"
        for column in columns
    ]
    for role, columns in ((NameRole.PERSON, ("person",)), (NameRole.CLUB, ("to", "from", "club")))
} | {
    NameRole.OUTLET: [
        "SELECT outlet FROM document WHERE id = ? AND (outlet_folded = ? OR outlet_folded = ?)",
        _LINKED + "(l.name_folded = ? OR l.name_id = ?) LIMIT 1",
    ]
}
"""Where a document holds a name as it is written: asked with the document, and the folded name or id twice."""


@dataclass(frozen=True, slots=True)
class Found:
    """A person, a club or an outlet whose name fits; `key` is what its page is asked for by."""

    kind: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceCount:
    """A publisher by its documents: how many, and between which days they are dated."""

    outlet: str
    documents: int
    first: str
    last: str


def search(database: Database, publishers: Publishers, asked: str, moment: datetime | None, limit: int) -> list[Found]:
    """What has a name with these words, the last of which may be only begun; people first, then clubs, then outlets.

    Only what stands in documents that were there at the moment is found.
    """
    words = fold(asked).split()
    if not words:
        return []
    register = publishers.names.register
    found: dict[tuple[str, str], Found] = {}
    for role in NameRole:
        for number, text in _names(database, role, words):
            hit = _seen(database, register, role, number, text, moment)
            if hit is not None:
                found.setdefault((hit.kind, fold(hit.name)), hit)
    for one in publishers.of(database, moment).values():
        if _is_called(fold(one.name), words):
            outlet = NameRole.OUTLET.value
            found.setdefault((outlet, fold(one.name)), Found(outlet, one.name, one.name))
    return _fair(sorted(found.values(), key=lambda hit: (len(hit.name), hit.name)), limit)


def _fair(hits: list[Found], limit: int) -> list[Found]:
    """As many as asked for, people first; each kind has its share, and what one does not use goes to the others."""
    kinds = [[hit for hit in hits if hit.kind == role.value] for role in NameRole]
    shares = [0] * len(kinds)
    for _ in range(min(limit, len(hits))):
        place = min((p for p, kind in enumerate(kinds) if shares[p] < len(kind)), key=lambda p: shares[p])
        shares[place] += 1
    return [hit for kind, share in zip(kinds, shares, strict=True) for hit in kind[:share]]


def _is_called(name: str, words: list[str]) -> bool:
    """Whether a folded name has these words, the last of which may be only begun."""
    return f" {words[-1]}" in f" {name}" and all(f" {word} " in f" {name} " for word in words[:-1])


def _names(database: Database, role: NameRole, words: list[str]) -> list[tuple[int, str]]:
    where = Where(["w.word >= ?", "w.word < ?", "n.role = ?"], [words[-1], words[-1] + "\U0010ffff", role.value])
    for word in words[:-1]:
        where.add("' ' || n.text || ' ' LIKE ? ESCAPE '\\'", as_words(word))
    sql = (
        "SELECT DISTINCT n.number, n.text, length(n.text) AS size FROM name_word w JOIN name n ON n.number = w.name"
        f"{where.sql} ORDER BY size, n.text LIMIT ?"
    )
    rows = database.execute(sql, [*where.parameters, _LOOKED_AT])
    return [(int(str(number)), str(text)) for number, text, _ in rows]


def _seen(
    database: Database, register: Register, role: NameRole, name: int, text: str, moment: datetime | None
) -> Found | None:
    """The name as a document of the moment writes it."""
    where = Where(["nd.name = ?"], [name])
    visible_documents(where, moment)
    head = f"FROM name_document nd JOIN document d ON d.number = nd.document{where.sql}"
    rows = database.execute(f"SELECT d.id {head} ORDER BY nd.dated_at DESC LIMIT 1", where.parameters)
    known = (
        register.people if role is NameRole.PERSON else register.clubs if role is NameRole.CLUB else register.outlets
    ).get(text)
    for said_in in _SAID_IN[role] if rows else ():
        for (said,) in database.execute(said_in, (rows[0][0], text, text)):
            shown = known.name if known else str(said)
            return Found(role.value, shown if role is NameRole.OUTLET or not known else known.id, shown)
    return None


def source_counts(publishers: Mapping[str, Publisher]) -> list[SourceCount]:
    """All publishers, those with the most documents first."""
    found = sorted(publishers.values(), key=lambda publisher: (-publisher.documents, fold(publisher.name)))
    return [SourceCount(one.name, one.documents, one.first, one.last) for one in found]

"""Which documents name whom: an index from the words of names to documents, so that a million claims need no scan.

It only narrows: every claim that a filter lets through is still looked at with the filter's own conditions. It could
be thrown away and made again from the claims.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mercato.ledger.dialect import Database
from mercato.ledger.rows import fold_outlet
from mercato.model import Claim, Document, LinkKind
from mercato.model.folding import fold

_PAGE = 10_000


class NameRole(StrEnum):
    """What a name stands for in a document's claims."""

    PERSON = "person"
    CLUB = "club"
    OUTLET = "outlet"


Name = tuple[str, str]
"""A NameRole's value, and a folded name or an id."""


def names_of(document: Document, claims: Iterable[Claim]) -> set[Name]:
    """All names and ids by which a document with these claims can be asked for."""
    names: set[Name] = set()
    if document.outlet:
        names.add((NameRole.OUTLET.value, fold_outlet(document.outlet)))
    for claim in claims:
        _add(names, NameRole.PERSON, fold(claim.person.name), claim.person.id)
        for club in (claim.to, claim.from_, claim.club):
            if club is not None:
                _add(names, NameRole.CLUB, fold(club.name), club.id)
        for link in claim.attribution.chain:
            if link.kind in (LinkKind.OUTLET, LinkKind.JOURNALIST):
                _add(names, NameRole.OUTLET, fold_outlet(link.name), link.id)
    return names


def _add(names: set[Name], role: NameRole, folded: str, id_: str | None) -> None:
    names.update((role.value, text) for text in (folded, id_) if text)


def note_names(database: Database, document: int, names: set[Name]) -> None:
    """Put the document (its number) under the names, in the open transaction; what is there already stays."""
    if not names:
        return
    ordered = sorted(names)
    given = [text for name in ordered for text in name]
    marks = ", ".join(["(?, ?)"] * len(ordered))
    added = database.execute(
        f"INSERT INTO name (role, text) VALUES {marks} ON CONFLICT (role, text) DO NOTHING RETURNING number, text",
        given,
    )
    words = [(word, number) for number, text in added for word in sorted(set(str(text).split(" ")))]
    database.execute_many("INSERT INTO name_word (word, name) VALUES (?, ?)", words)
    database.execute(
        "INSERT INTO name_document (name, dated_at, document) SELECT n.number, d.dated_at, d.number FROM name n, "
        f"document d WHERE d.number = ? AND (n.role, n.text) IN (VALUES {marks}) ON CONFLICT DO NOTHING",
        [document, *given],
    )


def documents_with(
    database: Database, role: NameRole, asked: str, since: str | None = None, until: str | None = None
) -> set[tuple[str, int]]:
    """Documents (dated_at, number) that name whom `asked` may mean: an id, or whole words of a folded name.

    `since` and `until` are stamps that `dated_at` lies between, inclusive.
    """
    folded = fold_outlet(asked) if role is NameRole.OUTLET else fold(asked)
    rarest = max(folded.split(" "), key=len)
    sql = (
        "SELECT nd.dated_at, nd.document FROM name_document nd WHERE nd.name IN (SELECT n.number FROM name_word w "
        "JOIN name n ON n.number = w.name WHERE w.word IN (?, ?) AND n.role = ? AND (n.text = ? OR "
        "' ' || n.text || ' ' LIKE ? ESCAPE '\\'))"
    )
    given: list[object] = [rarest, max(asked.split(" "), key=len), role.value, asked, as_words(folded)]
    for condition, moment in (("nd.dated_at >= ?", since), ("nd.dated_at <= ?", until)):
        if moment is not None:
            sql += f" AND {condition}"
            given.append(moment)
    return {(str(dated), int(str(number))) for dated, number in database.execute(sql, given)}


def as_words(folded: str) -> str:
    """A LIKE pattern for whole words anywhere in a folded name."""
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"% {escaped} %"


_DOCUMENTS = "SELECT d.number, '{role}', {names} FROM document d {joins} WHERE d.number > ? AND d.number <= ?"
_CLAIMS = "JOIN claim c ON c.document_id = d.id"
_LINKS = f"{_CLAIMS} JOIN attribution_link l ON l.claim = c.number AND l.kind IN ('outlet', 'journalist')"
_KNOWN = " UNION ".join(
    _DOCUMENTS.format(role=role.value, names=names, joins=joins)
    for role, names, joins in (
        (NameRole.OUTLET, "d.outlet_folded, NULL", ""),
        (NameRole.OUTLET, "l.name_folded, l.name_id", _LINKS),
        (NameRole.PERSON, "c.person_folded, c.person_id", _CLAIMS),
        (NameRole.CLUB, "c.to_folded, c.to_id", _CLAIMS),
        (NameRole.CLUB, "c.from_folded, c.from_id", _CLAIMS),
        (NameRole.CLUB, "c.club_folded, c.club_id", _CLAIMS),
    )
)


def note_all_names(database: Database) -> None:
    """Make the index from the claims that are there, in the open transaction."""
    last = int(str(database.value("SELECT COALESCE(max(number), 0) FROM document")))
    for after in range(0, last, _PAGE):
        names: dict[int, set[Name]] = {}
        for number, role, *texts in database.execute(_KNOWN, [after, after + _PAGE] * 6):
            names.setdefault(int(str(number)), set()).update((str(role), str(text)) for text in texts if text)
        for document in sorted(names):
            note_names(database, document, names[document])

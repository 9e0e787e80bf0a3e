"""Which documents name whom: an index from the words of names to documents, so that a million claims need no scan.

It only narrows: every claim that a filter lets through is still looked at with the filter's own conditions. It could
be thrown away and made again from the claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from mercato.ledger.dialect import Database
from mercato.ledger.moments import stamp, unstamp
from mercato.ledger.rows import fold_outlet
from mercato.model import Claim, Document, LinkKind
from mercato.model.folding import fold

_PAGE = 10_000
_FEW = 500
# From how many documents on it pays to look at them by stretches of time, the first of which has so many days.
_MUCH = 2_000
_FIRST_STRETCH = 7
_LAST_STRETCH = 5_000


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


@dataclass(frozen=True, slots=True)
class Named:
    """What is asked for by name: for each name asked, the numbers of all names that it may mean; and between when.

    `since` and `until` are stamps that `dated_at` lies between, inclusive.
    """

    meant: tuple[tuple[int, ...], ...]
    since: str | None = None
    until: str | None = None


def names_meant(database: Database, role: NameRole, asked: str) -> tuple[int, ...]:
    """The names that `asked` may mean: an id, or whole words of a folded name."""
    folded = fold_outlet(asked) if role is NameRole.OUTLET else fold(asked)
    rarest, of_id = (max(text.split(" "), key=len) for text in (folded, asked))
    rows = database.execute(
        "SELECT DISTINCT n.number FROM name_word w JOIN name n ON n.number = w.name WHERE w.word IN (?, ?) "
        "AND n.role = ? AND (n.text = ? OR ' ' || n.text || ' ' LIKE ? ESCAPE '\\')",
        (rarest, of_id, role.value, asked, as_words(folded)),
    )
    return tuple(int(str(row[0])) for row in rows)


def documents_named(database: Database, named: Named, newest_first: bool) -> Iterator[list[int]]:
    """The numbers of the documents that hold all names asked for, newest first, in runs.

    With `newest_first` a run is of a stretch of time, so that whoever needs a few looks at few; the stretches grow.
    """
    if not all(named.meant):
        return
    if newest_first and any(_is_much(database, names, named) for names in named.meant):
        stretches = _stretches(database, named)
    else:
        stretches = iter([named])
    for stretch in stretches:
        found = [_dated(database, names, stretch) for names in stretch.meant]
        yield [number for _, number in sorted(set.intersection(*found), reverse=True)]


def _stretches(database: Database, named: Named) -> Iterator[Named]:
    """The time that is asked about, from its end: a week, four weeks before it, sixteen before those, and so on."""
    sql = "SELECT max(d.dated_at) FROM document d" + (" WHERE d.dated_at <= ?" if named.until else "")
    newest = database.value(sql, [named.until] if named.until else [])
    if newest is None:
        return
    end, days = unstamp(str(newest)), _FIRST_STRETCH
    while days < _LAST_STRETCH:
        start = end - timedelta(days=days)
        if named.since is not None and stamp(start) <= named.since:
            break
        yield replace(named, since=stamp(start), until=stamp(end))
        end, days = start - timedelta(microseconds=1), days * 4
    yield replace(named, until=stamp(end))


def _is_much(database: Database, names: tuple[int, ...], named: Named) -> bool:
    where, given = _condition(names, named)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM name_document nd WHERE {where} LIMIT ?) AS found"
    return int(str(database.value(sql, [*given, _MUCH]))) >= _MUCH


def _dated(database: Database, names: tuple[int, ...], named: Named) -> set[tuple[str, int]]:
    where, given = _condition(names, named)
    rows = database.execute(f"SELECT nd.dated_at, nd.document FROM name_document nd WHERE {where}", given)
    return {(str(dated), int(str(number))) for dated, number in rows}


def _condition(names: tuple[int, ...], named: Named) -> tuple[str, list[object]]:
    # Numbers of our own tables, written out: there may be more of them than a statement takes parameters.
    conditions, given = [f"nd.name IN ({', '.join(map(str, names))})"], []
    for condition, moment in (("nd.dated_at >= ?", named.since), ("nd.dated_at <= ?", named.until)):
        if moment is not None:
            conditions.append(condition)
            given.append(moment)
    return " AND ".join(conditions), list[object](given)


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
    """Make the index from the claims that are there, in the open transaction, while its tables are empty."""
    last = int(str(database.value("SELECT COALESCE(max(number), 0) FROM document")))
    numbers: dict[Name, int] = {}
    for after in range(0, last, _PAGE):
        names: dict[int, set[Name]] = {}
        for number, role, *texts in database.execute(_KNOWN, [after, after + _PAGE] * 6):
            names.setdefault(int(str(number)), set()).update((str(role), str(text)) for text in texts if text)
        _number_names(database, numbers, set().union(*names.values()) - numbers.keys())
        dated = "SELECT number, dated_at FROM document WHERE number > ? AND number <= ?"
        dates = {int(str(number)): at for number, at in database.execute(dated, (after, after + _PAGE))}
        rows = [(numbers[name], dates[number], number) for number in sorted(names) for name in names[number]]
        database.load("name_document", ("name", "dated_at", "document"), rows)


def _number_names(database: Database, numbers: dict[Name, int], new: set[Name]) -> None:
    """Add names that are not there yet, with their words, and remember their numbers."""
    ordered = sorted(new)
    for start in range(0, len(ordered), _FEW):
        part = ordered[start : start + _FEW]
        marks = ", ".join(["(?, ?)"] * len(part))
        sql = f"INSERT INTO name (role, text) VALUES {marks} RETURNING number, role, text"
        added = database.execute(sql, [text for name in part for text in name])
        numbers.update({(str(role), str(text)): int(str(number)) for number, role, text in added})
        words = [(word, number) for number, _, text in added for word in sorted(set(str(text).split(" ")))]
        database.load("name_word", ("word", "name"), words)

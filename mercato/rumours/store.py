"""The derived store: rumours kept in tables of their own beside the ledger's, and brought up to date by what is new.

The tables may be dropped at any time. A new document touches its own blocks of names and its own persons' windows;
making all of it again from the ledger gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

import msgspec

from mercato.ledger import Ledger
from mercato.ledger.dialect import Database
from mercato.model.rumours import Rumour
from mercato.register import Register
from mercato.rumours.build import Tools, build_file, copies_among
from mercato.rumours.entries import Entry, EntryMaker
from mercato.rumours.finding import key_rows
from mercato.rumours.joining import FileKey, add_mention, earlier_of
from mercato.rumours.names import Names
from mercato.rumours.people import Mention, settle
from mercato.rumours.prints import Print, print_of
from mercato.rumours.reading import (
    articles_since,
    claims_in_force,
    claims_numbered,
    last_numbers,
    marks,
    parts,
    texts,
)
from mercato.rumours.tables import FORM, INDEXES, TABLES, entry_row, rumour_row
from mercato.rumours.verdicts import judged, verdicts
from mercato.rumours.windows import Calendar, order
from mercato.version import __version__

_FIRST_PAGE, _PAGE = 60, 500
"""Rumours fetched at once: most callers want a screenful."""
_LATEST = "9999"
"""After every moment in a column that sorts as text."""
_BATCH = 2_000
"""Articles taken in at once where many are new: enough that a block is settled once for many of them."""

LONG = 1_000
"""Articles whose joining is noticed: some seconds, more where much is said of the same people."""
_MADE_ANEW = {
    "form": "they are of another version's form",
    "register": "the register has changed",
    "verdicts": "a verdict was given or taken back",
}
"""By what of its state the store has to be made again, and how that is told."""

_RUMOUR = msgspec.json.Decoder(Rumour)
_PRINT = msgspec.json.Decoder(Print)


@dataclass(frozen=True, slots=True)
class Due:
    """What the next update takes in: so many articles; `why` says why all are joined anew, where they are."""

    articles: int = 0
    why: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it takes so long that whoever waits should be told."""
        return self.articles >= LONG


@dataclass
class _Touched:
    """What a batch of articles changes."""

    blocks: set[str] = field(default_factory=set)
    nodes: set[tuple[str, str, str]] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)


class RumourStore:
    """The rumours of a ledger, kept in its own tables."""

    def __init__(self, ledger: Ledger, register: Register) -> None:
        self._ledger = ledger
        self._register = register
        self.tools = Tools(Names(register), Calendar(register.windows))

    @cached_property
    def _fingerprint(self) -> str:
        """That of the register, which does not change while the store is open."""
        return fingerprint(self._register)

    @property
    def state(self) -> tuple[tuple[str, str], ...]:
        """What the store holds so far; it changes whenever something is taken in."""
        return tuple(sorted(self._held_state(self._ledger.database).items()))

    @property
    def is_current(self) -> bool:
        """Whether everything in the ledger is in the store."""
        database = self._ledger.database
        return self._held_state(database) == self._wanted_state()

    def due(self) -> Due:
        """What the next update takes in."""
        database = self._ledger.database
        held, wanted = self._held_state(database), self._wanted_state()
        if held == wanted:
            return Due()
        why = _why_anew(held, wanted)
        return Due(len(articles_since(database, *_numbers({} if why else held))), why)

    def update(self, step: Callable[[int], None] | None = None) -> int:
        """Bring the store up to date; how many articles were taken in, which `step` is told of as they are.

        Raises LedgerBusy, LedgerError.
        """
        if self.is_current:
            return 0
        with self._ledger.deriving() as database:
            wanted = self._wanted_state()
            held = self._held_state(database)
            if not held or _why_anew(held, wanted):
                self._clear(database)
                held = {}
            articles = articles_since(database, *_numbers(held))
            for start in range(0, len(articles), _BATCH):
                batch = articles[start : start + _BATCH]
                self._take(database, batch)
                if step is not None:
                    step(len(batch))
            database.execute("DELETE FROM rumour_state")
            database.execute_many("INSERT INTO rumour_state VALUES (?, ?)", sorted(wanted.items()))
        return len(articles)

    def rebuild(self, step: Callable[[int], None] | None = None) -> int:
        """Make everything again from the ledger; how many articles were taken in."""
        with self._ledger.deriving() as database:
            self._clear(database)
        return self.update(step)

    def rumours(self, where: str = "", parameters: Sequence[object] = ()) -> list[Rumour]:
        """The rumours that a condition on table `rumour` lets through, the latest published news first."""
        return list(self.iterate(where, parameters))

    def iterate(
        self,
        where: str = "",
        parameters: Sequence[object] = (),
        *,
        key: str | None = None,
        not_before: int | None = None,
        few: bool = False,
    ) -> Iterator[Rumour]:
        """The same one by one, so that who needs a few does not pay for all.

        `key` (see `club_key_of`, `word_key_of`) finds those of a club or with a word by an index. `few` says that the
        condition lets few through: then they are found first and sorted after. `not_before` is the order of the
        earliest window.
        """
        database = self._ledger.database
        dated, id_ = ("k.dated", "k.rumour") if key else ("r.dated", "r.id")
        table = "rumour_key k JOIN rumour r ON r.id = k.rumour" if key else "rumour r"
        earliest = f"{'k' if key else 'r'}.window_order >= {not_before:d}" if not_before is not None else ""
        parts = ("k.key = ?" if key else "", earliest, where, f"({dated}, {id_}) < (?, ?)")
        conditions = [part for part in parts if part]
        # Sorted by an expression, no index gives the order, and the planner looks for one that narrows.
        by = f"{dated} || '' DESC, {id_} DESC" if few and not key else f"{dated} DESC, {id_} DESC"
        sql = f"SELECT {dated}, {id_} FROM {table} WHERE {' AND '.join(conditions)} ORDER BY {by} LIMIT ?"
        last: tuple[object, ...] = (_LATEST, "")
        page = _FIRST_PAGE
        while True:
            rows = database.execute(sql, (*([key] if key else []), *parameters, *last, page))
            ids = [str(row[1]) for row in rows]
            held = f"SELECT id, body FROM rumour WHERE id IN ({marks(ids)})"
            bodies = {str(one): str(body) for one, body in database.execute(held, ids)} if ids else {}
            yield from (_RUMOUR.decode(bodies[one]) for one in ids if one in bodies)
            if len(rows) < page:
                return
            last, page = tuple(rows[-1]), _PAGE

    def prints(self, ids: Sequence[str]) -> Mapping[str, Print]:
        """Prints of documents, without keeping those that are not kept yet."""
        found = self._kept_prints(self._ledger.database, ids)
        return found | self._made_prints(self._ledger.database, [id_ for id_ in ids if id_ not in found])

    def _wanted_state(self) -> dict[str, str]:
        database = self._ledger.database
        reading, sighting = last_numbers(database)
        last_verdict = database.value("SELECT COALESCE(max(number), 0) FROM verdict")
        return {
            "form": f"{FORM} of {__version__}",
            "register": self._fingerprint,
            "verdicts": str(last_verdict),
            "reading": str(reading),
            "sighting": str(sighting),
        }

    def _held_state(self, database: Database) -> dict[str, str]:
        if not database.has_table("rumour_state"):
            return {}
        return {str(name): str(value) for name, value in database.execute("SELECT name, value FROM rumour_state")}

    def _clear(self, database: Database) -> None:
        for table, statement in TABLES.items():
            if database.has_table(table):
                database.execute(f"DROP TABLE {table}")
            database.execute(database.dialect.table(statement))
        for statement in INDEXES:
            database.execute(statement)

    def _take(self, database: Database, articles: Sequence[str]) -> None:
        """Take in what is now in force of some articles, in place of what was."""
        known = judged(verdicts(database))
        maker = EntryMaker(self.tools.names, self.tools.calendar, known)
        touched = _Touched()
        for part in parts(articles):
            old = f"FROM rumour_entry WHERE article IN ({marks(part)})"
            for block, node, window, document in database.execute(
                f"SELECT block, node, window_label, document_id {old}", part
            ):
                touched.nodes.add((str(block), str(node), str(window)))
                touched.documents.add(str(document))
            database.execute(f"DELETE {old}", part)
        entries = [maker.entry(*row) for row in claims_in_force(database, None, articles)]
        database.execute_many(f"INSERT INTO rumour_entry VALUES ({marks(range(9))})", [entry_row(e) for e in entries])
        touched.nodes.update((e.block, e.node, e.window) for e in entries)
        touched.documents.update(e.source.id for e in entries)
        touched.blocks = {block for block, _, _ in touched.nodes}
        files = self._settle_blocks(database, touched, known.pinned, known.apart)
        self._build_files(database, files, frozenset(touched.documents), maker)

    def _settle_blocks(
        self, database: Database, touched: _Touched, pinned: frozenset[str], apart: Sequence[tuple[str, str]]
    ) -> set[FileKey]:
        """Settle the touched blocks anew; the files that this or the new entries change."""
        files: set[FileKey] = set()
        for part in parts(sorted(touched.blocks)):
            before = self._people(database, part)
            mentions, windows = self._mentions(database, part, pinned)
            after = {
                (block, node): person
                for block, held in mentions.items()
                for node, person in settle(held.values(), apart).items()
            }
            self._write_people(database, before, after)
            for key in before.keys() | after.keys():
                if before.get(key) != after.get(key):
                    people = {p for p in (before.get(key), after.get(key)) if p}
                    files.update((person, window) for person in people for window in windows.get(key, ()))
            for block, node, window in touched.nodes:
                for person in {before.get((block, node)), after.get((block, node))} - {None}:
                    files.add((str(person), window))
        return files

    def _people(self, database: Database, blocks: Sequence[str]) -> dict[tuple[str, str], str]:
        sql = f"SELECT block, node, person FROM rumour_person WHERE block IN ({marks(blocks)})"
        return {(str(b), str(n)): str(p) for b, n, p in database.execute(sql, blocks)}

    def _mentions(
        self, database: Database, blocks: Sequence[str], pinned: frozenset[str]
    ) -> tuple[dict[str, dict[str, Mention]], dict[tuple[str, str], set[str]]]:
        """What is known of every node of some blocks, and the windows in which each stands."""
        sql = (
            "SELECT block, node, name, clubs, first_seen, window_label FROM rumour_entry "
            f"WHERE block IN ({marks(blocks)})"
        )
        found: dict[str, dict[str, Mention]] = {}
        windows: dict[tuple[str, str], set[str]] = {}
        for block, node, name, clubs, first, window in database.execute(sql, blocks):
            key = str(node)
            mention = found.setdefault(str(block), {}).setdefault(key, Mention(key, pinned=key in pinned))
            add_mention(mention, str(name), str(clubs).split("|"), str(first))
            mention.clubs.discard("")
            windows.setdefault((str(block), key), set()).add(str(window))
        return found, windows

    def _write_people(
        self, database: Database, before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]
    ) -> None:
        gone = [key for key in before if before[key] != after.get(key)]
        new = [(*key, after[key]) for key in after if before.get(key) != after[key]]
        database.execute_many("DELETE FROM rumour_person WHERE block = ? AND node = ?", gone)
        database.execute_many("INSERT INTO rumour_person VALUES (?, ?, ?)", new)

    def _build_files(self, database: Database, files: set[FileKey], fresh: frozenset[str], maker: EntryMaker) -> None:
        """Make some files anew, and the later ones of the same persons, which look back on them."""
        by_person: dict[str, set[str]] = {}
        for person, window in files:
            by_person.setdefault(person, set()).add(window)
        for person in sorted(by_person):
            held = self._entry_numbers(database, person)
            first = min(order(window) for window in by_person[person])
            windows = {w for w in {*held, *by_person[person]} if order(w) >= first}
            for window in sorted(windows, key=order):
                entries = [maker.entry(*row) for row in claims_numbered(database, held.get(window, []))]
                self._build(database, person, window, entries, fresh)

    def _entry_numbers(self, database: Database, person: str) -> dict[str, list[int]]:
        """The claims of a person by window."""
        sql = (
            "SELECT e.window_label, e.claim FROM rumour_person p JOIN rumour_entry e "
            "ON e.block = p.block AND e.node = p.node WHERE p.person = ?"
        )
        found: dict[str, list[int]] = {}
        for window, claim in database.execute(sql, (person,)):
            found.setdefault(str(window), []).append(int(str(claim)))
        return found

    def _build(
        self, database: Database, person: str, window: str, entries: Sequence[Entry], fresh: frozenset[str]
    ) -> None:
        key = (person, window)
        kept = database.execute("SELECT documents, copies FROM rumour_file WHERE person = ? AND window_label = ?", key)
        compared = frozenset(msgspec.json.decode(str(kept[0][0]), type=list[str])) if kept else frozenset()
        known = msgspec.json.decode(str(kept[0][1]), type=list[tuple[str, str, float]]) if kept else []
        database.execute("DELETE FROM rumour_file WHERE person = ? AND window_label = ?", key)
        database.execute(
            "DELETE FROM rumour_key WHERE rumour IN (SELECT id FROM rumour WHERE person = ? AND window_label = ?)", key
        )
        database.execute("DELETE FROM rumour WHERE person = ? AND window_label = ?", key)
        if not entries:
            return
        documents = frozenset(e.source.id for e in entries)
        new = documents - compared | documents & fresh
        prints = self._all_prints(database, sorted(documents)) if len(documents) > 1 else {}
        copies = copies_among(entries, prints, new, {(a, b): score for a, b, score in known})
        pairs = [(a, b, score) for (a, b), score in copies.items()]
        row = (person, window, _json(sorted(documents)), _json(pairs))
        database.execute("INSERT INTO rumour_file VALUES (?, ?, ?, ?)", row)
        sql = "SELECT body FROM rumour WHERE person = ? AND window_order < ?"
        before = [_RUMOUR.decode(str(r[0])) for r in database.execute(sql, (person, order(window)))]
        made = build_file(person, window, entries, copies, earlier_of(before), self.tools)
        database.execute_many(f"INSERT INTO rumour VALUES ({marks(range(12))})", [rumour_row(r) for r in made])
        database.execute_many("INSERT INTO rumour_key VALUES (?, ?, ?, ?)", [row for r in made for row in key_rows(r)])

    def _all_prints(self, database: Database, ids: Sequence[str]) -> Mapping[str, Print]:
        """Prints of documents; new ones are kept."""
        found = self._kept_prints(database, ids)
        made = self._made_prints(database, [id_ for id_ in ids if id_ not in found])
        rows = [(id_, _json(print_)) for id_, print_ in sorted(made.items())]
        database.execute_many("INSERT INTO rumour_print VALUES (?, ?)", rows)
        return found | made

    def _kept_prints(self, database: Database, ids: Sequence[str]) -> dict[str, Print]:
        if not database.has_table("rumour_print"):
            return {}
        return {
            str(id_): _PRINT.decode(str(body))
            for part in parts(ids)
            for id_, body in database.execute(
                f"SELECT document_id, print FROM rumour_print WHERE document_id IN ({marks(part)})", part
            )
        }

    def _made_prints(self, database: Database, ids: Sequence[str]) -> dict[str, Print]:
        return {t.id: print_of(t.text, t.blocks, t.language, self._register) for t in texts(database, ids)}


def _numbers(held: Mapping[str, str]) -> tuple[int, int]:
    """The last reading and the last sighting that a state took in."""
    return int(held.get("reading", "0")), int(held.get("sighting", "0"))


def _why_anew(held: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Why a store in a state has to be made again; empty where it hasn't, or where there is none."""
    return next((why for name, why in _MADE_ANEW.items() if held and held.get(name) != wanted[name]), "")


def fingerprint(register: Register) -> str:
    """Changes when the register knows other people, clubs, outlets or windows."""
    sizes = (register.clubs, register.people, register.outlets, register.journalists, register.windows)
    names = "\n".join(f"{p.id} {p.name} {p.club_id}" for p in register.people.values())
    clubs = "\n".join(f"{c.id} {c.name} {c.country}" for c in register.clubs.values())
    return f"{'-'.join(str(len(held)) for held in sizes)}-{crc32(f'{names}{clubs}{register.windows}'.encode()):08x}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

"""The form of the derived tables, and their rows."""

from __future__ import annotations

import msgspec

from mercato.model.folding import fold
from mercato.model.rumours import Rumour
from mercato.rumours.entries import Entry
from mercato.rumours.finding import words_of
from mercato.rumours.joining import first_seen
from mercato.rumours.windows import order

FORM = "7"
"""Counted up when the same ledger would give other rows; the store is then made again."""

TABLES = {
    "rumour_state": "CREATE TABLE rumour_state (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "rumour_entry": """CREATE TABLE rumour_entry (claim INTEGER PRIMARY KEY, article TEXT NOT NULL,
        document_id TEXT NOT NULL, block TEXT NOT NULL, node TEXT NOT NULL, name TEXT NOT NULL, clubs TEXT NOT NULL,
        first_seen TEXT NOT NULL, window_label TEXT NOT NULL)""",
    "rumour_person": """CREATE TABLE rumour_person (block TEXT NOT NULL, node TEXT NOT NULL, person TEXT NOT NULL,
        PRIMARY KEY (block, node))""",
    "rumour_file": """CREATE TABLE rumour_file (person TEXT NOT NULL, window_label TEXT NOT NULL,
        documents TEXT NOT NULL, copies TEXT NOT NULL, PRIMARY KEY (person, window_label))""",
    "rumour_print": "CREATE TABLE rumour_print (document_id TEXT PRIMARY KEY, print TEXT NOT NULL)",
    "rumour": """CREATE TABLE rumour (id TEXT PRIMARY KEY, person TEXT NOT NULL, window_label TEXT NOT NULL,
        window_order INTEGER NOT NULL, kind TEXT NOT NULL, club TEXT NOT NULL, stage TEXT, origins INTEGER NOT NULL,
        last_news TEXT NOT NULL, dated TEXT NOT NULL, words TEXT NOT NULL, body TEXT NOT NULL)""",
    # By what a rumour is found (see `finding`), in the order in which rumours are listed.
    "rumour_key": """CREATE TABLE rumour_key (key TEXT NOT NULL, dated TEXT NOT NULL, rumour TEXT NOT NULL,
        window_order INTEGER NOT NULL, PRIMARY KEY (key, dated, rumour, window_order)) WITHOUT ROWID""",
}
INDEXES = (
    "CREATE INDEX rumour_entry_article ON rumour_entry (article)",
    "CREATE INDEX rumour_entry_block ON rumour_entry (block, node)",
    "CREATE INDEX rumour_person_person ON rumour_person (person)",
    "CREATE INDEX rumour_by_person ON rumour (person, window_order)",
    "CREATE INDEX rumour_by_news ON rumour (last_news)",
    "CREATE INDEX rumour_by_date ON rumour (dated, id)",
    "CREATE INDEX rumour_by_window ON rumour (window_label, dated, id)",
    "CREATE INDEX rumour_key_rumour ON rumour_key (rumour)",
)


def entry_row(entry: Entry) -> tuple[object, ...]:
    """A claim in force, as a row of `rumour_entry`."""
    return (
        entry.number,
        entry.source.key,
        entry.source.id,
        entry.block,
        entry.node,
        fold(entry.claim.person.name),
        "|".join(sorted(entry.clubs)),
        first_seen(entry),
        entry.window,
    )


def rumour_row(rumour: Rumour) -> tuple[object, ...]:
    """A rumour, as a row of `rumour`."""
    return (
        rumour.id,
        rumour.person,
        rumour.window,
        order(rumour.window),
        rumour.kind.value,
        rumour.club,
        rumour.stage.value if rumour.stage else None,
        len(rumour.independent_origins),
        rumour.last_news.known_at.isoformat(),
        rumour.last_news.when.latest.isoformat(),
        f" {' '.join(words_of(rumour))} ",
        msgspec.json.encode(rumour).decode(),
    )

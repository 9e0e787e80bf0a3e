"""The tables in which the watch keeps what it knows: a file of its own, apart from the ledger.

Losing the file loses nothing of the ledger: all sources are asked anew, and the ledger adds nothing twice.
"""

APPLICATION_ID = 0x6D637761  # "mcwa"
VERSION = 1

SCHEMA = """
CREATE TABLE source(
    address TEXT PRIMARY KEY,      -- as the list of sources has it
    asked TEXT NOT NULL,           -- where it is asked for: it may have moved for good
    host TEXT NOT NULL,
    etag TEXT, last_modified TEXT, -- the validators of the last answer
    digest TEXT,                   -- of the last answer's bytes
    interval REAL,                 -- seconds between two looks
    next_at REAL NOT NULL,         -- moments are seconds since 1970, UTC
    tried_at REAL, succeeded_at REAL,
    listed_at REAL,                -- when its list was last other than before
    polls INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, -- in a row
    owner TEXT NOT NULL,           -- the source on the list that brought it: itself, or the index of a sitemap
    active INTEGER NOT NULL DEFAULT 1, -- whether the list has it in this run
    ended TEXT);
CREATE INDEX source_due ON source(host, next_at) WHERE ended IS NULL AND active;

CREATE TABLE failure(
    source TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, last_at REAL NOT NULL,
    PRIMARY KEY(source, reason)) WITHOUT ROWID;

CREATE TABLE item(
    address TEXT PRIMARY KEY,      -- canonical
    source TEXT NOT NULL,          -- who listed it first
    host TEXT NOT NULL,
    state TEXT NOT NULL,           -- due, read, old, skipped, gone, given_up
    due_at REAL NOT NULL,
    seen_at REAL NOT NULL,         -- when it was first listed
    listed_at REAL NOT NULL,       -- when it was last listed
    read_at REAL,
    etag TEXT, last_modified TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    readings INTEGER NOT NULL DEFAULT 0,
    claims INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0, -- how often a source said that it changed
    reason TEXT,
    entry BLOB);                   -- what the source says of it, as JSON; emptied when it is read
CREATE INDEX item_due ON item(state, host, due_at);
CREATE INDEX item_source ON item(source, state);
CREATE INDEX item_listed ON item(listed_at);

-- What each source said of an article last: another stamp from the same source means a change.
CREATE TABLE listed(
    address TEXT NOT NULL, source TEXT NOT NULL, stamp TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY(address, source)) WITHOUT ROWID;

-- Addresses under which an article was found besides its own.
CREATE TABLE alias(
    address TEXT PRIMARY KEY, item TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX alias_item ON alias(item);
"""

CREATE TABLE attribution_link (
        claim INTEGER NOT NULL REFERENCES claim (number),
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        name_id TEXT,
        name_folded TEXT NOT NULL,
        PRIMARY KEY (claim, place));
CREATE TABLE claim (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        reading INTEGER NOT NULL REFERENCES reading (number),
        document_id TEXT NOT NULL REFERENCES document (id),
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        role TEXT NOT NULL,
        person_name TEXT NOT NULL, person_id TEXT, person_folded TEXT NOT NULL,
        to_name TEXT, to_id TEXT, to_folded TEXT,
        from_name TEXT, from_id TEXT, from_folded TEXT,
        club_name TEXT, club_id TEXT, club_folded TEXT,
        stage TEXT, deal TEXT, contract_until TEXT,
        fee_low DOUBLE PRECISION, fee_high DOUBLE PRECISION, fee_currency TEXT,
        certainty TEXT NOT NULL,
        confidence DOUBLE PRECISION,
        reader_name TEXT NOT NULL, reader_version TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (reading, id));
CREATE TABLE document (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        address TEXT, outlet TEXT, outlet_folded TEXT, title TEXT, author TEXT,
        published_at TEXT, published_latest TEXT, published_precision TEXT,
        fetched_at TEXT,
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        dated_at TEXT NOT NULL,
        language TEXT,
        text TEXT NOT NULL,
        blocks TEXT NOT NULL,
        UNIQUE (key, version));
CREATE TABLE evidence (
        claim INTEGER NOT NULL REFERENCES claim (number),
        place INTEGER NOT NULL,
        role TEXT NOT NULL,
        span_start INTEGER NOT NULL,
        span_end INTEGER NOT NULL,
        words TEXT NOT NULL,
        PRIMARY KEY (claim, place));
CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL, mercato_version TEXT NOT NULL);
CREATE TABLE reading (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL REFERENCES document (id),
        reader_name TEXT NOT NULL,
        reader_version TEXT NOT NULL,
        claims INTEGER NOT NULL,
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        UNIQUE (document_id, reader_name, reader_version));
CREATE TABLE skip (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        input_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        advice TEXT NOT NULL,
        recorded_at TEXT NOT NULL);
CREATE TABLE verdict (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        author TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        object TEXT,
        withdraws INTEGER REFERENCES verdict (number),
        recorded_at TEXT NOT NULL);
CREATE INDEX document_dated ON document (dated_at, number);
CREATE INDEX claim_id ON claim (id);
CREATE INDEX claim_document ON claim (document_id, reading, place);
CREATE INDEX claim_person ON claim (person_folded);
CREATE TRIGGER document_forbid_update BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on document'); END;
CREATE TRIGGER document_forbid_delete BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on document'); END;
CREATE TRIGGER reading_forbid_update BEFORE UPDATE ON reading BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on reading'); END;
CREATE TRIGGER reading_forbid_delete BEFORE DELETE ON reading BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on reading'); END;
CREATE TRIGGER claim_forbid_update BEFORE UPDATE ON claim BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on claim'); END;
CREATE TRIGGER claim_forbid_delete BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on claim'); END;
CREATE TRIGGER evidence_forbid_update BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on evidence'); END;
CREATE TRIGGER evidence_forbid_delete BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on evidence'); END;
CREATE TRIGGER attribution_link_forbid_update BEFORE UPDATE ON attribution_link BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on attribution_link'); END;
CREATE TRIGGER attribution_link_forbid_delete BEFORE DELETE ON attribution_link BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on attribution_link'); END;
CREATE INDEX skip_reason ON skip (reason);
CREATE INDEX verdict_subject ON verdict (subject);
CREATE TRIGGER skip_forbid_update BEFORE UPDATE ON skip BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on skip'); END;
CREATE TRIGGER skip_forbid_delete BEFORE DELETE ON skip BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on skip'); END;
CREATE TRIGGER verdict_forbid_update BEFORE UPDATE ON verdict BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on verdict'); END;
CREATE TRIGGER verdict_forbid_delete BEFORE DELETE ON verdict BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on verdict'); END;
CREATE TRIGGER migration_forbid_update BEFORE UPDATE ON migration BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE on migration'); END;
CREATE TRIGGER migration_forbid_delete BEFORE DELETE ON migration BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE on migration'); END;

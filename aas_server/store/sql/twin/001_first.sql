-- Lines that end in the name of an engine are for that one only. PostgreSQL's ordered indexes take no long ids, its
-- hashed ones do; that an id stands there once follows from there being one writer at a time.

-- Shells, submodels, concept descriptions; what changed; their attachments; the product line's records; live values.
CREATE TABLE document (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    body        BLOB    NOT NULL,
    etag        TEXT    NOT NULL,
    id_short    TEXT,
    semantic_id TEXT,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL
    , UNIQUE (kind, id) --sqlite
);
CREATE INDEX document_by_id ON document USING hash (id); --postgres
CREATE INDEX document_in_order ON document (kind, seq);
CREATE INDEX document_by_id_short ON document (kind, id_short, seq) WHERE id_short IS NOT NULL;
CREATE INDEX document_by_semantic_id ON document (kind, semantic_id, seq) WHERE semantic_id IS NOT NULL;

CREATE TABLE asset_id (
    kind  TEXT    NOT NULL,
    name  TEXT    NOT NULL,
    value TEXT    NOT NULL,
    seq   INTEGER NOT NULL REFERENCES document (seq) ON DELETE CASCADE,
    PRIMARY KEY (kind, name, value, seq)
) WITHOUT ROWID;
CREATE INDEX asset_id_by_document ON asset_id (seq);

CREATE TABLE change (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    what     TEXT    NOT NULL,
    time     INTEGER NOT NULL
);

CREATE TABLE attachment (
    owner      TEXT NOT NULL,
    path       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    digest     TEXT NOT NULL
    , PRIMARY KEY (owner, path) --sqlite
) WITHOUT ROWID;
CREATE INDEX attachment_by_owner ON attachment USING hash (owner); --postgres

CREATE TABLE catalogue (
    section TEXT NOT NULL,
    id      TEXT NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (section, id)
) WITHOUT ROWID;

CREATE TABLE live (
    stream TEXT    NOT NULL,
    field  TEXT    NOT NULL,
    value  BLOB    NOT NULL,
    time   INTEGER NOT NULL,
    PRIMARY KEY (stream, field)
) WITHOUT ROWID;

-- Messages as they came: one blob a commit, so that a commit costs one row whatever it holds.
CREATE TABLE batch (
    last  INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    body  BLOB    NOT NULL
);

-- Which batches hold messages of a source: the way back to its last ones.
CREATE TABLE batch_source (
    source TEXT    NOT NULL,
    last   INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (source, last)
) WITHOUT ROWID;

CREATE TABLE quarantine (
    position INTEGER PRIMARY KEY,
    source   TEXT    NOT NULL,
    topic    TEXT    NOT NULL,
    arrival  INTEGER NOT NULL,
    key      TEXT    NOT NULL,
    reason   BLOB    NOT NULL
);

CREATE TABLE mark (
    name     TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

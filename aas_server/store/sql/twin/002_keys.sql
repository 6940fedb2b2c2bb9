-- What documents can be found by, their former versions, the last change of each.
-- A text of any length is indexed by its first 200 characters: PostgreSQL's indexes take no long ones.
ALTER TABLE document ADD COLUMN metadata BLOB;

ALTER TABLE asset_id ADD COLUMN id TEXT NOT NULL DEFAULT '';
UPDATE asset_id SET id = (SELECT document.id FROM document WHERE document.seq = asset_id.seq);
CREATE INDEX asset_id_in_order_of_id ON asset_id (name, value, substr(id, 1, 200));
CREATE INDEX asset_id_by_id ON asset_id (substr(id, 1, 200));

-- field: with its indices, as it stands in the document; shape: with [] for every index.
CREATE TABLE fact (
    seq    INTEGER NOT NULL REFERENCES document (seq) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    field  TEXT    NOT NULL,
    shape  TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    PRIMARY KEY (seq, number)
) WITHOUT ROWID;
CREATE INDEX fact_by_value ON fact (kind, shape, substr(value, 1, 200), seq);

CREATE TABLE element (
    seq          INTEGER NOT NULL REFERENCES document (seq) ON DELETE CASCADE,
    number       INTEGER NOT NULL,
    path         TEXT    NOT NULL,
    shape        TEXT    NOT NULL,
    id_short     TEXT,
    semantic_id  TEXT,
    semantic     TEXT,
    value_type   TEXT,
    value        TEXT,
    number_value REAL,
    language     TEXT,
    PRIMARY KEY (seq, number)
) WITHOUT ROWID;
CREATE INDEX element_by_semantic_id ON element (substr(semantic_id, 1, 200), seq) WHERE semantic_id IS NOT NULL;
CREATE INDEX element_by_value ON element (shape, substr(value, 1, 200), seq);
CREATE INDEX element_by_number ON element (shape, number_value, seq) WHERE number_value IS NOT NULL;

CREATE TABLE version (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    body     BLOB    NOT NULL,
    etag     TEXT    NOT NULL,
    id_short TEXT,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL,
    replaced INTEGER NOT NULL
);
CREATE INDEX version_by_document ON version (id, kind, replaced); --sqlite
CREATE INDEX version_by_document ON version USING hash (id); --postgres
CREATE INDEX version_by_age ON version (replaced);

CREATE TABLE latest (
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    position INTEGER NOT NULL,
    what     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    time     INTEGER NOT NULL
);
INSERT INTO latest
SELECT change.kind, change.id, change.position, what, coalesce(born, time), time
FROM (
    SELECT max(position) AS position, max(CASE WHEN what = 'created' THEN time END) AS born
    FROM change GROUP BY kind, id
) AS last
JOIN change ON change.position = last.position;
CREATE UNIQUE INDEX latest_by_document ON latest (id, kind); --sqlite
CREATE INDEX latest_by_document ON latest USING hash (id); --postgres
CREATE INDEX latest_in_order_of_time ON latest (kind, time, position);

-- How far the keys of all documents have been brought to a version of their rules.
CREATE TABLE progress (
    name    TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    seq     INTEGER NOT NULL
) WITHOUT ROWID;

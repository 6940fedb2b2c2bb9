-- What is asked of a commit without reading it. latest: the latest arrival (ns) of its messages and all before, so
-- that it never falls and a moment is found by an index; size: bytes of the body as it is in memory.
-- Commits of older versions have no row here.
CREATE TABLE batch_arrival (
    last   INTEGER PRIMARY KEY,
    latest INTEGER NOT NULL,
    size   INTEGER NOT NULL
);

CREATE INDEX batch_arrival_latest ON batch_arrival (latest, last);

-- A reader's own notes, written together with its mark.
CREATE TABLE memory (
    name TEXT NOT NULL,
    key  TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (name, key)
) WITHOUT ROWID;

-- Messages by what became of them (redelivered, quarantined), day of arrival (days since 1970, UTC) and topic.
CREATE TABLE topic_count (
    what  TEXT    NOT NULL,
    day   INTEGER NOT NULL,
    topic TEXT    NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (what, day, topic)
) WITHOUT ROWID;

CREATE INDEX quarantine_topic ON quarantine (substr(topic, 1, 200), position);

INSERT INTO topic_count (what, day, topic, count)
SELECT 'quarantined', day, topic, count(*) FROM (
    SELECT arrival / 86400000000000 AS day, CASE WHEN length(topic) <= 200 THEN topic ELSE '#' END AS topic
    FROM quarantine
) AS counted GROUP BY day, topic;

-- It is compressed already: another try takes as long as writing it.
ALTER TABLE batch ALTER COLUMN body SET STORAGE EXTERNAL; --postgres

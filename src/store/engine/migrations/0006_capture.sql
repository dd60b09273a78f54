-- What was captured of a login: versions, of which one is used. What it holds is sealed elsewhere.
CREATE TABLE capture (
    id        UUID   NOT NULL PRIMARY KEY,
    profile   TEXT   NOT NULL,
    platform  TEXT   NOT NULL,
    source    TEXT   NOT NULL,
    is_made   BOOLEAN NOT NULL,
    standing  TEXT   NOT NULL,
    class     TEXT,
    said      TEXT,
    cookies   BIGINT NOT NULL,
    ends_at   BIGINT,
    made_at   BIGINT NOT NULL,
    proved_at BIGINT
);

CREATE UNIQUE INDEX capture_active ON capture (profile) WHERE standing = 'active';
CREATE INDEX capture_of_profile ON capture (profile, id);

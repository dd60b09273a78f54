-- What the answers of each endpoint had so far: how a change of a site is noticed, also after a restart.
CREATE TABLE shape (
    endpoint TEXT   NOT NULL PRIMARY KEY,
    memory   TEXT   NOT NULL,
    seen_at  BIGINT NOT NULL
);

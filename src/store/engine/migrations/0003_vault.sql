-- Data keys, each wrapped by the master key, which is never in a database. `master` is the fingerprint of that one, so
-- that another master key is told from a damaged row.
CREATE TABLE vault_key (
    id         UUID    NOT NULL PRIMARY KEY,
    wrapped    BYTEA   NOT NULL,
    master     TEXT    NOT NULL,
    -- New values are sealed under this one; those under any other are on their way to it.
    is_current BOOLEAN NOT NULL,
    made_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX vault_key_current ON vault_key (is_current) WHERE is_current;

-- What is sealed, by the place that it belongs to. The place is part of the seal: a value moved to another row does not
-- open there.
CREATE TABLE sealed (
    of_table   TEXT   NOT NULL,
    of_row     TEXT   NOT NULL,
    of_column  TEXT   NOT NULL,
    -- What a rotation goes through in order.
    id         UUID   NOT NULL UNIQUE,
    key_id     UUID   NOT NULL REFERENCES vault_key (id),
    bytes      BYTEA  NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (of_table, of_row, of_column)
);
CREATE INDEX sealed_key ON sealed (key_id);

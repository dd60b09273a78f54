-- Keeping: what the site sent, packed; and what it takes to keep only so much of everything.

-- A record as the site sent it last.
CREATE TABLE raw (
    kind   TEXT   NOT NULL,
    id     TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    packed BYTEA  NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX raw_at ON raw (at);

-- Numbers come in the order of time, so this costs the end of an index alone.
CREATE INDEX post_count_at ON post_count (at);
CREATE INDEX creator_count_at ON creator_count (at);
CREATE INDEX room_count_at ON room_count (at);
-- Where somebody stands, for whoever has to forget them.
CREATE INDEX listed_item ON listed (item);
CREATE INDEX comment_creator ON comment (creator);

-- Until when old numbers were thinned out to one a day.
CREATE TABLE thinned (
    what  TEXT   NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
-- How many rows there were on a day, and how many bytes.
CREATE TABLE grown (
    day    BIGINT NOT NULL,
    what   TEXT   NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (day, what)
);

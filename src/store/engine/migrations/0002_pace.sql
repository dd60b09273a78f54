-- What was sent under a limit, or may be until `last_at`. A line is one limit for one of whatever it counts by.
CREATE TABLE pace_entry (
    line    TEXT   NOT NULL,
    last_at BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (line, last_at)
);

-- What processes take turns at, and how unevenly long requests of a line have been on their way.
CREATE TABLE pace_line (
    line      TEXT   NOT NULL PRIMARY KEY,
    spread_ms BIGINT NOT NULL,
    spread_at BIGINT NOT NULL
);

-- The time that limits count in: how far the wall clock was stepped away from it, and when it was last seen, both by
-- itself and by how long the machine had been up.
CREATE TABLE pace_clock (
    id         BIGINT NOT NULL PRIMARY KEY,
    stepped_ms BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    up_ms      BIGINT NOT NULL
);

-- Who must not send until when: somebody asked for it, or there was a sign of risk. After a sign of risk one request is
-- let go to see, and the row leaves when that went well.
CREATE TABLE pace_stop (
    subject     TEXT    NOT NULL PRIMARY KEY,
    -- Whose answer it was: a person who opens this lane lifts the stop.
    lane        TEXT    NOT NULL,
    class       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    since       BIGINT  NOT NULL,
    until       BIGINT  NOT NULL,
    -- The wait that was asked for, in milliseconds, when it was cut.
    asked_ms    BIGINT,
    is_breaker  BOOLEAN NOT NULL,
    probe_until BIGINT,
    times       BIGINT  NOT NULL
);

-- The clock as it was seen last, and the last jump of it for as long as deleting by age waits.
CREATE TABLE clock_seen (
    id        BIGINT NOT NULL PRIMARY KEY,
    wall_at   BIGINT NOT NULL,
    -- The boot of the machine that looked, and how long it had been up.
    boot      TEXT   NOT NULL,
    up_ms     BIGINT NOT NULL,
    -- By how much the clock jumped, and for how long it was stable since.
    jump_ms   BIGINT,
    stable_ms BIGINT NOT NULL
);

-- When a backup was last made and checked.
CREATE TABLE backup_made (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

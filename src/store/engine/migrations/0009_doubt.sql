-- Lists that shrank more than is plausible: nothing is deleted until a second read, or the platform's counter, agrees.

-- A list that is doubted, from the first doubtful read until a read settles it.
CREATE TABLE doubt (
    list    TEXT   NOT NULL,
    owner   TEXT   NOT NULL,
    -- The target whose read saw it last.
    target  TEXT   NOT NULL,
    take    TEXT   NOT NULL,
    -- The first doubtful read, and the last one that counts as a read of its own.
    since   BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    reads   BIGINT NOT NULL,
    -- Rows that were known before, and rows that the last read showed.
    known   BIGINT NOT NULL,
    shown   BIGINT NOT NULL,
    PRIMARY KEY (list, owner)
);
CREATE INDEX doubt_target ON doubt (target, take);
-- The rows that the last doubtful read did not show.
CREATE TABLE missed (
    list  TEXT NOT NULL,
    owner TEXT NOT NULL,
    item  TEXT NOT NULL,
    PRIMARY KEY (list, owner, item)
);
CREATE INDEX missed_item ON missed (item);
-- The last read of a list that was believed: how many rows it showed, and what the platform's own counter said then.
CREATE TABLE believed (
    list    TEXT   NOT NULL,
    owner   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    shown   BIGINT NOT NULL,
    counter BIGINT,
    PRIMARY KEY (list, owner)
);

-- When a row that was gone appeared again.
ALTER TABLE listed ADD COLUMN back_at BIGINT;
-- Since when the creator's own list does not show a post, which may still exist.
ALTER TABLE post ADD COLUMN unlisted_at BIGINT;
-- The key of a job that began an incremental read and has not finished it.
ALTER TABLE course ADD COLUMN begun TEXT;
-- Since when the last read is doubted, and in whose name the list is read again.
ALTER TABLE course ADD COLUMN doubted_at BIGINT;
ALTER TABLE course ADD COLUMN reread_as TEXT;

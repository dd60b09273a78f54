-- Until when the next slot of a limit is kept for a person who waits: background requests leave it alone.
ALTER TABLE pace_line ADD COLUMN kept_until BIGINT NOT NULL DEFAULT 0;

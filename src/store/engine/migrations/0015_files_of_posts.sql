-- Addresses of a post's cover and media as the platform sent them last, the media one a line, and when that was.
-- The platform lets them expire within hours.
ALTER TABLE post ADD COLUMN cover TEXT;
ALTER TABLE post ADD COLUMN media TEXT;
ALTER TABLE post ADD COLUMN media_at BIGINT;
-- The hashtags in a post's text, one a line. Empty: it has none. NULL: not read yet.
ALTER TABLE post ADD COLUMN hashtags TEXT;

-- The platform sends 0 where it hides how often a post was played, and where nothing plays.
UPDATE post SET plays = NULLIF(plays, 0), duration = NULLIF(duration, 0) WHERE plays = 0 OR duration = 0;
UPDATE post_count SET plays = NULL WHERE plays = 0;

-- Jobs that wait for space on the disk, for the end of their alarm.
CREATE INDEX job_space ON job (kind) WHERE class = 'local' AND state IN ('queued', 'running', 'snoozed');
-- Posts that their list does not show any more: few of many, looked for at the end of each round.
CREATE INDEX post_unlisted ON post (creator, made_at) WHERE gone_at IS NULL AND unlisted_at IS NOT NULL;

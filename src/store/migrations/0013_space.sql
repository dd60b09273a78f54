-- Jobs that wait for space on the disk, for the end of their alarm.
CREATE INDEX job_space ON job (kind) WHERE class = 'local' AND state IN ('queued', 'running', 'snoozed');

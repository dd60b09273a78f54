-- Since when a job fails for a reason that spends no attempt, such as a host that cannot be reached.
ALTER TABLE job ADD COLUMN failing_since BIGINT;

-- Who must not send, as `pace_stop` names it, when that is why a lane is closed.
ALTER TABLE gate ADD COLUMN subject TEXT;
CREATE INDEX gate_subject ON gate (subject) WHERE subject IS NOT NULL;

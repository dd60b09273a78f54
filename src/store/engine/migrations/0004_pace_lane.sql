-- As what the requests of a lane count under limits: what a forecast of the lane needs to know.
CREATE TABLE pace_lane (
    lane     TEXT   NOT NULL PRIMARY KEY,
    endpoint TEXT   NOT NULL,
    account  TEXT,
    token    TEXT,
    address  TEXT,
    seen_at  BIGINT NOT NULL
);

-- What waits for its turn under a limit.
CREATE INDEX job_waits_for_turn ON job (lane) WHERE state = 'snoozed' AND class = 'rate';

-- Ours in both databases: no serial columns, no STRICT, times are Unix milliseconds, JSON is text that only radard reads.

CREATE TABLE job (
    id                 UUID    NOT NULL PRIMARY KEY,
    kind               TEXT    NOT NULL,
    key                TEXT    NOT NULL,
    lane               TEXT    NOT NULL,
    target             TEXT    NOT NULL,
    payload            TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    priority           BIGINT  NOT NULL,
    run_at             BIGINT  NOT NULL,
    -- Its place in line, present only while the job is due and waits for a worker.
    turn               BIGINT,
    attempts           BIGINT  NOT NULL,
    attempts_max       BIGINT  NOT NULL,
    crashes            BIGINT  NOT NULL,
    crashed_at         BIGINT,
    snoozes            BIGINT  NOT NULL,
    fence              BIGINT  NOT NULL,
    lease_owner        TEXT,
    lease_until        BIGINT,
    class              TEXT,
    last_error         TEXT,
    result             TEXT,
    progress           TEXT,
    retry_after_capped BIGINT,
    created_at         BIGINT  NOT NULL,
    updated_at         BIGINT  NOT NULL
);

-- The same work is one row, in every state.
CREATE UNIQUE INDEX job_same ON job (kind, key);
-- What a claim reads: the head of each slot, and the next jobs of one slot.
CREATE INDEX job_line ON job (lane, kind, priority DESC, turn, id) WHERE turn IS NOT NULL;
-- What crashed before, among what is due.
CREATE INDEX job_suspect ON job (lane, kind, crashes, priority, turn) WHERE turn IS NOT NULL AND crashes > 0;
-- What gives a new job its place: the last turn of its target. The target comes first, so that nobody takes this for
-- another way to walk a line. Who has no target needs none.
CREATE INDEX job_turn ON job (target, lane, kind, priority, turn) WHERE turn IS NOT NULL AND target <> '';
-- What is not due yet, apart from what is.
CREATE INDEX job_later ON job (run_at) WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed');
-- Who holds what. Said by the lease and not by the state, so that nobody is tempted to find one job of many by it.
CREATE INDEX job_leased ON job (lease_until) WHERE lease_until IS NOT NULL;
-- What waits for a login, wherever it stands on the way to its next run.
CREATE INDEX job_person ON job (kind) WHERE class = 'auth' AND state IN ('queued', 'running', 'snoozed', 'failed');
-- What can be thrown away one day, and what a person may want to see first.
CREATE INDEX job_ended ON job (state, updated_at) WHERE state IN ('done', 'cancelled', 'dead', 'unknown');

-- Counts per kind and state; and where many commit at once, what each added or took since the last fold.
CREATE TABLE job_tally (
    kind  TEXT   NOT NULL,
    state TEXT   NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (kind, state)
);
CREATE TABLE job_delta (
    id    UUID   NOT NULL PRIMARY KEY,
    kind  TEXT   NOT NULL,
    state TEXT   NOT NULL,
    n     BIGINT NOT NULL
);

-- What a person paused or a refusal closed: a lane or a kind.
CREATE TABLE gate (
    scope      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    paused     BOOLEAN NOT NULL,
    open_at    BIGINT,
    class      TEXT,
    reason     TEXT,
    updated_at BIGINT  NOT NULL,
    PRIMARY KEY (scope, name)
);

-- How far each schedule has come.
CREATE TABLE schedule (
    name      TEXT   NOT NULL PRIMARY KEY,
    last_slot BIGINT NOT NULL
);

CREATE TABLE alarm (
    id        UUID   NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    severity  TEXT   NOT NULL,
    class     TEXT   NOT NULL,
    detail    TEXT   NOT NULL,
    first_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    count     BIGINT NOT NULL,
    acked_at  BIGINT,
    closed_at BIGINT
);
-- One open alarm per thing.
CREATE UNIQUE INDEX alarm_open ON alarm (name, subject) WHERE closed_at IS NULL;

CREATE TABLE api_key (
    id         UUID   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    hash       TEXT   NOT NULL UNIQUE,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;

-- One-time links and the visits they began; only digests are kept.
CREATE TABLE visit (
    hash       TEXT   NOT NULL PRIMARY KEY,
    role       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

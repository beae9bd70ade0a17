-- The job queue. Instants are microseconds since 1970 in UTC, 0 for none.
-- +goose Up
CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL,
    key         TEXT,
    tenant      TEXT NOT NULL,
    priority    INTEGER NOT NULL,
    payload     BLOB,
    run_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    state       TEXT NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    fence       INTEGER NOT NULL DEFAULT 0,
    turn        INTEGER NOT NULL DEFAULT 0,
    cancelling  BOOLEAN NOT NULL DEFAULT FALSE,
    lease_until INTEGER NOT NULL DEFAULT 0,
    result      BLOB,
    error       TEXT NOT NULL DEFAULT '',
    added_at    INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX jobs_key ON jobs (kind, key) WHERE key IS NOT NULL AND state IN ('waiting', 'running');
CREATE INDEX jobs_line ON jobs (kind, tenant, priority DESC, run_at, id) WHERE state = 'waiting';
-- An expression, so that no planner without statistics takes this index for the walk along jobs_line.
CREATE INDEX jobs_due ON jobs ((kind || ''), run_at) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (kind) WHERE state = 'running';
CREATE INDEX jobs_turn ON jobs (kind, tenant, turn);
CREATE INDEX jobs_turns ON jobs (turn);
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at > 0;

-- The last slot of every schedule.
CREATE TABLE job_schedules (
    name TEXT PRIMARY KEY,
    slot INTEGER NOT NULL
);

-- +goose Down
DROP TABLE job_schedules;
DROP TABLE jobs;

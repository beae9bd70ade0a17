-- The job queue. Instants are microseconds since 1970 in UTC, 0 for none.
-- +goose Up
CREATE TABLE jobs (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C",
    tenant      TEXT COLLATE "C" NOT NULL,
    priority    BIGINT NOT NULL,
    payload     BYTEA,
    run_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    attempt     BIGINT NOT NULL DEFAULT 0,
    fence       BIGINT NOT NULL DEFAULT 0,
    turn        BIGINT NOT NULL DEFAULT 0,
    cancelling  BOOLEAN NOT NULL DEFAULT FALSE,
    lease_until BIGINT NOT NULL DEFAULT 0,
    result      BYTEA,
    error       TEXT NOT NULL DEFAULT '',
    added_at    BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL DEFAULT 0
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
    name TEXT COLLATE "C" PRIMARY KEY,
    slot BIGINT NOT NULL
);

-- +goose Down
DROP TABLE job_schedules;
DROP TABLE jobs;

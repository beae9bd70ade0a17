-- Long work with its log, and what people say is wrong with answers. Instants are microseconds since 1970 in UTC, 0 for
-- none. Documents are JSON.
-- +goose Up

CREATE TABLE chat_tasks (
    key      TEXT PRIMARY KEY,
    task     BYTEA NOT NULL, -- who, where and what about
    begun_at BIGINT NOT NULL,
    stop     BOOLEAN NOT NULL DEFAULT FALSE,
    ended    BOOLEAN NOT NULL DEFAULT FALSE,
    events   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX chat_tasks_begun ON chat_tasks (begun_at);

CREATE TABLE chat_task_events (
    key     TEXT NOT NULL REFERENCES chat_tasks (key) ON DELETE CASCADE,
    n       BIGINT NOT NULL, -- from 1 without gaps
    id      TEXT NOT NULL,
    kind    TEXT NOT NULL,
    data    BYTEA,
    at      BIGINT NOT NULL,
    final   BOOLEAN NOT NULL,
    PRIMARY KEY (key, n),
    UNIQUE (key, id)
);

CREATE TABLE chat_feedback (
    id        TEXT PRIMARY KEY,
    slot      TEXT NOT NULL, -- what one person can say once at a time
    state     TEXT NOT NULL,
    actor     TEXT NOT NULL,
    feedback  BYTEA NOT NULL,
    at        BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX chat_feedback_open ON chat_feedback (slot) WHERE state = 'open';
CREATE INDEX chat_feedback_at ON chat_feedback (at) WHERE state = 'open';
CREATE INDEX chat_feedback_actor ON chat_feedback (actor);
CREATE INDEX chat_feedback_closed ON chat_feedback (closed_at);

-- Messages that only one person sees, and what editing them takes, encrypted.
ALTER TABLE chat_followers ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE chat_followers ADD COLUMN secret BYTEA;

-- +goose Down
ALTER TABLE chat_followers DROP COLUMN secret;
ALTER TABLE chat_followers DROP COLUMN private;
DROP TABLE chat_feedback;
DROP TABLE chat_task_events;
DROP TABLE chat_tasks;

-- Who signed in to the pages, and the tokens of programs. Instants are microseconds since 1970 in UTC, 0 for none.
-- +goose Up

CREATE TABLE web_sessions (
    id         TEXT PRIMARY KEY, -- a hash of what the browser keeps
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    actor      TEXT NOT NULL,
    session    BYTEA NOT NULL, -- encrypted
    expires_at BIGINT NOT NULL
);
CREATE INDEX web_sessions_actor ON web_sessions (platform, workspace, actor);
CREATE INDEX web_sessions_expires ON web_sessions (expires_at);

CREATE TABLE web_tokens (
    id         TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    token      BYTEA NOT NULL, -- JSON: what it is for and what it may do
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE web_tokens;
DROP TABLE web_sessions;

-- Runs of build pipelines, as plugins heard of them. Instants are microseconds since 1970 in UTC. Documents are JSON.
-- +goose Up

CREATE TABLE plugin_runs (
    provider TEXT NOT NULL,
    project  TEXT NOT NULL,
    id       TEXT NOT NULL,
    run      BYTEA NOT NULL,
    kept_at  BIGINT NOT NULL, -- when it last changed here
    PRIMARY KEY (provider, project, id)
);
CREATE INDEX plugin_runs_kept ON plugin_runs (kept_at);

-- +goose Down
DROP TABLE plugin_runs;

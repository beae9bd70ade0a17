-- Runs of software templates with what happened in them, and the files of those that are not over. Instants are
-- microseconds since 1970 in UTC, 0 for none. Documents are JSON.
-- +goose Up

CREATE TABLE scaffold_runs (
    id       TEXT PRIMARY KEY,
    template TEXT NOT NULL,
    actor    TEXT NOT NULL,
    status   TEXT NOT NULL,
    run      BLOB NOT NULL, -- who, what and from where
    result   BLOB NOT NULL, -- message, output and entities
    secrets  BLOB,          -- encrypted
    begun_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0,
    records  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX scaffold_runs_begun ON scaffold_runs (begun_at);
CREATE INDEX scaffold_runs_template ON scaffold_runs (template, id);
CREATE INDEX scaffold_runs_actor ON scaffold_runs (actor, id);

CREATE TABLE scaffold_entities (
    ref TEXT NOT NULL, -- of what a run registered
    run TEXT NOT NULL REFERENCES scaffold_runs (id) ON DELETE CASCADE,
    PRIMARY KEY (ref, run)
);
CREATE INDEX scaffold_entities_run ON scaffold_entities (run);

CREATE TABLE scaffold_records (
    run       TEXT NOT NULL REFERENCES scaffold_runs (id) ON DELETE CASCADE,
    n         INTEGER NOT NULL, -- from 1 without gaps
    id        TEXT,
    kind      TEXT NOT NULL,
    step      TEXT NOT NULL,
    iteration INTEGER NOT NULL,
    data      BLOB,
    at        INTEGER NOT NULL,
    PRIMARY KEY (run, n),
    UNIQUE (run, id)
);

CREATE TABLE scaffold_files (
    run    TEXT NOT NULL REFERENCES scaffold_runs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    part   INTEGER NOT NULL, -- of an archive, from 0
    data   BLOB NOT NULL,
    PRIMARY KEY (run, number, part)
);

-- +goose Down
DROP TABLE scaffold_files;
DROP TABLE scaffold_records;
DROP TABLE scaffold_entities;
DROP TABLE scaffold_runs;
